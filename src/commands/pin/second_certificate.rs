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
use crate::report::{PresentedLeaf, Report, listed};

/// Looks for certificates with another type of key than those that are pinned, at every address, and
/// reports how to pin them, too. `program`: `None` for Mercurial; `name`: what to call the program.
pub(super) fn look(
    observer: &Observer<'_>,
    pinned: &[Report],
    program: Option<&Program>,
    name: &str,
) -> Result<(), Error> {
    let are_proven = pinned.iter().all(Report::is_proven);
    if observer.options.probe.key_type.is_some() || !are_proven {
        return Ok(());
    }
    let leaves: Vec<&Certificate> = pinned.iter().filter_map(Report::leaf).collect();
    let mut others: Vec<KeyType> = Vec::new();
    for other in leaves.iter().filter_map(|leaf| other_key(leaf)) {
        if !others.contains(&other) {
            others.push(other);
        }
    }
    for other in others {
        look_for(observer, other, &leaves, (program, name))?;
    }
    Ok(())
}

/// Looks for certificates with that type of key.
fn look_for(
    observer: &Observer<'_>,
    other: KeyType,
    pinned: &[&Certificate],
    (program, name): (Option<&Program>, &str),
) -> Result<(), Error> {
    let report = observer.look_for(other)?;
    let label = visible(&report.target.label);
    let leaves = report.leaves();
    let is_new = |one: &&PresentedLeaf<'_>| !pinned.contains(&one.leaf) && !is_pinned(one);
    let new: Vec<&PresentedLeaf<'_>> = leaves.iter().filter(is_new).collect();
    if !new.is_empty() {
        let digests = new.iter().map(|one| {
            let at = match leaves.len() {
                1 => String::new(),
                _ => format!(" at {}", listed(&one.addresses)),
            };
            format!("\n  {}{at}", one.leaf.fingerprint(Algorithm::Sha256))
        });
        let digests: Vec<String> = digests.collect();
        say(&format!(
            "note: {label} has a second certificate, with an {other} key, and may show {name} that one:{}\n  -> {}",
            digests.concat(),
            both(program, other)
        ));
    }
    let answering = report.answering();
    let mut failures = answering.iter().filter(|look| look.leaf().is_none());
    let why = failures.find_map(|look| {
        let failure = look.failure()?;
        (!is_the_only_one(&failure.cause)).then_some(failure)
    });
    if let Some(failure) = why {
        say(&format!(
            "note: whether {label} has a second certificate, with an {other} key, could not be found out: {failure}"
        ));
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

fn is_pinned(one: &PresentedLeaf<'_>) -> bool {
    let mut pins = one.look.pins.configured.iter();
    pins.any(|pin| Pin::parse(&pin.value).is_some_and(|pin| pin.matches(one.leaf.der())))
}

/// Whether the failure is that of a server without such a key.
fn is_the_only_one(cause: &Cause) -> bool {
    matches!(cause, Cause::NoSuchKey(..) | Cause::Incompatible(_))
}
