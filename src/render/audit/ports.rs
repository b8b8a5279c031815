//! The ports of a host with their outcomes, for several formats.

use crate::audit::Audited;
use crate::report::Port;

/// The ports with their outcomes, in their order, if several of the host were looked at; else empty.
pub(super) fn ports(audited: &Audited) -> Vec<(&Port, &'static str)> {
    let ports = audited.report.ports.iter();
    let each = ports.map(|port| {
        let outcome = if port.counts() {
            port.report.outcome().as_str()
        } else {
            "closed"
        };
        (port, outcome)
    });
    each.collect()
}

/// `25, 465 trusted; 993 untrusted; 110 closed`; empty if one port alone was looked at.
pub(super) fn in_words(audited: &Audited) -> String {
    let mut groups: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (port, outcome) in ports(audited) {
        let number = port.number().to_string();
        match groups.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, numbers)) => numbers.push(number),
            None => groups.push((outcome, vec![number])),
        }
    }
    let words = groups
        .iter()
        .map(|(outcome, numbers)| format!("{} {outcome}", numbers.join(", ")));
    words.collect::<Vec<_>>().join("; ")
}
