//! The signatures of one presented chain, each verified once for all models of clients.

use super::anchors::Anchors;
use super::signature_cache::Remembering;
use crate::certificate::Certificate;
use crate::certificate::signature::{Verification, verify_as_openssl};
use std::cell::RefCell;

/// What was verified in a chain and in the paths from it to these anchors.
#[derive(Debug)]
pub(super) struct Signatures<'a> {
    anchors: &'a Anchors,
    algorithms: Vec<Remembering<'a>>,
    /// Hardly ever more than three.
    known: RefCell<Vec<Signature<'a>>>,
}

#[derive(Clone, Copy, Debug)]
struct Signature<'a> {
    certificate: &'a Certificate,
    issuer: &'a Certificate,
    verification: Verification,
}

impl<'a> Signatures<'a> {
    /// None verified so far, but what the anchors remember.
    pub(super) fn of(anchors: &'a Anchors) -> Self {
        Self {
            anchors,
            algorithms: anchors.verified().algorithms(),
            known: RefCell::default(),
        }
    }

    /// The anchors of the paths.
    pub(super) fn anchors(&self) -> &'a Anchors {
        self.anchors
    }

    /// Whether the issuer's key signed the certificate, as OpenSSL and GnuTLS verify it.
    pub(super) fn verify(
        &self,
        certificate: &'a Certificate,
        issuer: &'a Certificate,
    ) -> Verification {
        let is_same = |one: &&Signature<'_>| {
            std::ptr::eq(one.certificate, certificate) && std::ptr::eq(one.issuer, issuer)
        };
        if let Some(known) = self.known.borrow().iter().find(is_same) {
            return known.verification;
        }
        let Ok(facts) = issuer.facts() else {
            return Verification::Unsupported;
        };
        let algorithms: Vec<_> = self.algorithms.iter().map(|one| one as _).collect();
        let verification =
            verify_as_openssl(certificate.der(), &facts.public_key.spki, &algorithms);
        let mut known = self.known.borrow_mut();
        if known.len() < MOST {
            known.push(Signature {
                certificate,
                issuer,
                verification,
            });
        }
        verification
    }
}

impl Signatures<'_> {
    /// Whether a key without a certificate signed it.
    pub(super) fn verify_with_key(&self, certificate: &Certificate, spki: &[u8]) -> Verification {
        let algorithms: Vec<_> = self.algorithms.iter().map(|one| one as _).collect();
        verify_as_openssl(certificate.der(), spki, &algorithms)
    }
}

/// A hostile chain may need many; the search among them stays short.
const MOST: usize = 64;
