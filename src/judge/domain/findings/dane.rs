//! Where TLSA records and what a host presents do not go together.

use super::super::dane::{DaneAtHost, in_words, place};
use super::super::facts::{Domain, Look, MailHost, Seen};
use super::super::result::Kind;
use super::super::verdict::Verdict;
use super::publish;
use super::severity::of_broken_host;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::judge::dane::{Fit, Judged, Reason, Sender, unusable};
use crate::records::Status;
use crate::records::tlsa::FULL;

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let broken = of_broken_host(verdict, Kind::Dane);
    let mut findings = Vec::new();
    for (host, judged) in domain.hosts.iter().zip(&verdict.hosts) {
        let dane = OfHost {
            host,
            judged: &judged.dane,
            broken,
        };
        findings.extend(insecure(host));
        if host.tlsa.decide() {
            findings.extend(dane.refusals());
            findings.extend(dane.differ());
            findings.extend(dane.without_tls());
            findings.extend(dane.unusable());
            findings.extend(dane.by_common_name(domain));
        }
    }
    findings.extend(partial(domain));
    findings
}

/// The records of one host.
struct OfHost<'d> {
    host: &'d MailHost,
    judged: &'d DaneAtHost,
    broken: Severity,
}

impl<'d> OfHost<'d> {
    /// The chains with what was judged of them.
    fn chains(&self) -> impl Iterator<Item = (&'d Look, &'d Judged)> + use<'d> {
        let looks = self.host.looks.iter().zip(&self.judged.looks);
        looks.filter_map(|(look, judged)| Some((look, judged.as_ref()?)))
    }

    /// What Postfix refuses, one finding for each code.
    fn refusals(&self) -> Vec<Finding> {
        let mut found: Vec<(Code, Vec<String>, &Judged, &Reason)> = Vec::new();
        for (look, judged) in self.chains() {
            let Sender::Defers(reason) = &judged.postfix else {
                continue;
            };
            let code = self.code(judged, reason);
            match found.iter_mut().find(|(known, ..)| *known == code) {
                Some((_, places, ..)) => places.push(place(look)),
                None => found.push((code, vec![place(look)], judged, reason)),
            }
        }
        found
            .into_iter()
            .map(|(code, places, judged, reason)| self.refusal(code, &places, judged, reason))
            .collect()
    }

    fn code(&self, judged: &Judged, reason: &Reason) -> Code {
        let is_not_sent = |fit: &Fit| matches!(fit, Fit::NotSent(_));
        let mut all = self.chains().map(|(_, judged)| &judged.postfix);
        match reason {
            Reason::Name => Code::TlsaName,
            Reason::Dates(_) => Code::TlsaExpired,
            Reason::NoMatch if judged.fits.iter().any(is_not_sent) => Code::TlsaCaNotSent,
            Reason::NoMatch if self.is_outdone(judged) => Code::TlsaAgility,
            Reason::NoMatch if all.any(|sender| matches!(sender, Sender::Authenticates(_))) => {
                Code::TlsaPartial
            }
            Reason::NoMatch | Reason::Path(_) | Reason::Gnutls(_) => Code::TlsaMismatch,
        }
    }

    /// A record matches that does not count, because one with a stronger digest is beside it.
    fn is_outdone(&self, judged: &Judged) -> bool {
        let records = &self.host.tlsa.records;
        let outdone = |place: usize| {
            let record = &records[place];
            let stronger = records.iter().filter(|other| {
                (other.usage, other.selector) == (record.usage, record.selector)
                    && other.matching > record.matching
                    && unusable(other).is_none()
            });
            record.matching != FULL && stronger.count() > 0
        };
        let mut fits = judged.fits.iter().enumerate();
        fits.any(|(place, fit)| fit.is_match() && outdone(place))
    }

    fn refusal(&self, code: Code, places: &[String], judged: &Judged, reason: &Reason) -> Finding {
        let (name, places) = (&self.host.name, places.join(", "));
        let publish = publish::advice(self.host);
        let (message, advice) = match code {
            Code::TlsaCaNotSent => (
                format!(
                    "a TLSA record of \"{name}\" names the CA certificate \"{}\", which the server does not send {places}",
                    not_sent(judged)
                ),
                Advice::new("have the server send it with its chain, or ").then(publish),
            ),
            Code::TlsaAgility => (
                format!(
                    "the TLSA record of \"{name}\" that matches {places} does not count: beside it is one with a stronger digest, which does not match (RFC 7671 section 9)"
                ),
                Advice::new("take the stale record away, or ").then(publish),
            ),
            Code::TlsaPartial => (
                format!("no TLSA record of \"{name}\" matches {places}, and one does elsewhere"),
                Advice::new("each address and each type of key needs a match: ").then(publish),
            ),
            Code::TlsaName => (
                format!(
                    "a TLSA record of usage 2 of \"{name}\" matches {places}, and the certificate there is for another name than \"{}\"",
                    self.host.tlsa.base_domain
                ),
                Advice::new("have the certificate issued for this name, or ").then(publish),
            ),
            Code::TlsaExpired => (
                format!(
                    "a TLSA record of usage 2 of \"{name}\" matches {places}, and the path to it is not within its dates ({})",
                    in_words(reason)
                ),
                Advice::new("renew the certificate, or ").then(publish),
            ),
            _ => (
                format!(
                    "\"{name}\" has TLSA records, and none authenticates what it presents {places}: {}{}",
                    in_words(reason),
                    misplaced(judged)
                ),
                publish,
            ),
        };
        Finding::new(code, None, message, advice).at(self.broken)
    }

    /// Exactly one of Postfix and Exim defers.
    fn differ(&self) -> Option<Finding> {
        let differs = |judged: &Judged| judged.postfix.defers() != judged.exim.defers();
        let (look, judged) = self
            .chains()
            .find(|(_, judged)| self.judged.exim_looks && differs(judged))?;
        let (one, other) = match &judged.exim {
            Sender::Defers(reason) => (
                format!("Exim with GnuTLS ({})", in_words(reason)),
                "Postfix",
            ),
            _ => ("Postfix with OpenSSL".to_owned(), "Exim with GnuTLS"),
        };
        let message = format!(
            "by the TLSA records of \"{}\" {one} defers mail {}, and {other} delivers it",
            self.host.name,
            place(look)
        );
        let what = "what all senders accept is the key of the leaf, or \"2 1 1\" of the intermediate that has issued it: ";
        let advice = Advice::new(what).then(publish::advice(self.host));
        let severity = if judged.exim.defers() || self.broken == Severity::Critical {
            self.broken
        } else {
            Severity::Warning
        };
        Some(Finding::new(Code::TlsaSendersDiffer, None, message, advice).at(severity))
    }

    fn without_tls(&self) -> Option<Finding> {
        let (look, why) = self.host.looks.iter().find_map(|look| match &look.seen {
            Seen::NoStarttls => Some((look, "does not offer STARTTLS".to_owned())),
            Seen::TlsFailed(failed) => Some((look, format!("fails in TLS ({})", failed.why))),
            _ => None,
        })?;
        let message = format!(
            "\"{}\" has TLSA records, which demand TLS, and {why} {}",
            self.host.name,
            place(look)
        );
        let advice = "have the server do STARTTLS there, or take the TLSA records away";
        Some(Finding::new(Code::TlsaNoStarttls, None, message, advice).at(self.broken))
    }

    fn unusable(&self) -> Option<Finding> {
        let records = &self.host.tlsa.records;
        let mut unusable = records
            .iter()
            .filter_map(|record| Some((record, unusable(record)?)))
            .peekable();
        let &(first, why) = unusable.peek()?;
        let (name, count) = (&self.host.name, unusable.count());
        let (message, severity) = if count == records.len() {
            let text = "so that senders demand TLS and authenticate nothing";
            (
                format!("no TLSA record of \"{name}\" can be used, {text}: {why} ({first})"),
                Severity::Warning,
            )
        } else {
            (
                format!(
                    "{count} of {} TLSA records of \"{name}\" cannot be used: {why} ({first})",
                    records.len()
                ),
                Severity::Note,
            )
        };
        let advice = publish::advice(self.host);
        Some(Finding::new(Code::TlsaUnusable, None, message, advice).at(severity))
    }

    /// Postfix takes the common name where there is no DNS name.
    fn by_common_name(&self, domain: &Domain) -> Option<Finding> {
        let records = &self.host.tlsa.records;
        let (look, _) = self.chains().find(|(look, judged)| {
            let by_anchor = matches!(judged.postfix, Sender::Authenticates(record) if records[record].usage == 2);
            by_anchor && has_no_dns_name(look)
        })?;
        let message = format!(
            "the certificate of \"{}\" {} has its name in the common name only",
            self.host.name,
            place(look)
        );
        let advice = format!(
            "have it issued with a DNS name: that Postfix takes the common name for \"{}\" is the only reason why it delivers mail for \"{}\"",
            self.host.tlsa.base_domain, domain.name
        );
        Some(Finding::new(Code::TlsaCn, None, message, advice))
    }
}

