//! Trust anchors: the certificates that the user configured, and where each came from.

use super::verified::Verified;
use crate::certificate::Certificate;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::sync::OnceLock;

/// One configured certificate.
#[derive(Clone, Debug)]
pub struct Anchor {
    der: CertificateDer<'static>,
    /// Of a store's hundreds hardly one is needed: parsed when it is.
    certificate: OnceLock<Certificate>,
    /// The file that it came from.
    pub source: String,
}

impl Anchor {
    /// The anchor with its facts.
    pub fn certificate(&self) -> &Certificate {
        self.certificate
            .get_or_init(|| Certificate::new(self.der.clone()))
    }

    /// The bytes.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }
}

/// The configured anchors.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// What they are called in messages: `the system store`, or the file.
    pub origin: String,
    list: Vec<Anchor>,
    /// The same in webpki's form, index by index.
    trust: Vec<TrustAnchor<'static>>,
    /// In the paths to them.
    verified: Verified,
}

/// A configured certificate that cannot be an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an X.509 certificate")]
pub struct NotACertificate;

impl Anchors {
    /// An empty set.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..Self::default()
        }
    }

    /// Adds one. The same certificate from a second file changes nothing.
    pub fn add(
        &mut self,
        der: CertificateDer<'static>,
        source: &str,
    ) -> Result<(), NotACertificate> {
        let trust = webpki::anchor_from_trusted_cert(&der)
            .map_err(|_| NotACertificate)?
            .to_owned();
        let same_subject = self
            .trust
            .iter()
            .zip(&self.list)
            .filter(|(t, _)| **t == trust);
        if same_subject
            .map(|(_, anchor)| &anchor.der)
            .any(|known| *known == der)
        {
            return Ok(());
        }
        self.trust.push(trust);
        self.list.push(Anchor {
            der,
            certificate: OnceLock::new(),
            source: source.to_owned(),
        });
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn verified(&self) -> &Verified {
        &self.verified
    }

    pub(super) fn trust(&self) -> &[TrustAnchor<'static>] {
        &self.trust
    }

    /// The anchors that webpki cannot tell apart: same subject, key and name constraints.
    pub(super) fn like(&self, trust: &TrustAnchor<'_>) -> impl Iterator<Item = &Anchor> {
        let trust = trust.to_owned();
        self.pick(move |candidate| *candidate == trust)
    }

    /// The anchors with this subject; `contents` is the DER of the name without its outer header.
    pub(super) fn named(&self, contents: &[u8]) -> impl Iterator<Item = &Anchor> {
        let contents = contents.to_vec();
        self.pick(move |candidate| candidate.subject.as_ref() == contents.as_slice())
    }

    /// The anchor that is this very certificate.
    pub(super) fn exactly(&self, der: &CertificateDer<'_>) -> Option<&Anchor> {
        self.list.iter().find(|anchor| anchor.der == *der)
    }

    fn pick<'a>(
        &'a self,
        wanted: impl Fn(&TrustAnchor<'static>) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Anchor> {
        self.trust
            .iter()
            .zip(&self.list)
            .filter(move |(trust, _)| wanted(trust))
            .map(|(_, anchor)| anchor)
    }
}
