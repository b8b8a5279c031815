//! One look at one place that showed a certificate.

use super::place::Place;
use crate::certificate::Certificate;
use crate::finding::Code;

/// A look that showed a certificate, and what it is worth there.
#[derive(Clone, Debug)]
pub struct Look {
    /// The certificate.
    pub leaf: Certificate,
    /// Where it was presented.
    pub place: Place,
    /// Why its chain is not trusted; empty: it is.
    pub problems: Vec<Code>,
    /// The SHA-256 of its trust anchor in hex, if it is trusted.
    pub anchor: Option<String>,
    /// Whether the server showed that it holds the key.
    pub proof: Proof,
}

/// Whether a server showed that it holds the key of its certificate; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// It did, in a complete handshake.
    Proven,
    /// The handshake did not show it.
    Missing,
    /// It did, and the handshake failed later.
    Failed,
    /// It signs with another key: what it presents is a copy.
    Refuted,
}
