//! The options of a survey: where to connect, and how to probe each address.

use crate::endpoint::{Endpoint, Host};
use crate::probe;
use crate::resolve::Family;

/// How to look at a server. All targets of a run share it, except for the reference identifier.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connect there instead of to the target's host; the port, if any, replaces the target's.
    pub connect_to: Option<(Host, Option<u16>)>,
    /// Which addresses may be used.
    pub family: Family,
    /// Look at the first address that answers, not at all of them.
    pub one_address: bool,
    /// How to probe each address.
    pub probe: probe::Options,
}

impl Options {
    /// Where to connect for an endpoint.
    pub(super) fn destination<'a>(&'a self, endpoint: &'a Endpoint) -> (&'a Host, u16) {
        match &self.connect_to {
            Some((host, port)) => (host, port.unwrap_or(endpoint.port)),
            None => (&endpoint.host, endpoint.port),
        }
    }
}
