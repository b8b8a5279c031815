//! What an audit has to say of one target.

use super::baseline::Change;
use super::choice::{LeftOut, Standing};
use super::finding::worst;
use super::levels::Levels;
use crate::finding::{Code, Finding, Severity};
use crate::report::Report;

/// What an audit has to say of one target.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The report, as for one target alone; the worst of several addresses speaks for it.
    pub report: Report,
    /// The label of the list, if it has one.
    pub label: Option<String>,
    /// From when on a certificate that expires is worth reporting.
    pub levels: Levels,
    /// What is worth reporting, the worst first.
    pub findings: Vec<Finding>,
    /// What is as well, and was not asked for.
    pub left_out: Vec<LeftOut>,
    /// What has changed; `None`: there is nothing to compare with.
    pub changes: Option<Vec<Change>>,
}

impl Audited {
    /// How the target stands, by its findings and what is left out.
    pub fn standing(&self) -> Standing {
        match worst(&self.findings) {
            Some(Severity::Critical) => Standing::Critical,
            Some(Severity::Warning) => Standing::Warning,
            _ if self.hidden().next().is_some() => Standing::LeftOut,
            _ => Standing::Fine,
        }
    }

    /// What is left out, and not accepted: for its sake the target is not fine.
    pub fn hidden(&self) -> impl Iterator<Item = &LeftOut> {
        self.left_out.iter().filter(|left| !left.accepted)
    }

    /// Its codes, each once; empty: nothing.
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
