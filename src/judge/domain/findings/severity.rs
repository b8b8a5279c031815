//! How bad it is that a host is broken.

use super::super::result::Kind;
use super::super::verdict::Verdict;
use crate::finding::Severity;

/// How bad it is that a host takes no mail from a kind of sender: senders go on to the next, so it is
/// critical where there is none that does.
pub(super) fn of_broken_host(verdict: &Verdict, kind: Kind) -> Severity {
    if verdict.is_deferred(kind) {
        Severity::Critical
    } else {
        Severity::Warning
    }
}