fn has_no_dns_name(look: &Look) -> bool {
    let Seen::Chain(chain) = &look.seen else {
        return false;
    };
    let facts = chain.presented.first().and_then(|leaf| leaf.facts().ok());
    facts.is_some_and(|facts| facts.sans.as_ref().is_none_or(|sans| sans.dns.is_empty()))
}

fn not_sent(judged: &Judged) -> &str {
    let mut names = judged.fits.iter().filter_map(|fit| match fit {
        Fit::NotSent(name) => Some(name.as_str()),
        _ => None,
    });
    names.next().unwrap_or_default()
}

/// A record with the right data and the wrong usage.
fn misplaced(judged: &Judged) -> &'static str {
    let mut places = judged.fits.iter().filter_map(|fit| match fit {
        Fit::Misplaced(place) => Some(*place),
        _ => None,
    });
    match places.next() {
        Some(0) => "; a record of usage 2 names the server's own certificate, for which usage 3 is",
        Some(_) => "; a record of usage 3 names a CA certificate, for which usage 2 is",
        None => "",
    }
}

/// Records that no sender looks at.
fn insecure(host: &MailHost) -> Option<Finding> {
    let tlsa = &host.tlsa;
    (tlsa.lookup.status == Status::Insecure && !tlsa.records.is_empty()).then(|| {
        let message = format!(
            "the TLSA records of \"{}\" are not signed, so that no sender looks at them{}",
            host.name,
            tlsa.lookup.because()
        );
        let advice = "sign the zone that they stand in, and that of the host's addresses, and have the parents publish DS records";
        Finding::new(Code::TlsaInsecure, None, message, advice)
    })
}

/// Some hosts have records and others do not: someone in the middle chooses the others.
fn partial(domain: &Domain) -> Option<Finding> {
    let is_known =
        |host: &&MailHost| !matches!(host.tlsa.lookup.status, Status::Bogus | Status::NoAnswer);
    let (with, without): (Vec<&MailHost>, Vec<&MailHost>) = domain
        .hosts
        .iter()
        .filter(is_known)
        .partition(|host| host.tlsa.decide());
    if with.is_empty() || without.is_empty() {
        return None;
    }
    let names: Vec<String> = without
        .iter()
        .map(|host| format!("\"{}\"", host.name))
        .collect();
    let message = format!(
        "some MX hosts of \"{}\" have TLSA records, and {} have none: someone in the middle who blocks the first ones reads the mail",
        domain.name,
        names.join(", ")
    );
    let publish = without.iter().map(|host| publish::advice(host));
    let publish = publish.reduce(|all, one| all.text("; ").then(one));
    let advice = publish.map_or_else(
        || Advice::new("sign the zones of the others"),
        |publish| Advice::new("in signed zones ").then(publish),
    );
    Some(Finding::new(Code::DanePartial, None, message, advice))
}
