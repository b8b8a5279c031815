//! What is wrong with the MTA-STS of a domain.

use super::super::dane::place;
use super::super::facts::{Domain, KnownPolicy, MailHost, MtaSts, Seen};
use super::super::fetched::Fetched;
use super::super::result::Kind;
use super::super::sts::State;
use super::super::verdict::Verdict;
use super::severity::of_broken_host;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::records::mta_sts::{Mode, Pattern, Policy, StsRecords};

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let (Some(sts), Some(state)) = (&domain.mta_sts, verdict.sts) else {
        return Vec::new();
    };
    let mut findings: Vec<Finding> = record(domain, sts).into_iter().collect();
    findings.extend(fetch(domain, sts));
    findings.extend(unchanged_id(domain, sts));
    if let Some(policy) = sts.policy() {
        findings.extend(parts(domain, policy));
    }
    if let (Some(policy), State::Enforce | State::Testing) = (sts.policy(), state) {
        let severity = match state {
            State::Enforce => of_broken_host(verdict, Kind::MtaSts),
            _ => Severity::Warning,
        };
        findings.extend(max_age(domain, policy));
        findings.extend(hosts(domain, policy, severity));
        findings.extend((state == State::Testing).then(|| testing(domain)));
    }
    findings
}

fn record(domain: &Domain, sts: &MtaSts) -> Option<Finding> {
    let name = &domain.name;
    let (message, advice) = match &sts.records {
        StsRecords::One(record) if record.id_is_odd => (
            format!(
                "the id of the record at _mta-sts.{name} is not 1 to 32 letters and digits: \"{}\"",
                record.id
            ),
            Advice::new(
                "write an id such as 20261128T120000: a sender may take the record for none (RFC 8461 section 3.1)",
            ),
        ),
        StsRecords::Absent | StsRecords::One(_) => return None,
        StsRecords::Broken(why) => (
            format!("no record at _mta-sts.{name} counts: {why}"),
            Advice::new("publish exactly one, such as ").line(format!(
                "_mta-sts.{name}. IN TXT \"v=STSv1; id=20261128T120000\""
            )),
        ),
    };
    Some(Finding::new(Code::StsRecords, None, message, advice))
}

fn fetch(domain: &Domain, sts: &MtaSts) -> Option<Finding> {
    let url = format!("https://mta-sts.{}/.well-known/mta-sts.txt", domain.name);
    let (code, message, advice) = match sts.fetched.as_ref()? {
        Fetched::Body(Ok(_)) => return None,
        Fetched::Body(Err(why)) => (
            Code::StsPolicy,
            format!("{url} is not a policy: {why}"),
            "write lines such as \"version: STSv1\", \"mode: enforce\", \"mx: mx1.example.org\", \"max_age: 604800\" (RFC 8461 section 3.2)",
        ),
        Fetched::Failed(why) => (
            Code::StsFetch,
            format!("{url} cannot be fetched: {why}"),
            "serve it there with status 200, without a redirect, as text/plain, with a certificate of a public CA for this name: senders that know no policy act as if there were none, others keep the old one",
        ),
    };
    // Senders that know a policy which is enforced keep it, and it may no longer fit.
    let known = sts.known.as_ref();
    let Some(kept) = known.filter(|known| known.mode == Mode::Enforce) else {
        return Some(Finding::new(code, None, message, advice));
    };
    let uncovered = uncovered(domain, kept).unwrap_or_default();
    let finding = Finding::new(code, None, format!("{message}{uncovered}"), advice);
    Some(finding.at(Severity::Critical))
}

/// The first host to which senders do not deliver that keep a policy, as the end of a sentence.
fn uncovered(domain: &Domain, kept: &KnownPolicy) -> Option<String> {
    let covers = |host: &MailHost| {
        let mut patterns = kept.mx.iter().map(|pattern| Pattern::new(pattern));
        patterns.any(|pattern| pattern.covers(&host.name))
    };
    let host = domain.hosts.iter().find(|host| !covers(host))?;
    Some(format!(
        "; senders that keep the policy with the id \"{}\" do not deliver to \"{}\", which it does not cover",
        kept.id, host.name
    ))
}

