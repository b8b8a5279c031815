//! Anchors that were to be read and could not be: a reason for distrust where no path was found.

use super::anchor::Anchors;
use super::finding::{Code, Finding};

/// Each file that could not be read.
pub(super) fn check(anchors: &Anchors) -> Vec<Finding> {
    let findings = anchors.unread().iter().map(|unread| {
        let message = format!("the anchors could not be read: {}", unread.why);
        let advice = unread.advice.clone();
        Finding::new(Code::AnchorsUnreadable, None, message, advice)
    });
    findings.collect()
}
