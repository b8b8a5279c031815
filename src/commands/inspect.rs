//! The main command: probe each target, judge, print.

use super::hg::{self, Mercurial, Scope};
use super::{Error, environment, files, print, warn};
use crate::certificate::Certificate;
use crate::cli::{FormatArg, Inspect, TargetArg};
use crate::endpoint::{Endpoint, Host};
use crate::judge::{Anchors, Policy, judge_chain, judge_server, pin_mismatch};
use crate::mercurial::{Decision, Server, Settings, decide};
use crate::observation::Observation;
use crate::probe::{Family, Options, probe};
use crate::render::{json, pem, table};
use crate::report::{Pins, Report, Target, exit_code};
use rustls::pki_types::ServerName;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How many targets are probed at once.
const AT_ONCE: usize = 16;

/// Runs it; the exit code is that of `--help`.
pub(super) fn run(cli: &Inspect) -> Result<u8, Error> {
    let setting = Setting::read(cli)?;
    match &cli.chain {
        Some(path) => setting.saved_chain(path),
        None => setting.servers(),
    }
}

/// The command line with everything read that it points to.
struct Setting<'a> {
    cli: &'a Inspect,
    targets: Vec<TargetArg>,
    /// Those of `--cacerts`.
    anchors: Option<Anchors>,
    /// Read when they are needed.
    system: OnceCell<Anchors>,
    mercurial: Option<Mercurial>,
    /// The target came from Mercurial's configuration.
    from_hgrc: bool,
    now: OffsetDateTime,
}

impl<'a> Setting<'a> {
    fn read(cli: &'a Inspect) -> Result<Self, Error> {
        let anchors = (!cli.cacerts.is_empty())
            .then(|| files::configured_anchors(&cli.cacerts))
            .transpose()?;
        let from_hgrc = cli.targets.is_empty() && cli.chain.is_none();
        let mercurial = read_mercurial(cli, from_hgrc)?;
        let targets = match &mercurial {
            Some(mercurial) if from_hgrc => vec![configured_target(mercurial)?],
            None if from_hgrc => return Err(Error::new("there is no target")),
            _ => cli.targets.clone(),
        };
        Ok(Self {
            cli,
            targets,
            anchors,
            system: OnceCell::new(),
            mercurial,
            from_hgrc,
            now: cli.at.unwrap_or_else(environment::now),
        })
    }

    fn system(&self) -> Result<&Anchors, Error> {
        if let Some(system) = self.system.get() {
            return Ok(system);
        }
        let system = files::system_anchors()?;
        Ok(self.system.get_or_init(|| system))
    }

