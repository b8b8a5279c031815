//! The checks of the members of a path: a line for each.

use super::member::{Member, Role};
use super::{constraint, encoding, strength, usage, validity};
use crate::certificate::Certificate;
use crate::finding::Finding;
use time::OffsetDateTime;

/// Every check of the members of a path, one by one and together.
pub(super) fn of_path(members: &[Member<'_>], now: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut below = 0;
    for member in members {
        findings.extend(validity::check(member, now));
        findings.extend(usage::check(member, below));
        findings.extend(strength::check(member));
        let self_issued = member
            .certificate
            .facts()
            .is_ok_and(|facts| facts.self_issued);
        // RFC 5280 §4.2.1.9: self-issued intermediates do not count.
        if member.role == Role::Intermediate && !self_issued {
            below += 1;
        }
    }
    findings.extend(encoding::check(members));
    findings.extend(constraint::check(members));
    findings
}

/// What is wrong with the leaf on any path.
pub(super) fn of_leaf(leaf: &Certificate, now: OffsetDateTime) -> Vec<Finding> {
    of_path(&[Member::of(leaf, Some(0), Role::Leaf)], now)
}
