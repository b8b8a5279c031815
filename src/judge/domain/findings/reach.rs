//! Hosts that no mail goes to, whatever the sender looks for.

use super::super::facts::{Domain, Failed, MailHost, Seen};
use super::super::result::Kind;
use super::super::verdict::Verdict;
use super::severity::of_broken_host;
use crate::finding::{Code, Finding, Severity};
use crate::records::{Status, mx};
use std::net::IpAddr;

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let severity = of_broken_host(verdict, Kind::Opportunistic);
    let hosts = domain.hosts.iter();
    let known = hosts.filter(|host| {
        let is_known = !matches!(host.addresses.status, Status::Bogus | Status::NoAnswer);
        is_known && mx::address(&host.name).is_none()
    });
    known.filter_map(|host| of_host(host, severity)).collect()
}

fn of_host(host: &MailHost, severity: Severity) -> Option<Finding> {
    let name = &host.name;
    if host.looks.is_empty() {
        let message = format!("the MX host \"{name}\" has no address");
        let advice = "give the host an address, or take it out of the MX records";
        return Some(Finding::new(Code::NoAddress, None, message, advice).at(severity));
    }
    let failed: Vec<(IpAddr, &Failed)> = host
        .looks
        .iter()
        .filter_map(|look| match &look.seen {
            Seen::Unreachable(failed) => Some((look.address, failed)),
            _ => None,
        })
        .collect();
    let (address, first) = failed.first()?;
    let advice = "start the server there, open the port, or take the address away";
    if failed.len() == host.looks.len() {
        let message = format!(
            "no address of the MX host \"{name}\" takes mail: at {address} {}",
            first.why
        );
        return Some(Finding::new(first.code, None, message, advice).at(severity));
    }
    let message = format!(
        "{address} of the MX host \"{name}\" takes no mail: {}",
        first.why
    );
    Some(Finding::new(
        Code::AddressUnreachable,
        None,
        message,
        advice,
    ))
}
