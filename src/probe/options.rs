//! The options of one probe.

use super::waiting::Watch;
use crate::endpoint::{CommandLine, Host, Proxy, Source, Via};
use crate::observation::KeyType;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use std::net::SocketAddr;
use std::sync::Arc;
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
    /// The server is known to shake hands: it is asked once, with the small hello, and what it refuses
    /// is not asked for in another way.
    pub asks_once: bool,
    /// The name for EHLO; `None`: the address literal of the local socket (RFC 5321 §4.1.3).
    pub ehlo: Option<String>,
    /// The address of this machine that connections come from.
    pub source: Source,
    /// Whether the header of the PROXY protocol goes before everything else.
    pub proxy_protocol: bool,
    /// The client certificate to present; never in the first look at a server.
    pub client: Option<Client>,
    /// Where each probe says what it waits for.
    pub watch: Option<Watch>,
}

/// A client certificate, and the server that may have it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The certificate and its key.
    pub identity: Arc<CertifiedKey>,
    /// The leaf of the server: no other gets the certificate.
    pub leaf: CertificateDer<'static>,
}

/// Where a probe may connect, and when it began.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Where to connect.
    pub to: To,
    /// The start of the deadline.
    pub since: Instant,
    /// Whether the probe may hold only one connection to an address. Otherwise it may open two side
    /// by side.
    pub is_paced: bool,
}

impl Turn {
    /// A turn that needs no pacing.
    pub fn at(since: Instant, to: To) -> Self {
        Self {
            to,
            since,
            is_paced: false,
        }
    }
}

/// Where a probe may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// To the first of these addresses of the host that answers, in the order in which to try them.
    Addresses(Vec<SocketAddr>),
    /// To the server that a proxy is asked for.
    Proxy {
        /// The proxy.
        proxy: Proxy,
        /// Its addresses.
        addresses: Vec<SocketAddr>,
        /// The server's host.
        host: Host,
        /// The server's port.
        port: u16,
    },
    /// To a Unix socket, by its path.
    Socket(String),
    /// To standard input and output of a command.
    Command {
        /// The command.
        command: CommandLine,
        /// The server's host.
        host: Host,
        /// The server's port.
        port: u16,
    },
}

impl To {
    /// The only address that comes into question.
    pub(super) fn only_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Addresses(addresses) | Self::Proxy { addresses, .. } => match addresses[..] {
                [only] => Some(only),
                _ => None,
            },
            Self::Socket(_) | Self::Command { .. } => None,
        }
    }

    /// The way, if it is not a connection of our own.
    pub(super) fn via(&self) -> Option<Via> {
        match self {
            Self::Addresses(_) | Self::Socket(_) => None,
            Self::Proxy { proxy, .. } => Some(Via::Proxy(proxy.clone())),
            Self::Command { command, .. } => Some(Via::Command(command.clone())),
        }
    }
}
