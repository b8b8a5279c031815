//! A trust anchor: a certificate that the user configured, and where it came from.

use crate::certificate::pem::Entry;
use crate::certificate::{Certificate, ForServers, TrustSettings};
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::sync::{Arc, OnceLock};

/// One configured certificate. Of a store's hundreds hardly one is needed: it is parsed when it is.
#[derive(Clone, Debug)]
pub struct Anchor {
    der: CertificateDer<'static>,
    certificate: OnceLock<Certificate>,
    /// In webpki's form; `None`: webpki cannot read it.
    webpki: OnceLock<Option<TrustAnchor<'static>>>,
    trust: TrustSettings,
    /// It stands in a plain block, too, or only there.
    plain: bool,
    by_openssl: bool,
    /// The file that it came from.
    pub source: Arc<str>,
}

impl Anchor {
    pub(super) fn new(entry: Entry, source: Arc<str>) -> Self {
        Self {
            der: entry.der,
            certificate: OnceLock::new(),
            webpki: OnceLock::new(),
            plain: !entry.trust.in_trusted_block,
            trust: entry.trust,
            by_openssl: entry.by_openssl,
            source,
        }
    }

    /// Notes what is said of the same certificate once more.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.plain |= !entry.trust.in_trusted_block;
        self.by_openssl |= entry.by_openssl;
    }

    /// Whether OpenSSL loads it from its file.
    pub(super) fn is_loaded_by_openssl(&self) -> bool {
        self.by_openssl
    }

    /// The anchor with its facts.
    pub fn certificate(&self) -> &Certificate {
        self.certificate
            .get_or_init(|| Certificate::new(self.der.clone()))
    }

    /// The anchor in webpki's form; `None`: it is left out.
    pub(super) fn as_webpki(&self) -> Option<&TrustAnchor<'static>> {
        let is_used = LeftOut::of(&self.trust).is_none();
        is_used.then(|| self.read_by_webpki())?
    }

    fn read_by_webpki(&self) -> Option<&TrustAnchor<'static>> {
        let read = || webpki::anchor_from_trusted_cert(&self.der).map(|read| read.to_owned());
        self.webpki.get_or_init(|| read().ok()).as_ref()
    }

    /// The bytes.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// What the file says beside it.
    pub fn trust(&self) -> &TrustSettings {
        &self.trust
    }

    /// Whether programs read it that pass over `TRUSTED CERTIFICATE` blocks.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Why it is configured and no anchor; `None`: it is one.
    pub fn left_out(&self) -> Option<LeftOut> {
        match self.read_by_webpki() {
            None => Some(LeftOut::NotACertificate),
            Some(_) => LeftOut::of(&self.trust),
        }
    }

    /// Why it cannot be an anchor here; `None`: webpki reads it.
    pub(super) fn unusable(&self) -> Option<Unusable> {
        match self.read_by_webpki() {
            Some(_) => None,
            None if self.certificate().loads_in_openssl() => Some(Unusable::NotForWebpki),
            None => Some(Unusable::NotACertificate),
        }
    }

    /// Whether its trust settings leave it out.
    pub(super) fn is_rejected(&self) -> bool {
        LeftOut::of(&self.trust).is_some() && self.read_by_webpki().is_some()
    }
}

/// Why a configured certificate is not an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Its trust settings reject it for servers.
    Rejected,
    /// Its trust settings name other purposes alone.
    OtherPurposes,
    /// Its trust settings cannot be read.
    UnreadableSettings,
    /// It is not a certificate, or webpki cannot read it.
    NotACertificate,
}

impl LeftOut {
    pub(super) fn of(trust: &TrustSettings) -> Option<Self> {
        match trust.for_servers() {
            ForServers::Neutral | ForServers::Trusted => None,
            ForServers::Rejected if trust.unreadable => Some(Self::UnreadableSettings),
            // A list of others rejects this one; a rejection of it is clearer.
            ForServers::Rejected if trust.rejects_servers() => Some(Self::Rejected),
            ForServers::Rejected => Some(Self::OtherPurposes),
        }
    }
}

/// Why a configured certificate cannot be an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Neither webpki nor OpenSSL reads it.
    #[error("it is not an X.509 certificate")]
    NotACertificate,
    /// OpenSSL reads it, and webpki does not.
    #[error(
        "it is a certificate that cannot be used here: webpki, which finds the paths, does not read it"
    )]
    NotForWebpki,
}
