//! The main command: probe each target, judge, print.

use super::assess::{
    Asked, Assessor, ExpiryLevels, Own, Sources, one_port_is_named, options,
    several_ports_elsewhere,
};
use super::disk::{chain, client};
use super::error::Error;
use super::mercurial::Scope;
use super::runtime::block_on;
use super::terminal::{print, say, warn};
use super::usage::nearly_a_command;
use super::waiting::Waiting;
use super::{environment, lint};
use crate::audit::conflict;
use crate::certificate::Certificate;
use crate::cli::{BELOW_WARNING, Client, FormatArg, Inspect, TargetArg};
use crate::judge::{judge_chain, judge_clients};
use crate::observation::{Staple, Step, Survey};
use crate::render::style::Style;
use crate::render::{json, nagios, pem, table};
use crate::report::{Assessment, Exit, Report, Reported, Target};
use crate::survey::{Limits, Options, Pacer, look, look_at_ports};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How many targets are probed at once.
const AT_ONCE: usize = 16;

/// Runs the command; returns the exit code that `--help` documents.
pub(super) fn run(cli: &Inspect) -> Result<Exit, Error> {
    let (warning, critical) = levels(cli).thresholds();
    if let Some(why) = conflict(warning, critical) {
        return Err(Error::new(why).hint(BELOW_WARNING));
    }
    if cli.lint {
        return lint::run(cli);
    }
    let targets = cli.plugin.targets(&cli.targets);
    if targets.is_empty() && cli.plugin.port.is_some() {
        return Err(Error::new("-p PORT needs a host").hint("-H mail.example.org -p 587"));
    }
    if let Some(why) = unfit_for_ports(cli, &targets) {
        return Err(why);
    }
    let from_hgrc = targets.is_empty() && cli.chain.is_none();
    let assessor = Assessor::read(&Sources {
        scope: Scope::of(&cli.hgrc).filter(|_| cli.chain.is_none()),
        hgrc_needed: from_hgrc || cli.hgrc.hgrc.is_some() || cli.hgrc.repository.is_some(),
        from_hgrc,
        at: cli.at.map(|at| at.from(environment::now())),
        hg_version: cli.hg.hg_version.as_ref(),
        hg_store: cli.hgrc.hg_store.as_ref(),
        ..Sources::of(&cli.trust)
    })?;
    let targets = if from_hgrc {
        vec![assessor.configured_target()?]
    } else {
        targets
    };
    let setting = Setting {
        cli,
        targets,
        assessor,
    };
    match &cli.chain {
        Some(path) => setting.saved_chain(path),
        None => setting.servers(),
    }
}

/// Why several ports cannot be looked at, if the user wants that.
fn unfit_for_ports(cli: &Inspect, targets: &[TargetArg]) -> Option<Error> {
    cli.ports.asked()?;
    if targets.is_empty() {
        let text = "--mail and --ports need a host";
        return Some(Error::new(text).hint("smtp-certcheck mail.example.org --mail"));
    }
    let mut targets = targets.iter();
    let named = targets.find_map(|target| one_port_is_named(&target.target));
    named.or_else(|| several_ports_elsewhere(&cli.connection))
}

/// When a certificate expires soon.
fn levels(cli: &Inspect) -> ExpiryLevels {
    ExpiryLevels {
        warning: cli.warning,
        critical: cli.critical,
    }
}

/// A subcommand that the first target almost spells, if that target is not a server.
fn mistyped(reports: &[Reported]) -> Option<(&str, String)> {
    let first = reports.first()?.host()?;
    let is_unknown = first.failure()?.step == Step::Resolve;
    let word = first.target.input.as_str();
    let command = nearly_a_command(word).filter(|_| is_unknown)?;
    Some((word, command))
}

/// Whether nothing is to be done.
fn is_well(report: &Report) -> bool {
    report.exit() == Exit::SUCCESS && !report.warns()
}

/// Looks at the one port of a target, or at several of its host in turns.
async fn surveys(pacer: &Arc<Pacer>, asked: &Asked, options: &Options) -> Vec<Survey> {
    match asked.endpoints() {
        None => vec![look(&asked.endpoint, options).await],
        Some(ports) => look_at_ports(pacer, &ports, options).await,
    }
}

/// The command line with everything that it points to, as read.
struct Setting<'a> {
    cli: &'a Inspect,
    targets: Vec<TargetArg>,
    assessor: Assessor,
}

