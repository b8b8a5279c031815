//! What is worth reporting of a domain, with what to publish or to do.

mod coverage;
mod dane;
mod differ;
mod dns;
mod expiry;
mod not_tried;
mod publish;
mod reach;
mod required;
mod rotation;
mod severity;
mod sts;
mod tlsrpt;
mod unusable;

use super::facts::Domain;
use super::verdict::Verdict;
use crate::finding::Finding;

/// All of them, the worst first.
pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let mut findings = dns::of(domain, verdict);
    findings.extend(required::of(domain, verdict));
    findings.extend(reach::of(domain, verdict));
    findings.extend(not_tried::of(domain));
    findings.extend(dane::of(domain, verdict));
    findings.extend(rotation::of(domain, verdict));
    findings.extend(sts::of(domain, verdict));
    findings.extend(expiry::of(domain, verdict));
    findings.extend(tlsrpt::of(domain, verdict));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}
