//! What one probe is asked for.

use crate::endpoint::Host;
use crate::observation::KeyType;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// How to probe; the same for all targets of a run, but for the name.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name to send as SNI, if it is a DNS name.
    pub server_name: Host,
    /// Whether to send SNI at all.
    pub sni: bool,
    /// The bound of the whole probe.
    pub timeout: Duration,
    /// The bound of one connection attempt.
    pub connect_timeout: Duration,
    /// Ask for a certificate with this type of key; `None`: the server may choose.
    pub key_type: Option<KeyType>,
    /// The name for EHLO; `None`: the address literal of the local socket (RFC 5321 §4.1.3).
    pub ehlo: Option<String>,
}

/// Where a probe may connect, and when it began.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Addresses of the host, in the order to try them in.
    pub addresses: Vec<SocketAddr>,
    /// The deadline counts from here.
    pub since: Instant,
    /// A paced probe may hold one connection to an address, another may open two side by side.
    pub is_paced: bool,
}
