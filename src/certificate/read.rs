//! A certificate with all that was read from it.

use super::der::is_one_element;
use super::facts::Facts;
use super::gnutls::GnutlsFacts;
use super::loads;
use super::name::shortened;
use super::openssl::OpensslFacts;
use super::partial::PartialFacts;
use super::signature::{Verification, verify_signed};
use crate::fingerprint::{Algorithm, Fingerprint};
use rustls::pki_types::CertificateDer;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// A certificate: always its bytes and fingerprints, and its facts if it can be parsed. A copy
/// shares them.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<Read>);

#[derive(Debug)]
struct Read {
    der: CertificateDer<'static>,
    facts: Result<Facts, Unparsable>,
    /// Verified once it is asked for.
    self_signed: OnceLock<SelfSigned>,
    /// What others read, once a model of them asks.
    openssl: OnceLock<Option<OpensslFacts>>,
    gnutls: OnceLock<Option<GnutlsFacts>>,
}

/// Whether a certificate is signed with its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfSigned {
    /// It is.
    Yes,
    /// It has another issuer, or another key made its signature.
    No,
    /// It is self-issued, and its signature cannot be checked.
    NotCheckable,
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
        let facts = Facts::read(&der).map_err(|why| Unparsable {
            why,
            remains: Box::new(PartialFacts::read(&der)),
        });
        Self(Arc::new(Read {
            der,
            facts,
            self_signed: OnceLock::new(),
            openssl: OnceLock::new(),
            gnutls: OnceLock::new(),
        }))
    }

    /// What was read from it, or why nothing was.
    pub fn facts(&self) -> Result<&Facts, &Unparsable> {
        self.0.facts.as_ref()
    }

    /// Whether it is self-issued and signed with its own key.
    pub fn self_signed(&self) -> SelfSigned {
        let Some(facts) = self.facts().ok().filter(|facts| facts.self_issued) else {
            return SelfSigned::No;
        };
        *self.0.self_signed.get_or_init(|| {
            let whole = &self.der()[..self.der().len() - facts.trailing_octets];
            match verify_signed(whole, &facts.public_key.spki) {
                Verification::Verified => SelfSigned::Yes,
                Verification::Unsupported => SelfSigned::NotCheckable,
                Verification::Refuted => SelfSigned::No,
            }
        })
    }

    /// What OpenSSL reads; `None`: it cannot be read here, so that what OpenSSL makes of it is not
    /// known.
    pub(crate) fn as_openssl(&self) -> Option<&OpensslFacts> {
        let read = || OpensslFacts::read(self.der());
        self.0.openssl.get_or_init(read).as_ref()
    }

    /// Whether OpenSSL takes it for a certificate at all (`d2i_X509`); in a handshake nothing may
    /// follow it.
    pub(crate) fn loads_in_openssl(&self) -> bool {
        is_one_element(self.der()) && loads::by_openssl(self.der())
    }

    /// What GnuTLS reads; `None`: our parser cannot read it.
    pub(crate) fn as_gnutls(&self) -> Option<&GnutlsFacts> {
        let facts = self.facts().ok()?;
        let read = || GnutlsFacts::read(self.der(), facts);
        self.0.gnutls.get_or_init(read).as_ref()
    }

    /// Whether both share what was read.
    #[cfg(test)]
    pub(super) fn is_copy_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
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
