//! Whether the user agrees to a set: to every certificate of it, or to none.

use super::super::ask;
use super::super::paste;
use super::super::request::Request;
use super::super::stopped::Stopped;
use crate::certificate::Certificate;
use crate::commands::environment;
use crate::commands::terminal::say;
use crate::fingerprint::Algorithm;
use crate::mercurial::Existing;
use crate::pin_set::{Agreed, Doubt, PinSet, Rules, Why};
use crate::render::pin_set as show;
use time::OffsetDateTime;

/// Makes sure that each member may be pinned.
pub(super) fn given<'s>(
    request: &Request<'_>,
    set: &'s PinSet,
    at: OffsetDateTime,
) -> Result<Agreed<'s>, Stopped> {
    expected_is_there(request, set)?;
    let is_expected = |leaf: &Certificate| request.is_expected(leaf);
    let rules = Rules {
        is_confirmed: &is_expected,
        untrusted: request.accepts.untrusted,
        unproven: request.accepts.unproven,
        new: matches!(request.existing, Existing::Add | Existing::Replace),
    };
    let doubts = match set.agreed(&rules) {
        Ok(agreed) => return Ok(agreed),
        Err(doubts) => doubts,
    };
    // What no confirmation helps comes before any question.
    let confirmed = Rules {
        untrusted: true,
        ..rules
    };
    if let Err(others) = set.agreed(&confirmed) {
        return Err(stop(request, set, (&doubts, &others), at));
    }
    if !ask::is_possible() {
        return Err(stop(request, set, (&doubts, &[]), at));
    }
    let mut yes: Vec<Certificate> = Vec::new();
    for doubt in &doubts {
        say(show::identity(doubt.member, at).trim_end());
        let question = "The chain is not trusted. Compare the fingerprint with one that you have\n\
             from elsewhere. Pin this certificate (yes, no, or the fingerprint)?";
        if !ask::confirm(question, &doubt.member.leaf)? {
            return Err(Stopped::because("not pinned: all of them are, or none is"));
        }
        yes.push(doubt.member.leaf.clone());
    }
    let is_confirmed = |leaf: &Certificate| is_expected(leaf) || yes.contains(leaf);
    let rules = Rules {
        is_confirmed: &is_confirmed,
        ..rules
    };
    set.agreed(&rules)
        .map_err(|doubts| stop(request, set, (&doubts, &[]), at))
}

/// Makes sure that every certificate was seen that `--expect` names: the user knows of it.
fn expected_is_there(request: &Request<'_>, set: &PinSet) -> Result<(), Stopped> {
    let mut expected = request.expected.iter();
    let is_missing = |pin: &&_| {
        let matches = |leaf: &Certificate| crate::cli::ExpectedPin::matches(pin, leaf.der());
        !set.members.iter().any(|one| matches(&one.leaf))
    };
    match expected.find(is_missing) {
        None => Ok(()),
        Some(pin) => Err(Stopped::because(&format!(
            "not pinned: no place presents the certificate that --expect names\n  expected    {pin}"
        ))),
    }
}

/// Names each member that may not be pinned, with its place, and says what to do.
fn stop(
    request: &Request<'_>,
    set: &PinSet,
    (doubts, others): (&[Doubt<'_>], &[Doubt<'_>]),
    at: OffsetDateTime,
) -> Stopped {
    say(&match set.members.len() {
        1 => "not pinned:".to_owned(),
        all => format!("not pinned: all {all} certificates are, or none, and these may not be:"),
    });
    for doubt in doubts {
        say(show::identity(doubt.member, at).trim_end());
        if let Some(why) = reason(&doubt.why) {
            say(&format!("    {why}"));
        }
    }
    let all = || doubts.iter().chain(others);
    if all().any(|doubt| doubt.why == Why::New) {
        say(
            "Someone may be in the middle, or the host has new certificates. Compare them through another\n\
             channel. If they are right: --add accepts them, too, and --replace drops the old ones.",
        );
    }
    let untrusted: Vec<&Doubt<'_>> = all()
        .filter(|doubt| matches!(doubt.why, Why::Untrusted(_)))
        .collect();
    match untrusted.as_slice() {
        [] => {}
        [one] => {
            let digest = one.member.leaf.fingerprint(Algorithm::Sha256).to_string();
            let command = paste::expecting_also(&environment::arguments(), &digest);
            say(&format!(
                "Compare the fingerprint with one that you have from elsewhere. If it is the same:\n  {command}"
            ));
        }
        _ => say(
            "Compare the fingerprints with those that you have from elsewhere. The same command with\n\
             --expect FINGERPRINT, once for each of these that is right, pins them, too.",
        ),
    }
    if untrusted.iter().any(|doubt| doubt.member.is_nameless()) {
        let program = request.program.map_or("hg", |program| program.name);
        say(&format!(
            "  -> what is presented only without SNI: {program} sends the name, and does not meet it; --sni-only\n     does not ask for it"
        ));
    }
    if doubts.iter().any(|doubt| doubt.why == Why::NotProven) && request.program.is_none() {
        say("--accept-unproven pins it all the same: hg checks the key itself");
    }
    Stopped::not_pinned()
}

fn reason(why: &Why) -> Option<&'static str> {
    match why {
        Why::Refuted => Some(
            "the server signs with another key than that of this certificate: it is a copy, or the\n    server is set up wrongly",
        ),
        Why::Failed => Some("the handshake failed in the end"),
        Why::NotProven => Some(
            "the server has not proven that it holds the key of this certificate; anyone can present\n    a copy",
        ),
        Why::New => Some("it is none of those that are pinned"),
        Why::Untrusted(_) => None,
    }
}
