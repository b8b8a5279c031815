//! What an audit adds to the report: findings, and those that are left out.

use crate::audit::{Difference, Field};
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
