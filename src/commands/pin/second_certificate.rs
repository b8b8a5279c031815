//! Looks for a second certificate: a server may have one with an RSA key and one with an ECDSA key,
//! and may present to the program the one that this program did not see.

use super::observer::Observer;
use crate::certificate::Certificate;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::escape::visible;
use crate::fingerprint::{Algorithm, Pin};
use crate::observation::{Cause, KeyType};
use crate::programs::Program;
use crate::render::pins::several;
use crate::report::Report;

/// Looks for the other certificate, and reports how to pin it, too. `program`: `None` for Mercurial;
/// `name`: what to call the program.
pub(super) fn look(
    observer: &Observer<'_>,
    report: &Report,
    program: Option<&Program>,
    name: &str,
) -> Result<(), Error> {
    let Some(leaf) = report.leaf() else {
        return Ok(());
    };
    let is_any_asked = observer.options.probe.key_type.is_none();
    let (true, true, Some(other)) = (is_any_asked, report.is_proven(), other_key(leaf)) else {
        return Ok(());
    };
    let second = observer.look_for(other)?;
    let label = visible(&report.target.label);
    match (second.failure(), second.leaf()) {
        (_, Some(second)) if second == leaf || is_pinned(report, second) => {}
        (_, Some(second)) => {
            let both = both(program, other);
            say(&format!(
                "note: {label} has a second certificate, with an {other} key, and may show {name} that one:\n  {}\n  -> {both}",
                second.fingerprint(Algorithm::Sha256)
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
fn both(program: Option<&Program>, other: KeyType) -> String {
    let option = match other {
        KeyType::Rsa => "rsa",
        KeyType::Ecdsa => "ecdsa",
    };
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

fn is_pinned(report: &Report, second: &Certificate) -> bool {
    let mut pins = report.pins().configured.iter();
    pins.any(|pin| Pin::parse(&pin.value).is_some_and(|pin| pin.matches(second.der())))
}

/// Whether the failure is that of a server without such a key.
fn is_the_only_one(cause: &Cause) -> bool {
    matches!(cause, Cause::NoSuchKey(..) | Cause::Incompatible(_))
}
