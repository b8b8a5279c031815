//! What the places of a target showed, its addresses and ports, in the few words of a line.

use super::addresses;
use crate::finding::Code;
use crate::report::{Outcome, Port, Report};

/// The places that a reason is about: `port 993 (IMAP): address 192.0.2.15: `; empty if it holds at
/// every place that answers.
pub(super) fn place(report: &Report) -> String {
    of_ports(report) + &addresses::place(report)
}

fn of_ports(report: &Report) -> String {
    if report.ports.is_empty() {
        return String::new();
    }
    if report.counting_ports().next().is_none() {
        let name = report.speaking_port().map(Port::name);
        return format!("no port is open; {}: ", name.unwrap_or_default());
    }
    match report.spoken_for_ports().as_slice() {
        [] => String::new(),
        several => format!("{}: ", Port::list(several)),
    }
}

/// `one certificate on 6 ports`; `None` of a target with one port, and where no port shows one.
pub(super) fn certificates(report: &Report) -> Option<String> {
    let with_leaf = |port: &&Port| port.report.looks().any(|look| look.leaf().is_some());
    let ports = report.counting_ports().filter(with_leaf).count();
    let s = if ports == 1 { "" } else { "s" };
    match report.certificate_count() {
        _ if ports == 0 => None,
        1 => Some(format!("one certificate on {ports} port{s}")),
        count => Some(format!("{count} certificates on {ports} port{s}")),
    }
}

/// What is to be done about a target whose worst place is good: addresses differ or do not answer, or
/// a port serves an older certificate. `None`: nothing.
pub(super) fn remark(report: &Report) -> Option<String> {
    if report.ports.is_empty() || !matches!(report.outcome(), Outcome::Trusted | Outcome::Pinned) {
        return addresses::remark(report);
    }
    let found = report.port_problems();
    let stale = found
        .iter()
        .filter(|finding| finding.code == Code::PortsDiffer);
    let mut words: Vec<String> = stale
        .map(|finding| {
            let is_stale = |port: &&Port| finding.ports.contains(&port.number());
            let ports: Vec<&Port> = report.counting_ports().filter(is_stale).collect();
            let verb = if ports.len() == 1 { "serves" } else { "serve" };
            format!("{} still {verb} an older certificate", Port::list(&ports))
        })
        .collect();
    for port in report.counting_ports() {
        let about = addresses::remark(&port.report);
        words.extend(about.map(|about| format!("port {}: {about}", port.name())));
    }
    (!words.is_empty()).then(|| words.join(", "))
}
