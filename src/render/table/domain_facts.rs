//! What a domain publishes, and which resolvers answered.

use super::page::Page;
use super::until::Until;
use crate::judge::domain::{Fetched, Lookup, MtaSts, State};
use crate::records::Status;
use crate::records::mta_sts::{Policy, StsRecords};
use crate::records::mx::Exchange;
use crate::records::tlsrpt::TlsRpt;
use crate::render::timestamp::clock;
use crate::report::{DomainReport, ValidatedBy};
use time::Duration;

impl Page {
    pub(super) fn domain_facts(&mut self, report: &DomainReport) {
        self.heading("Domain");
        self.fact("MX", &mx(report));
        if let Some(sts) = &report.facts.mta_sts {
            self.fact("MTA-STS", &mta_sts(sts, report));
        }
        self.fact("reports", &reports(&report.facts.tlsrpt.1));
        self.fact("DNS", &dns(report));
        if let Some(end) = report.signatures_end() {
            let until = Until::new(end.until, report.at, false);
            let text = format!("until {}, by that of {}", until.text(), end.of);
            self.fact("signatures", &text);
        }
        let took = format!("in {}", super::connection::milliseconds(report.elapsed));
        let at = report.checked_at.map(clock);
        let text: Vec<String> = at.into_iter().chain([took]).collect();
        self.fact("checked", &text.join(", "));
    }
}

/// The word of people for a status.
pub(super) fn status(lookup: &Lookup) -> String {
    let word = match lookup.status {
        Status::NoAnswer => "no answer",
        status => status.as_str(),
    };
    match &lookup.why {
        Some(why) => format!("{word} ({why})"),
        None => word.to_owned(),
    }
}

fn mx(report: &DomainReport) -> String {
    let what = match &report.facts.exchange {
        Exchange::NoMail => "no mail, by RFC 7505",
        Exchange::Hosts(hosts) if hosts.implicit && !report.facts.hosts.is_empty() => {
            "no record: the domain is the host"
        }
        Exchange::Hosts(_) => return status(&report.facts.mx),
    };
    format!("{}; {what}", status(&report.facts.mx))
}

fn mta_sts(sts: &MtaSts, report: &DomainReport) -> String {
    let is_answered = sts.lookup.status.is_known();
    let state = if is_answered {
        State::of(sts).as_str().to_owned()
    } else {
        status(&sts.lookup)
    };
    let mut parts = vec![state];
    parts.extend(sts.policy().map(policy));
    if let StsRecords::One(record) = &sts.records {
        parts.push(format!("id {}", record.id));
    }
    match (&sts.records, &sts.fetched) {
        (StsRecords::Broken(why), _) => parts.push(why.to_string()),
        (_, Some(Fetched::Body(Err(why)))) => parts.push(why.to_string()),
        (_, Some(Fetched::Failed(why))) => parts.push(why.clone()),
        _ => {}
    }
    if let Some(validity) = sts.host_validity {
        let until = Until::new(validity.until, report.at, false).text();
        parts.push(format!("certificate of the policy's host until {until}"));
    }
    parts.join("; ")
}

fn policy(policy: &Policy) -> String {
    let patterns: Vec<String> = policy.mx.iter().map(ToString::to_string).collect();
    let age = crate::certificate::in_words(Duration::seconds(policy.max_age.into()));
    if patterns.is_empty() {
        return format!("kept for {age}");
    }
    format!("for {}; kept for {age}", patterns.join(", "))
}

fn reports(records: &TlsRpt) -> String {
    match records {
        TlsRpt::One { rua, .. } => format!("to {}", rua.join(", ")),
        TlsRpt::Absent => "none asked for".to_owned(),
        TlsRpt::Invalid(why) => format!("none: {why}"),
    }
}

fn dns(report: &DomainReport) -> String {
    let dns = &report.dns;
    let by = match dns.validated_by {
        ValidatedBy::Ourselves => format!("validated here; anchors: {}", dns.anchors),
        ValidatedBy::Resolver => "validated by the resolver, which --trust-ad believes".to_owned(),
    };
    match &dns.resolver {
        Some(resolver) => format!("{resolver}; {by}"),
        None => "no resolver answered".to_owned(),
    }
}
