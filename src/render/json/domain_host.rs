//! A host that takes the mail of a domain: its TLSA records, what they match, and its own report.

use super::report::ReportJson;
use super::tlsa::TlsaJson;
use crate::judge::domain::{HostVerdict, MailHost};
use crate::report::{DomainReport, Report};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct HostJson {
    host: String,
    alias_of: Option<String>,
    addresses_status: &'static str,
    tlsa: TlsaJson,
    sts: StsJson,
    reports: Vec<ReportJson>,
}

#[derive(Serialize)]
struct StsJson {
    covered_by: Option<String>,
    trusted: Option<bool>,
}

impl HostJson {
    /// All hosts of a domain, in the order in which senders try them.
    pub(super) fn all(report: &DomainReport) -> Vec<Self> {
        let hosts = report.facts.hosts.iter().zip(&report.verdict.hosts);
        let reports = report.hosts.iter().map(Option::as_deref);
        let reports = reports.chain(std::iter::repeat(None));
        let all = hosts.zip(reports);
        all.map(|((host, verdict), report)| Self::of(host, verdict, report))
            .collect()
    }

    fn of(host: &MailHost, verdict: &HostVerdict, report: Option<&Report>) -> Self {
        Self {
            host: host.name.clone(),
            alias_of: host.alias_of.clone(),
            addresses_status: host.addresses.status.as_str(),
            tlsa: TlsaJson::of(host, &verdict.dane),
            sts: StsJson {
                covered_by: verdict.sts.covered_by.clone(),
                trusted: verdict.sts.trusted,
            },
            reports: report.into_iter().map(ReportJson::from).collect(),
        }
    }
}