    /// Those of `--cacerts`, else of Mercurial's settings for the host, else the system's.
    fn anchors(&self, settings: Option<&(Settings, bool)>) -> Result<Cow<'_, Anchors>, Error> {
        if let Some(anchors) = &self.anchors {
            return Ok(Cow::Borrowed(anchors));
        }
        let named = settings.and_then(|(settings, own)| hg::cacerts(settings, *own));
        let Some(named) = named else {
            return Ok(Cow::Borrowed(self.system()?));
        };
        let path = PathBuf::from(OsStr::from_bytes(&named.value));
        let mut anchors = files::configured_anchors(&[path]).map_err(|why| {
            why.hint(format!(
                "{} names it, at {}; --no-hgrc leaves it out",
                named.line.key,
                named.line.place()
            ))
        })?;
        anchors.origin = format!(
            "{}, from {} at {}",
            anchors.origin,
            named.line.key,
            named.line.place()
        );
        Ok(Cow::Owned(anchors))
    }

    fn policy<'p>(&self, anchors: &'p Anchors, reference: &'p Host) -> Policy<'p> {
        Policy {
            anchors,
            reference,
            now: self.now,
        }
    }

    fn saved_chain(&self, path: &Path) -> Result<u8, Error> {
        let chain: Vec<Certificate> = files::chain(path)?
            .into_iter()
            .map(Certificate::new)
            .collect();
        // clap requires it.
        let reference = self
            .cli
            .servername
            .as_ref()
            .ok_or_else(|| Error::new("--servername is missing"))?;
        let anchors = self.anchors(None)?;
        let judgement = judge_chain(&chain, &self.policy(&anchors, reference));
        let label = path.display().to_string();
        let report = Report {
            target: Target {
                input: label.clone(),
                host: None,
                port: None,
                label,
                tls: None,
                servername: reference.to_string(),
            },
            seen: None,
            chain,
            judgement: Some(judgement),
            at: self.now,
            at_was_chosen: self.cli.at.is_some(),
            pins: Pins::default(),
            mercurial: None,
            from_hgrc: false,
        };
        let outcomes = [report.outcome()];
        print(&self.render_one(&report))?;
        Ok(exit_code(&outcomes))
    }

    fn servers(&self) -> Result<u8, Error> {
        let options = self.options()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|why| Error::new(format!("cannot start: {why}")))?;
        let reports = runtime.block_on(self.probe_all(options));
        // A lookup that hangs must not keep the program from ending.
        runtime.shutdown_background();
        let outcomes: Vec<_> = reports?.iter().map(Report::outcome).collect();
        Ok(exit_code(&outcomes))
    }

    /// Probes side by side; reports in the order of the command line, each as soon as it can be.
    async fn probe_all(&self, options: Options) -> Result<Vec<Report>, Error> {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let mut running: Vec<(Endpoint, Host, JoinHandle<Observation>)> = Vec::new();
        for TargetArg { target, .. } in &self.targets {
            let mut target = target.clone();
            // The only port that was named is the one that decides.
            let elsewhere = self.cli.connect.as_ref().and_then(|to| to.port);
            target.port = target.port.or(elsewhere);
            let endpoint = Endpoint::from_target(target, self.cli.tls.mode());
            let reference = self
                .cli
                .servername
                .clone()
                .unwrap_or_else(|| endpoint.host.clone());
            let mut options = options.clone();
            options.server_name = reference.clone();
            let (permits, to_probe) = (Arc::clone(&permits), endpoint.clone());
            let task = tokio::spawn(async move {
                let _permit = permits.acquire().await;
                probe(&to_probe, &options).await
            });
            running.push((endpoint, reference, task));
        }
        let mut reports = Vec::new();
        for ((endpoint, reference, task), arg) in running.into_iter().zip(&self.targets) {
            let seen = task
                .await
                .map_err(|why| Error::new(format!("the probe of {endpoint} broke: {why}")))?;
            let report = self.report(seen, arg, &endpoint, &reference)?;
            if self.cli.format != FormatArg::Json {
                let gap = if reports.is_empty() || self.is_terse() {
                    ""
                } else {
                    "\n"
                };
                print(&format!("{gap}{}", self.render_one(&report)))?;
            }
            if self.cli.format == FormatArg::Pem && report.outcome().exit_code() != 0 {
                // The data alone would not tell.
                warn(table::verdict(&report, false).trim_end());
            }
            reports.push(report);
        }
        if self.cli.format == FormatArg::Json {
            print(&json::render(&reports))?;
        }
        Ok(reports)
    }

    fn options(&self) -> Result<Options, Error> {
        let cli = self.cli;
        for name in cli
            .servername
            .iter()
            .chain(self.targets.iter().map(|arg| &arg.target.host))
        {
            if let Host::Name { ascii, .. } = name {
                ServerName::try_from(ascii.as_str()).map_err(|_| {
                    Error::new(format!("\"{ascii}\" cannot be the name of a TLS server"))
                })?;
            }
        }
        Ok(Options {
            // Set for each target.
            server_name: Host::Ip(std::net::Ipv4Addr::UNSPECIFIED.into()),
            sni: !cli.no_sni,
            connect_to: cli.connect.as_ref().map(|to| (to.host.clone(), to.port)),
            family: match (cli.ipv4, cli.ipv6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            timeout: cli.timeout,
            connect_timeout: cli.connect_timeout,
            ehlo: cli.ehlo.clone().or_else(environment::fqdn),
        })
    }

    fn report(
        &self,
        mut seen: Observation,
        arg: &TargetArg,
        endpoint: &Endpoint,
        reference: &Host,
    ) -> Result<Report, Error> {
        let written = arg.target.written.as_str();
        let settings = self.mercurial.as_ref().map(|mercurial| {
            let settings = mercurial.settings(written);
            let own = settings
                .smtp_host
                .as_ref()
                .is_some_and(|host| host.value == written.as_bytes());
            (settings, own)
        });
        let anchors = self.anchors(settings.as_ref())?;
        let mut judgement = (!seen.presented.is_empty())
            .then(|| judge_server(&seen, &self.policy(&anchors, reference)));
        let pins = settings
            .as_ref()
            .map_or_else(Pins::default, |(settings, own)| {
                hg::pins(settings, *own, seen.presented.first())
            });
        if let (Some(judgement), Some(false), Some(leaf)) =
            (&mut judgement, pins.matched, seen.presented.first())
        {
            judgement.problems.push(pin_mismatch(leaf));
        }
        let mercurial = match settings {
            Some((settings, own)) => self.decide(settings, own, written, &seen)?,
            None => None,
        };
        Ok(Report {
            target: Target {
                input: arg.input.clone(),
                host: Some(endpoint.host.to_string()),
                port: Some(endpoint.port),
                label: endpoint.to_string(),
                tls: seen.mode.or(Some(endpoint.first_mode())),
                servername: reference.to_string(),
            },
            chain: std::mem::take(&mut seen.presented),
            seen: Some(seen),
            judgement,
            at: self.now,
            at_was_chosen: self.cli.at.is_some(),
            pins,
            mercurial,
            from_hgrc: self.from_hgrc,
        })
    }

    /// What `hg email` would do, if the configuration is about this host.
    fn decide(
        &self,
        mut settings: Settings,
        is_smtp_host: bool,
        written: &str,
        seen: &Observation,
    ) -> Result<Option<Decision>, Error> {
        let about = is_smtp_host || self.cli.hgrc.is_some() || settings.is_about_host();
        let (Some(mode), Some(tls), false) = (seen.mode, &seen.tls, seen.presented.is_empty())
        else {
            return Ok(None);
        };
        if !about {
            return Ok(None);
        }
        if !is_smtp_host {
            // As if smtp.host and smtp.tls were set for it.
            settings.transport = mode.into();
            settings.transport_line = None;
        }
        let server = Server {
            host: written,
            mode,
            chain: &seen.presented,
            tls_version: &tls.version,
            now: self.now,
        };
        Ok(Some(decide(
            &settings,
            &server,
            self.system()?,
            &hg::ca_file,
        )))
    }

    fn is_terse(&self) -> bool {
        self.cli.quiet || self.cli.format == FormatArg::Pem
    }

    fn render_one(&self, report: &Report) -> String {
        let color = environment::color(self.cli.color);
        match self.cli.format {
            FormatArg::Json => json::render(std::slice::from_ref(report)),
            FormatArg::Pem => pem::render(report),
            FormatArg::Table if self.cli.quiet => table::verdict(report, color),
            FormatArg::Table => table::render(
                report,
                table::Style {
                    color,
                    width: environment::width(),
                    verbose: self.cli.verbose,
                },
            ),
        }
    }
}

/// A configuration that cannot be read matters when the target, or the user, points to it.
fn read_mercurial(cli: &Inspect, needed: bool) -> Result<Option<Mercurial>, Error> {
    if cli.no_hgrc || cli.chain.is_some() {
        return Ok(None);
    }
    let scope = match &cli.hgrc {
        Some(file) => Scope::File(file),
        None => Scope::Everything(cli.repository.as_deref()),
    };
    match Mercurial::read(&scope) {
        Ok(mercurial) => Ok(Some(mercurial)),
        Err(why) if needed || cli.hgrc.is_some() || cli.repository.is_some() => Err(why),
        Err(why) => {
            warn(&format!(
                "Mercurial's configuration is left out: {}",
                why.message()
            ));
            Ok(None)
        }
    }
}

fn configured_target(mercurial: &Mercurial) -> Result<TargetArg, Error> {
    let target = mercurial.target()?;
    let endpoint = Endpoint::from_target(target.clone(), None);
    Ok(TargetArg {
        input: endpoint.to_string(),
        target,
    })
}
