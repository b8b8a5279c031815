//! A certificate in a path that OpenSSL builds.

use crate::certificate::Certificate;
use crate::certificate::ForServers;
use crate::certificate::openssl::OpensslFacts;
use crate::judge::anchor::Anchor;
use crate::judge::clients::Verdict;
use std::ops::Deref;

/// A certificate with what OpenSSL reads of it, and with its trust settings where it is the trust
/// store's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) certificate: &'a Certificate,
    facts: &'a OpensslFacts,
    anchor: Option<&'a Anchor>,
}

impl<'a> Seen<'a> {
    /// One that was presented. `None`: it cannot be read here, so OpenSSL's view of it is
    /// unknown.
    pub(super) fn read(certificate: &'a Certificate) -> Option<Self> {
        Some(Self {
            certificate,
            facts: certificate.as_openssl()?,
            anchor: None,
        })
    }

    /// One of the trust store.
    pub(super) fn of_store(anchor: &'a Anchor) -> Option<Self> {
        Some(Self {
            anchor: Some(anchor),
            ..Self::read(anchor.certificate())?
        })
    }

    /// The trust settings of its file (`obj_trust` in `crypto/x509/x509_trust.c`).
    pub(super) fn trust(&self) -> ForServers {
        self.anchor
            .map_or(ForServers::Neutral, |anchor| anchor.trust().for_servers())
    }

    /// A refusal for what is wrong with this certificate.
    pub(super) fn refuse(&self, why: &str) -> Verdict {
        Verdict::refuses(format!("\"{}\": {why}", self.certificate.label()))
    }
}

impl Deref for Seen<'_> {
    type Target = OpensslFacts;

    fn deref(&self) -> &OpensslFacts {
        self.facts
    }
}
