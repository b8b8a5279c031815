//! Certificates that are to come (`--also`): read from files, and judged as those that a server
//! presents, but for the proof that it holds the key.

use super::ask;
use super::consent::{self, UNPROVEN};
use super::observer::Observer;
use super::request::Request;
use super::stopped::Stopped;
use crate::certificate::Certificate;
use crate::commands::disk::chain;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::finding::Code;
use crate::observation::Sighting;
use crate::programs::{By, Program};
use crate::render::pin as show;
use crate::report::{Assessment, Report};
use std::path::PathBuf;

/// A report on the certificate of each file, which is the first in it.
pub(super) fn read(files: &[PathBuf], observer: &Observer<'_>) -> Result<Vec<Report>, Error> {
    let mut reports: Vec<Report> = Vec::new();
    for file in files {
        let presented = chain::read(file)?;
        let mut look = Assessment {
            seen: None,
            ..observer.assess(Sighting {
                presented,
                ..Sighting::default()
            })
        };
        if let Some(judgement) = &mut look.judgement {
            // Nothing was asked for a proof.
            let problems = &mut judgement.problems;
            problems.retain(|problem| problem.code != Code::KeyNotProven);
        }
        let name = chain::name(file);
        if let Some(Err(why)) = look.leaf().map(Certificate::facts) {
            let message = format!("cannot use {name}: its first certificate cannot be read: {why}");
            return Err(Error::new(message));
        }
        let report = observer.single(name, look);
        let is_known = |known: &Report| known.leaf() == report.leaf();
        if !reports.iter().any(is_known) {
            reports.push(report);
        }
    }
    Ok(reports)
}

/// Makes sure that a program can hold what is to come beside the present pin.
pub(super) fn fits(files: &[PathBuf], program: &Program) -> Result<(), Error> {
    if files.is_empty() || !program.holds_one_pin() {
        return Ok(());
    }
    let error = Error::new(format!(
        "{program} holds one pin: --also cannot be kept beside it"
    ));
    Err(error.hint("change the line on the day on which the server changes its certificate"))
}

/// The same without `--all`. `by`: what it is pinned by, if there is a choice.
pub(super) fn fits_alone(
    files: &[PathBuf],
    program: &Program,
    by: Option<By>,
) -> Result<(), Error> {
    fits(files, program)?;
    match by.filter(|_| !files.is_empty()) {
        Some(By::Ca) => Err(Error::new(
            "--also is about fingerprints and keys, and a CA holds for what is to come, too",
        )),
        None if !files.is_empty() => {
            let error = Error::new(format!("--also needs --all with --for {program}"));
            Err(error.hint("the set of --all has what is to come"))
        }
        _ => Ok(()),
    }
}

/// Makes sure that the user agrees to each, and says that none was seen.
pub(super) fn agreed(request: &Request<'_>, coming: &[Report]) -> Result<(), Stopped> {
    for report in coming {
        note(report);
        trusted(request, report)?;
        consent::to_lifetime(request, report, report.leaf())?;
    }
    Ok(())
}

/// Says that a certificate was not seen.
pub(super) fn note(report: &Report) {
    say(&format!(
        "note: the certificate of {} was not seen: no server has shown that it holds its key",
        report.target.label
    ));
}

fn trusted(request: &Request<'_>, report: &Report) -> Result<(), Stopped> {
    let problems = show::problems(report.judgement());
    let is_fine = |code: &Code| request.accepts.unproven && UNPROVEN.contains(code);
    let is_expected = report.leaf().is_some_and(|leaf| request.is_expected(leaf));
    if problems.iter().all(is_fine) || is_expected || request.accepts.untrusted {
        return Ok(());
    }
    say(show::identity(report).trim_end());
    if let Some(leaf) = report.leaf().filter(|_| ask::is_possible()) {
        let question = "The chain in the file is not trusted. Pin this certificate (yes, no, or the fingerprint)?";
        if ask::confirm(question, leaf)? {
            return Ok(());
        }
    }
    Err(Stopped::because(
        "not pinned: the chain in the file is not trusted; --expect FINGERPRINT pins its certificate",
    ))
}
