//! A certificate, with what could be read of it.

use crate::certificate::{
    BasicConstraints, Certificate, Facts, Idn, KeyUsage, Name, PublicKey, Sans, SelfSigned,
    Timestamp, days_left, pem,
};
use crate::fingerprint::Algorithm;
use crate::render::timestamp::timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use time::OffsetDateTime;

/// Of a certificate that could not be parsed, the fields that cannot be read are null; `parse_error`
/// says why.
#[derive(Serialize)]
pub(super) struct CertificateJson {
    subject: Option<String>,
    issuer: Option<String>,
    serial: Option<String>,
    version: Option<u32>,
    not_before: Option<String>,
    not_after: Option<String>,
    pub(super) days_left: Option<i64>,
    sans: Option<SansJson>,
    idn: Vec<IdnJson>,
    public_key: Option<PublicKeyJson>,
    signature_algorithm: Option<String>,
    is_ca: Option<bool>,
    path_length: Option<u32>,
    key_usage: Option<Vec<&'static str>>,
    extended_key_usage: Option<Vec<String>>,
    must_staple: Option<bool>,
    subject_key_id: Option<String>,
    authority_key_id: Option<String>,
    ca_issuers: Vec<String>,
    sct_count: Option<usize>,
    scts: Vec<SctJson>,
    self_issued: Option<bool>,
    self_signed: Option<bool>,
    fingerprints: FingerprintsJson,
    spki_sha256: Option<String>,
    size: usize,
    parse_error: Option<String>,
    pem: String,
}

#[derive(Serialize)]
pub(super) struct SansJson {
    dns: Vec<String>,
    ip: Vec<String>,
    email: Vec<String>,
    uri: Vec<String>,
    other: Vec<OtherSanJson>,
}

#[derive(Serialize)]
pub(super) struct IdnJson {
    ascii: String,
    unicode: String,
}

#[derive(Serialize)]
pub(super) struct OtherSanJson {
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
pub(super) struct SctJson {
    log_id: String,
    at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct PublicKeyJson {
    algorithm: String,
    bits: Option<u32>,
    curve: Option<String>,
}

#[derive(Serialize)]
pub(super) struct FingerprintsJson {
    sha1: String,
    sha256: String,
    sha512: String,
}

impl CertificateJson {
    /// A certificate as it was at that time.
    pub(super) fn at(certificate: &Certificate, now: OffsetDateTime) -> Self {
        let facts = certificate.facts().ok();
        let fields = certificate.fields();
        let digest = |algorithm| certificate.fingerprint(algorithm).hex();
        // A certificate that parses has a list of names, which may be empty.
        let has_sans = facts.is_some() || fields.sans.is_some();
        Self {
            subject: fields.subject.map(Name::to_string),
            issuer: fields.issuer.map(Name::to_string),
            serial: fields.serial.map(str::to_owned),
            version: facts.map(|facts| facts.version),
            not_before: fields.validity.map(|(from, _)| timestamp(from)),
            not_after: fields.validity.map(|(_, until)| timestamp(until)),
            days_left: fields.validity.map(|(_, until)| days_left(until, now)),
            sans: has_sans.then(|| SansJson::from(fields.sans)),
            idn: facts
                .map(|facts| facts.idns().into_iter().map(IdnJson::from).collect())
                .unwrap_or_default(),
            public_key: fields.public_key.map(PublicKeyJson::from),
            signature_algorithm: fields.signature_algorithm.map(str::to_owned),
            is_ca: facts.map(Facts::is_ca),
            path_length: facts
                .and_then(|facts| facts.basic_constraints)
                .and_then(|constraints: BasicConstraints| constraints.path_len),
            key_usage: facts.and_then(|facts| facts.key_usage).map(KeyUsage::names),
            extended_key_usage: facts
                .and_then(|facts| facts.extended_key_usage.as_ref())
                .map(|usage| usage.purposes.clone()),
            must_staple: facts.map(|facts| facts.must_staple),
            subject_key_id: facts.and_then(|facts| facts.ski.clone()),
            authority_key_id: facts.and_then(|facts| facts.aki.clone()),
            ca_issuers: facts
                .map(|facts| facts.ca_issuers.clone())
                .unwrap_or_default(),
            sct_count: facts.map(|facts| facts.scts.len()),
            scts: facts
                .map_or(&[][..], |facts| &facts.scts)
                .iter()
                .map(SctJson::from)
                .collect(),
            self_issued: facts.map(|facts| facts.self_issued),
            self_signed: facts.and_then(|_| match certificate.self_signed() {
                SelfSigned::Yes => Some(true),
                SelfSigned::No => Some(false),
                SelfSigned::NotCheckable => None,
            }),
            fingerprints: FingerprintsJson {
                sha1: digest(Algorithm::Sha1),
                sha256: digest(Algorithm::Sha256),
                sha512: digest(Algorithm::Sha512),
            },
            spki_sha256: certificate.spki_sha256().map(|digest| digest.hex()),
            size: certificate.der().len(),
            parse_error: certificate.facts().err().map(ToString::to_string),
            pem: pem::write(certificate.der()),
        }
    }
}

impl From<Option<&Sans>> for SansJson {
    fn from(sans: Option<&Sans>) -> Self {
        let sans = sans.cloned().unwrap_or_default();
        Self {
            dns: sans.dns,
            ip: sans.ip.iter().map(ToString::to_string).collect(),
            email: sans.email,
            uri: sans.uri,
            other: sans
                .other
                .into_iter()
                .map(|other| OtherSanJson {
                    kind: other.0,
                    value: other.1,
                })
                .collect(),
        }
    }
}

impl From<&Timestamp> for SctJson {
    fn from(one: &Timestamp) -> Self {
        Self {
            log_id: BASE64_STANDARD.encode(one.log_id),
            at: one.at.map(timestamp),
        }
    }
}

impl From<Idn> for IdnJson {
    fn from(idn: Idn) -> Self {
        Self {
            ascii: idn.ascii,
            unicode: idn.unicode,
        }
    }
}

impl From<&PublicKey> for PublicKeyJson {
    fn from(key: &PublicKey) -> Self {
        Self {
            algorithm: key.algorithm.clone(),
            bits: key.bits,
            curve: key.curve.clone(),
        }
    }
}