impl Setting<'_> {
    fn saved_chain(&self, path: &Path) -> Result<Exit, Error> {
        let chain: Vec<Certificate> = chain::read(path)?
            .into_iter()
            .map(Certificate::new)
            .collect();
        // clap requires it.
        let reference = self
            .cli
            .trust
            .servername
            .as_ref()
            .ok_or_else(|| Error::new("--servername is missing"))?;
        let anchors = self.assessor.anchors();
        let policy = self.assessor.offline_policy(anchors, reference);
        let mut judgement = judge_clients(
            &chain,
            &policy,
            Staple::NotSeen,
            judge_chain(&chain, &policy),
        );
        self.assessor.note_hash(&mut judgement);
        let label = chain::name(path).trim_matches('"').to_owned();
        let target = Target {
            input: label.clone(),
            host: None,
            port: None,
            label,
            protocol: None,
            tls: None,
            servername: reference.to_string(),
        };
        let look = Assessment {
            chain,
            judgement: Some(judgement),
            ..Assessment::default()
        };
        let mut report = Report {
            at_was_chosen: self.cli.at.is_some(),
            defaults: self.cli.trust.defaults.named.clone(),
            ..Report::single(target, look, self.assessor.now)
        };
        self.note_expiry(&mut report);
        print(&self.render_one(&report))?;
        Ok(self.exit(&[report.into()]))
    }

    fn servers(&self) -> Result<Exit, Error> {
        let reports = block_on(self.probe_all())??;
        if let Some((word, command)) = mistyped(&reports) {
            say(&format!(
                "note: \"{word}\" was taken for a server; did you mean `smtp-certcheck {command}`?"
            ));
        }
        Ok(self.exit(&reports))
    }

    /// The exit code that `--help` documents, or a plugin's.
    fn exit(&self, reports: &[Reported]) -> Exit {
        if self.cli.format == FormatArg::Nagios {
            return nagios::render_all(reports, self.thresholds()).1.exit();
        }
        Exit::of_all(reports.iter().map(Reported::exit))
    }

    fn thresholds(&self) -> nagios::Thresholds {
        let (warning, critical) = levels(self.cli).thresholds();
        nagios::Thresholds { warning, critical }
    }

    /// Notes what expires soon. A plugin has its own words for it.
    fn note_expiry(&self, report: &mut Report) {
        if self.cli.format != FormatArg::Nagios {
            levels(self.cli).note(report);
        }
    }

    /// The client certificate of the user.
    fn client(&self) -> Result<Option<Arc<CertifiedKey>>, Error> {
        let Client { cert, key } = &self.cli.client;
        match (cert, key) {
            (Some(cert), Some(key)) => client::read(cert, key).map(Some),
            // clap wants both or none.
            _ => Ok(None),
        }
    }

    /// Probes in parallel; reports in the order of the command line, each as soon as possible.
    async fn probe_all(&self) -> Result<Vec<Reported>, Error> {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let pacer = Arc::new(Pacer::new(&Limits::for_few(AT_ONCE)));
        let mut planned = Vec::new();
        let connection = &self.cli.connection;
        let servername = self.cli.trust.servername.as_ref();
        for target in &self.targets {
            let asked = Asked::new(target.clone(), connection, servername);
            let asked = asked.at_ports(self.cli.ports.asked());
            let options = options(connection, &asked)?;
            planned.push((asked, options));
        }
        let ehlo = connection.ehlo.clone().or_else(environment::fqdn);
        let client = self.client()?;
        let mut running: Vec<(Asked, Options, JoinHandle<Vec<Survey>>)> = Vec::new();
        let waiting = Waiting::new(self.cli.quiet);
        for (asked, mut options) in planned {
            options.probe.ehlo.clone_from(&ehlo);
            options.probe.watch = waiting.watch();
            let (permits, pacer) = (Arc::clone(&permits), Arc::clone(&pacer));
            let (to_probe, again) = (asked.clone(), options.clone());
            let task = tokio::spawn(async move {
                let _permit = permits.acquire().await;
                surveys(&pacer, &to_probe, &options).await
            });
            running.push((asked, again, task));
        }
        let mut reports = Vec::new();
        for (asked, options, task) in running {
            let endpoint = &asked.endpoint;
            let seen = waiting.during(task).await;
            let seen =
                seen.map_err(|why| Error::new(format!("the probe of {endpoint} broke: {why}")))?;
            let fetching = self.assessor.fetch(&seen, &asked, &options);
            waiting.during(fetching).await;
            let seen = match &client {
                Some(client) => self.assessor.present(seen, &asked, &options, client).await,
                None => seen,
            };
            let mut report = self.assessor.report_on_all(seen, &asked, |seen, asked| {
                self.assessor.assess(seen, asked, Own::default())
            })?;
            if let Some(least) = self.cli.pin_expires {
                self.assessor.note_pin(&mut report, &asked, least);
            }
            self.note_expiry(&mut report);
            if !matches!(self.cli.format, FormatArg::Json | FormatArg::Nagios) {
                let gap = if reports.is_empty() || self.is_terse() {
                    ""
                } else {
                    "\n"
                };
                print(&format!("{gap}{}", self.render_one(&report)))?;
            }
            if self.cli.format == FormatArg::Pem && !is_well(&report) {
                // The data alone would not show it, nor that it is that of one address.
                warn(table::verdict(&report, Style::plain()).trim_end());
            }
            reports.push(report.into());
        }
        match self.cli.format {
            FormatArg::Json => print(&json::render(&reports))?,
            // Its first line covers all targets.
            FormatArg::Nagios => print(&nagios::render_all(&reports, self.thresholds()).0)?,
            FormatArg::Table if !self.cli.quiet && reports.len() > 1 => {
                print(&format!("\n{}", table::sums(&reports)))?;
            }
            FormatArg::Table | FormatArg::Pem | FormatArg::Jsonl => {}
        }
        Ok(reports)
    }

    fn is_terse(&self) -> bool {
        self.cli.quiet || matches!(self.cli.format, FormatArg::Pem | FormatArg::Jsonl)
    }

    fn render_one(&self, report: &Report) -> String {
        let style = environment::style(self.cli.color, self.cli.verbose);
        match self.cli.format {
            FormatArg::Json => json::host(report),
            FormatArg::Jsonl => json::compact(report),
            FormatArg::Pem if self.targets.len() > 1 => pem::render_named(report),
            FormatArg::Pem => pem::render(report),
            FormatArg::Nagios => nagios::render(report, self.thresholds()).0,
            FormatArg::Table if self.cli.quiet && is_well(report) => String::new(),
            FormatArg::Table if self.cli.quiet => table::verdict(report, style),
            FormatArg::Table => table::render(report, style),
        }
    }
}
