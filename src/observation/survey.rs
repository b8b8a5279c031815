//! Several looks at one name.

use super::sighting::Sighting;
use std::net::SocketAddr;

/// What the addresses of one name showed, each in a look of its own.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// One sighting for each address; a single one if every connection failed.
    pub seen: Vec<Sighting>,
    /// Addresses to which this machine has no route, and that it could not look at.
    pub no_route: Vec<SocketAddr>,
    /// Addresses of the family that `--source` has no address of.
    pub no_source: Vec<SocketAddr>,
    /// How many addresses the name has beyond the maximum.
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
