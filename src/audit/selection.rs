//! Which targets are shown.

use super::audited::Audited;
use super::finding::worst;
use crate::finding::Severity;

/// Which targets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All.
    All,
    /// Those that have changed.
    Changed,
    /// Those that have changed, and those with a finding of this severity or a worse one.
    ChangedOr(Severity),
}

impl Selection {
    /// Whether a target is shown.
    pub fn takes<R>(self, audited: &Audited<R>) -> bool {
        match self {
            Self::All => true,
            Self::Changed => audited.is_changed(),
            Self::ChangedOr(least) => {
                audited.is_changed() || worst(&audited.findings) >= Some(least)
            }
        }
    }
}
