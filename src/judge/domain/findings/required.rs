//! What the user requires of a domain, and it lacks.

use super::super::facts::Domain;
use super::super::result::{Arrival, Delivery, Required};
use super::super::verdict::Verdict;
use crate::finding::{Advice, Code, Finding};

/// Said where mail is delivered without it: why a sender does not deliver has findings of its own.
pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Option<Finding> {
    let required = domain.required?;
    let senders = &verdict.senders;
    let results = senders.iter().map(|sender| (sender.sender, sender.result));
    let is_met = required.is_met(results.clone());
    let delivers = results.into_iter().any(|(kind, result)| {
        let is_unsafe = matches!(
            result,
            Arrival::Mail(Delivery::Delivered | Delivery::Encrypted)
        );
        required.is_about(kind) && is_unsafe
    });
    (!is_met && delivers).then(|| finding(domain, required))
}

fn finding(domain: &Domain, required: Required) -> Finding {
    let senders = match required {
        Required::Dane => "senders with DANE do not know its servers",
        Required::MtaSts => "senders with MTA-STS do not know its servers",
        Required::Any => "no sender knows its servers",
    };
    let message = format!(
        "{} is required of \"{}\", and {senders}",
        required.name(),
        domain.name
    );
    let advice = match required {
        Required::Dane => dane(domain),
        Required::MtaSts => mta_sts(domain),
        Required::Any => format!("{}; or {}", dane(domain), mta_sts(domain)),
    };
    Finding::new(Code::RequiredMissing, None, message, Advice::new(advice))
}

fn dane(domain: &Domain) -> String {
    let host = domain.hosts.first().map_or("HOST", |host| &host.name);
    format!(
        "sign the zones of the domain and of its MX hosts, and publish the TLSA records of each host, as smtp-certcheck pin {host}:25 --for tlsa prints them"
    )
}

fn mta_sts(domain: &Domain) -> String {
    let name = &domain.name;
    format!(
        "serve a policy with \"mode: enforce\" at https://mta-sts.{name}/.well-known/mta-sts.txt that covers the MX hosts, and announce it with a TXT record at _mta-sts.{name} (RFC 8461)"
    )
}
