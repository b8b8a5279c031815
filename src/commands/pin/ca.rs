//! The CA that Mercurial is to go by, and its file.

use super::certificate_file::{CertificateFile, absolute};
use super::judged::server;
use super::stopped::Stopped;
use super::version::VERSION;
use crate::certificate::{Certificate, pem};
use crate::commands::error::Error;
use crate::commands::mercurial::Mercurial;
use crate::commands::terminal::say;
use crate::endpoint::Start;
use crate::escape::visible;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{CaFile, Decision, Existing, HostSettings, Installation, Transport, decide};
use crate::render::pin as show;
use crate::report::Report;
use std::path::Path;

/// The CA to save, and where.
pub(super) struct Ca {
    pub(super) anchor: Certificate,
    /// The path as the configuration has it.
    pub(super) path: String,
}

/// Finds the anchor for `--by cacerts`, and makes sure that Mercurial accepts the server with it.
/// `accepts_unknown`: the user accepts that it cannot be known.
pub(super) fn of(
    file: &Path,
    host: &str,
    report: &Report,
    accepts_unknown: bool,
) -> Result<Ca, Stopped> {
    let validated = report.path().last();
    let self_signed = report
        .leaf()
        .filter(|leaf| leaf.facts().is_ok_and(|facts| facts.self_issued));
    let Some(anchor) = validated.or(self_signed).cloned() else {
        say("not pinned: the chain leads to no trust anchor, so there is no CA to save");
        say("  -> name the CA with --cacerts, or pin --by fingerprint");
        return Err(Stopped::not_pinned());
    };
    let decision = with_anchor(host, report, &anchor);
    let unknown = accepts_unknown && decision.answer == Answer::Unknown;
    if decision.answer != Answer::Accepts && !unknown {
        say(&format!(
            "not pinned: hg would not take the server by that CA: {}",
            visible(&decision.reason)
        ));
        say("  -> pin --by fingerprint");
        return Err(Stopped::not_pinned());
    }
    let path = absolute(file)?;
    Ok(Ca { anchor, path })
}

/// What hg would decide by `verifycertsfile` alone.
fn with_anchor(host: &str, report: &Report, anchor: &Certificate) -> Decision {
    let config = format!("[hostsecurity]\n{host}:verifycertsfile = /ca\n");
    let mercurial = Mercurial::of(config.as_bytes());
    let mut settings: HostSettings = mercurial.settings(host);
    let start = report.seen().and_then(|seen| seen.start);
    let start = start.unwrap_or(Start::Starttls);
    settings.transport = Transport::from(start);
    let server = server(host, start, None, report);
    let file = |_: &[u8]| CaFile::Certificates(vec![anchor.der().clone().into()]);
    let none = Anchors::new("none");
    decide(&settings, &server, &Installation::unknown(&none), &file)
}

impl Ca {
    /// Its file as it is now; an error if that may not be replaced.
    pub(super) fn file(&self, existing: Existing) -> Result<CertificateFile, Error> {
        let overwrite = existing == Existing::Replace;
        let hint = (!overwrite).then_some("--replace overwrites it; nothing was changed");
        CertificateFile::read(&self.path, &self.anchor, hint)
    }

    /// Writes its file, unless that has changed since it was read.
    pub(super) fn save(&self, file: &CertificateFile, report: &Report) -> Result<(), Error> {
        let text = show::ca_comment(report, &self.anchor, VERSION) + &pem::write(self.anchor.der());
        file.save(&text)
    }
}
