//! What the addresses of a name showed together: which are alike, where they differ, and which were
//! not seen.

use super::Assessment;
use crate::certificate::Certificate;
use crate::escape::excerpt;
use crate::finding::{Advice, Code, Evidence, Finding, Remedy, Served};
use crate::fingerprint::{Algorithm, Fingerprint};
use std::net::{IpAddr, SocketAddr};

/// The limit of addresses, or certificates, listed by name; the rest are counted.
const MOST_NAMED: usize = 4;

/// Addresses that showed the same certificate, with the same outcome for the same reasons.
#[derive(Clone, Debug)]
pub struct Alike<'a> {
    /// The first assessment of them.
    pub look: &'a Assessment,
    /// The addresses, each once, in order.
    pub addresses: Vec<IpAddr>,
}

/// Addresses of the name that were not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Addresses to which this machine has no route.
    pub no_route: Vec<SocketAddr>,
    /// Addresses of the family that the source address is not of.
    pub no_source: Vec<SocketAddr>,
    /// How many were left out, beyond the limit.
    pub left_out: usize,
}

/// Groups assessments that are alike, in the order of the first of each.
pub(super) fn alike<'a>(looks: impl Iterator<Item = &'a Assessment>) -> Vec<Alike<'a>> {
    let mut groups: Vec<Alike<'a>> = Vec::new();
    for look in looks {
        let same = |group: &&mut Alike<'_>| {
            group.look.leaf() == look.leaf() && has_same_reasons(group.look, look)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.addresses.extend(ip(look)),
            None => groups.push(Alike {
                look,
                addresses: ip(look).into_iter().collect(),
            }),
        }
    }
    for group in &mut groups {
        group.addresses = sorted(std::mem::take(&mut group.addresses));
    }
    groups
}

/// The addresses for which `first` speaks; empty if it speaks for all of `answering`.
pub(super) fn spoken_for(first: &Assessment, answering: &[&Assessment]) -> Vec<IpAddr> {
    let alike = |look: &&&Assessment| has_same_reasons(first, look);
    let same: Vec<&&Assessment> = answering.iter().filter(alike).collect();
    if same.len() == answering.len() {
        return Vec::new();
    }
    sorted(same.into_iter().filter_map(|look| ip(look)).collect())
}

/// How many addresses there are.
pub(super) fn count<'a>(looks: impl Iterator<Item = &'a Assessment>, skipped: &Skipped) -> usize {
    let seen = sorted(looks.filter_map(ip).collect());
    seen.len() + skipped.no_route.len() + skipped.no_source.len() + skipped.left_out
}

/// The findings that no single address has. `silent`: the addresses that do not answer, while
/// others do.
pub(super) fn findings(
    answering: &[&Assessment],
    silent: &[&Assessment],
    skipped: &Skipped,
) -> Vec<Finding> {
    let all = answering.len() + silent.len();
    let mut found: Vec<Finding> = differ(answering).into_iter().collect();
    found.extend(unreachable(silent, all));
    found.extend(not_tried(skipped, all));
    found
}

fn sorted(mut places: Vec<IpAddr>) -> Vec<IpAddr> {
    places.sort_unstable();
    places.dedup();
    places
}

/// Whether two addresses have the same outcome, for the same reasons.
pub(super) fn has_same_reasons(one: &Assessment, other: &Assessment) -> bool {
    let codes = |look: &Assessment| -> Vec<Code> {
        let problems = look.problems().iter();
        problems.map(|problem| problem.code).collect()
    };
    let failure = |look: &Assessment| look.failure().map(ToString::to_string);
    one.outcome() == other.outcome() && codes(one) == codes(other) && failure(one) == failure(other)
}

