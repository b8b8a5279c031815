//! A member of the set: a certificate, with all places that present it.

use super::look::{Look, Proof};
use super::place::Place;
use crate::certificate::Certificate;
use crate::finding::Code;
use crate::fingerprint::Pin;

/// One of the certificates of a host.
#[derive(Clone, Debug)]
pub struct Member {
    /// The certificate.
    pub leaf: Certificate,
    /// Where it was presented, in the order of the looks; empty: it is to come, and was not seen.
    pub places: Vec<Place>,
    /// The looks that showed it, by their index; the best first.
    pub looks: Vec<usize>,
    /// Why its chain is not trusted, at the place where that is best; empty: it is trusted.
    pub problems: Vec<Code>,
    /// The SHA-256 of its trust anchor in hex, if it is trusted.
    pub anchor: Option<String>,
    /// The worst proof of all places; `None`: it is to come.
    pub proof: Option<Proof>,
    /// One of the configured pins is its own.
    pub is_pinned: bool,
}

impl Member {
    /// Whether it is to come, and was not seen.
    pub fn is_to_come(&self) -> bool {
        self.proof.is_none()
    }

    /// Whether its chain is trusted at one place at least.
    pub fn is_trusted(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether no client that sends the server's name has seen it.
    pub fn is_nameless(&self) -> bool {
        !self.places.is_empty() && self.places.iter().all(|place| !place.sni)
    }

    /// The type of its key, as tables show it.
    pub fn key(&self) -> &str {
        let facts = self.leaf.facts();
        facts.map_or("", |facts| match facts.public_key.algorithm.as_str() {
            "EC" => "ECDSA",
            other => other,
        })
    }

    pub(super) fn new(leaf: Certificate, pins: &[Pin]) -> Self {
        Self {
            is_pinned: pins.iter().any(|pin| pin.matches(leaf.der())),
            leaf,
            places: Vec::new(),
            looks: Vec::new(),
            problems: Vec::new(),
            anchor: None,
            proof: None,
        }
    }

    pub(super) fn add(&mut self, index: usize, look: &Look) {
        let is_better = look.problems.len() < self.problems.len();
        if self.looks.is_empty() || is_better {
            self.problems.clone_from(&look.problems);
            self.anchor.clone_from(&look.anchor);
            self.looks.insert(0, index);
        } else {
            self.looks.push(index);
        }
        if !self.places.contains(&look.place) {
            self.places.push(look.place);
        }
        self.proof = self.proof.max(Some(look.proof));
    }
}
