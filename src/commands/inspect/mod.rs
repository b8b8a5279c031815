//! The main command: look at each target, judge, print.

mod jobs;
mod saved;
mod showing;
mod unfit;

use super::assess::{Assessor, ExpiryLevels, Sources};
use super::error::Error;
use super::mercurial::Scope;
use super::runtime::block_on;
use super::terminal::say;
use super::usage::nearly_a_command;
use super::{environment, lint};
use crate::audit::conflict;
use crate::cli::{BELOW_WARNING, FormatArg, Inspect, SubjectArg};
use crate::endpoint::{Host, Protocol};
use crate::observation::Step;
use crate::report::{Exit, Report, Reported};
use std::net::Ipv6Addr;

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
    if let Some(why) = unfit::unfit(cli, &targets) {
        return Err(why);
    }
    let from_hgrc = targets.is_empty() && cli.chain.is_none();
    let asks_servers = from_hgrc || targets.iter().any(|target| target.host().is_some());
    let assessor = Assessor::read(&Sources {
        // Mercurial's settings are about the servers that hg talks to.
        scope: Scope::of(&cli.hgrc).filter(|_| asks_servers),
        hgrc_needed: from_hgrc || cli.hgrc.hgrc.is_some() || cli.hgrc.repository.is_some(),
        from_hgrc,
        at: cli.at.map(|at| at.from(environment::now())),
        hg_version: cli.hg.hg_version.as_ref(),
        hg_store: cli.hgrc.hg_store.as_ref(),
        ..Sources::of(&cli.trust)
    })?;
    let targets = if from_hgrc {
        vec![SubjectArg::Host(
            assessor.configured_target(&cli.connection)?,
        )]
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

/// The address and the port that an IPv6 address without brackets may be meant as, where it cannot
/// be connected to.
fn perhaps_with_a_port(report: &Report) -> Option<(Ipv6Addr, u16)> {
    report
        .failure()
        .filter(|failure| failure.step == Step::Connect)?;
    let input = report.target.input.as_str();
    input.parse::<Ipv6Addr>().ok()?;
    let (address, port) = input.rsplit_once(':')?;
    let port = port.parse().ok()?;
    Protocol::on_port(port)?;
    Some((address.parse().ok()?, port))
}

/// The command line with everything that it points to, as read.
struct Setting<'a> {
    cli: &'a Inspect,
    targets: Vec<SubjectArg>,
    /// Judges servers, and domains if no server is asked about.
    assessor: Assessor,
}

impl Setting<'_> {
    fn servers(&self) -> Result<Exit, Error> {
        let reports = block_on(self.look_at_all())??;
        if let Some((word, command)) = mistyped(&reports) {
            say(&format!(
                "note: \"{word}\" was taken for a server; did you mean `smtp-certcheck {command}`?"
            ));
        }
        // What programs and mails from cron read has no hints.
        let is_read = self.cli.format == FormatArg::Table && !self.cli.quiet;
        for report in reports
            .iter()
            .filter_map(Reported::host)
            .filter(|_| is_read)
        {
            if let Some(domain) = self.perhaps_a_domain(report) {
                say(&format!(
                    "note: if \"{domain}\" is a domain, `smtp-certcheck mx:{domain}` looks at the hosts that take its mail"
                ));
            }
            if let Some((address, port)) = perhaps_with_a_port(report) {
                say(&format!(
                    "note: \"{}\" is an address without a port; port {port} of {address} is [{address}]:{port}",
                    report.target.input
                ));
            }
        }
        Ok(self.exit(&reports))
    }

    /// The name of a target without a port, where no server can be reached at port 25.
    fn perhaps_a_domain<'r>(&self, report: &'r Report) -> Option<&'r str> {
        let step = report.failure()?.step;
        // What a proxy does not reach says nothing of the name.
        report.seen().filter(|seen| seen.via.is_none())?;
        let mut targets = self.targets.iter().filter_map(SubjectArg::host);
        let target = targets.find(|target| target.input == report.target.input)?;
        let is_bare = target.target.port.is_none() && target.target.start.is_none();
        let has_dot = |name: &str| name.contains('.');
        let Host::Name { ascii, .. } = &target.target.host else {
            return None;
        };
        let is_it = is_bare && has_dot(ascii) && matches!(step, Step::Resolve | Step::Connect);
        report.target.host.as_deref().filter(|_| is_it)
    }
}
