//! Whether `hg email` goes by the pin: with the planned configuration, or with the one on disk.

use super::super::ca::Ca;
use super::super::judged::{is_pinned, server};
use super::super::other_host;
use super::super::stopped::Stopped;
use crate::commands::disk::resolve::same_file;
use crate::commands::error::Error;
use crate::commands::mercurial::{self, Mercurial, Scope};
use crate::commands::terminal::{say, warn};
use crate::escape::visible;
use crate::hgrc::Config;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{
    CaFile, Decision, HostSettings, Intent, LintScope, PinPlan, PinnedBy, Release, decide,
    is_smtp_host, kept_port,
};
use crate::report::Report;
use std::path::Path;

/// A pin of which is asked whether `hg email` goes by it.
pub(in crate::commands::pin) struct Verification<'a> {
    /// What is meant.
    pub(in crate::commands::pin) intent: &'a Intent<'a>,
    /// The report on the server.
    pub(in crate::commands::pin) report: &'a Report,
    /// A report on each certificate.
    pub(in crate::commands::pin) pinned: &'a [Report],
    /// The configuration that counts.
    pub(in crate::commands::pin) scope: Scope<'a>,
    /// The release of Mercurial that the user names.
    pub(in crate::commands::pin) release: Option<&'a Release>,
    /// The CA that is pinned, if it is one.
    pub(in crate::commands::pin) ca: Option<&'a Ca>,
}

