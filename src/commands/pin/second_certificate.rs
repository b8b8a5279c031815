//! Looks for a second certificate: a server may have one with an RSA key and one with an ECDSA key,
//! and the program to be configured may be shown the one that we did not see.

use super::observer::{asked, observe};
use crate::certificate::Certificate;
use crate::cli::{Pin as Args, TargetArg};
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::escape::visible;
use crate::fingerprint::{Algorithm, Pin};
use crate::observation::{Cause, KeyType};
use crate::programs::Program;
use crate::render::pins::several;
use crate::report::Report;

/// Looks for the other certificate, and says how to pin it, too, for `program`.
pub(super) fn look(
    args: &Args,
    target: &TargetArg,
    report: &Report,
    program: &str,
) -> Result<(), Error> {
    let Some(leaf) = report.leaf() else {
        return Ok(());
    };
    let is_asked = args.connection.key_type.is_none();
    let proven = report.is_proven();
    let (true, true, Some(other)) = (is_asked, proven, other_key(leaf)) else {
        return Ok(());
    };
    let asked = asked(args, target);
    let seen = observe(args, &asked.endpoint, &asked.reference, Some(other))?;
    let label = visible(&report.target.label);
    let other_leaf = seen.presented.first().cloned().map(Certificate::new);
    match (&seen.failure, &other_leaf) {
        (_, Some(other_leaf)) if other_leaf == leaf || is_pinned(report, other_leaf) => {}
        (_, Some(other_leaf)) => {
            let option = match other {
                KeyType::Rsa => "rsa",
                KeyType::Ecdsa => "ecdsa",
            };
            let both = both(args.for_tool.flatten(), option);
            say(&format!(
                "note: {label} has a second certificate, with an {other} key, and may show {program} that one:\n  {}\n  -> {both}",
                other_leaf.fingerprint(Algorithm::Sha256)
            ));
        }
        (Some(failure), None) if !is_the_only_one(&failure.cause) => {
            say(&format!(
                "note: whether {label} has a second certificate, with an {other} key, could not be told: {failure}"
            ));
        }
        _ => {}
    }
    Ok(())
}

/// How to pin both.
fn both(program: Option<&Program>, option: &str) -> String {
    let Some(program) = program else {
        return format!("to pin it, too: the same command with --key-type {option} --add");
    };
    match several(program) {
        Ok(how) => format!("{how}: the same command with --key-type {option}"),
        Err(one_only) => one_only.to_owned(),
    }
}

/// The type of key that the other certificate would have.
fn other_key(leaf: &Certificate) -> Option<KeyType> {
    match leaf.facts().ok()?.public_key.algorithm.as_str() {
        "RSA" | "RSA-PSS" => Some(KeyType::Ecdsa),
        "EC" => Some(KeyType::Rsa),
        _ => None,
    }
}

fn is_pinned(report: &Report, other_leaf: &Certificate) -> bool {
    let mut pins = report.pins().configured.iter();
    pins.any(|pin| Pin::parse(&pin.value).is_some_and(|pin| pin.matches(other_leaf.der())))
}

/// The errors of a server that has no such key.
fn is_the_only_one(cause: &Cause) -> bool {
    matches!(cause, Cause::NoSuchKey(..) | Cause::Incompatible(_))
}
