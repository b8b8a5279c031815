//! The file of a CA that `--ca-out` names: which certificate goes into it, and how it is written.

use super::judged::{by, server};
use super::stopped::{REFUSED, Step, VERSION};
use crate::certificate::{Certificate, pem};
use crate::cli::{ByArg, Pin as Args, TargetArg};
use crate::commands::disk::replace::{Replaced, replace};
use crate::commands::disk::resolve::resolve;
use crate::commands::error::Error;
use crate::commands::mercurial::{Mercurial, Snapshot};
use crate::commands::terminal::{io_text, say};
use crate::endpoint::Start;
use crate::escape::visible;
use crate::fingerprint::Algorithm;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{CaFile, Decision, HostSettings, Installation, Transport, decide};
use crate::render::pin as show;
use crate::report::Report;
use std::path::{Path, PathBuf};

/// The CA to save, and where.
pub(super) struct Ca {
    pub(super) anchor: Certificate,
    /// The path as the configuration has it.
    pub(super) path: String,
}

/// Finds the anchor for `--by cacerts`, and checks that Mercurial accepts the server with it.
pub(super) fn of(args: &Args, target: &TargetArg, report: &Report) -> Step<Option<Ca>> {
    let (ByArg::Cacerts, Some(file)) = (by(args), &args.ca_out) else {
        return Ok(Ok(None));
    };
    let validated = report
        .judgement()
        .and_then(|judgement| judgement.path.last());
    let self_signed = report
        .leaf()
        .filter(|leaf| leaf.facts().is_ok_and(|facts| facts.self_issued));
    let Some(anchor) = validated.or(self_signed).cloned() else {
        say("not pinned: the chain leads to no trust anchor, so there is no CA to save");
        say("  -> name the CA with --cacerts, or pin --by fingerprint");
        return Ok(Err(REFUSED));
    };
    let decision = with_anchor(target, report, &anchor);
    let unknown = args.accept_unproven && decision.answer == Answer::Unknown;
    if decision.answer != Answer::Accepts && !unknown {
        say(&format!(
            "not pinned: hg would not take the server by that CA: {}",
            visible(&decision.reason)
        ));
        say("  -> pin --by fingerprint");
        return Ok(Err(REFUSED));
    }
    let path = absolute(file)?;
    Ok(Ok(Some(Ca { anchor, path })))
}

/// The path as a configuration can name it.
pub(super) fn absolute(file: &Path) -> Result<String, Error> {
    let absolute = std::path::absolute(file).map_err(|why| {
        Error::new(format!(
            "cannot use \"{}\": {}",
            file.display(),
            io_text(&why)
        ))
    })?;
    match absolute.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(Error::new(format!("\"{}\" is not UTF-8", file.display()))),
    }
}

/// What hg would decide with `verifycertsfile` alone.
fn with_anchor(target: &TargetArg, report: &Report, anchor: &Certificate) -> Decision {
    let written = &target.target.written;
    let config = format!("[hostsecurity]\n{written}:verifycertsfile = /ca\n");
    let mercurial = Mercurial::of(config.as_bytes());
    let mut settings: HostSettings = mercurial.settings(written);
    let mode = report.seen().and_then(|seen| seen.mode);
    let mode = mode.unwrap_or(Start::Starttls);
    settings.transport = Transport::from(mode);
    let server = server(written, mode, None, report);
    let file = |_: &[u8]| CaFile::Certificates(vec![anchor.der().clone().into()]);
    let none = Anchors::new("none");
    decide(&settings, &server, &Installation::unknown(&none), &file)
}

impl Ca {
    /// The state of its path; an error if an existing file may not be replaced.
    pub(super) fn place(&self, overwrite: bool) -> Result<Place, Error> {
        let hint = (!overwrite).then_some("--replace overwrites it; nothing was changed");
        Place::of(&self.path, &self.anchor, hint)
    }

    /// Writes the file, if it is unchanged since the check.
    pub(super) fn save(&self, place: &Place, report: &Report) -> Result<(), Error> {
        let text = show::ca_comment(report, &self.anchor, VERSION) + &pem::write(self.anchor.der());
        place.save(&text)
    }
}

/// The file that a certificate is to be saved to, as it is now.
#[derive(PartialEq, Eq)]
pub(super) struct Place {
    real: PathBuf,
    before: Option<Vec<u8>>,
    /// It holds this certificate already, and nothing else.
    pub(super) is_done: bool,
}

impl Place {
    /// Reads it, and checks that it can be written. With a hint, a file with other content is an
    /// error.
    pub(super) fn of(
        path: &str,
        certificate: &Certificate,
        keep: Option<&'static str>,
    ) -> Result<Self, Error> {
        let there = Path::new(path).metadata();
        if there.is_ok_and(|there| !there.is_file()) {
            return Err(Error::new(format!("\"{path}\" is no regular file")));
        }
        let real = resolve(Path::new(path));
        let before = Snapshot::default()
            .read(&real)
            .map_err(|why| Error::new(format!("cannot read \"{path}\": {}", io_text(&why))))?;
        let is_done = before.as_ref().is_some_and(|bytes| {
            pem::read(bytes).is_ok_and(|found| found == [certificate.der().clone().into()])
        });
        if let (Some(_), false, Some(hint)) = (&before, is_done, keep) {
            let message = format!("\"{path}\" is there already, and holds something else");
            return Err(Error::new(message).hint(hint));
        }
        let directory = real.parent().unwrap_or(Path::new("/"));
        if !directory.is_dir() {
            let message = format!("there is no directory for \"{path}\"");
            return Err(Error::new(message).hint("make the directory first (mkdir -p)"));
        }
        Ok(Self {
            real,
            before,
            is_done,
        })
    }

    /// What saving would do, shown before consent is asked.
    pub(super) fn plan(&self, certificate: &Certificate) -> Option<String> {
        let file = self.real.display();
        let label = visible(&certificate.label()).into_owned();
        let digest = certificate.fingerprint(Algorithm::Sha256);
        match self.before {
            _ if self.is_done => None,
            None => Some(format!(
                "the certificate of \"{label}\" goes into {file}:\n  {digest}"
            )),
            Some(_) => Some(format!(
                "the certificate of \"{label}\" takes the place of what {file} holds now:\n  {digest}"
            )),
        }
    }

    /// Writes it; a file with the same certificate is left unchanged.
    pub(super) fn save(&self, text: &str) -> Result<(), Error> {
        if self.is_done {
            return Ok(());
        }
        match replace(&self.real, self.before.as_deref(), text.as_bytes())? {
            Replaced::Yes => {
                say(&format!("saved the certificate in {}", self.real.display()));
                Ok(())
            }
            Replaced::Changed => Err(Error::new(format!(
                "\"{}\" has just been changed by another program; nothing was written",
                self.real.display()
            ))),
        }
    }
}
