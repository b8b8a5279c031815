//! The TLSA records to publish for a host: what all senders accept is the key of the leaf, `3 1 1`.

use super::super::facts::{MailHost, Seen};
use crate::certificate::Certificate;
use crate::finding::Advice;
use crate::records::tlsa::{DANE_EE, KEY, Tlsa};
use std::borrow::Cow;

/// The lines of a zone file, one for each key that the host presents.
pub(super) fn records(host: &MailHost) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for leaf in leaves(host) {
        let Ok(facts) = leaf.facts() else { continue };
        let record = Tlsa::sha256(DANE_EE, KEY, &facts.public_key.spki);
        let line = format!("{}. IN TLSA {record}", host.tlsa.owner());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// To publish them, as the end of an advice.
pub(super) fn advice(host: &MailHost) -> Advice {
    let records = records(host);
    if records.is_empty() {
        return Advice::new(format!(
            "publish \"3 1 1\" of the key that \"{}\" presents",
            host.name
        ));
    }
    listed("publish ", records)
}

/// Lines to be copied, after a text.
pub(super) fn listed(text: impl Into<Cow<'static, str>>, lines: Vec<String>) -> Advice {
    let mut advice = Advice::new(text);
    for (place, line) in lines.into_iter().enumerate() {
        if place > 0 {
            advice = advice.text(" and ");
        }
        advice = advice.line(line);
    }
    advice
}

/// The leaves that a host presents.
pub(super) fn leaves(host: &MailHost) -> impl Iterator<Item = &Certificate> {
    host.looks.iter().filter_map(|look| match &look.seen {
        Seen::Chain(chain) => chain.presented.first(),
        _ => None,
    })
}
