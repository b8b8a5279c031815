//! Where TLSA records and what a host presents do not go together.

use super::super::dane::{DaneAtHost, place};
use super::super::facts::{Domain, Look, MailHost, Seen};
use super::super::result::Kind;
use super::super::verdict::Verdict;
use super::coverage;
use super::publish::Publishing;
use super::severity::of_broken_host;
use crate::certificate::Certificate;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::judge::dane::{Fit, Judged, Reason, Sender, unusable};
use crate::records::tlsa::FULL;
use time::OffsetDateTime;

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let broken = of_broken_host(verdict, Kind::Dane);
    let mut findings = Vec::new();
    for (host, judged) in domain.hosts.iter().zip(&verdict.hosts) {
        let dane = OfHost {
            host,
            judged: &judged.dane,
            publishing: Publishing::of(domain, host, judged.dane.exim_looks),
            broken,
        };
        findings.extend(coverage::insecure(host));
        if host.tlsa.decide() {
            findings.extend(dane.refusals());
            findings.extend(dane.unchecked());
            findings.extend(dane.differ());
            findings.extend(dane.without_tls());
            findings.extend(dane.unusable());
            findings.extend(dane.by_common_name(domain));
        }
    }
    findings.extend(coverage::partial(domain, verdict));
    findings
}

/// Where TLS does not start.
pub(super) const START_TLS: &str =
    "have the server do STARTTLS there, or take the TLSA records away";

/// The records of one host.
pub(super) struct OfHost<'d> {
    pub(super) host: &'d MailHost,
    pub(super) judged: &'d DaneAtHost,
    pub(super) publishing: Publishing<'d>,
    pub(super) broken: Severity,
}

impl<'d> OfHost<'d> {
    /// The chains with what was judged of them.
    pub(super) fn chains(&self) -> impl Iterator<Item = (&'d Look, &'d Judged)> + use<'d> {
        let looks = self.host.looks.iter().zip(&self.judged.looks);
        looks.filter_map(|(look, judged)| Some((look, judged.as_ref()?)))
    }

    /// What Postfix refuses, one finding for each code.
    fn refusals(&self) -> Vec<Finding> {
        let mut found: Vec<(Code, Vec<String>, &Judged, &Reason)> = Vec::new();
        for (look, judged) in self.chains() {
            let reason = match &judged.postfix {
                // That is not for the chain to change.
                Sender::Defers(Reason::NoData) => continue,
                Sender::Defers(reason) => reason,
                _ => continue,
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
            Reason::NoData => Code::TlsaUnusable,
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
        let message = match code {
            Code::TlsaCaNotSent => format!(
                "a TLSA record of \"{name}\" names the CA certificate \"{}\", which the server does not send {places}",
                not_sent(judged)
            ),
            Code::TlsaAgility => format!(
                "the TLSA record of \"{name}\" that matches {places} does not count: beside it is one with a stronger digest, which does not match (RFC 7671 section 9)"
            ),
            Code::TlsaPartial => {
                format!("no TLSA record of \"{name}\" matches {places}, and one does elsewhere")
            }
            Code::TlsaName => format!(
                "a TLSA record of usage 2 of \"{name}\" matches {places}, and the certificate there is for another name than \"{}\"",
                self.host.tlsa.base_domain
            ),
            Code::TlsaExpired => format!(
                "a TLSA record of usage 2 of \"{name}\" matches {places}, and the path to it is not within its dates ({reason})"
            ),
            _ => format!(
                "\"{name}\" has TLSA records, and none authenticates what it presents {places}: {reason}{}",
                misplaced(judged)
            ),
        };
        Finding::new(code, None, message, self.cure(code)).at(self.broken)
    }

    /// What else than a further record helps, if it does, or that record.
    fn cure(&self, code: Code) -> Advice {
        let trial = self.publishing.trial();
        let records = &self.host.tlsa.records;
        let other = match code {
            Code::TlsaCaNotSent if trial.is_cured_by_sending(records) => {
                Some(Advice::new("have the server send it with its chain"))
            }
            Code::TlsaAgility => {
                let outdoing = trial.outdoing(records);
                let is_cure = !outdoing.is_empty();
                is_cure.then(|| self.publishing.replace(&outdoing))
            }
            Code::TlsaName => Some(Advice::new("have the certificate issued for this name")),
            Code::TlsaExpired if trial.is_cured_by_renewal(records) => self.renewal(),
            Code::TlsaPartial => {
                let what = "each address and each type of key needs a match: ";
                return Advice::new(what).then(self.publishing.advice());
            }
            _ => None,
        };
        match other {
            Some(other) => other.text(", or ").then(self.publishing.advice()),
            None => self.publishing.advice(),
        }
    }

    /// The first that is not within its dates is to be renewed.
    fn renewal(&self) -> Option<Advice> {
        let (place, certificate) = self.chains().find_map(|(look, judged)| {
            let is_dated = matches!(judged.postfix, Sender::Defers(Reason::Dates(_)));
            let Seen::Chain(chain) = &look.seen else {
                return None;
            };
            let mut presented = chain.presented.iter().enumerate();
            let found =
                presented.find(|(_, one)| !is_within_dates(one, self.publishing.trial().now));
            found.filter(|_| is_dated)
        })?;
        Some(match place {
            0 => Advice::new("renew the certificate"),
            _ => Advice::new(format!(
                "have the server send a renewed certificate of the CA \"{}\"",
                certificate.label()
            )),
        })
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
        Some(Finding::new(Code::TlsaNoStarttls, None, message, START_TLS).at(self.broken))
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

fn is_within_dates(certificate: &Certificate, now: OffsetDateTime) -> bool {
    let facts = certificate.facts();
    facts.is_ok_and(|facts| facts.not_before <= now && now <= facts.not_after)
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
