//! What was not looked at beside what was: it may be worse.

use super::super::facts::{Domain, MailHost};
use super::reach::FROM_ELSEWHERE;
use crate::finding::{Advice, Code, Evidence, Finding, Remedy};
use crate::records::mx::Exchange;
use std::net::IpAddr;

pub(super) fn of(domain: &Domain) -> Vec<Finding> {
    let hosts = domain.hosts.iter().filter_map(addresses_beyond);
    hosts
        .chain(out_of_reach(domain))
        .chain(hosts_beyond(domain))
        .collect()
}

fn note(message: String, advice: impl Into<Advice>, evidence: Evidence) -> Finding {
    Finding::new(Code::AddressNotTried, None, message, advice).because(evidence)
}

/// Addresses of a host beyond the maximum.
fn addresses_beyond(host: &MailHost) -> Option<Finding> {
    let (name, left_out) = (&host.name, host.left_out);
    let mut addresses: Vec<IpAddr> = host.looks.iter().map(|look| look.address).collect();
    addresses.dedup();
    let looked_at = addresses.len();
    (left_out > 0).then(|| {
        note(
            format!(
                "{looked_at} addresses of the MX host \"{name}\" were looked at, and {left_out} more were not"
            ),
            Advice::new("check those that matter one by one, with ").option(Remedy::Connect),
            Evidence::Beyond {
                looked_at,
                left_out,
            },
        )
    })
}

/// Addresses that cannot be tried from here, of hosts that have others: `no-address` is about hosts
/// without.
fn out_of_reach(domain: &Domain) -> Option<Finding> {
    let hosts = domain.hosts.iter().filter(|host| !host.looks.is_empty());
    let mut all = hosts.flat_map(|host| host.out_of_reach.iter().map(move |ip| (*ip, &host.name)));
    let (first, host) = all.next()?;
    let others: Vec<IpAddr> = all.map(|(ip, _)| ip).collect();
    let (more, family) = match others.len() {
        0 => (String::new(), "its family"),
        more => (format!(", or to {more} more of the MX hosts"), "the family"),
    };
    let message = format!(
        "this machine has no route to {first} of the MX host \"{host}\"{more}, or no address of {family}"
    );
    let addresses = std::iter::once(first).chain(others).collect();
    Some(note(
        message,
        FROM_ELSEWHERE,
        Evidence::Addresses(addresses),
    ))
}

/// MX hosts beyond the maximum.
fn hosts_beyond(domain: &Domain) -> Option<Finding> {
    let Exchange::Hosts(hosts) = &domain.exchange else {
        return None;
    };
    // Without an answer that counts, none is looked at.
    let (looked_at, left_out) = (domain.hosts.len(), hosts.left_out);
    (looked_at > 0 && left_out > 0).then(|| {
        let name = &domain.name;
        note(
            format!(
                "{looked_at} MX hosts of \"{name}\" were looked at, and {left_out} more were not"
            ),
            "check those that matter one by one",
            Evidence::Beyond {
                looked_at,
                left_out,
            },
        )
    })
}
