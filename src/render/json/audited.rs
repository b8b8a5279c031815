//! What an audit adds to the report: findings, and those that are left out.

use crate::audit::{Audited, Difference, Field, LeftOut};
use crate::finding::Finding;
use crate::render::advice::spelled;
use serde::Serialize;

/// A finding that was left out.
#[derive(Serialize)]
pub(super) struct LeftOutJson {
    pub(super) code: &'static str,
    pub(super) severity: &'static str,
    pub(super) accepted: bool,
}

/// A difference since an earlier audit.
#[derive(Serialize)]
pub(super) struct DifferenceJson {
    pub(super) change: &'static str,
    pub(super) field: Option<&'static str>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl From<&LeftOut> for LeftOutJson {
    fn from(left: &LeftOut) -> Self {
        Self {
            code: left.code.as_str(),
            severity: left.severity.as_str(),
            accepted: left.accepted,
        }
    }
}

/// What an audit adds to a report of either kind.
pub(super) struct Added {
    pub(super) label: Option<String>,
    pub(super) findings: Vec<AuditFindingJson>,
    pub(super) left_out: Option<Vec<LeftOutJson>>,
    pub(super) changes: Option<Vec<&'static str>>,
    pub(super) differences: Option<Vec<DifferenceJson>>,
}

impl<R> From<&Audited<R>> for Added {
    fn from(audited: &Audited<R>) -> Self {
        let left_out = audited.left_out.iter().map(LeftOutJson::from);
        let is_compared = audited.differences.is_some();
        let changes = audited.changes();
        let differences = audited.differences().map(DifferenceJson::from);
        Self {
            label: audited.label.clone(),
            findings: audited
                .findings
                .iter()
                .map(AuditFindingJson::from)
                .collect(),
            left_out: (!audited.left_out.is_empty()).then(|| left_out.collect()),
            changes: is_compared.then(|| changes.iter().map(|change| change.as_str()).collect()),
            differences: is_compared.then(|| differences.collect()),
        }
    }
}

impl From<&Difference> for DifferenceJson {
    fn from(difference: &Difference) -> Self {
        Self {
            change: difference.change.as_str(),
            field: difference.field.map(Field::as_str),
            before: difference.before.clone(),
            after: difference.after.clone(),
        }
    }
}

/// A finding of an audit, or about the addresses of a name.
#[derive(Serialize)]
pub(super) struct AuditFindingJson {
    pub(super) code: &'static str,
    pub(super) severity: &'static str,
    pub(super) certificate: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<u16>,
    pub(super) message: String,
    pub(super) advice: String,
}

impl From<&Finding> for AuditFindingJson {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str(),
            severity: finding.severity.as_str(),
            certificate: finding.certificate,
            ports: finding.ports.clone(),
            message: finding.message.clone(),
            advice: spelled(&finding.advice),
        }
    }
}
