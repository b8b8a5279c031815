//! JSON for programs. The types here are the format: `docs/report.schema.json` describes them,
//! and they are stable: fields may be added, not changed.

mod addresses;
mod audited;
mod certificate;
mod connection;
mod escaping;
mod mercurial;
mod ports;
mod report;
mod revocation;
mod validation;

use crate::audit::Audited;
use crate::mercurial::Lint;
use crate::report::Report;
use audited::{AuditFindingJson, DifferenceJson, LeftOutJson};
pub(super) use escaping::to_text;
use escaping::to_text_as;
use mercurial::LintJson;
use report::ReportJson;
use serde_json::ser::CompactFormatter;

/// One object for one report, an array for several; ends in a line feed.
pub fn render(reports: &[Report]) -> String {
    match reports {
        [report] => to_text(&ReportJson::from(report)),
        reports => to_text(&reports.iter().map(ReportJson::from).collect::<Vec<_>>()),
    }
}

/// A report on one line; ends in a line feed.
pub fn compact(report: &Report) -> String {
    to_text_as(&ReportJson::from(report), CompactFormatter)
}

/// A report with what the audit adds, on one line; ends in a line feed.
pub fn line(audited: &Audited) -> String {
    let findings = audited.findings.iter().map(AuditFindingJson::from);
    let left_out = audited.left_out.iter().map(|left| LeftOutJson {
        code: left.code.as_str(),
        severity: left.severity.as_str(),
        accepted: left.accepted,
    });
    let is_compared = audited.differences.is_some();
    let changes = audited.changes();
    let differences = audited.differences().map(DifferenceJson::from);
    let report = &audited.report;
    let report = ReportJson {
        label: audited.label.clone(),
        findings: Some(findings.collect()),
        left_out: (!audited.left_out.is_empty()).then(|| left_out.collect()),
        changes: is_compared.then(|| changes.iter().map(|change| change.as_str()).collect()),
        differences: is_compared.then(|| differences.collect()),
        // They are among the findings.
        address_findings: None,
        port_findings: None,
        ..ReportJson::from(report)
    };
    to_text_as(&report, CompactFormatter)
}

/// An array of lints, as in a report; ends in a line feed.
pub fn lints(lints: &[Lint]) -> String {
    to_text(&lints.iter().map(LintJson::from).collect::<Vec<_>>())
}
