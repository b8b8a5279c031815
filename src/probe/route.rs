//! The way to a server, which can be taken again.

use super::dial::{connect, connect_one};
use super::options::{Options, Turn};
use super::stream::Stream;
use crate::observation::{Attempt, Cause};
use std::net::SocketAddr;
use std::time::Duration;

/// The way that led to a server, so that a further connection takes the same.
#[derive(Clone, Debug)]
pub(super) struct Route {
    address: SocketAddr,
    timeout: Duration,
}

impl Route {
    /// Finds the way: it leads to the first address that answers. `attempts` is always up to date,
    /// because the deadline may cancel the run.
    pub(super) async fn find(
        turn: &Turn,
        options: &Options,
        attempts: &mut Vec<Attempt>,
    ) -> Result<(Stream, Self), Cause> {
        let timeout = options.connect_timeout;
        let (stream, address) = connect(&turn.addresses, timeout, attempts).await?;
        Ok((stream, Self { address, timeout }))
    }

    /// Opens another connection.
    pub(super) async fn open(&self) -> Result<Stream, Cause> {
        let address = self.address;
        let connected = connect_one(address, self.timeout).await;
        connected.map_err(|error| {
            let error = Some(error);
            Cause::Connect(vec![Attempt { address, error }])
        })
    }

    /// The address that it leads to.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's port.
    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }
}
