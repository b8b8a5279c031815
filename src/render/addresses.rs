//! What the addresses of a name showed, in the few words of a line.

use crate::finding::{Code, Evidence, Finding};
use crate::fingerprint::Algorithm;
use crate::report::{Outcome, Report, listed};

/// The addresses that a reason is about: `address 192.0.2.15: `; empty if it holds at every address
/// of the port that answers.
pub(super) fn place(report: &Report) -> String {
    let places = report.spoken_for();
    match places.as_slice() {
        [] => String::new(),
        [one] => format!("address {one}: "),
        several => format!("addresses {}: ", listed(several)),
    }
}

/// What is to be done about the addresses of a name whose worst address is good: they differ, or
/// some do not answer. `None`: nothing.
pub(super) fn remark(report: &Report) -> Option<String> {
    if !matches!(report.outcome(), Outcome::Trusted | Outcome::Pinned) {
        return None;
    }
    let found = report.address_problems();
    let words = found.iter().filter_map(|finding| in_words(finding, report));
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn in_words(finding: &Finding, report: &Report) -> Option<String> {
    match (finding.code, finding.evidence.as_deref()?) {
        (Code::AddressesDiffer, Evidence::Served(served)) => {
            let shown = report.leaf()?.fingerprint(Algorithm::Sha256).hex();
            let this = served.iter().find(|one| one.sha256 == shown)?;
            Some(format!(
                "the addresses serve {} different certificates (this one: {})",
                served.len(),
                listed(&this.addresses)
            ))
        }
        (Code::AddressUnreachable, Evidence::Addresses(places)) => {
            let verb = if places.len() == 1 { "does" } else { "do" };
            Some(format!("{} {verb} not answer", listed(places)))
        }
        _ => None,
    }
}
