//! A certificate in a list that GnuTLS verifies.

use crate::certificate::gnutls::GnutlsFacts;
use crate::certificate::{Certificate, PublicKey};
use std::ops::Deref;

/// A certificate with what GnuTLS reads of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) key: &'a PublicKey,
    facts: &'a GnutlsFacts,
}

impl<'a> Read<'a> {
    /// `None`: our parser cannot read it.
    pub(super) fn new(certificate: &'a Certificate) -> Option<Self> {
        Some(Self {
            certificate,
            key: &certificate.facts().ok()?.public_key,
            facts: certificate.as_gnutls()?,
        })
    }
}

impl Deref for Read<'_> {
    type Target = GnutlsFacts;

    fn deref(&self) -> &GnutlsFacts {
        self.facts
    }
}