impl Verification<'_> {
    /// Reports what writing the plan would come to; `planned` is the configuration then, and `all`
    /// what hg reads then.
    pub(super) fn foresee(
        &self,
        plan: &PinPlan,
        planned: Config,
        all: Result<Config, Error>,
    ) -> Result<(), Stopped> {
        let mercurial = Mercurial::with(planned).of_release(self.release);
        let ca_file = |path: &[u8]| match self.ca {
            Some(ca) if ca.path.as_bytes() == path => {
                CaFile::Certificates(vec![ca.anchor.der().clone().into()])
            }
            _ => mercurial::ca_file(path),
        };
        let mut holds = self.holds(&mercurial, "planned", &ca_file);
        if let Scope::NewFile(file) = self.scope {
            holds &= self.holds_with_new(all.map(Mercurial::with), file, "planned", &ca_file);
        }
        let settings = mercurial.settings(self.intent.host);
        other_host::note(&settings, self.intent.host);
        self.report_lints(&mercurial, &ca_file);
        if holds && plan.shadowed.is_empty() {
            return Ok(());
        }
        Err(Stopped::not_pinned())
    }

    /// Reads everything again, and reports success only if `hg email` is safe now. `was_there`:
    /// nothing had to be written.
    pub(super) fn verify(&self, plan: &PinPlan, was_there: bool) -> Result<(), Stopped> {
        let mercurial = Mercurial::read(&self.scope)?.of_release(self.release);
        let settings = mercurial.settings(self.intent.host);
        let state = if was_there { "pinned" } else { "written" };
        let mut holds = self.holds(&mercurial, state, &mercurial::ca_file);
        if let Scope::NewFile(file) = self.scope {
            let all = Mercurial::read(&Scope::Everything(None));
            holds &= self.holds_with_new(all, file, state, &mercurial::ca_file);
        }
        other_host::note(&settings, self.intent.host);
        self.report_lints(&mercurial, &mercurial::ca_file);
        // What is shadowed was reported with the difference.
        if !holds || !plan.shadowed.is_empty() {
            return Err(Stopped::not_pinned());
        }
        let done = if was_there {
            "already pinned"
        } else {
            "pinned"
        };
        say(&format!("{done}: {}", self.promise(&settings)));
        Ok(())
    }

    /// Whether the pin holds among all files that hg reads, this one included. It is not in force if
    /// hg does not read this file.
    fn holds_with_new(
        &self,
        all: Result<Mercurial, Error>,
        file: &Path,
        state: &str,
        ca_file: &dyn Fn(&[u8]) -> CaFile,
    ) -> bool {
        let all = match all {
            Ok(all) => all.of_release(self.release),
            Err(why) => {
                let why = why.message();
                warn(&format!("hg's other files cannot be read: {why}"));
                return false;
            }
        };
        let mut read = all.config().files().iter();
        if read.any(|read| same_file(&read.path, file)) {
            return self.holds(&all, state, ca_file);
        }
        say(&format!(
            "{state}, but not in force: hg does not read {} by itself here; HGRCPATH or %include must name it",
            file.display()
        ));
        false
    }

    fn report_lints(&self, mercurial: &Mercurial, ca_file: &dyn Fn(&[u8]) -> CaFile) {
        let scope = LintScope {
            host: Some(self.intent.host),
            leaf: self.report.leaf(),
        };
        for lint in mercurial.lint_with(scope, ca_file) {
            say(&format!(
                "note: {}: {}\n  {}\n  -> {}",
                lint.line.source, lint.line.key, lint.message, lint.advice
            ));
        }
    }

    /// What holds from now on, and by which line.
    fn promise(&self, settings: &HostSettings) -> String {
        let host = self.intent.host;
        let (what, line) = match (&settings.pins, &settings.verifycertsfile, self.intent.by) {
            (Some(pins), _, PinnedBy::Fingerprint) => {
                let these = match self.intent.leaves.len() {
                    0 | 1 => "with this certificate".to_owned(),
                    several => format!("with these {several} certificates"),
                };
                let what = match self.other_pins(settings) {
                    0 => these,
                    1 => format!("{these} or 1 other pinned one"),
                    n => format!("{these} or {n} other pinned ones"),
                };
                (what, &pins.line)
            }
            (_, Some(file), _) => ("with a valid certificate of this CA".to_owned(), &file.line),
            _ => return format!("hg email accepts {host} by what is configured"),
        };
        format!(
            "hg email accepts {host} only {what}\n  ({} at {})",
            line.key, line.source
        )
    }

    /// How many pins of both lists accept another certificate than these.
    fn other_pins(&self, settings: &HostSettings) -> usize {
        let current = settings.pins.as_ref();
        let current = current.and_then(|pins| pins.value.as_ref().ok());
        let legacy = settings.legacy_pins.as_ref().map(|pins| &pins.value);
        current
            .into_iter()
            .chain(legacy)
            .flatten()
            .filter(|pin| pin.is_complete() && !self.intent.has(pin))
            .count()
    }

    /// Whether Mercurial accepts the server by the pin, and by nothing less.
    fn holds(&self, mercurial: &Mercurial, state: &str, ca_file: &dyn Fn(&[u8]) -> CaFile) -> bool {
        let mut settings: HostSettings = mercurial.settings(self.intent.host);
        // Whether hg email runs is a separate question.
        settings.runs.clear();
        let own = is_smtp_host(&settings, self.intent.host) && settings.smtp_host.is_some();
        let kept = kept_port(&settings, self.intent);
        if let Some(port) = &kept {
            say(&format!(
                "note: smtp.port stays {}; this certificate is that of port {}",
                visible(port),
                self.intent.port
            ));
        }
        let here = own && kept.is_none();
        if !here {
            // As if smtp.host and smtp.tls named it.
            settings.transport = self.intent.start.into();
        }
        let port = here.then_some(self.intent.port);
        let none = Anchors::new("none");
        let hg = mercurial.installation(&none);
        let each = self.pinned.iter().map(|report| {
            let of_port = report.target.port;
            if of_port.is_none_or(|of_port| of_port == self.intent.port) {
                let server = server(self.intent.host, self.intent.start, port, report);
                return decide(&settings, &server, &hg, ca_file);
            }
            // As if smtp.port and smtp.tls named it.
            let start = report.target.tls.unwrap_or(self.intent.start);
            let server = server(self.intent.host, start, None, report);
            let there = HostSettings {
                transport: start.into(),
                ..settings.clone()
            };
            decide(&there, &server, &hg, ca_file)
        });
        let refused = |decision: &Decision| !is_pinned(decision, self.intent.by);
        let Some(decision) = each.into_iter().find(refused) else {
            return true;
        };
        let but = match decision.answer {
            Answer::Unknown => "whether hg email goes by it cannot be known",
            Answer::Accepts | Answer::Refuses => "hg email does not go by it",
        };
        say(&format!(
            "{state}, but {but}: {}",
            visible(&decision.reason)
        ));
        for line in &decision.lines {
            say(&format!("  {} at {}", line.key, line.source));
        }
        false
    }
}
