//! Plans which addresses of a name to look at, and joins what they show.

use super::options::Options;
use crate::endpoint::{Endpoint, Host};
use crate::observation::{Attempt, Cause, ConnectError, Sighting, Survey};
use crate::resolve::{has_route, interleave, lacks_global_source};
use std::net::SocketAddr;

/// Maximum number of addresses of one name to look at.
const MOST_ADDRESSES: usize = 16;

/// The addresses of a name, by what to do with them.
pub(super) struct Plan {
    /// Addresses to look at, sorted.
    pub(super) chosen: Vec<SocketAddr>,
    /// Addresses to which this machine has no route.
    pub(super) no_route: Vec<SocketAddr>,
    /// How many addresses exceed the maximum.
    pub(super) left_out: usize,
    /// The name is `localhost`.
    is_localhost: bool,
}

impl Plan {
    /// Plans for these addresses. `None`: one look at the first that answers is enough, because there
    /// is only one address, the user wants no more, the addresses are those of a proxy, or this
    /// machine has a route to none of them: then connecting gives the reason.
    pub(super) fn of(
        addresses: &[SocketAddr],
        endpoint: &Endpoint,
        options: &Options,
    ) -> Option<Self> {
        if addresses.len() < 2 || options.one_address || options.via.is_some() {
            return None;
        }
        let (host, _) = options.destination(endpoint);
        let plan = Self::new(addresses, is_localhost(host));
        (!plan.chosen.is_empty()).then_some(plan)
    }

    /// Plans to look at each of these addresses, or at one of them; at those without a route if there are
    /// no others, as connecting gives the reason.
    pub(super) fn for_each(addresses: &[SocketAddr], only_one: bool) -> Self {
        let mut plan = Self::new(addresses, false);
        if plan.chosen.is_empty() {
            plan.chosen = at_most(std::mem::take(&mut plan.no_route), MOST_ADDRESSES);
        }
        if only_one {
            plan.chosen.truncate(1);
            plan.left_out = 0;
        }
        plan
    }

    fn new(addresses: &[SocketAddr], is_localhost: bool) -> Self {
        let (routed, no_route): (Vec<_>, Vec<_>) =
            addresses.iter().partition(|address| has_route(**address));
        Self {
            left_out: routed.len().saturating_sub(MOST_ADDRESSES),
            chosen: at_most(routed, MOST_ADDRESSES),
            no_route,
            is_localhost,
        }
    }

    /// The same addresses at another port.
    pub(super) fn at_port(&self, port: u16) -> Self {
        let there = |address: &SocketAddr| SocketAddr::new(address.ip(), port);
        Self {
            chosen: self.chosen.iter().map(there).collect(),
            no_route: self.no_route.iter().map(there).collect(),
            ..*self
        }
    }

    /// Joins what the addresses showed: in the order of the addresses, or as one sighting if every
    /// connection failed.
    pub(super) fn survey(self, mut seen: Vec<Sighting>) -> Survey {
        let mut no_route = self.no_route;
        seen.sort_by_key(Sighting::peer);
        if self.is_localhost {
            seen = without_unused(seen);
        }
        if seen.iter().any(Sighting::is_connected) {
            let (unroutable, others): (Vec<_>, Vec<_>) = seen.into_iter().partition(is_unroutable);
            no_route.extend(unroutable.iter().filter_map(Sighting::peer));
            seen = others;
        }
        Survey {
            seen: unconnected(&seen).map_or(seen, |one| vec![one]),
            no_route,
            no_source: Vec::new(),
            left_out: self.left_out,
        }
    }
}

/// Selects at most `most` addresses, from both families in turn, and sorts them. The selection does
/// not depend on the order of the input.
fn at_most(mut addresses: Vec<SocketAddr>, most: usize) -> Vec<SocketAddr> {
    addresses.sort_unstable();
    let mut chosen = interleave(addresses);
    chosen.truncate(most);
    chosen.sort_unstable();
    chosen
}

