//! Whether the server has proven that it holds the key of its certificate.

use super::request::Request;
use super::stopped::Stopped;
use crate::commands::terminal::say;
use crate::observation::{Possession, Sighting};
use crate::render::advice::spelled;
use crate::render::style::Style;
use crate::render::{pin as show, table};
use crate::report::Report;

/// Makes sure that the server holds the key of its certificate, unless the user accepts it without
/// the proof.
pub(super) fn proven(
    request: &Request<'_>,
    report: &Report,
    seen: &Sighting,
) -> Result<(), Stopped> {
    match seen.possession {
        Possession::Proven if seen.failure.is_none() => return Ok(()),
        Possession::Proven => return Err(failed(report)),
        Possession::NotSeen | Possession::NotCheckable if request.accepts.unproven => return Ok(()),
        _ => say(show::identity(report).trim_end()),
    }
    let stopped = if seen.failure.is_some() {
        failed(report)
    } else {
        Stopped::not_pinned()
    };
    if seen.possession == Possession::Refuted {
        say(
            "not pinned: the server signs with another key than that of the certificate which it\n\
             presents: it is a copy, or the server is set up wrongly",
        );
    } else {
        say(
            "not pinned: the server has not proven that it holds the key of this certificate; anyone\n\
             can present a copy",
        );
        if request.program.is_none() {
            say("--accept-unproven pins it all the same: hg checks the key itself");
        }
    }
    Err(stopped)
}

/// Reports why there is nothing to pin; stops with the exit code of the report.
pub(super) fn failed(report: &Report) -> Stopped {
    say(table::verdict(report, Style::plain()).trim_end());
    if let Some(advice) = report.advice() {
        say(&format!("  -> {}", spelled(&advice)));
    }
    let exit = report.outcome().exit();
    Stopped::Exit(exit.max(Stopped::NOT_PINNED))
}
