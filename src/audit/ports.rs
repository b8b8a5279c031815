//! The findings on all ports of a host. A host is as bad as its worst port.

use super::Levels;
use super::addresses;
use crate::finding::Finding;
use crate::report::Report;
use std::cmp::Reverse;

/// All findings on a target, the worst first; of several ports each lists those that it is about,
/// unless it holds at every port that counts.
pub fn findings(report: &Report, levels: Levels) -> Vec<Finding> {
    if report.ports.is_empty() {
        return addresses::findings(report, levels);
    }
    let mut found = report.on_ports(|port| addresses::findings(port, levels));
    found.extend(report.about_ports());
    found.sort_by_key(|finding| Reverse(finding.severity));
    found
}
