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
        let new = Fingerprint::compute(Algorithm::Sha1, intent.leaf).hex();
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
            if pin.is_some_and(|pin| pin.matches(intent.leaf)) {
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
    let algorithm = intent.digest.unwrap_or(Algorithm::Sha256);
    let new = Fingerprint::compute(algorithm, intent.leaf).to_string();
    let items = texts(value.unwrap_or_default());
    let matches = |item: &&String| Pin::parse(item).is_some_and(|pin| pin.matches(intent.leaf));
    let matching: Vec<String> = items.iter().filter(matches).cloned().collect();
    let asked = |item: &String| {
        let pin = Pin::parse(item);
        pin.is_some_and(|pin| intent.digest.is_none_or(|digest| pin.algorithm == digest))
    };
    let has_new = matching.iter().any(asked);
    match intent.old {
        _ if items.is_empty() => {
            // During a rotation, pins that only the counterpart has must stay acceptable.
            let old = texts(
                counterpart
                    .filter(|_| intent.old == Existing::Add)
                    .unwrap_or_default(),
            );
            let usable = old.into_iter().filter(|item| {
                Pin::parse(item).is_some_and(|pin| pin.is_complete() && !pin.matches(intent.leaf))
            });
            Some(Change::Set(
                usable.chain([new]).collect::<Vec<_>>().join(", "),
            ))
        }
        Existing::Replace | Existing::Prune if matching.len() == items.len() && has_new => None,
        Existing::Replace | Existing::Prune => {
            let kept = matching
                .iter()
                .filter(|item| intent.digest.is_none() || asked(item));
            let mut kept: Vec<String> = kept
                .filter_map(|item| Some(Pin::parse(item)?.to_string()))
                .collect();
            if kept.is_empty() {
                kept.push(new);
            }
            Some(Change::Set(kept.join(", ")))
        }
        Existing::Keep | Existing::Add if has_new => None,
        Existing::Keep | Existing::Add => Some(Change::Append(format!(", {new}"))),
    }
}

/// How `hostfingerprints` changes: SHA-1 without a prefix.
pub(super) fn legacy_list(value: Option<&[u8]>, intent: &Intent<'_>) -> Option<Change> {
    let new = Fingerprint::compute(Algorithm::Sha1, intent.leaf).hex();
    let items = texts(value.unwrap_or_default());
    let matches = |item: &String| Pin::new(Algorithm::Sha1, item).matches(intent.leaf);
    let drop_old = matches!(intent.old, Existing::Replace | Existing::Prune);
    let any = items.iter().any(matches);
    if drop_old && !items.iter().all(matches) {
        let keep = any || intent.legacy;
        return Some(if keep {
            Change::Set(new)
        } else {
            Change::Remove
        });
    }
    match (intent.legacy, items.is_empty()) {
        (true, true) => Some(Change::Set(new)),
        (true, false) if !any => Some(Change::Append(format!(", {new}"))),
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
