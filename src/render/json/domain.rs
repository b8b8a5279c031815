//! The report on a domain.

use super::audited::{Added, AuditFindingJson, DifferenceJson, LeftOutJson};
use super::domain_host::HostJson;
use super::domain_policy::{MtaStsJson, TlsRptJson, mta_sts, tlsrpt};
use super::host_texts::HostTexts;
use crate::audit::Audited;
use crate::judge::domain::{AtHost, Lookup, SenderVerdict};
use crate::records::mx::{Exchange, Mx};
use crate::render::timestamp::timestamp;
use crate::report::{Dns, DomainReport};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct DomainJson {
    schema: u32,
    version: &'static str,
    kind: &'static str,
    target: TargetJson,
    outcome: &'static str,
    judged_at: String,
    checked_at: Option<String>,
    verdicts: Vec<VerdictJson>,
    dns: DnsJson,
    mx: MxJson,
    hosts: Vec<HostJson>,
    mta_sts: Option<MtaStsJson>,
    tlsrpt: TlsRptJson,
    findings: Vec<AuditFindingJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    defaults: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Vec<LeftOutJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<DifferenceJson>>,
}

#[derive(Serialize)]
struct TargetJson {
    input: String,
    domain: String,
}

#[derive(Serialize)]
struct VerdictJson {
    sender: &'static str,
    result: &'static str,
    hosts: Vec<AtHostJson>,
}

#[derive(Serialize)]
struct AtHostJson {
    host: String,
    result: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct DnsJson {
    resolver: Option<String>,
    validated_by: &'static str,
    anchors: String,
}

#[derive(Serialize)]
struct MxJson {
    status: &'static str,
    signatures_end: Option<String>,
    records: Vec<MxRecordJson>,
}

#[derive(Serialize)]
struct MxRecordJson {
    preference: u16,
    host: String,
}

impl From<&DomainReport> for DomainJson {
    fn from(report: &DomainReport) -> Self {
        Self::of(report, HostJson::all(report))
    }
}

impl DomainJson {
    fn of(report: &DomainReport, hosts: Vec<HostJson>) -> Self {
        let facts = &report.facts;
        Self {
            schema: 1,
            version: env!("CARGO_PKG_VERSION"),
            kind: "domain",
            target: TargetJson {
                input: report.input.clone(),
                domain: facts.name.clone(),
            },
            outcome: report.outcome().as_str(),
            judged_at: timestamp(report.at),
            checked_at: report.checked_at.map(timestamp),
            verdicts: report.verdict.senders.iter().map(verdict).collect(),
            dns: DnsJson::from(&report.dns),
            mx: mx(&facts.mx, &facts.exchange),
            hosts,
            mta_sts: mta_sts(report),
            tlsrpt: tlsrpt(&facts.tlsrpt.1),
            findings: report
                .findings()
                .iter()
                .map(AuditFindingJson::from)
                .collect(),
            defaults: report.defaults.clone(),
            label: None,
            left_out: None,
            changes: None,
            differences: None,
        }
    }

    /// With what an audit adds; the hosts' reports are those of `texts`.
    pub(super) fn audited(audited: &Audited<DomainReport>, texts: &mut HostTexts) -> Self {
        let added = Added::from(audited);
        Self {
            label: added.label,
            findings: added.findings,
            left_out: added.left_out,
            changes: added.changes,
            differences: added.differences,
            ..Self::of(
                &audited.report,
                HostJson::all_as_text(&audited.report, texts),
            )
        }
    }
}

fn verdict(of: &SenderVerdict) -> VerdictJson {
    let at_host = |at: &AtHost| AtHostJson {
        host: at.host.clone(),
        result: at.delivery.as_str(),
        reason: at.reason.clone(),
    };
    VerdictJson {
        sender: of.sender.as_str(),
        result: of.result.as_str(),
        hosts: of.hosts.iter().map(at_host).collect(),
    }
}

impl From<&Dns> for DnsJson {
    fn from(dns: &Dns) -> Self {
        Self {
            resolver: dns.resolver.clone(),
            validated_by: dns.validated_by.as_str(),
            anchors: dns.anchors.clone(),
        }
    }
}

fn mx(lookup: &Lookup, exchange: &Exchange) -> MxJson {
    let record = |mx: &Mx| MxRecordJson {
        preference: mx.preference,
        host: mx.host.clone(),
    };
    let records = match exchange {
        Exchange::Hosts(hosts) if !hosts.implicit => hosts.records.iter().map(record).collect(),
        Exchange::Hosts(_) | Exchange::NoMail => Vec::new(),
    };
    let end = lookup.signatures_end.as_ref();
    MxJson {
        status: lookup.status.as_str(),
        signatures_end: end.map(|end| timestamp(end.until)),
        records,
    }
}
