//! The lists of pins after an edit, and the lists of which no pin matches the leaf.

use super::intent::{Existing, Intent};
use super::setting::{Assignment, Change};
use crate::fingerprint::{Algorithm, Fingerprint, Pin};
use crate::hgrc::{Config, Source};
use crate::mercurial::list;

/// The lists of pins after the edit, as a user would paste them.
pub fn pinned_lists(config: &Config, intent: &Intent<'_>) -> Vec<Assignment> {
    let key = format!("{}:fingerprints", intent.host);
    let pins = value(config, "hostsecurity", &key);
    let asked = value(config, "smtp", "fingerprint");
    let after = |value: Option<&[u8]>, change: Option<Change>| {
        let old = texts(value.unwrap_or_default());
        let usable = old.iter().filter_map(|item| Pin::parse(item));
        let usable: Vec<String> = usable
            .filter(Pin::is_complete)
            .map(|pin| pin.to_string())
            .collect();
        match change {
            Some(Change::Set(value)) => value,
            Some(Change::Append(tail)) => usable.join(", ") + &tail,
            Some(Change::Remove) | None => usable.join(", "),
        }
    };
    let smtp = after(
        asked.as_deref(),
        pin_list(asked.as_deref(), pins.as_deref(), intent),
    );
    let host = after(
        pins.as_deref(),
        pin_list(pins.as_deref(), asked.as_deref(), intent),
    );
    let mut lists = vec![
        Assignment::new("smtp", "fingerprint", smtp),
        Assignment::new("hostsecurity", key, host),
    ];
    if intent.legacy {
        let new = intent.legacy_pins().join(", ");
        lists.push(Assignment::new("hostfingerprints", intent.host, new));
    }
    lists
}

/// The line of the host's pins if none matches the leaf. The caller has reported a mismatch
/// already; but since it looked, another program may have pinned.
pub(super) fn mismatch(config: &Config, intent: &Intent<'_>, own: bool) -> Option<Source> {
    let key = format!("{}:fingerprints", intent.host);
    let lists = [
        ("hostsecurity", key.as_str(), true),
        ("hostfingerprints", intent.host, true),
        ("smtp", "fingerprint", own),
    ];
    let mut first = None;
    for (section, key, counts) in lists {
        // A list that Mercurial ignores counts only if it has nothing else to read.
        if section == "smtp" && first.is_some() {
            break;
        }
        let item = config.get(section.as_bytes(), key.as_bytes());
        let Some(item) = item.filter(|_| counts) else {
            continue;
        };
        for text in texts(&item.value) {
            let pin = match section {
                "hostfingerprints" => Some(Pin::new(Algorithm::Sha1, &text)),
                _ => Pin::parse(&text),
            };
            if pin.is_some_and(|pin| intent.has(&pin)) {
                return None;
            }
            first.get_or_insert_with(|| item.source.clone());
        }
    }
    first
}

/// How a list of pins changes. `counterpart` is the list in the other section for the same host.
pub(super) fn pin_list(
    value: Option<&[u8]>,
    counterpart: Option<&[u8]>,
    intent: &Intent<'_>,
) -> Option<Change> {
    let items = texts(value.unwrap_or_default());
    let matches = |item: &&String| Pin::parse(item).is_some_and(|pin| intent.has(&pin));
    let matching: Vec<String> = items.iter().filter(matches).cloned().collect();
    let missing = missing(&matching, intent);
    match intent.old {
        _ if items.is_empty() => {
            // During a rotation, pins that only the counterpart has must stay acceptable.
            let old = texts(
                counterpart
                    .filter(|_| intent.old == Existing::Add)
                    .unwrap_or_default(),
            );
            let usable = old.into_iter().filter(|item| {
                Pin::parse(item).is_some_and(|pin| pin.is_complete() && !intent.has(&pin))
            });
            Some(Change::Set(
                usable.chain(missing).collect::<Vec<_>>().join(", "),
            ))
        }
        Existing::Replace | Existing::Prune
            if matching.len() == items.len() && missing.is_empty() =>
        {
            None
        }
        Existing::Replace | Existing::Prune => {
            let kept = matching
                .iter()
                .filter(|item| intent.digest.is_none() || is_of_digest(item, intent));
            let kept = kept.filter_map(|item| Some(Pin::parse(item)?.to_string()));
            Some(Change::Set(
                kept.chain(missing).collect::<Vec<_>>().join(", "),
            ))
        }
        Existing::Keep | Existing::Add if missing.is_empty() => None,
        Existing::Keep | Existing::Add => Some(Change::Append(format!(", {}", missing.join(", ")))),
    }
}

/// The pins of the leaves of which no item has the digest that is asked for.
fn missing(items: &[String], intent: &Intent<'_>) -> Vec<String> {
    let algorithm = intent.digest.unwrap_or(Algorithm::Sha256);
    let asked = items.iter().filter(|item| is_of_digest(item, intent));
    let asked: Vec<Pin> = asked.filter_map(|item| Pin::parse(item)).collect();
    let is_new = |leaf: &&&[u8]| !asked.iter().any(|pin| pin.matches(leaf));
    let leaves = intent.leaves.iter().filter(is_new);
    leaves
        .map(|leaf| Fingerprint::compute(algorithm, leaf).to_string())
        .collect()
}

