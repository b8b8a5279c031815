//! The findings on all addresses of a name. A client may get any of them, so a name is as bad as its
//! worst address.

use super::Levels;
use super::finding;
use crate::finding::Finding;
use crate::report::{Assessment, Report, listed};
use std::cmp::Reverse;
use std::net::IpAddr;

/// All findings on a port, the worst first. Each lists its addresses, unless it holds at every
/// address that answers.
pub(super) fn findings(report: &Report, levels: Levels) -> Vec<Finding> {
    if !report.has_several_addresses() {
        return finding::findings(&report.representative, report.at, levels);
    }
    let answering = report.answering();
    let mut merged: Vec<(Finding, Vec<IpAddr>)> = Vec::new();
    for (index, each) in answering.iter().enumerate() {
        for mut found in finding::findings(each, report.at, levels) {
            if index > 0 {
                // The index counts in the chain of another address, which is not shown.
                found.certificate = None;
            }
            let same = merged.iter_mut().find(|(other, _)| {
                (other.code, other.severity, &other.message)
                    == (found.code, found.severity, &found.message)
            });
            match same {
                Some((_, places)) => places.extend(ip(each)),
                None => merged.push((found, ip(each).into_iter().collect())),
            }
        }
    }
    let told = merged.into_iter().map(|(mut finding, mut places)| {
        places.sort_unstable();
        places.dedup();
        if places.len() < answering.len() && !places.is_empty() {
            finding.message = format!("at {}: {}", listed(&places), finding.message);
        }
        finding
    });
    let mut found: Vec<Finding> = told.collect();
    found.extend(report.about_addresses());
    found.sort_by_key(|finding| Reverse(finding.severity));
    found
}

fn ip(look: &Assessment) -> Option<IpAddr> {
    look.address().map(|address| address.ip())
}
