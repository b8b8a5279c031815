//! A host that takes the mail of a domain: its TLSA records, what they match, and its own report.

use super::host_texts::{HostText, HostTexts};
use super::report::ReportJson;
use super::tlsa::TlsaJson;
use crate::judge::domain::{HostVerdict, MailHost};
use crate::report::{DomainReport, Report};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct HostJson {
    host: String,
    alias_of: Option<String>,
    addresses_status: &'static str,
    tlsa: TlsaJson,
    sts: StsJson,
    reports: Vec<OwnReport>,
}

/// The report on a host.
#[derive(Serialize)]
#[serde(untagged)]
enum OwnReport {
    Data(Box<ReportJson>),
    Text(HostText),
}

#[derive(Serialize)]
struct StsJson {
    covered_by: Option<String>,
    trusted: Option<bool>,
}

impl HostJson {
    /// All hosts of a domain, in the order in which senders try them.
    pub(super) fn all(report: &DomainReport) -> Vec<Self> {
        Self::all_with(report, OwnReport::data)
    }

    /// The same with the reports as text.
    pub(super) fn all_as_text(report: &DomainReport, texts: &mut HostTexts) -> Vec<Self> {
        Self::all_with(report, |report| {
            let text = texts.get(report).map(OwnReport::Text);
            text.unwrap_or_else(|| OwnReport::data(report))
        })
    }

    fn all_with(
        report: &DomainReport,
        mut own: impl FnMut(&Arc<Report>) -> OwnReport,
    ) -> Vec<Self> {
        let hosts = report.facts.hosts.iter().zip(&report.verdict.hosts);
        let reports = report.hosts.iter().map(Option::as_ref);
        let reports = reports.chain(std::iter::repeat(None));
        let all = hosts.zip(reports);
        all.map(|((host, verdict), report)| Self::of(host, verdict, report.map(&mut own)))
            .collect()
    }

    fn of(host: &MailHost, verdict: &HostVerdict, report: Option<OwnReport>) -> Self {
        Self {
            host: host.name.clone(),
            alias_of: host.alias_of.clone(),
            addresses_status: host.addresses.status.as_str(),
            tlsa: TlsaJson::of(host, &verdict.dane),
            sts: StsJson {
                covered_by: verdict.sts.covered_by.clone(),
                trusted: verdict.sts.trusted,
            },
            reports: report.into_iter().collect(),
        }
    }
}

impl OwnReport {
    fn data(report: &Arc<Report>) -> Self {
        Self::Data(Box::new(ReportJson::from(report.as_ref())))
    }
}
