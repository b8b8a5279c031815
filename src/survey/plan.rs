//! Plans which addresses of a name to look at.

use crate::resolve::{has_route, interleave};
use std::net::SocketAddr;

/// Maximum number of addresses of one name to look at.
const MOST_ADDRESSES: usize = 16;

/// The addresses of a name, by what to do with them.
pub(super) struct Plan {
    /// Addresses to look at, sorted; empty if this machine has a route to none.
    pub(super) chosen: Vec<SocketAddr>,
    /// Addresses to which this machine has no route.
    pub(super) no_route: Vec<SocketAddr>,
    /// How many addresses exceed the maximum.
    pub(super) left_out: usize,
}

impl Plan {
    /// Plans for these addresses.
    pub(super) fn new(addresses: &[SocketAddr]) -> Self {
        let (routed, no_route): (Vec<_>, Vec<_>) =
            addresses.iter().partition(|address| has_route(**address));
        Self {
            left_out: routed.len().saturating_sub(MOST_ADDRESSES),
            chosen: at_most(routed, MOST_ADDRESSES),
            no_route,
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
    fn a_choice_of_addresses_does_not_depend_on_their_order() {
        let many = addresses(&["192.0.2.3", "::2", "192.0.2.1", "::1", "192.0.2.2"]);
        let mut reversed = many.clone();
        reversed.reverse();
        let chosen = addresses(&["192.0.2.1", "192.0.2.2", "::1"]);
        assert_eq!(at_most(many, 3), chosen);
        assert_eq!(at_most(reversed, 3), chosen);
    }
}