/// Senders look at the policy again only where the id is another (RFC 8461 §3.3).
fn unchanged_id(domain: &Domain, sts: &MtaSts) -> Option<Finding> {
    let (known, policy) = (sts.known.as_ref()?, sts.policy()?);
    let StsRecords::One(record) = &sts.records else {
        return None;
    };
    (record.id == known.id && !known.is_same(policy)).then(|| {
        let message = format!(
            "the MTA-STS policy of \"{}\" has changed, and the id of its record has not: senders keep the old one for up to {} seconds",
            domain.name, known.max_age
        );
        let advice = "change the id of the record after every change of the policy";
        Finding::new(Code::StsIdUnchanged, None, message, advice)
    })
}

/// What senders pass over in a policy that counts.
fn parts(domain: &Domain, policy: &Policy) -> Option<Finding> {
    let flaws = policy.mx.iter().filter_map(|pattern| {
        Some(format!(
            "\"mx: {pattern}\" covers no host: {}",
            pattern.flaw()?
        ))
    });
    let remarks = policy.remarks.iter().map(ToString::to_string);
    let ignored: Vec<String> = flaws.chain(remarks).collect();
    let first = ignored.first()?;
    let more = match ignored.len() {
        1 => String::new(),
        count => format!(", and {} more lines", count - 1),
    };
    let message = format!(
        "senders ignore a part of the policy of \"{}\": {first}{more}",
        domain.name
    );
    let advice = "correct the line, or take it away, and change the id of the record";
    Some(Finding::new(Code::StsPolicy, None, message, advice))
}

/// RFC 8461 §3.2 recommends weeks.
fn max_age(domain: &Domain, policy: &Policy) -> Option<Finding> {
    const DAY: u32 = 86_400;
    (policy.max_age < DAY).then(|| {
        let message = format!(
            "senders keep the policy of \"{}\" for {} seconds, less than a day: someone in the middle has to wait for that only",
            domain.name, policy.max_age
        );
        let advice = "have max_age be some weeks, such as 2592000";
        Finding::new(Code::StsMaxAge, None, message, advice)
    })
}

fn testing(domain: &Domain) -> Finding {
    let message = format!(
        "the MTA-STS policy of \"{}\" is in testing: it protects nothing yet",
        domain.name
    );
    let advice = "when the reports show no failures, have the mode be enforce, and change the id of the record";
    Finding::new(Code::StsTesting, None, message, advice)
}

fn hosts(domain: &Domain, policy: &Policy, severity: Severity) -> Vec<Finding> {
    let mut findings = Vec::new();
    for host in &domain.hosts {
        if policy.covers(&host.name) {
            findings.extend(certificate(host, severity));
        } else {
            let message = format!(
                "the MTA-STS policy of \"{}\" does not cover the MX host \"{}\"",
                domain.name, host.name
            );
            let advice = format!(
                "add the line \"mx: {}\" to the policy, and then change the id of the record",
                host.name
            );
            findings.push(Finding::new(Code::StsMxUncovered, None, message, advice).at(severity));
        }
    }
    findings
}

fn certificate(host: &MailHost, severity: Severity) -> Option<Finding> {
    let (look, why, advice) = host.looks.iter().find_map(|look| {
        let (why, advice) = distrusted(host, &look.seen)?;
        Some((look, why, advice))
    })?;
    let message = format!(
        "by the MTA-STS policy the certificate of \"{}\" has to be trusted, and it is not {}: {why}",
        host.name,
        place(look)
    );
    Some(Finding::new(Code::StsCertificate, None, message, advice).at(severity))
}

/// Why a look shows no certificate that is trusted, and what to do.
fn distrusted(host: &MailHost, seen: &Seen) -> Option<(String, String)> {
    let certificate = format!(
        "a certificate of a public CA with \"{}\" among its DNS names, and the chain with it",
        host.name
    );
    match seen {
        Seen::Chain(chain) => Some((
            chain.distrust.clone()?,
            format!("have the server present {certificate}"),
        )),
        Seen::NoStarttls => Some((
            "STARTTLS is not offered".to_owned(),
            format!("have the server offer STARTTLS there, with {certificate}"),
        )),
        Seen::TlsFailed(failed) => Some((
            format!("TLS fails: {}", failed.why),
            format!("have the server do TLS there, with {certificate}"),
        )),
        Seen::Unreachable(_) => None,
    }
}
