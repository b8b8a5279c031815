//! A target with its findings, as an audit reports it.

use super::choice::{LeftOut, Standing};
use super::difference::{Change, Difference};
use super::finding::worst;
use super::levels::Levels;
use crate::finding::{Code, Finding, Severity};
use crate::report::Report;

/// A target with its findings, as an audit reports it.
#[derive(Clone, Debug)]
pub struct Audited<R = Report> {
    /// The report, as for one target alone; the worst of several addresses represents it.
    pub report: R,
    /// The label of the list, if it has one.
    pub label: Option<String>,
    /// How little time may be left before an expiring certificate is a finding.
    pub levels: Levels,
    /// The findings that were asked for, the worst first.
    pub findings: Vec<Finding>,
    /// The findings that were not asked for.
    pub left_out: Vec<LeftOut>,
    /// What has changed; `None` if there is nothing to compare with.
    pub differences: Option<Vec<Difference>>,
    /// Its place in the list, from 0.
    pub position: u64,
}

impl<R> Audited<R> {
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

    /// What left findings out, and their codes; empty if there are none.
    pub fn left_out_by(&self) -> String {
        let by = |option, ignored| {
            let hidden = self.hidden().filter(|left| left.ignored == ignored);
            let mut codes: Vec<Code> = hidden.map(|left| left.code).collect();
            codes.dedup();
            (!codes.is_empty()).then(|| format!("left out by {option}: {}", Code::list(&codes)))
        };
        let both = [by("--only", false), by("--ignore", true)];
        both.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// The codes of the hidden findings, each once; empty if there are none.
    pub fn hidden_codes(&self) -> String {
        let mut codes: Vec<Code> = self.hidden().map(|left| left.code).collect();
        codes.dedup();
        Code::list(&codes)
    }

    /// Whether anything has changed.
    pub fn is_changed(&self) -> bool {
        self.differences().next().is_some()
    }

    /// What has changed; empty if there is nothing to compare with.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().flatten()
    }

    /// The kinds of change, each once.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = self.differences().map(|each| each.change).collect();
        changes.dedup();
        changes
    }
}
