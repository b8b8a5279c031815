//! The TLSA records to publish for a host: what all senders accept is the key of the leaf, `3 1 1`.

use super::super::facts::{MailHost, Seen};
use crate::certificate::Certificate;
use crate::records::tlsa::{DANE_EE, KEY, Tlsa};

/// The lines of a zone file, one for each key that the host presents.
pub(super) fn records(host: &MailHost) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for leaf in leaves(host) {
        let Ok(facts) = leaf.facts() else { continue };
        let record = Tlsa::sha256(DANE_EE, KEY, &facts.public_key.spki);
        let line = format!("_25._tcp.{}. IN TLSA {record}", host.tlsa.base_domain);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// The same as the end of an advice.
pub(super) fn advice(host: &MailHost) -> String {
    match records(host).as_slice() {
        [] => format!(
            "publish \"3 1 1\" of the key that \"{}\" presents",
            host.name
        ),
        lines => format!("publish {}", lines.join(" and ")),
    }
}

/// The leaves that a host presents.
pub(super) fn leaves(host: &MailHost) -> impl Iterator<Item = &Certificate> {
    host.looks.iter().filter_map(|look| match &look.seen {
        Seen::Chain(chain) => chain.presented.first(),
        _ => None,
    })
}
