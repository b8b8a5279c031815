//! Targets counted by severity, which the exit code of an audit depends on.

use super::choice::Standing;
use super::summary::Summary;
use crate::finding::Severity;
use std::ops::Add;

/// Targets counted by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Targets in all.
    pub targets: u64,
    /// Targets with a critical finding.
    pub critical: u64,
    /// Targets whose worst finding is a warning.
    pub warnings: u64,
}

impl Counts {
    /// The counts of a complete audit.
    pub fn of(summary: &Summary) -> Self {
        Self {
            targets: summary.targets,
            critical: summary.with(Standing::Critical),
            warnings: summary.with(Standing::Warning),
        }
    }

    /// Counts one more target by its worst finding.
    pub fn take(&mut self, worst: Option<Severity>) {
        self.targets += 1;
        self.critical += u64::from(worst == Some(Severity::Critical));
        self.warnings += u64::from(worst == Some(Severity::Warning));
    }

    /// How many targets have a finding of at least that severity. Notes are not counted.
    pub fn at_least(self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::Warning | Severity::Note => self.critical + self.warnings,
        }
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            targets: self.targets + other.targets,
            critical: self.critical + other.critical,
            warnings: self.warnings + other.warnings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_counts_by_its_worst_finding() {
        let mut counts = Counts::default();
        for worst in [None, Some(Severity::Note), Some(Severity::Warning)] {
            counts.take(worst);
        }
        assert_eq!(
            (counts.targets, counts.critical, counts.warnings),
            (3, 0, 1)
        );
        let mut more = counts;
        more.take(Some(Severity::Critical));
        let sum = counts + more;
        assert_eq!((sum.targets, sum.critical, sum.warnings), (7, 1, 2));
        assert_eq!(sum.at_least(Severity::Critical), 1);
        assert_eq!(sum.at_least(Severity::Warning), 3);
    }
}
