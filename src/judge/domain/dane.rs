//! What senders with DANE do at a host.

use super::facts::{Chain, Domain, Look, MailHost, Seen};
use super::host::{AtHost, Step, offered, opportunistic};
use super::result::Delivery;
use crate::endpoint::Host;
use crate::judge::dane::{Judged, Question, Sender};
use crate::records::Status;

/// The records of a host, judged with what it presents.
#[derive(Clone, Debug)]
pub struct DaneAtHost {
    /// In the order of the looks; `None`: no chain, or DANE does not decide.
    pub looks: Vec<Option<Judged>>,
    /// Exim looks at the records, too: it does not where the MX records are insecure, nor where the
    /// records stand under an alias.
    pub exim_looks: bool,
    /// The MX records are signed, so that the host is one that the domain names.
    pub mx_is_signed: bool,
}

impl DaneAtHost {
    /// Judges each chain, if the records count.
    pub(super) fn of(domain: &Domain, host: &MailHost) -> Self {
        let names = names(domain, host);
        let judged = |look: &Look| match &look.seen {
            Seen::Chain(chain) if host.tlsa.decide() => {
                Some(Judged::of(&question(domain, host, chain, &names)))
            }
            _ => None,
        };
        let mx_is_signed = domain.mx.status == Status::Secure;
        Self {
            looks: host.looks.iter().map(judged).collect(),
            exim_looks: mx_is_signed && !host.tlsa.under_alias,
            mx_is_signed,
        }
    }

    /// What the senders do: the stricter of them decides.
    pub(super) fn verdict(&self, host: &MailHost) -> AtHost {
        let tlsa = &host.tlsa;
        if super::host::barred(host).is_none() && !tlsa.lookup.status.is_known() {
            let why = tlsa.lookup.why.as_deref().unwrap_or("no reason is known");
            let what = match tlsa.lookup.status {
                Status::Bogus => "bogus",
                _ => "not known",
            };
            let reason = format!("its TLSA records are {what}: {why}");
            return AtHost::new(host, (Delivery::Deferred, reason));
        }
        if !tlsa.decide() {
            return opportunistic(host);
        }
        AtHost::worst(host, |place, look| self.step(place, look))
    }

    fn step(&self, place: usize, look: &Look) -> Step {
        let address = look.address;
        let deferred = |reason| (Delivery::Deferred, reason);
        match (&look.seen, &self.looks[place]) {
            (Seen::Chain(_), Some(judged)) => self.with_chain(judged, look),
            (Seen::NoStarttls, _) => deferred(format!(
                "{address} does not offer STARTTLS, and TLSA records demand TLS"
            )),
            (Seen::TlsFailed(failed), _) => {
                deferred(format!("TLS fails at {address}: {}", failed.why))
            }
            _ => offered(look),
        }
    }

    /// What cannot be told is not taken for fine: with a record that can be used a sender knows the server,
    /// or defers (RFC 7672 §2.2).
    fn with_chain(&self, judged: &Judged, look: &Look) -> Step {
        let place = place(look);
        let deferred = |reason| (Delivery::Deferred, reason);
        let exim = self.exim_looks.then_some(&judged.exim);
        match (&judged.postfix, exim) {
            (Sender::Defers(reason), _) => deferred(format!("{reason} {place}")),
            (_, Some(Sender::Defers(_))) => deferred(format!("Exim with GnuTLS defers {place}")),
            (Sender::Unknown(why), _) | (_, Some(Sender::Unknown(why))) => deferred(format!(
                "whether a record matches {place} cannot be checked here: {why}"
            )),
            // Postfix says "Trusted" then, and not "Verified" (RFC 7672 §2.2.1).
            (Sender::Authenticates(_), _) if !self.mx_is_signed => (
                Delivery::Encrypted,
                format!(
                    "a record matches {place}, and the MX records, which name the host, are not signed"
                ),
            ),
            (Sender::Authenticates(_), _) => {
                (Delivery::Authenticated, format!("a record matches {place}"))
            }
            (Sender::Encrypts, _) => (
                Delivery::Encrypted,
                "no TLSA record can be used, and TLS is mandatory".to_owned(),
            ),
        }
    }
}

/// The address and the type of key, as the end of a sentence.
pub(super) fn place(look: &Look) -> String {
    match look.key_type {
        Some(key_type) => format!("at {} ({key_type})", look.address),
        None => format!("at {}", look.address),
    }
}

/// RFC 7672 §3.2.2: the base domain, the domain of the mail, and what that is an alias of.
pub(super) fn names(domain: &Domain, host: &MailHost) -> Vec<Host> {
    let names = [&host.tlsa.base_domain, &domain.name]
        .into_iter()
        .chain(&domain.alias_of);
    names.filter_map(|name| name.parse().ok()).collect()
}

fn question<'a>(
    domain: &Domain,
    host: &'a MailHost,
    chain: &'a Chain,
    names: &'a [Host],
) -> Question<'a> {
    Question {
        records: &host.tlsa.records,
        presented: &chain.presented,
        names,
        path: &chain.path,
        now: domain.now,
    }
}
