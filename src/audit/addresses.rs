//! Findings on names with several addresses that differ. A client may get any of them, so a name is
//! as bad as its worst address.

use super::Levels;
use super::finding;
use crate::certificate::Certificate;
use crate::escape::excerpt;
use crate::finding::{Code, Evidence, Finding, Served};
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::report::{Assessment, Report, Skipped};
use std::cmp::Reverse;
use std::net::{IpAddr, SocketAddr};

/// The limit of addresses, or certificates, listed by name; the rest are counted.
const MOST_NAMED: usize = 4;

/// All findings on a target, the worst first. Each lists its addresses, unless it holds at every
/// address that answers.
pub fn findings(report: &Report, levels: Levels) -> Vec<Finding> {
    if !report.has_several_addresses() {
        return finding::findings(&report.representative, report.at, levels);
    }
    let all: Vec<&Assessment> = report.looks().collect();
    let any_answers = !report.representative.is_silent();
    let (silent, answering): (Vec<&Assessment>, Vec<&Assessment>) =
        all.iter().partition(|look| any_answers && look.is_silent());
    let mut merged: Vec<(Finding, Vec<IpAddr>)> = Vec::new();
    for (index, each) in answering.iter().enumerate() {
        for mut found in finding::findings(each, report.at, levels) {
            if index > 0 {
                // The index counts in the chain of another address, which is not shown.
                found.certificate = None;
            }
            let same = merged.iter_mut().find(|(other, _)| {
                (other.code, other.severity, &other.message)
                    == (found.code, found.severity, &found.message)
            });
            match same {
                Some((_, places)) => places.extend(ip(each)),
                None => merged.push((found, ip(each).into_iter().collect())),
            }
        }
    }
    let told = merged.into_iter().map(|(mut finding, mut places)| {
        places.sort_unstable();
        places.dedup();
        if places.len() < answering.len() && !places.is_empty() {
            finding.message = format!("at {}: {}", named(&places), finding.message);
        }
        finding
    });
    let mut found: Vec<Finding> = told.collect();
    found.extend(differ(&answering));
    found.extend(unreachable(&silent, all.len()));
    found.extend(not_tried(&report.skipped, all.len()));
    found.sort_by_key(|finding| Reverse(finding.severity));
    found
}

/// Lists the served certificates, if there are several.
fn differ(looks: &[&Assessment]) -> Option<Finding> {
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
    if served.len() < 2 {
        return None;
    }
    for (.., places) in &mut served {
        places.sort_unstable();
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
            "one has probably been renewed and not been loaded everywhere: have every server behind the name load it",
        )
    } else {
        (
            "",
            "install the same certificate on every server behind the name; until then a pin needs all of their fingerprints",
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
    let at = named(addresses);
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
    let note = |message: String, advice: &'static str, evidence| {
        Finding::new(Code::AddressNotTried, None, message, advice).because(evidence)
    };
    let mut notes = Vec::new();
    if !skipped.no_route.is_empty() {
        let mut places: Vec<IpAddr> = skipped.no_route.iter().map(SocketAddr::ip).collect();
        places.sort_unstable();
        notes.push(note(
            format!("this machine has no route to {}", named(&places)),
            "audit it from a machine that has IPv4 and IPv6; -4 or -6 leaves the other family out",
            Evidence::Addresses(places),
        ));
    }
    if skipped.left_out > 0 {
        notes.push(note(
            format!(
                "{looked_at} addresses were looked at, and {} more were not",
                skipped.left_out
            ),
            "name those that matter as targets of their own, with the column servername=",
            Evidence::Beyond {
                looked_at,
                left_out: skipped.left_out,
            },
        ));
    }
    notes
}

fn named(places: &[IpAddr]) -> String {
    let names = places.iter().take(MOST_NAMED).map(ToString::to_string);
    let names: Vec<String> = names.collect();
    match places.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn ip(look: &Assessment) -> Option<IpAddr> {
    look.address().map(|address| address.ip())
}
