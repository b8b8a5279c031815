//! What a sender does at one host: the worst of its addresses and types of keys speaks for it.

use super::facts::{Look, MailHost, Seen};
use super::result::Delivery;
use crate::records::{Status, mx};

/// What a kind of sender does at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtHost {
    /// The name that the MX record has.
    pub host: String,
    /// What it does.
    pub delivery: Delivery,
    /// Why. It may hold text of a server or of the DNS, which is untrusted.
    pub reason: String,
}

/// What one look leads to, and why.
pub(super) type Step = (Delivery, String);

impl AtHost {
    /// The worst of what the looks lead to; `step` is not asked about an address that no mail goes
    /// to, because a sender goes on to the next.
    pub(super) fn worst(host: &MailHost, step: impl Fn(usize, &Look) -> Step) -> Self {
        if let Some(reason) = barred(host) {
            return Self::new(host, (Delivery::Deferred, reason));
        }
        let looks = host.looks.iter().enumerate();
        let reached = looks.filter(|(_, look)| !matches!(look.seen, Seen::Unreachable(_)));
        let steps = reached.map(|(place, look)| step(place, look));
        // `min_by_key` keeps the first of equals: the address that is tried first.
        let worst = steps.min_by_key(|(delivery, _)| *delivery);
        let unreached = || (Delivery::Deferred, "no address can be reached".to_owned());
        Self::new(host, worst.unwrap_or_else(unreached))
    }

    pub(super) fn new(host: &MailHost, (delivery, reason): Step) -> Self {
        Self {
            host: host.name.clone(),
            delivery,
            reason,
        }
    }
}

/// What a sender does that looks at nothing but the offer.
pub(super) fn opportunistic(host: &MailHost) -> AtHost {
    AtHost::worst(host, |_, look| offered(look))
}

/// What the offer leads to.
pub(super) fn offered(look: &Look) -> Step {
    let address = look.address;
    match &look.seen {
        Seen::Chain(_) => (Delivery::Encrypted, "TLS is offered".to_owned()),
        Seen::NoStarttls => (
            Delivery::Delivered,
            format!("{address} does not offer STARTTLS"),
        ),
        // Senders that do not insist on TLS try again without.
        Seen::TlsFailed(failed) => (
            Delivery::Delivered,
            format!("TLS fails at {address}: {}", failed.why),
        ),
        Seen::Unreachable(failed) => (
            Delivery::Deferred,
            format!("{address} cannot be reached: {}", failed.why),
        ),
    }
}

/// Why no sender goes to a host, whatever it looks for.
pub(super) fn barred(host: &MailHost) -> Option<String> {
    let why = host
        .addresses
        .why
        .as_deref()
        .unwrap_or("no reason is known");
    if mx::address(&host.name).is_some() {
        return Some("it is an address, and senders look for a name".to_owned());
    }
    match host.addresses.status {
        Status::Bogus => Some(format!("its addresses are bogus: {why}")),
        Status::NoAnswer => Some(format!("its addresses are not known: {why}")),
        _ if host.looks.is_empty() => Some(match host.out_of_reach.first() {
            Some(address) => format!("this machine cannot reach {address}"),
            None => "it has no address".to_owned(),
        }),
        _ => None,
    }
}
