//! The findings on all ports of a host. A host is as bad as its worst port.

use super::Levels;
use super::addresses;
use crate::finding::{Code, Finding};
use crate::report::{Port, Report};
use std::cmp::Reverse;

/// All findings on a target, the worst first; of several ports each lists those that it is about,
/// unless it holds at every port that counts.
pub fn findings(report: &Report, levels: Levels) -> Vec<Finding> {
    if report.ports.is_empty() {
        return addresses::findings(report, levels);
    }
    let speaker = report.speaking_port().map(Port::number);
    let mut merged: Vec<(Finding, Vec<&Port>)> = Vec::new();
    for port in ports(report) {
        for mut found in addresses::findings(&port.report, levels) {
            // It has a finding of its own, which names all such ports.
            if found.code == Code::StarttlsNotOffered && port.counts() {
                continue;
            }
            if speaker != Some(port.number()) {
                // The index counts in the chain of another port, which is not shown.
                found.certificate = None;
            }
            let same = merged.iter_mut().find(|(other, _)| {
                (other.code, other.severity, &other.message)
                    == (found.code, found.severity, &found.message)
            });
            match same {
                Some((_, places)) => places.push(port),
                None => merged.push((found, vec![port])),
            }
        }
    }
    let all = ports(report).len();
    let is_any_open = report.counting_ports().next().is_some();
    let told = merged.into_iter().map(|(mut finding, places)| {
        if !is_any_open {
            finding.message = format!("no port is open; {}: {}", listed(&places), finding.message);
        } else if places.len() < all {
            finding.message = format!("{}: {}", listed(&places), finding.message);
        }
        finding.on(places.iter().map(|port| port.number()))
    });
    let mut found: Vec<Finding> = told.collect();
    found.extend(report.about_ports());
    found.sort_by_key(|finding| Reverse(finding.severity));
    found
}

/// The ports that count; if there is none, the one that speaks for the host.
fn ports(report: &Report) -> Vec<&Port> {
    let counting: Vec<&Port> = report.counting_ports().collect();
    if counting.is_empty() {
        return report.speaking_port().into_iter().collect();
    }
    counting
}

/// `port 993 (IMAP)`, or `ports 143 (IMAP), 993 (IMAP)`.
fn listed(ports: &[&Port]) -> String {
    let names: Vec<String> = ports.iter().map(|port| port.name()).collect();
    let s = if names.len() == 1 { "" } else { "s" };
    format!("port{s} {}", names.join(", "))
}
