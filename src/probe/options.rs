//! The options of one probe.

use super::waiting::Watch;
use crate::endpoint::Host;
use crate::observation::KeyType;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// How to probe. All targets of a run share it, except for the reference identifier.
#[derive(Clone, Debug)]
pub struct Options {
    /// The reference identifier: sent as SNI, if it is a DNS name.
    pub reference: Host,
    /// Whether to send SNI at all.
    pub sni: bool,
    /// The time limit of the whole probe.
    pub timeout: Duration,
    /// The time limit of one connection attempt.
    pub connect_timeout: Duration,
    /// Ask for a certificate with this type of key; `None`: the server may choose.
    pub key_type: Option<KeyType>,
    /// The name for EHLO; `None`: the address literal of the local socket (RFC 5321 §4.1.3).
    pub ehlo: Option<String>,
    /// Where each probe says what it waits for.
    pub watch: Option<Watch>,
}

/// Where a probe may connect, and when it began.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Addresses of the host, in the order in which to try them.
    pub addresses: Vec<SocketAddr>,
    /// The start of the deadline.
    pub since: Instant,
    /// Whether the probe may hold only one connection to an address. Otherwise it may open two side
    /// by side.
    pub is_paced: bool,
}
