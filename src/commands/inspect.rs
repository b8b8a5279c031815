//! The main command: probe each target, judge, print.

use super::{Error, environment, files, print};
use crate::certificate::Certificate;
use crate::cli::{FormatArg, Inspect, TargetArg};
use crate::endpoint::{Endpoint, Host};
use crate::judge::{Anchors, Policy, judge_chain, judge_server};
use crate::observation::Observation;
use crate::probe::{Family, Options, probe};
use crate::render::{json, pem, table};
use crate::report::{Report, Target, exit_code};
use rustls::pki_types::ServerName;
use std::path::Path;
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
    anchors: Anchors,
    now: OffsetDateTime,
}

impl<'a> Setting<'a> {
    fn read(cli: &'a Inspect) -> Result<Self, Error> {
        let anchors = if cli.cacerts.is_empty() {
            files::system_anchors()?
        } else {
            files::configured_anchors(&cli.cacerts)?
        };
        let now = cli.at.unwrap_or_else(environment::now);
        Ok(Self { cli, anchors, now })
    }

    fn policy<'p>(&'p self, reference: &'p Host) -> Policy<'p> {
        Policy {
            anchors: &self.anchors,
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
        let judgement = judge_chain(&chain, &self.policy(reference));
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
        for TargetArg { target, .. } in &self.cli.targets {
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
        for ((endpoint, reference, task), arg) in running.into_iter().zip(&self.cli.targets) {
            let seen = task
                .await
                .map_err(|why| Error::new(format!("the probe of {endpoint} broke: {why}")))?;
            let report = self.report(seen, &arg.input, &endpoint, &reference);
            if self.cli.format != FormatArg::Json {
                let gap = if reports.is_empty() || self.is_terse() {
                    ""
                } else {
                    "\n"
                };
                print(&format!("{gap}{}", self.render_one(&report)))?;
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
            .chain(cli.targets.iter().map(|arg| &arg.target.host))
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
        input: &str,
        endpoint: &Endpoint,
        reference: &Host,
    ) -> Report {
        let judgement =
            (!seen.presented.is_empty()).then(|| judge_server(&seen, &self.policy(reference)));
        Report {
            target: Target {
                input: input.to_owned(),
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
        }
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