/// Whether a name is `localhost` or ends in it: a resolver gives both loopback addresses (RFC 6761
/// §6.3), whichever the server listens on.
fn is_localhost(host: &Host) -> bool {
    let Host::Name { ascii, .. } = host else {
        return false;
    };
    ascii == "localhost" || ascii.ends_with(".localhost")
}

/// Turns addresses on which nothing listens into attempts of an address that answers.
fn without_unused(seen: Vec<Sighting>) -> Vec<Sighting> {
    let (unused, mut used): (Vec<Sighting>, Vec<Sighting>) = seen.into_iter().partition(is_unused);
    match used.first_mut() {
        None => unused,
        Some(first) => {
            let attempts = unused.into_iter().flat_map(|seen| seen.attempts);
            first.attempts = attempts.chain(first.attempts.drain(..)).collect();
            used
        }
    }
}

/// Whether it is this machine that cannot reach an address: it has no IPv6 beyond its own site, and
/// learns only from the attempt that no route leads there.
fn is_unroutable(seen: &Sighting) -> bool {
    let unroutable = |attempt: &Attempt| {
        let error = attempt.error.as_ref();
        error.is_some_and(ConnectError::is_unroutable) && lacks_global_source(attempt.address)
    };
    seen.address.is_none() && !seen.attempts.is_empty() && seen.attempts.iter().all(unroutable)
}

fn is_unused(seen: &Sighting) -> bool {
    let refused = |attempt: &Attempt| {
        let error = attempt.error.as_ref();
        error.is_some_and(ConnectError::is_refusal)
    };
    seen.address.is_none() && seen.attempts.iter().all(refused)
}

/// Merges the sightings into one, if every connection failed.
fn unconnected(seen: &[Sighting]) -> Option<Sighting> {
    let mut attempts = Vec::new();
    for each in seen {
        let Cause::Connect(failed) = &each.failure.as_ref()?.cause else {
            return None;
        };
        if each.address.is_some() {
            return None;
        }
        attempts.extend_from_slice(failed);
    }
    let mut one = seen.iter().max_by_key(|seen| seen.elapsed)?.clone();
    one.attempts.clone_from(&attempts);
    one.failure.as_mut()?.cause = Cause::Connect(attempts);
    Some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts
            .iter()
            .map(|text| SocketAddr::new(text.parse().expect("an address"), 25))
            .collect()
    }

    #[test]
    fn localhost_is_where_something_listens() {
        let at = |ip: &str, is_refused: bool| {
            let address = addresses(&[ip])[0];
            let error = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            Sighting {
                address: (!is_refused).then_some(address),
                attempts: vec![Attempt {
                    address,
                    error: is_refused.then(|| error.into()),
                }],
                ..Sighting::default()
            }
        };
        let seen = || vec![at("127.0.0.1", false), at("::1", true)];
        let count = |is_localhost, seen: Vec<Sighting>| {
            let plan = Plan::new(&addresses(&["127.0.0.1", "::1"]), is_localhost);
            let attempts = |seen: &Sighting| seen.attempts.len();
            let joined = plan.survey(seen).seen;
            joined.iter().map(attempts).collect::<Vec<_>>()
        };
        assert_eq!(count(true, seen()), [2]);
        assert_eq!(count(false, seen()), [1, 1]);
        let both = vec![at("127.0.0.1", false), at("::1", false)];
        assert_eq!(count(true, both), [1, 1]);
        for (name, expected) in [
            ("localhost", true),
            ("LocalHost.", true),
            ("mx.localhost", true),
            ("notlocalhost", false),
            ("127.0.0.1", false),
        ] {
            let host: Host = name.parse().expect("a host");
            assert_eq!(is_localhost(&host), expected, "{name}");
        }
    }

    #[test]
    fn a_choice_of_addresses_does_not_depend_on_their_order() {
        let many = addresses(&["192.0.2.3", "::2", "192.0.2.1", "::1", "192.0.2.2"]);
        let mut reversed = many.clone();
        reversed.reverse();
        let chosen = addresses(&["192.0.2.1", "192.0.2.2", "::1"]);
        assert_eq!(at_most(many, 3), chosen);
        assert_eq!(at_most(reversed, 3), chosen);
    }
}
