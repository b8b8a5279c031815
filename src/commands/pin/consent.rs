//! Whether a certificate may be pinned: the one that the user means, and the server's own.

use super::ask;
use super::judged::by;
use super::stopped::{REFUSED, Step};
use crate::certificate::Certificate;
use crate::cli::{ByArg, Pin as Args};
use crate::commands::terminal::say;
use crate::finding::Code;
use crate::fingerprint::Comparison;
use crate::judge::{just_made, short_lived};
use crate::observation::{Possession, Sighting};
use crate::render::{pin as show, pins, table};
use crate::report::{Exit, Report};

/// Whether this is the certificate that the user means.
pub(super) fn given(args: &Args, report: &Report) -> Step<()> {
    let refuse = |why: &str| {
        say(why);
        Ok(Err(REFUSED))
    };
    let seen = report.seen();
    let (Some(seen), Some(leaf)) = (seen, report.leaf()) else {
        return Ok(Err(failed(report)));
    };
    if let Err(code) = proven(args, report, seen) {
        return Ok(Err(code));
    }
    if !args.expect.is_empty() && !args.expect.iter().any(|pin| pin.matches(leaf.der())) {
        say("not pinned: the server presents another certificate than --expect names");
        for pin in &args.expect {
            say(&format!("  expected    {pin}"));
        }
        return refuse(show::identity(report).trim_end());
    }
    if report.pins().comparison == Comparison::Mismatch && !args.replace && !args.add {
        say(show::alarm(report).trim_end());
        return refuse(
            "not pinned: somebody may be in between, or the server has a new certificate. Ask its\n\
             administrator for the fingerprint, or compare it over another way. If the new one is\n\
             right: --add accepts both while certificates rotate, --replace drops the old one.",
        );
    }
    let problems = show::problems(report.judgement());
    let trusted = problems
        .iter()
        .all(|code| args.accept_unproven && UNPROVEN.contains(code));
    let known = report.pins().comparison == Comparison::Match && by(args) == ByArg::Fingerprint;
    if trusted || known || args.accept_untrusted || !args.expect.is_empty() {
        return Ok(Ok(()));
    }
    say(show::identity(report).trim_end());
    if ask::is_possible() {
        let question = "The chain is not trusted. Compare the fingerprint with one that you have\n\
             from elsewhere. Pin this certificate (yes, no, or the fingerprint)?";
        return Ok(if ask::confirm(question, leaf)? {
            Ok(())
        } else {
            say("not pinned: type yes in full, or the fingerprint, to pin it");
            Err(REFUSED)
        });
    }
    // Trusting another CA does not fix a wrong name.
    let or = if problems.contains(&Code::NameMismatch) {
        "."
    } else {
        "; or name the CA with --cacerts."
    };
    refuse(&format!(
        "not pinned: the chain is not trusted. Compare the fingerprint with one that you have from\n\
         elsewhere, and give that with --expect{or}"
    ))
}

/// Says that a pin cannot last, and asks for consent.
pub(super) fn lasts(args: &Args, report: &Report, pinned: Option<&Certificate>) -> Step<()> {
    let Some(pinned) = pinned else {
        return Ok(Ok(()));
    };
    let label = pinned.label();
    let Some(why) = short_lived(pinned, report.at) else {
        if let Some(why) = just_made(pinned, report.at) {
            say(&pins::note(&format!("\"{label}\" is new: {why}")));
        }
        return Ok(Ok(()));
    };
    say(&pins::note(&format!("\"{label}\" will not last: {why}")));
    let is_leaf = report.leaf() == Some(pinned);
    let is_pinned = is_leaf && report.pins().comparison == Comparison::Match && !args.replace;
    let agreed = args.accept_short_lived || args.accept_untrusted || !args.expect.is_empty();
    if agreed || is_pinned {
        return Ok(Ok(()));
    }
    if !ask::is_possible() {
        say(
            "not pinned: there is no terminal to ask on; --accept-short-lived pins it all the same",
        );
        return Ok(Err(REFUSED));
    }
    Ok(if ask::yes("Pin it all the same (y/N)?")? {
        Ok(())
    } else {
        say("not pinned");
        Err(REFUSED)
    })
}

/// The problems that `--accept-unproven` accepts.
const UNPROVEN: [Code; 2] = [Code::KeyNotProven, Code::ObsoleteTls];

/// Whether the server holds the key of its certificate, or the user accepts it without the proof.
pub(super) fn proven(args: &Args, report: &Report, seen: &Sighting) -> Result<(), Exit> {
    match seen.possession {
        Possession::Proven if seen.failure.is_none() => return Ok(()),
        Possession::Proven => return Err(failed(report)),
        Possession::NotSeen | Possession::NotCheckable if args.accept_unproven => return Ok(()),
        _ => say(show::identity(report).trim_end()),
    }
    let code = if seen.failure.is_some() {
        failed(report)
    } else {
        REFUSED
    };
    if seen.possession == Possession::Refuted {
        say(
            "not pinned: the server signs with another key than that of the certificate which it\n\
             presents: it is a copy, or the server is set up wrongly",
        );
    } else {
        say(
            "not pinned: the server has not proven that it holds the key of this certificate; anybody\n\
             can present a copy.",
        );
        if args.for_tool.is_none() {
            say("--accept-unproven pins it all the same: hg checks the key itself");
        }
    }
    Err(code)
}

/// Why nothing can be pinned, and the exit code.
pub(super) fn failed(report: &Report) -> Exit {
    say(table::verdict(report, false).trim_end());
    let failure = report.failure();
    if let Some(failure) = failure {
        say(&format!("  -> {}", failure.advice()));
    }
    report.outcome().exit().max(REFUSED)
}
