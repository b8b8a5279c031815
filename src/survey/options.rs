//! The options of a survey: where to connect, and how to probe each address.

use crate::endpoint::{Endpoint, Host, Protocol, Via};
use crate::observation::{Cause, Failure, Step, Survey};
use crate::probe::{self, To};
use crate::resolve::Family;
use std::net::{IpAddr, SocketAddr};

/// How to look at a server. All targets of a run share it, except for the reference identifier.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connect there instead of to the target's host; the port, if any, replaces the target's.
    pub connect_to: Option<(Host, Option<u16>)>,
    /// The way to the server, if it is not a connection of our own.
    pub via: Option<Via>,
    /// Which addresses may be used.
    pub family: Family,
    /// The addresses of the target, if they were looked up before.
    pub known: Option<Vec<IpAddr>>,
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
    /// What is looked up to get to an endpoint: the proxy, if there is one. `None`: nothing, as a
    /// command finds the way, or a Unix socket is at hand.
    pub(super) fn lookup<'a>(&'a self, endpoint: &'a Endpoint) -> Option<(&'a Host, u16)> {
        if endpoint.host.is_socket() {
            return None;
        }
        match &self.via {
            None => Some(self.destination(endpoint)),
            Some(Via::Proxy(proxy)) => Some((&proxy.host, proxy.port)),
            Some(Via::Command(_)) => None,
        }
    }

    /// The addresses of an endpoint that are known; those of a proxy are not the server's.
    pub(super) fn known(&self, port: u16) -> Option<Vec<SocketAddr>> {
        let known = self.known.as_ref().filter(|_| self.via.is_none())?;
        let there = known.iter().map(|ip| SocketAddr::new(*ip, port));
        Some(there.collect())
    }

    /// Where to connect, with the addresses of what was looked up.
    pub(super) fn to(&self, endpoint: &Endpoint, addresses: Vec<SocketAddr>) -> To {
        if let Host::Socket(path) = &endpoint.host {
            return To::Socket(path.clone());
        }
        let (host, port) = self.destination(endpoint);
        let host = host.clone();
        match self.via.clone() {
            None => To::Addresses(addresses),
            Some(Via::Proxy(proxy)) => To::Proxy {
                proxy,
                addresses,
                host,
                port,
            },
            Some(Via::Command(command)) => To::Command {
                command,
                host,
                port,
            },
        }
    }

    /// Why nothing was found, in the words for what was looked up.
    pub(super) fn not_found(&self, cause: Cause) -> Cause {
        match (&self.via, &cause) {
            (Some(Via::Proxy(proxy)), Cause::Resolve(_) | Cause::NoAddress) => {
                let step = Step::Resolve;
                let protocol = Protocol::default();
                let why = Failure {
                    step,
                    protocol,
                    cause,
                };
                Cause::Proxy(format!("no address of the proxy {proxy}: {why}"))
            }
            _ => cause,
        }
    }

    /// The survey, with the addresses that were excluded; those of a proxy are not the server's.
    pub(super) fn with_excluded(&self, survey: Survey, no_source: Vec<SocketAddr>) -> Survey {
        if self.via.is_some() {
            return survey;
        }
        Survey {
            no_source,
            ..survey
        }
    }

    /// The addresses that connections can be made to, and those that they cannot, because the source
    /// is of the other family.
    pub(super) fn by_source(
        &self,
        addresses: Vec<SocketAddr>,
    ) -> Result<(Vec<SocketAddr>, Vec<SocketAddr>), Cause> {
        let (usable, excluded) = self.split_by_source(addresses);
        if usable.is_empty() && !excluded.is_empty() {
            return Err(Cause::NoAddress);
        }
        Ok((usable, excluded))
    }

    /// The same, where there may be none of the first.
    pub(super) fn split_by_source(
        &self,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
        let source = self.probe.source;
        let mut addresses = addresses.into_iter();
        addresses
            .by_ref()
            .partition(|address| !source.excludes(*address))
    }
}