/// Whether a pin has the digest that the user asked for, if any.
fn is_of_digest(item: &str, intent: &Intent<'_>) -> bool {
    let pin = Pin::parse(item);
    pin.is_some_and(|pin| intent.digest.is_none_or(|digest| pin.algorithm == digest))
}

/// How `hostfingerprints` changes: SHA-1 without a prefix.
pub(super) fn legacy_list(value: Option<&[u8]>, intent: &Intent<'_>) -> Option<Change> {
    let new = intent.legacy_pins();
    let items = texts(value.unwrap_or_default());
    let pins: Vec<Pin> = items
        .iter()
        .map(|item| Pin::new(Algorithm::Sha1, item))
        .collect();
    let drop_old = matches!(intent.old, Existing::Replace | Existing::Prune);
    if drop_old && !pins.iter().all(|pin| intent.has(pin)) {
        let keep = intent.legacy || pins.iter().any(|pin| intent.has(pin));
        return Some(if keep {
            Change::Set(new.join(", "))
        } else {
            Change::Remove
        });
    }
    let leaves = intent.leaves.iter().zip(&new);
    let missing: Vec<&str> = leaves
        .filter(|(leaf, _)| !pins.iter().any(|pin| pin.matches(leaf)))
        .map(|(_, new)| new.as_str())
        .collect();
    match (intent.legacy, items.is_empty()) {
        (true, true) => Some(Change::Set(new.join(", "))),
        (true, false) if !missing.is_empty() => {
            Some(Change::Append(format!(", {}", missing.join(", "))))
        }
        _ => None,
    }
}

pub(super) fn value(config: &Config, section: &str, key: &str) -> Option<Vec<u8>> {
    let item = config.get(section.as_bytes(), key.as_bytes())?;
    Some(item.value.clone())
}

fn texts(value: &[u8]) -> Vec<String> {
    list::items(value)
        .iter()
        .map(|item| String::from_utf8_lossy(item).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Start;
    use crate::mercurial::pin_plan::intent::PinnedBy;

    fn intent(old: Existing) -> Intent<'static> {
        Intent {
            host: "mx.test",
            port: 587,
            start: Start::Starttls,
            ports: vec![587],
            leaves: vec![b"a", b"b"],
            by: PinnedBy::Fingerprint,
            digest: None,
            legacy: true,
            old,
        }
    }

    /// Lists of the leaves `a` and `b`, and of others: each item is the leaf of a pin.
    fn pins(leaves: &[&str], legacy: bool) -> String {
        let pin = |leaf: &&str| {
            if legacy {
                Fingerprint::compute(Algorithm::Sha1, leaf.as_bytes()).hex()
            } else {
                Fingerprint::compute(Algorithm::Sha256, leaf.as_bytes()).to_string()
            }
        };
        leaves.iter().map(pin).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_list_gets_the_pins_of_all_leaves_that_it_lacks() {
        use Existing as E;
        // The list, what happens to it, and the list afterwards; `None`: it stays.
        type List = &'static [&'static str];
        let cases: [(List, E, Option<List>); 9] = [
            (&[], E::Keep, Some(&["a", "b"])),
            (&["a"], E::Keep, Some(&["a", "b"])),
            (&["x", "b"], E::Add, Some(&["x", "b", "a"])),
            (&["b", "a"], E::Keep, None),
            (&["x", "a", "b"], E::Add, None),
            (&["b", "a"], E::Prune, None),
            (&["x", "b", "a"], E::Prune, Some(&["b", "a"])),
            (&["b"], E::Replace, Some(&["b", "a"])),
            (&["x"], E::Replace, Some(&["a", "b"])),
        ];
        for (before, old, after) in cases {
            let list = pins(before, false);
            let changed = match pin_list(Some(list.as_bytes()), None, &intent(old)) {
                Some(Change::Set(value)) => Some(value),
                Some(Change::Append(tail)) => Some(list + &tail),
                Some(Change::Remove) => Some(String::new()),
                None => None,
            };
            assert_eq!(
                changed,
                after.map(|after| pins(after, false)),
                "{before:?} {old:?}"
            );
        }
        for (before, old, after) in [
            (&[][..], E::Keep, Some(&["a", "b"][..])),
            (&["a"], E::Add, Some(&["a", "b"])),
            (&["x", "b", "a"], E::Replace, Some(&["a", "b"])),
            (&["a", "b"], E::Prune, None),
        ] {
            let list = pins(before, true);
            let changed = match legacy_list(Some(list.as_bytes()), &intent(old)) {
                Some(Change::Set(value)) => Some(value),
                Some(Change::Append(tail)) => Some(list + &tail),
                Some(Change::Remove) => Some(String::new()),
                None => None,
            };
            assert_eq!(
                changed,
                after.map(|after| pins(after, true)),
                "{before:?} {old:?}"
            );
        }
    }
}
