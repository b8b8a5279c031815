//! A target with its findings, as an audit reports it.

use super::baseline::Change;
use super::choice::{LeftOut, Standing};
use super::finding::worst;
use super::levels::Levels;
use crate::finding::{Code, Finding, Severity};
use crate::report::Report;

/// A target with its findings, as an audit reports it.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The report, as for one target alone; the worst of several addresses represents it.
    pub report: Report,
    /// The label of the list, if it has one.
    pub label: Option<String>,
    /// How little time may be left before an expiring certificate is a finding.
    pub levels: Levels,
    /// The findings that were asked for, the worst first.
    pub findings: Vec<Finding>,
    /// The findings that were not asked for.
    pub left_out: Vec<LeftOut>,
    /// What has changed; `None` if there is nothing to compare with.
    pub changes: Option<Vec<Change>>,
}

impl Audited {
    /// The standing of the target, from its findings and what is left out.
    pub fn standing(&self) -> Standing {
        match worst(&self.findings) {
            Some(Severity::Critical) => Standing::Critical,
            Some(Severity::Warning) => Standing::Warning,
            _ if self.hidden().next().is_some() => Standing::LeftOut,
            _ => Standing::Fine,
        }
    }

    /// Findings that are left out and not accepted: the target is not fine because of them.
    pub fn hidden(&self) -> impl Iterator<Item = &LeftOut> {
        self.left_out.iter().filter(|left| !left.accepted)
    }

    /// The codes of the hidden findings, each once; empty if there are none.
    pub fn hidden_codes(&self) -> String {
        let mut codes: Vec<Code> = self.hidden().map(|left| left.code).collect();
        codes.dedup();
        Code::list(&codes)
    }

    /// Whether anything has changed.
    pub fn is_changed(&self) -> bool {
        self.changes
            .as_ref()
            .is_some_and(|changes| !changes.is_empty())
    }
}
