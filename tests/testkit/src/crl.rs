//! Revocation lists made field by field (RFC 5280 §5.1), as sound and as odd as a test needs them.

use crate::der::{
    ECDSA_SHA256, Issuer, algorithm, bit_string, extension, integer, oid, seq, tlv, utc,
};
use time::{Duration, OffsetDateTime};

/// A list of revoked certificates in the making.
#[derive(Clone, Debug)]
pub struct Crl {
    /// The INTEGER; empty for version 1.
    pub version: Vec<u8>,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is made; `None`: that is not said.
    pub next_update: Option<OffsetDateTime>,
    /// The entries, each as its DER.
    pub entries: Vec<Vec<u8>>,
    /// The extensions, each as its DER; none: no `[0]` either.
    pub extensions: Vec<Vec<u8>>,
    /// The Name of the issuer, if it is not that of the signer.
    pub issuer: Option<Vec<u8>>,
}

impl Crl {
    /// An empty list of version 2, made an hour ago for a week.
    pub fn new(now: OffsetDateTime) -> Self {
        Self {
            version: integer([1]),
            this_update: now - Duration::hours(1),
            next_update: Some(now + Duration::days(7)),
            entries: Vec::new(),
            extensions: vec![extension("2.5.29.20", false, integer([1]))],
            issuer: None,
        }
    }

    /// With one more certificate on it: the octets of its serial number, when it was revoked, and
    /// why, by number.
    #[must_use]
    pub fn with(mut self, serial: &[u8], at: OffsetDateTime, reason: Option<u8>) -> Self {
        let reason = reason.map(|reason| extension("2.5.29.21", false, tlv(0x0a, [reason])));
        let extensions = reason.map_or(Vec::new(), |reason| seq([reason]));
        self.entries
            .push(seq([integer(serial), utc(at), extensions]));
        self
    }

    /// With other dates.
    #[must_use]
    pub fn of(mut self, this_update: OffsetDateTime, next_update: Option<OffsetDateTime>) -> Self {
        self.this_update = this_update;
        self.next_update = next_update;
        self
    }

    /// With one more extension.
    #[must_use]
    pub fn extended(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// In version 1, which has no extensions.
    #[must_use]
    pub fn version_1(mut self) -> Self {
        self.version = Vec::new();
        self.extensions = Vec::new();
        self
    }

    /// The list with its signature.
    pub fn signed_by(&self, issuer: &Issuer) -> Vec<u8> {
        let entries = match self.entries.as_slice() {
            [] => Vec::new(),
            some => seq(some),
        };
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            some => tlv(0xa0, seq(some)),
        };
        let tbs = seq([
            self.version.clone(),
            algorithm(ECDSA_SHA256),
            self.issuer
                .clone()
                .unwrap_or_else(|| issuer.name().to_vec()),
            utc(self.this_update),
            self.next_update.map_or(Vec::new(), utc),
            entries,
            extensions,
        ]);
        let signature = issuer.sign_octets(&tbs);
        seq([tbs, algorithm(ECDSA_SHA256), bit_string(signature)])
    }
}

/// The issuing distribution point (RFC 5280 §5.2.5): a URI, and fields as their DER.
pub fn issuing_point(uri: Option<&str>, fields: &[Vec<u8>]) -> Vec<u8> {
    let point = uri.map_or(Vec::new(), |uri| tlv(0xa0, full_name(uri)));
    extension("2.5.29.28", true, seq([point, fields.concat()]))
}

/// A field of the issuing distribution point that is true, by its number.
pub fn only(number: u8) -> Vec<u8> {
    tlv(0x80 | number, [0xff])
}

/// The authority key identifier (RFC 5280 §5.2.1) with one field, as its DER.
pub fn authority(field: Vec<u8>) -> Vec<u8> {
    extension("2.5.29.35", false, seq([field]))
}

/// The field with the identifier of a key that no CA of the tests has.
pub fn other_key() -> Vec<u8> {
    tlv(0x80, [0x77; 20])
}

/// The distribution point field of a list, with a name that is relative to its issuer's.
pub fn relative_point() -> Vec<u8> {
    let common_name = seq([oid("2.5.4.3"), tlv(0x0c, "7")]);
    tlv(0xa0, tlv(0xa1, common_name))
}

/// The distribution points of a certificate (RFC 5280 §4.2.1.13), each with one URI.
pub fn points(uris: &[&str]) -> Vec<u8> {
    let points = uris.iter().map(|uri| seq([tlv(0xa0, full_name(uri))]));
    extension("2.5.29.31", false, seq(points.collect::<Vec<_>>()))
}

fn full_name(uri: &str) -> Vec<u8> {
    tlv(0xa0, tlv(0x86, uri))
}

/// A list as PEM.
pub fn to_pem(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("X509 CRL", der), config)
}
