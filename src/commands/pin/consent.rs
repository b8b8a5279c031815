//! Whether the user agrees to what is about to be pinned.

use super::ask;
use super::gap;
use super::paste;
use super::possession::{failed, proven};
use super::request::Request;
use super::rounds::Looks;
use super::several::Several;
use super::stopped::Stopped;
use crate::certificate::Certificate;
use crate::commands::environment;
use crate::commands::terminal::say;
use crate::finding::Code;
use crate::fingerprint::{Algorithm, Comparison};
use crate::judge::{just_made, short_lived};
use crate::mercurial::Existing;
use crate::programs::By;
use crate::render::{pin as show, pins};
use crate::report::Report;

/// Reports what was seen, and makes sure that the user agrees to each certificate that is to be
/// pinned, and to those that the pin refuses. Returns a report on each that is to be pinned.
pub(super) fn given(request: &Request<'_>, looks: &Looks) -> Result<Vec<Report>, Stopped> {
    gap::note(&looks.gaps);
    let Some(several) = Several::of(&looks.report, request) else {
        return Err(failed(&looks.report));
    };
    several.describe();
    let pinned = several.reports();
    for report in &pinned {
        to_certificate(request, report).inspect_err(|_| several.advise_trusted(request))?;
    }
    several.agreed(request)?;
    Ok(pinned)
}

/// Makes sure that this is the certificate that the user means.
fn to_certificate(request: &Request<'_>, report: &Report) -> Result<(), Stopped> {
    let (Some(seen), Some(leaf)) = (report.seen(), report.leaf()) else {
        return Err(failed(report));
    };
    proven(request, report, seen)?;
    if request.has_expected() && !request.is_expected(leaf) {
        say("not pinned: the server presents another certificate than --expect names");
        for pin in request.expected {
            say(&format!("  expected    {pin}"));
        }
        return Err(Stopped::because(show::identity(report).trim_end()));
    }
    let comparison = report.pins().comparison;
    let stops = matches!(request.existing, Existing::Keep | Existing::Prune);
    if comparison == Comparison::Mismatch && stops {
        say(show::alarm(report).trim_end());
        return Err(Stopped::because(
            "not pinned: someone may be in the middle, or the server has a new certificate. Ask its\n\
             administrator for the fingerprint, or compare it through another channel. If the new one is\n\
             right: --add accepts both while certificates rotate, --replace drops the old one.",
        ));
    }
    let problems = show::problems(report.judgement());
    let trusted = problems
        .iter()
        .all(|code| request.accepts.unproven && UNPROVEN.contains(code));
    let is_pinned = comparison == Comparison::Match && request.by == By::Certificate;
    if trusted || is_pinned || request.accepts.untrusted || request.has_expected() {
        return Ok(());
    }
    say(show::identity(report).trim_end());
    to_untrusted(leaf, &problems)
}

/// The problems that `--accept-unproven` accepts.
pub(super) const UNPROVEN: [Code; 2] = [Code::KeyNotProven, Code::ObsoleteTls];

/// Asks whether a certificate is pinned though its chain is not trusted.
fn to_untrusted(leaf: &Certificate, problems: &[Code]) -> Result<(), Stopped> {
    if ask::is_possible() {
        let question = "The chain is not trusted. Compare the fingerprint with one that you have\n\
             from elsewhere. Pin this certificate (yes, no, or the fingerprint)?";
        if ask::confirm(question, leaf)? {
            return Ok(());
        }
        return Err(Stopped::because("not pinned"));
    }
    // A CA does not change the name that the certificate is for.
    let or = if problems.contains(&Code::NameMismatch) {
        ""
    } else {
        "--cacerts names its CA, and "
    };
    let digest = leaf.fingerprint(Algorithm::Sha256).to_string();
    let command = paste::expecting(&environment::arguments(), &digest);
    Err(Stopped::because(&format!(
        "not pinned: the chain is not trusted. Compare the fingerprint with one that you have from\n\
         elsewhere. If it is the same:\n  {command}\n\
         {or}--accept-untrusted pins what the server presents, whatever it is."
    )))
}

/// Reports that what is about to be pinned is new or expires soon; if it expires soon, makes sure
/// that the user agrees.
pub(super) fn to_lifetime(
    request: &Request<'_>,
    report: &Report,
    pinned: Option<&Certificate>,
) -> Result<(), Stopped> {
    let Some(pinned) = pinned else {
        return Ok(());
    };
    let label = pinned.label();
    let Some(why) = short_lived(pinned, report.at) else {
        if let Some(why) = just_made(pinned, report.at) {
            say(&pins::note(&format!("\"{label}\" is new: {why}")));
        }
        return Ok(());
    };
    say(&pins::note(&format!("\"{label}\" will not last: {why}")));
    let is_leaf = report.leaf() == Some(pinned);
    let is_match = is_leaf && report.pins().comparison == Comparison::Match;
    let is_pinned = is_match && request.existing != Existing::Replace;
    let accepts = &request.accepts;
    if accepts.short_lived || accepts.untrusted || request.has_expected() || is_pinned {
        return Ok(());
    }
    if !ask::is_possible() {
        return Err(Stopped::because(
            "not pinned: there is no terminal to ask on; --accept-short-lived pins it all the same",
        ));
    }
    if ask::yes("Pin it all the same (y/N)?")? {
        return Ok(());
    }
    Err(Stopped::because("not pinned"))
}
