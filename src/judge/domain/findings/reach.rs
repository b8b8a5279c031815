//! Hosts that no mail goes to, whatever the sender looks for.

use super::super::facts::{Domain, Failed, Look, MailHost, Seen};
use super::super::result::Kind;
use super::super::verdict::Verdict;
use super::severity::of_broken_host;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::records::mx;
use crate::records::mx::Exchange;
use std::net::IpAddr;

/// What else may be the reason.
const HERE: &str = "if the hosts of other domains cannot be reached either, the cause is here: many providers close port 25";

/// The advice where this machine cannot try an address.
pub(super) const FROM_ELSEWHERE: &str =
    "look from a machine that reaches it: senders elsewhere may do so";

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let severity = of_broken_host(verdict, Kind::Opportunistic);
    let hosts = domain.hosts.iter();
    let known = hosts.filter(|host| {
        let is_known = host.addresses.status.is_known();
        is_known && mx::address(&host.name).is_none()
    });
    let may_be_here = is_nothing_reached(domain);
    known
        .filter_map(|host| of_host(domain, host, severity, may_be_here))
        .collect()
}

/// Whether no address of any host could be reached: what keeps this machine from all of them looks the
/// same as servers that are down.
fn is_nothing_reached(domain: &Domain) -> bool {
    let mut looks = domain.hosts.iter().flat_map(|host| &host.looks);
    let is_silent = |look: &Look| match &look.seen {
        Seen::Unreachable(failed) => matches!(failed.code, Code::ConnectFailed | Code::Timeout),
        _ => false,
    };
    looks.all(is_silent)
}

fn of_host(
    domain: &Domain,
    host: &MailHost,
    severity: Severity,
    may_be_here: bool,
) -> Option<Finding> {
    if host.looks.is_empty() {
        let (message, advice) = without_looks(domain, host);
        return Some(Finding::new(Code::NoAddress, None, message, advice).at(severity));
    }
    let name = &host.name;
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
        let advice = if may_be_here {
            Advice::new(format!("{advice}; {HERE}"))
        } else {
            Advice::new(advice)
        };
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

/// What is said of a host at which no address was tried, and the advice.
fn without_looks(domain: &Domain, host: &MailHost) -> (String, Advice) {
    let name = &host.name;
    match host.out_of_reach.first() {
        Some(address) => (
            format!(
                "no address of the MX host \"{name}\" can be tried from here: this machine has no route to {address}, or no address of its family"
            ),
            FROM_ELSEWHERE.into(),
        ),
        None if is_implicit(domain) => without_mx(name),
        None => (
            format!("the MX host \"{name}\" has no address"),
            "give the host an address, or take it out of the MX records".into(),
        ),
    }
}

fn is_implicit(domain: &Domain) -> bool {
    matches!(&domain.exchange, Exchange::Hosts(hosts) if hosts.implicit)
}

/// RFC 5321 §5.1: without MX records the domain itself is the host.
fn without_mx(name: &str) -> (String, Advice) {
    (
        format!("\"{name}\" has no MX record and no address, so that no host takes its mail"),
        Advice::new("name the host that takes its mail, such as ")
            .line(format!("{name}. IN MX 10 mail.{name}."))
            .text(", or say that it takes none: ")
            .line(format!("{name}. IN MX 0 .")),
    )
}