/// Addresses in words, at most four of them.
pub fn listed(places: &[IpAddr]) -> String {
    let names = places.iter().take(MOST_NAMED).map(ToString::to_string);
    let names: Vec<String> = names.collect();
    match places.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Lists the served certificates, if there are several.
fn differ(looks: &[&Assessment]) -> Option<Finding> {
    if looks.len() < 2 {
        return None;
    }
    let mut served: Vec<(Fingerprint, &Certificate, Vec<IpAddr>)> = Vec::new();
    for look in looks {
        let Some(leaf) = look.leaf() else {
            continue;
        };
        let digest = leaf.fingerprint(Algorithm::Sha256);
        match served.iter_mut().find(|(other, ..)| *other == digest) {
            Some((.., places)) => places.extend(ip(look)),
            None => served.push((digest, leaf, ip(look).into_iter().collect())),
        }
    }
    for (.., places) in &mut served {
        places.sort_unstable();
        places.dedup();
    }
    // An address may have a certificate for each type of key.
    let is_everywhere = |(.., places): &(_, _, Vec<IpAddr>)| *places == served[0].2;
    let is_alike = served.iter().all(is_everywhere)
        && served.first().is_some_and(|(.., places)| {
            let with_leaf = looks.iter().filter(|look| look.leaf().is_some());
            *places == sorted(with_leaf.filter_map(|look| ip(look)).collect())
        });
    if served.len() < 2 || is_alike {
        return None;
    }
    served.sort_by(|(.., one), (.., other)| one.cmp(other));
    let key = served[0].1.spki_sha256();
    let one_key = key.is_some() && served.iter().all(|(_, leaf, _)| leaf.spki_sha256() == key);
    let each = served.iter().take(MOST_NAMED);
    let each: Vec<String> = each
        .map(|(digest, leaf, addresses)| described(digest, leaf, addresses))
        .collect();
    let more = match served.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let (same, advice) = if one_key {
        (
            ", all with the same key",
            "one has probably been renewed and not been loaded everywhere: have every server of the name load it",
        )
    } else {
        (
            "",
            "install the same certificate on every server of the name; until then a pin needs all of their fingerprints",
        )
    };
    let message = format!(
        "the addresses serve {} different certificates{same}: {}{more}",
        served.len(),
        each.join("; ")
    );
    let finding = Finding::new(Code::AddressesDiffer, None, message, advice);
    let served = served.into_iter().map(|(digest, leaf, addresses)| Served {
        sha256: digest.hex(),
        not_after: leaf.facts().ok().map(|facts| facts.not_after),
        addresses,
    });
    Some(finding.because(Evidence::Served(served.collect())))
}

/// A certificate in a few words, and the addresses that serve it.
fn described(digest: &Fingerprint, leaf: &Certificate, addresses: &[IpAddr]) -> String {
    let until = leaf.facts().ok();
    let until = until.map_or_else(String::new, |facts| {
        format!(", until {}", facts.not_after.date())
    });
    let digest: String = digest.hex().chars().take(16).collect();
    let label = excerpt(&leaf.label(), 60);
    let at = listed(addresses);
    format!("\"{label}\" (sha256:{digest}…{until}) at {at}")
}

/// Addresses that do not answer, while others do.
fn unreachable(silent: &[&Assessment], all: usize) -> Option<Finding> {
    if silent.is_empty() {
        return None;
    }
    let why = silent.iter().take(MOST_NAMED).map(|look| {
        let why = look.failure().map_or_else(String::new, ToString::to_string);
        let ip = ip(look).map_or_else(String::new, |ip| format!("{ip}: "));
        format!("{ip}{}", excerpt(&why, 200))
    });
    let why: Vec<String> = why.collect();
    let more = match silent.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!(
        "{} of {all} addresses {} not answer: {}{more}",
        silent.len(),
        if silent.len() == 1 { "does" } else { "do" },
        why.join("; ")
    );
    let advice = "repair the server there, or take the address out of the DNS";
    let finding = Finding::new(Code::AddressUnreachable, None, message, advice);
    let addresses = silent.iter().filter_map(|look| ip(look));
    Some(finding.because(Evidence::Addresses(addresses.collect())))
}

/// Addresses that were not checked.
fn not_tried(skipped: &Skipped, looked_at: usize) -> Vec<Finding> {
    let note = |message: String, advice: Advice, evidence| {
        Finding::new(Code::AddressNotTried, None, message, advice).because(evidence)
    };
    let mut notes = Vec::new();
    if !skipped.no_route.is_empty() {
        let mut places: Vec<IpAddr> = skipped.no_route.iter().map(SocketAddr::ip).collect();
        places.sort_unstable();
        notes.push(note(
            format!("this machine has no route to {}", listed(&places)),
            Advice::new("check it from a machine that has both IPv4 and IPv6; ")
                .option(Remedy::BothFamilies)
                .text(" leaves the other family out"),
            Evidence::Addresses(places),
        ));
    }
    if !skipped.no_source.is_empty() {
        let mut places: Vec<IpAddr> = skipped.no_source.iter().map(SocketAddr::ip).collect();
        places.sort_unstable();
        notes.push(note(
            format!(
                "the source address is of the other family than {}",
                listed(&places)
            ),
            Advice::new("give ")
                .option(Remedy::Source)
                .text(" once for each family"),
            Evidence::Addresses(places),
        ));
    }
    if skipped.left_out > 0 {
        notes.push(note(
            format!(
                "{looked_at} addresses were looked at, and {} more were not",
                skipped.left_out
            ),
            Advice::new("check those that matter one by one, with ").option(Remedy::Connect),
            Evidence::Beyond {
                looked_at,
                left_out: skipped.left_out,
            },
        ));
    }
    notes
}

fn ip(look: &Assessment) -> Option<IpAddr> {
    look.address().map(|address| address.ip())
}
