//! A sighting: what one look at a server showed, or why it showed nothing.

use super::attempt::Attempt;
use super::failure::Failure;
use crate::endpoint::{Protocol, Start, Via};
use crate::raw_tls::Exchange;
use crate::starttls::{Answer, Line};
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::time::Duration;

/// What one look at one address showed, or why it showed nothing.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// Every address that was tried, in order.
    pub attempts: Vec<Attempt>,
    /// The way to the server, if it is not a connection of our own.
    pub via: Option<Via>,
    /// The address that answered; that of the proxy, if there is one.
    pub address: Option<SocketAddr>,
    /// The protocol that was spoken, or that the port is for; `None`: nothing answered.
    pub protocol: Option<Protocol>,
    /// How TLS was finally started; `None`: it was not.
    pub start: Option<Start>,
    /// The greeting.
    pub greeting: Option<Answer>,
    /// The answer to EHLO.
    pub capabilities: Vec<String>,
    /// The dialogue in the clear, line by line.
    pub transcript: Vec<Line>,
    /// What the handshake agreed upon.
    pub tls: Option<TlsFacts>,
    /// The chain exactly as presented: order and duplicates kept, the leaf first.
    pub presented: Vec<CertificateDer<'static>>,
    /// Whether the server holds the leaf's key.
    pub possession: Possession,
    /// Whether an OCSP response for the leaf came with the chain.
    pub staple: Staple,
    /// That response, in DER; empty: none, or it was not kept.
    pub ocsp_response: Vec<u8>,
    /// The handshake failed, and `tls` and `presented` come from a second connection. They were
    /// read from the messages that TLS 1.2 and its predecessors send in the clear.
    pub legacy: bool,
    /// How such a server would agree upon a key, if the suite has an exchange in the clear.
    pub exchange: Option<Exchange>,
    /// The server did not answer a `ClientHello` with a post-quantum key share. Everything seen
    /// comes from a second connection, without that key share.
    pub small_hello: bool,
    /// Whether the server asked for a client certificate, and what it said to the one that was
    /// presented.
    pub client_certificate: ClientCertificate,
    /// Why the user's client certificate was not presented; `None`: it was, or there is none.
    pub kept_back: Option<KeptBack>,
    /// Number of flights that the probe waited for after TCP connected.
    pub round_trips: u32,
    /// Time from the start of the lookup to the end of the probe.
    pub elapsed: Duration,
    /// Why the probe ended early.
    pub failure: Option<Failure>,
}

impl Sighting {
    /// Whether a connection to the server was made.
    pub fn is_connected(&self) -> bool {
        self.address.is_some() || self.protocol.is_some()
    }

    /// The address that answered, or else the first that was tried.
    pub fn peer(&self) -> Option<SocketAddr> {
        let tried = self.attempts.first().map(|attempt| attempt.address);
        self.address.or(tried)
    }
}

/// What a handshake agreed upon, with the names of the IANA registries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// The cipher suite; its number in hex, if the registry does not name it.
    pub cipher_suite: String,
    /// The key-exchange group, once it is known.
    pub key_exchange: Option<String>,
}

/// Whether the server proved that it holds the leaf's private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Possession {
    /// No handshake signature was seen.
    #[default]
    NotSeen,
    /// The handshake is signed with the leaf's key.
    Proven,
    /// The handshake is signed with another key: the certificate is a copy.
    Refuted,
    /// The handshake is signed in a way that this tool cannot check.
    NotCheckable,
}

/// Whether an OCSP response for the leaf came with the chain (RFC 6066 §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Staple {
    /// No chain was seen, or the way it was read does not show a response.
    #[default]
    NotSeen,
    /// The chain came without one.
    Missing,
    /// One came.
    Stapled,
}

/// Whether the server asked for a client certificate, and insisted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    /// It did not ask.
    #[default]
    NotAsked,
    /// It asked, and went on without one.
    Asked,
    /// It asked, and ended the connection because it got none.
    Required,
    /// It asked, got one, and accepted it.
    Accepted,
    /// It asked, got one, and ended the connection because of it.
    Refused,
    /// It asked and got one, and what it makes of it is not known.
    Presented,
}

impl ClientCertificate {
    /// The name in reports for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::Asked => "asked",
            Self::Required => "required",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Presented => "presented",
        }
    }

    /// Whether one was sent to the server.
    pub fn was_sent(self) -> bool {
        matches!(self, Self::Accepted | Self::Refused | Self::Presented)
    }
}

/// Why a client certificate was not sent to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptBack {
    /// The server did not ask for one.
    NotAsked,
    /// The server's chain is neither trusted nor pinned.
    NotTrusted,
    /// The second connection showed another certificate than the first.
    OtherServer,
    /// The server takes no signature that its key can make.
    NoScheme,
    /// The second connection did not get that far.
    NotReached,
}

impl KeptBack {
    /// The name in reports for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::NotTrusted => "not-trusted",
            Self::OtherServer => "other-server",
            Self::NoScheme => "no-scheme",
            Self::NotReached => "not-reached",
        }
    }
}
