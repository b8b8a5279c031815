//! DANE at one host, as if a signed domain named it alone: for a server that is asked about itself.

use super::dane::DaneAtHost;
use super::facts::{Domain, Levels, Lookup, MailHost};
use super::host::AtHost;
use super::judging::judge_domain;
use super::result::Kind;
use crate::finding::{Code, Finding};
use crate::records::Status;
use crate::records::mx::Exchange;
use crate::records::tlsrpt::TlsRpt;
use time::OffsetDateTime;

/// What DANE says of a host.
#[derive(Clone, Debug)]
pub struct HostDane {
    /// The host, with what it presented.
    pub host: MailHost,
    /// What the records say of each look.
    pub judged: DaneAtHost,
    /// What senders with DANE do.
    pub at: AtHost,
    /// What is worth reporting, the worst first.
    pub findings: Vec<Finding>,
}

/// Findings that are about a domain, or about the MX record that names the host.
const OF_DOMAINS: [Code; 4] = [
    Code::MxAlias,
    Code::TlsrptMissing,
    Code::DanePartial,
    // The report on the server has it.
    Code::Expiring,
];

/// Judges a host; `None` cannot be: the verdict on a domain has its only host.
pub fn judge_host(host: MailHost, now: OffsetDateTime) -> Option<HostDane> {
    let lookup = Lookup {
        question: String::new(),
        status: Status::Secure,
        why: None,
        signatures_end: None,
        is_passed_on: true,
        is_lost_in_aliases: false,
    };
    let domain = Domain {
        name: host.name.clone(),
        alias_of: None,
        mx: lookup.clone(),
        exists: true,
        exchange: Exchange::of(&host.name, &[]),
        hosts: vec![host],
        mta_sts: None,
        tlsrpt: (lookup, TlsRpt::Absent),
        now,
        levels: Levels::default(),
        required: None,
    };
    let mut verdict = judge_domain(&domain);
    verdict
        .findings
        .retain(|found| !OF_DOMAINS.contains(&found.code));
    let mut senders = verdict.senders.into_iter();
    let dane = senders.find(|sender| sender.sender == Kind::Dane)?;
    Some(HostDane {
        host: domain.hosts.into_iter().next()?,
        judged: verdict.hosts.into_iter().next()?.dane,
        at: dane.hosts.into_iter().next()?,
        findings: verdict.findings,
    })
}
