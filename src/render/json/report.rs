//! The report of one target.

use super::addresses::{AddressJson, addresses};
use super::audited::{AuditFindingJson, DifferenceJson, LeftOutJson};
use super::certificate::CertificateJson;
use super::connection::{ConnectionJson, ErrorJson};
use super::mercurial::{LintJson, MercurialJson, PinsJson};
use super::ports::{PortJson, ports};
use super::tlsa::DaneJson;
use super::validation::{ClientJson, ValidationJson, clients};
use crate::render::timestamp::timestamp;
use crate::report::Report;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ReportJson {
    pub(super) schema: u32,
    pub(super) version: &'static str,
    pub(super) target: TargetJson,
    pub(super) outcome: &'static str,
    pub(super) judged_at: String,
    pub(super) checked_at: Option<String>,
    pub(super) days_left: Option<i64>,
    pub(super) error: Option<ErrorJson>,
    pub(super) connection: Option<ConnectionJson>,
    pub(super) chain: Vec<CertificateJson>,
    pub(super) validation: Option<ValidationJson>,
    pub(super) clients: Vec<ClientJson>,
    pub(super) pins: PinsJson,
    pub(super) mercurial: Option<MercurialJson>,
    pub(super) lint: Vec<LintJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dane: Option<DaneJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) defaults: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) findings: Option<Vec<AuditFindingJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_out: Option<Vec<LeftOutJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) differences: Option<Vec<DifferenceJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) addresses: Option<Vec<AddressJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) addresses_left_out: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_findings: Option<Vec<AuditFindingJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ports: Option<Vec<PortJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port_findings: Option<Vec<AuditFindingJson>>,
}

#[derive(Serialize)]
pub(super) struct TargetJson {
    input: String,
    host: Option<String>,
    port: Option<u16>,
    tls: Option<&'static str>,
    servername: String,
}

impl From<&Report> for ReportJson {
    fn from(report: &Report) -> Self {
        let chain = report.chain().iter();
        let chain: Vec<_> = chain
            .map(|certificate| CertificateJson::at(certificate, report.at))
            .collect();
        let several = report.has_several_addresses();
        let has_ports = !report.ports.is_empty();
        Self {
            schema: 1,
            version: env!("CARGO_PKG_VERSION"),
            target: TargetJson {
                input: report.target.input.clone(),
                host: report.target.host.clone(),
                port: report.target.port,
                tls: report.target.mode(),
                servername: report.target.servername.clone(),
            },
            outcome: report.outcome().as_str(),
            judged_at: timestamp(report.at),
            checked_at: report.checked_at.map(timestamp),
            days_left: chain.first().and_then(|leaf| leaf.days_left),
            error: ErrorJson::of(&report.representative),
            connection: report
                .seen()
                .map(|seen| ConnectionJson::of(seen, report.judgement())),
            chain,
            validation: report.judgement().map(ValidationJson::from),
            clients: clients(report),
            pins: PinsJson::from(report.pins()),
            mercurial: report.mercurial().map(MercurialJson::from),
            lint: report.lints().iter().map(LintJson::from).collect(),
            dane: report.dane.as_deref().map(DaneJson::from),
            defaults: report.defaults.clone(),
            label: None,
            findings: None,
            left_out: None,
            changes: None,
            differences: None,
            addresses: several.then(|| addresses(report)),
            addresses_left_out: several.then_some(report.skipped.left_out),
            address_findings: several.then(|| {
                let found = report.about_addresses();
                found.iter().map(AuditFindingJson::from).collect()
            }),
            ports: has_ports.then(|| ports(report)),
            port_findings: has_ports.then(|| {
                let found = report.about_ports();
                found.iter().map(AuditFindingJson::from).collect()
            }),
        }
    }
}
