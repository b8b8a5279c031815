//! Several looks at one name.

use super::sighting::Sighting;
use std::net::SocketAddr;

/// What the addresses of one name showed, each looked at by itself.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// One for each address that was looked at; one alone if no address could be connected to.
    pub seen: Vec<Sighting>,
    /// Addresses to which this machine has no route: nothing is known of them.
    pub no_route: Vec<SocketAddr>,
    /// How many more the name has: there is a bound.
    pub left_out: usize,
}

impl From<Sighting> for Survey {
    fn from(seen: Sighting) -> Self {
        Self {
            seen: vec![seen],
            ..Self::default()
        }
    }
}
