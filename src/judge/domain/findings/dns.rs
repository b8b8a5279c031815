//! What the DNS of a domain says and does not say.

use super::super::facts::{Domain, Lookup, SignaturesEnd};
use super::super::result::{Delivery, Kind};
use super::super::verdict::Verdict;
use super::severity::of_broken_host;
use crate::certificate::in_words;
use crate::finding::{Code, Finding, Severity};
use crate::records::Status;
use crate::records::mx::{Exchange, address};
use time::{Duration, OffsetDateTime};

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let mut findings: Vec<Finding> = not_passed_on(domain, verdict).into_iter().collect();
    findings
        .extend(lookups(domain, verdict).filter_map(|(lookup, severity)| answer(lookup, severity)));
    findings.extend(signatures(domain, verdict));
    findings.extend(absent(domain));
    findings.extend(names(domain, verdict));
    findings.extend(insecure_mx(domain));
    findings
}

/// The answers, with how bad it is to have none.
fn lookups<'d>(
    domain: &'d Domain,
    verdict: &Verdict,
) -> impl Iterator<Item = (&'d Lookup, Severity)> + use<'d> {
    let [all, dane] = [Kind::Opportunistic, Kind::Dane].map(|kind| of_broken_host(verdict, kind));
    let hosts = domain.hosts.iter();
    let hosts = hosts.flat_map(move |host| {
        // Without addresses nothing more is asked for.
        let is_asked = host.addresses.status.is_known();
        let tlsa = is_asked.then_some((&host.tlsa.lookup, dane));
        // Senders take the addresses of the other family.
        let lost = host.lost.iter().map(|lookup| (lookup, Severity::Warning));
        std::iter::once((&host.addresses, all))
            .chain(tlsa)
            .chain(lost)
    });
    let policy = domain.mta_sts.iter().map(|sts| &sts.lookup);
    let texts = policy.chain([&domain.tlsrpt.0]);
    [(&domain.mx, Severity::Critical)]
        .into_iter()
        .chain(hosts)
        .chain(texts.map(|lookup| (lookup, Severity::Warning)))
}

fn answer(lookup: &Lookup, severity: Severity) -> Option<Finding> {
    let why = lookup.why.as_deref().unwrap_or("no reason is known");
    let question = &lookup.question;
    let (code, message, advice) = match lookup.status {
        // It is the resolver's fault, which has a finding of its own.
        Status::Bogus | Status::NoAnswer if !lookup.is_passed_on => return None,
        Status::Bogus if lookup.is_lost_in_aliases => (
            Code::DnsBogus,
            format!("the answer about {question} leads nowhere: {why}"),
            "have the alias lead to a name that is not an alias: senders follow a few, and none in a circle",
        ),
        Status::Bogus => (
            Code::DnsBogus,
            format!("the answer about {question} is bogus: {why}"),
            "sign the zone again, or have the DS records at its parent follow its keys: validating resolvers withhold such an answer",
        ),
        Status::NoAnswer => (
            Code::DnsNoAnswer,
            format!("there is no answer about {question}: {why}"),
            "see whether the name servers of the zone answer, for this type of record, too; else ask another resolver",
        ),
        _ => return None,
    };
    Some(Finding::new(code, None, message, advice).at(severity))
}

/// A resolver that strips signatures makes everything look unsigned, or bogus; from one that does not know
/// EDNS there is no answer.
fn not_passed_on(domain: &Domain, verdict: &Verdict) -> Option<Finding> {
    let lookups: Vec<(&Lookup, Severity)> = lookups(domain, verdict)
        .filter(|(lookup, _)| !lookup.is_passed_on)
        .collect();
    let (first, _) = lookups.first()?;
    let message = match first.status {
        Status::NoAnswer => format!(
            "this resolver does not pass DNSSEC on, and there is no answer about {}{}",
            first.question,
            first.because()
        ),
        _ => format!(
            "this resolver does not pass DNSSEC on: its answer about {} has no signatures",
            first.question
        ),
    };
    let severities = lookups
        .iter()
        .filter_map(|(lookup, severity)| match lookup.status {
            Status::Bogus => Some(Severity::Critical),
            Status::NoAnswer => Some(*severity),
            _ => None,
        });
    let severity = severities.max().unwrap_or(Severity::Warning);
    let advice = "ask another resolver, with --resolver ADDR: what is said here about the DNS may be this resolver's fault";
    Some(Finding::new(Code::DnssecNotPassed, None, message, advice).at(severity))
}

/// Less than this is left when the signer has stopped: signatures are made again days before.
const WARNING: Duration = Duration::days(3);
const CRITICAL: Duration = Duration::days(1);

/// The first signature that ends. Where it is one host's, senders with DANE go on to the hosts whose
/// signatures last, if they deliver there.
fn signatures(domain: &Domain, verdict: &Verdict) -> Option<Finding> {
    let ends = lookups(domain, verdict).filter_map(|(lookup, _)| lookup.signatures_end.as_ref());
    let first: &SignaturesEnd = ends.min_by_key(|end| end.until)?;
    let severity = how_soon(first.until, domain.now)?;
    let severity = match severity {
        Severity::Critical if has_lasting_host(domain, verdict) => Severity::Warning,
        severity => severity,
    };
    let left = first.until - domain.now;
    let message = format!(
        "the signature of {} ends in {}, on {}",
        first.of,
        in_words(left),
        first.until.date()
    );
    let advice = "see why the zone is not signed again: when the signature has ended, senders with DANE do not deliver";
    Some(Finding::new(Code::RrsigExpiring, None, message, advice).at(severity))
}

/// Whether the signatures last that are all hosts', and those of a host to which senders with DANE
/// deliver.
fn has_lasting_host(domain: &Domain, verdict: &Verdict) -> bool {
    let lasts = |lookup: &Lookup| {
        let end = lookup.signatures_end.as_ref();
        end.is_none_or(|end| end.until - domain.now >= CRITICAL)
    };
    let mut senders = verdict.senders.iter();
    let dane = senders.find(|sender| sender.sender == Kind::Dane);
    let at = dane.into_iter().flat_map(|dane| &dane.hosts);
    let mut hosts = domain.hosts.iter().zip(at);
    let policy = domain.mta_sts.iter().map(|sts| &sts.lookup);
    let mut shared = policy.chain([&domain.mx, &domain.tlsrpt.0]);
    shared.all(lasts)
        && hosts.any(|(host, at)| {
            at.delivery != Delivery::Deferred
                && lasts(&host.addresses)
                && host.lost.iter().all(lasts)
                && lasts(&host.tlsa.lookup)
        })
}

fn how_soon(until: OffsetDateTime, now: OffsetDateTime) -> Option<Severity> {
    match until - now {
        left if left < CRITICAL => Some(Severity::Critical),
        left if left < WARNING => Some(Severity::Warning),
        _ => None,
    }
}

fn absent(domain: &Domain) -> Option<Finding> {
    let is_known = domain.mx.status.is_known();
    (is_known && !domain.exists).then(|| {
        let message = format!("the domain \"{}\" does not exist", domain.name);
        let advice = "see whether it is spelt right: no sender delivers mail for it, and none waits before it returns it";
        Finding::new(Code::DnsFailure, None, message, advice)
    })
}

/// What the names of the MX records are.
fn names(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let mut findings = Vec::new();
    if matches!(&domain.exchange, Exchange::Hosts(hosts) if hosts.names_root) {
        let message = format!(
            "\"{}\" has the MX record \".\", which says that it takes no mail, beside others",
            domain.name
        );
        let advice = "take the record \".\" away, or the others (RFC 7505 section 3)";
        findings.push(Finding::new(Code::NullMxMixed, None, message, advice));
    }
    for host in &domain.hosts {
        if address(&host.name).is_some() {
            let message = format!("the MX record \"{}\" names an address", host.name);
            let advice = "name a host that has this address: no sender delivers to an MX record that is an address";
            let severity = of_broken_host(verdict, Kind::Opportunistic);
            findings.push(Finding::new(Code::MxIsAddress, None, message, advice).at(severity));
        } else if let Some(target) = host
            .alias_of
            .as_ref()
            .filter(|_| !host.addresses.is_lost_in_aliases)
        {
            let message = format!("the MX host \"{}\" is an alias of \"{target}\"", host.name);
            let advice = format!(
                "name \"{target}\" in the MX record: an alias there is against RFC 5321 section 5.1, and Exim finds no TLSA records under it"
            );
            findings.push(Finding::new(Code::MxAlias, None, message, advice));
        }
    }
    findings
}

/// RFC 7672 §2.2.1: the host is authenticated, the choice of the host is not.
fn insecure_mx(domain: &Domain) -> Option<Finding> {
    let decides = domain.hosts.iter().any(|host| host.tlsa.decide());
    (domain.mx.status == Status::Insecure && decides).then(|| {
        let message = format!(
            "the MX records of \"{}\" are not signed, and its hosts have TLSA records: someone in the middle can name other hosts{}",
            domain.name,
            domain.mx.because()
        );
        let advice = "sign the zone of the domain, and have its parent publish the DS record: until then Postfix checks the host that it is led to, and Exim does no DANE";
        Finding::new(Code::MxInsecure, None, message, advice)
    })
}
