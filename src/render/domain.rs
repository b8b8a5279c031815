//! What a domain's mail does, in the few words of a first line; for every format for people.

use crate::judge::domain::{Arrival, Delivery, Kind, MtaSts, Outcome, SenderVerdict, State};
use crate::records::Status;
use crate::report::DomainReport;

/// Why the outcome is what it is. It may hold text of the DNS, which is untrusted.
pub(super) fn headline(report: &DomainReport) -> String {
    let parts = [required(report), deferred(report)];
    let mut parts: Vec<String> = parts.into_iter().flatten().collect();
    match report.outcome() {
        Outcome::NoMail => parts.push("its MX record says that it takes no mail".to_owned()),
        Outcome::Unresolved => parts.push("no answer about its MX records".to_owned()),
        Outcome::Deferred if defers(report).count() == report.verdict.senders.len() => {}
        Outcome::Deferred | Outcome::Authenticated => parts.extend(kinds(report)),
        Outcome::Unprotected => {
            parts.extend(kinds(report));
            parts.extend(in_the_open(report));
        }
    }
    parts.join("; ")
}

/// What the user requires, and the domain lacks.
fn required(report: &DomainReport) -> Option<String> {
    let required = report.facts.required;
    let required = required.filter(|_| report.lacks_required())?;
    Some(format!("{} is required", required.name()))
}

/// Which senders do not deliver.
fn deferred(report: &DomainReport) -> Option<String> {
    let senders: Vec<&str> = defers(report)
        .map(|sender| sender.sender.senders())
        .collect();
    match senders.as_slice() {
        [] => None,
        all if all.len() == report.verdict.senders.len() => Some("no sender delivers".to_owned()),
        some => Some(format!("{} do not deliver", some.join(" and "))),
    }
}

fn defers(report: &DomainReport) -> impl Iterator<Item = &SenderVerdict> {
    let senders = report.verdict.senders.iter();
    senders.filter(|sender| sender.result == Arrival::Mail(Delivery::Deferred))
}

/// What DANE and MTA-STS do, but for those that were named already.
fn kinds(report: &DomainReport) -> Vec<String> {
    let is_deferred = |kind| defers(report).any(|sender| sender.sender == kind);
    let dane = (!is_deferred(Kind::Dane)).then(|| dane(report));
    let sts = report.facts.mta_sts.as_ref();
    let sts = sts.filter(|_| !is_deferred(Kind::MtaSts));
    dane.into_iter().chain(sts.map(mta_sts)).collect()
}

fn dane(report: &DomainReport) -> String {
    let senders = &report.verdict.senders;
    let hosts = senders.iter().find(|sender| sender.sender == Kind::Dane);
    let hosts = hosts.map_or(&[][..], |sender| &sender.hosts);
    let known = hosts
        .iter()
        .filter(|at| at.delivery == Delivery::Authenticated);
    match (known.count(), hosts.len()) {
        (0, _) if report.facts.hosts.iter().any(|host| host.tlsa.decide()) => {
            "DANE: encrypts only".to_owned()
        }
        (0, _) => "no DANE".to_owned(),
        (1, 1) => "DANE: its host".to_owned(),
        (2, 2) => "DANE: both hosts".to_owned(),
        (known, all) if known == all => format!("DANE: all {all} hosts"),
        (known, all) => format!("DANE: {known} of {all} hosts"),
    }
}

/// What is known of MTA-STS: without a record that counts, the DNS may be the reason.
fn mta_sts(sts: &MtaSts) -> String {
    let word = match (sts.lookup.status, State::of(sts)) {
        (Status::NoAnswer, _) => "no answer from the DNS",
        (Status::Bogus, _) => "bogus in the DNS",
        (_, State::Absent) => return "no MTA-STS".to_owned(),
        (_, state) => state.as_str(),
    };
    format!("MTA-STS: {word}")
}

/// What a sender does that finds nothing.
fn in_the_open(report: &DomainReport) -> Option<String> {
    match report.verdict.result(Kind::Opportunistic)? {
        Arrival::Mail(Delivery::Encrypted) => Some("encrypted, the server not verified".to_owned()),
        Arrival::Mail(Delivery::Delivered) => Some("delivered in the clear".to_owned()),
        _ => None,
    }
}
