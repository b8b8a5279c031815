//! JSON for programs. The types here are the format: `docs/report.schema.json` describes them,
//! and they are stable: fields may be added, not changed.

mod addresses;
mod audited;
mod certificate;
mod connection;
mod domain;
mod domain_host;
mod domain_policy;
mod either;
mod escaping;
mod host_texts;
mod mercurial;
mod ports;
mod report;
mod revocation;
mod tlsa;
mod validation;

use crate::audit::Audited;
use crate::mercurial::Lint;
use crate::report::{DomainReport, Report, Reported};
use audited::Added;
use domain::DomainJson;
use either::EitherJson;
pub(super) use escaping::to_text;
use escaping::to_text_as;
pub use host_texts::HostTexts;
use mercurial::LintJson;
use report::ReportJson;
use serde_json::ser::CompactFormatter;

/// One object for one report, an array for several; ends in a line feed.
pub fn render(reports: &[Reported]) -> String {
    match reports {
        [report] => to_text(&EitherJson::from(report)),
        reports => to_text(&reports.iter().map(EitherJson::from).collect::<Vec<_>>()),
    }
}

/// The report on a server as an object; ends in a line feed.
pub fn host(report: &Report) -> String {
    to_text(&ReportJson::from(report))
}

/// The report on a domain as an object; ends in a line feed.
pub fn domain(report: &DomainReport) -> String {
    to_text(&DomainJson::from(report))
}

/// The report on a server on one line; ends in a line feed.
pub fn compact(report: &Report) -> String {
    to_text_as(&ReportJson::from(report), CompactFormatter)
}

/// The report on a domain on one line; ends in a line feed.
pub fn compact_domain(report: &DomainReport) -> String {
    to_text_as(&DomainJson::from(report), CompactFormatter)
}

/// The report on a server with what the audit adds, on one line; ends in a line feed.
pub fn line(audited: &Audited) -> String {
    let added = Added::from(audited);
    let report = ReportJson {
        label: added.label,
        findings: Some(added.findings),
        left_out: added.left_out,
        changes: added.changes,
        differences: added.differences,
        // They are among the findings.
        address_findings: None,
        port_findings: None,
        ..ReportJson::from(&audited.report)
    };
    to_text_as(&report, CompactFormatter)
}

/// The report on a domain with what the audit adds, on one line; ends in a line feed. What `hosts` has
/// is not written again.
pub fn domain_line(audited: &Audited<DomainReport>, hosts: &mut HostTexts) -> String {
    to_text_as(&DomainJson::audited(audited, hosts), CompactFormatter)
}

/// An array of lints, as in a report; ends in a line feed.
pub fn lints(lints: &[Lint]) -> String {
    to_text(&lints.iter().map(LintJson::from).collect::<Vec<_>>())
}
