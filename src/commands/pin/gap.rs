//! Addresses that gave no certificate, and why.

use crate::commands::terminal::say;
use crate::endpoint::Via;
use crate::observation::{Attempt, Cause, ConnectError, Sighting, Survey};
use crate::report::Report;
use std::net::IpAddr;

/// More addresses, or certificates, are not named.
pub(super) const MOST_NAMED: usize = 8;

/// An address that gave no certificate.
pub(super) struct Gap {
    ip: Option<IpAddr>,
    pub(super) address: String,
    why: String,
}

impl Gap {
    /// Why nothing is known of an address. A loopback address on which nothing listens serves
    /// nothing, so it is not a gap.
    pub(super) fn of(seen: &Sighting) -> Option<Self> {
        let failure = seen.failure.as_ref()?;
        let ip = seen.peer().map(|peer| peer.ip());
        let refused = |attempts: &[Attempt]| {
            let mut errors = attempts.iter().map(|attempt| &attempt.error);
            errors.all(|error| error.as_ref().is_some_and(ConnectError::is_refusal))
        };
        match (&failure.cause, ip) {
            (Cause::Connect(attempts), Some(ip)) if ip.is_loopback() && refused(attempts) => None,
            _ => Some(Self {
                ip,
                address: ip.map_or_else(|| "the server".to_owned(), |ip| ip.to_string()),
                why: failure.to_string(),
            }),
        }
    }

    /// The addresses that a survey left out.
    pub(super) fn left_out(survey: &Survey) -> Vec<Self> {
        let no_route = survey.no_route.iter().map(|address| Self {
            ip: Some(address.ip()),
            address: address.ip().to_string(),
            why: "this machine has no route to it".to_owned(),
        });
        let more = (survey.left_out > 0).then(|| Self {
            ip: None,
            address: format!("{} more addresses of the name", survey.left_out),
            why: format!("{} are enough", survey.seen.len()),
        });
        let no_source = survey.no_source.iter().map(|address| Self {
            ip: Some(address.ip()),
            address: address.ip().to_string(),
            why: "the source address is of the other family".to_owned(),
        });
        let elsewhere = survey.seen.iter().find_map(|seen| seen.via.as_ref());
        let elsewhere = elsewhere.map(|via| Self {
            ip: None,
            address: "every other address of the server".to_owned(),
            why: match via {
                Via::Proxy(proxy) => format!("the proxy {proxy} chooses the address"),
                Via::Command(_) => "the command chooses the address".to_owned(),
            },
        });
        no_route
            .chain(no_source)
            .chain(elsewhere)
            .chain(more)
            .collect()
    }
}

/// Keeps one gap of each address, unless the address presented a certificate at another time.
pub(super) fn remaining(mut gaps: Vec<Gap>, report: &Report) -> Vec<Gap> {
    let leaves = report.leaves();
    let seen = |ip: &IpAddr| leaves.iter().any(|one| one.addresses.contains(ip));
    let mut kept: Vec<String> = Vec::new();
    gaps.retain(|gap| {
        let is_new = !kept.contains(&gap.address);
        kept.push(gap.address.clone());
        is_new && !gap.ip.as_ref().is_some_and(seen)
    });
    gaps
}

/// Reports the addresses of which nothing is known.
pub(super) fn note(gaps: &[Gap]) {
    for gap in gaps.iter().take(MOST_NAMED) {
        say(&format!(
            "note: {} was not looked at, and may present another certificate: {}",
            gap.address, gap.why
        ));
    }
}
