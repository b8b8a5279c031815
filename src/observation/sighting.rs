//! One look at a server: what was seen, or why nothing was.

use super::attempt::Attempt;
use super::failure::Failure;
use crate::endpoint::Start;
use crate::starttls::{Line, Reply};
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::time::Duration;

/// One look at one address: what was seen, or why nothing was.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// Every address that was tried, in the order of trying.
    pub attempts: Vec<Attempt>,
    /// The address that answered.
    pub address: Option<SocketAddr>,
    /// How TLS was started in the end; `None`: it did not come to that.
    pub mode: Option<Start>,
    /// The greeting.
    pub greeting: Option<Reply>,
    /// The answer to EHLO.
    pub capabilities: Option<Reply>,
    /// The dialogue in the clear, line by line.
    pub transcript: Vec<Line>,
    /// What the handshake agreed upon.
    pub tls: Option<TlsFacts>,
    /// The chain exactly as presented: order and duplicates kept, the leaf first.
    pub presented: Vec<CertificateDer<'static>>,
    /// Did the server hold the key of the leaf?
    pub possession: Possession,
    /// Whether an OCSP response for the leaf came with the chain.
    pub staple: Staple,
    /// The handshake failed, and `tls` and `presented` come from a second connection: they were read
    /// from what TLS 1.2 and its predecessors send in the clear.
    pub legacy: bool,
    /// A `ClientHello` with a post-quantum key share was not answered; what was seen came of one
    /// without, on a second connection.
    pub small_hello: bool,
    /// What the server wanted of a client certificate; we have none.
    pub client_certificate: ClientCertificate,
    /// Flights that we waited for after TCP connected.
    pub round_trips: u32,
    /// From the start of the lookup to the end of the probe.
    pub elapsed: Duration,
    /// Why the probe ended early.
    pub failure: Option<Failure>,
}

impl Sighting {
    /// The address that answered, or else the first that was tried.
    pub fn peer(&self) -> Option<SocketAddr> {
        let tried = self.attempts.first().map(|attempt| attempt.address);
        self.address.or(tried)
    }
}

/// What a handshake agreed upon. The names are those of the IANA registries.
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
    /// The handshake is signed with it.
    Proven,
    /// The handshake is signed with another key: the certificate is a copy.
    Refuted,
    /// Signed in a way that cannot be checked here.
    NotCheckable,
}

/// Whether an OCSP response for the leaf came with the chain (RFC 6066 §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Staple {
    /// There is no chain, or it was read in a way that does not show it.
    #[default]
    NotSeen,
    /// The chain came without one.
    Missing,
    /// One came.
    Stapled,
}

/// What the server wanted of a client certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    /// Nothing.
    #[default]
    NotAsked,
    /// It asked, and went on without one.
    Asked,
    /// It asked, and ended the connection because we had none.
    Required,
}
