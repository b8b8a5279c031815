//! Certificates: the DER as it was presented, its fingerprints, and what x509-parser read from it.

mod armour;
mod cache;
pub mod constraints;
pub mod der;
mod facts;
mod form;
mod idn;
mod key;
mod lifetime;
mod loads;
mod name;
pub mod parameters;
mod partial;
pub mod pem;
pub mod raw;
pub mod signature;
mod trust;

pub use armour::BrokenBlock;
pub use cache::CertificateCache;
pub use facts::{BasicConstraints, ExtendedKeyUsage, Facts, KeyUsage, SanOther, Sans};
pub use form::{Form, is_utf16};
pub use idn::Idn;
pub use key::PublicKey;
pub use lifetime::{Least, in_words};
pub use name::{Name, canonical as canonical_name, text as string_text};
pub use partial::PartialFacts;
pub use trust::{ForServers, TrustSettings};

use crate::fingerprint::{Algorithm, Fingerprint};
use rustls::pki_types::CertificateDer;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The DER of the `SubjectPublicKeyInfo` of a certificate, if it can be found.
pub fn spki(certificate: &[u8]) -> Option<Vec<u8>> {
    facts::spki(certificate)
}

/// A certificate: always its bytes and fingerprints, and its facts if it can be parsed. A copy
/// shares them.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<Read>);

#[derive(Debug)]
struct Read {
    der: CertificateDer<'static>,
    facts: Result<Facts, Unparsable>,
}

/// Why a certificate could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unparsable {
    /// What the parser said.
    pub why: String,
    /// The fields that can be read all the same.
    pub remains: Box<PartialFacts>,
}

impl Certificate {
    /// Takes any bytes; they need not be a certificate.
    pub fn new(der: CertificateDer<'static>) -> Self {
        let facts = Facts::read(&der);
        Self(Arc::new(Read { der, facts }))
    }

    /// What was read from it, or why nothing was.
    pub fn facts(&self) -> Result<&Facts, &Unparsable> {
        self.0.facts.as_ref()
    }

    /// The bytes as they were presented.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.0.der
    }

    /// The digest of the DER.
    pub fn fingerprint(&self, algorithm: Algorithm) -> Fingerprint {
        Fingerprint::compute(algorithm, self.der())
    }

    /// The SHA-256 of the `SubjectPublicKeyInfo` (RFC 7469 §2.4 pins this), if it can be found.
    pub fn spki_sha256(&self) -> Option<Fingerprint> {
        let facts = self.facts().ok()?;
        Some(Fingerprint::compute(
            Algorithm::Sha256,
            &facts.public_key.spki,
        ))
    }

    /// What to call it: its common name; where it has none, its first name for clients to compare;
    /// else its whole subject; else its fingerprint. Untrusted.
    pub fn label(&self) -> String {
        let facts = self.facts().ok();
        let named = facts.filter(|facts| facts.subject.has_common_name());
        let san = facts.and_then(|facts| facts.sans.as_ref()?.first());
        match (named, san, facts) {
            (Some(facts), ..) => facts.subject.label(),
            (None, Some(san), _) => shortened(&san),
            (None, None, Some(facts)) if !facts.subject.is_empty() => facts.subject.label(),
            _ => format!(
                "certificate {}...",
                &self.fingerprint(Algorithm::Sha256).hex()[..16]
            ),
        }
    }
}

/// A name, cut where it gets longer than any name is (RFC 5280 §A.1 has 64 characters for a common
/// name).
fn shortened(name: &str) -> String {
    const MOST: usize = 200;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der().as_ref().hash(state);
    }
}

/// By its DER, which is all that two of them can differ in.
impl Borrow<[u8]> for Certificate {
    fn borrow(&self) -> &[u8] {
        self.der()
    }
}
