//! What a survey is asked for: where to connect, and how each address is probed.

use crate::endpoint::{Endpoint, Host};
use crate::probe;
use crate::resolve::Family;

/// How to look at a server; the same for all targets of a run, but for the name.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connect there instead of to the target's host; the port, if any, replaces the target's.
    pub connect_to: Option<(Host, Option<u16>)>,
    /// Which addresses may be used.
    pub family: Family,
    /// How each address is probed.
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
