//! A certificate as GnuTLS reads it.

mod extension;
mod general_name;
mod instant;
mod subject;
mod tasn1;

pub(crate) use general_name::{Kind, Node, Subtrees};
pub(crate) use subject::{COMMON_NAME, EMAIL, Value};

use super::der::Fields;
use super::facts::Facts;
use super::key::PublicKey;
use super::raw::Raw;
use subject::Subject;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::X509Extension;
use x509_parser::prelude::FromDer;

/// An extension, as GnuTLS reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field<T> {
    /// The extension is absent.
    Absent,
    /// It cannot be read.
    Unreadable,
    /// Its content.
    Is(T),
}

/// A certificate, as far as GnuTLS's checks look at it.
#[derive(Clone, Debug)]
pub(crate) struct GnutlsFacts {
    pub(crate) version: u32,
    pub(crate) subject: Subject,
    pub(crate) issuer: Subject,
    /// Its key is below the level of every handshake.
    pub(crate) is_weak: bool,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    /// The octets of the OID of the signature algorithm.
    pub(crate) algorithm: Vec<u8>,
    /// The key identifiers that are compared.
    pub(crate) ski: Option<Vec<u8>>,
    pub(crate) aki: Option<Vec<u8>>,
    pub(crate) basic: Field<(bool, Option<u32>)>,
    pub(crate) key_usage: Field<u16>,
    /// The octets of OIDs.
    purposes: Field<Vec<Vec<u8>>>,
    pub(crate) constraints: Field<Subtrees>,
    /// TLS features (RFC 7633).
    pub(crate) features: Field<Vec<u64>>,
    /// The subject alternative names.
    pub(crate) names: Vec<(Kind, Vec<u8>)>,
    /// The first critical extension that GnuTLS does not know.
    pub(crate) unknown_critical: Option<String>,
    unacceptable: Option<&'static str>,
}

/// `lib/x509/supported_exts.gperf`, as the octets of the OIDs.
const SUPPORTED: &[&[u8]] = &[
    &[0x55, 0x1d, 0x0e],
    &[0x55, 0x1d, 0x0f],
    &[0x55, 0x1d, 0x11],
    &[0x55, 0x1d, 0x12],
    &[0x55, 0x1d, 0x13],
    &[0x55, 0x1d, 0x1e],
    &[0x55, 0x1d, 0x1f],
    &[0x55, 0x1d, 0x23],
    &[0x55, 0x1d, 0x25],
    &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01],
    &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x0e],
    TLS_FEATURES,
    &[0x55, 0x1d, 0x20],
    &[0x55, 0x1d, 0x36],
];
const TLS_FEATURES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// Netscape's and Verisign's Server Gated Cryptography.
const GATED: [&[u8]; 2] = [
    &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x04, 0x01],
    &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x08, 0x01],
];
/// The curves that GnuTLS knows (`lib/algorithms/ecc.c`).
const CURVES: [&str; 5] = ["P-192", "P-224", "P-256", "P-384", "P-521"];
/// `GNUTLS_SEC_PARAM_LOW` (`lib/algorithms/secparams.c`), the profile of `NORMAL`.
const LEAST_RSA: u32 = 1024;

impl GnutlsFacts {
    /// `None`: our parsers cannot read it.
    pub(super) fn read(der: &[u8], facts: &Facts) -> Option<Self> {
        let raw = Raw::read(der)?;
        let dates = dates(&raw);
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        let tbs = &certificate.tbs_certificate;
        let mut read = Self {
            version: tbs.version.0.saturating_add(1),
            subject: Subject::read(&tbs.subject),
            issuer: Subject::read(&tbs.issuer),
            is_weak: is_weak(&facts.public_key),
            not_before: dates.map_or(0, |(begins, _)| begins),
            not_after: dates.map_or(0, |(_, ends)| ends),
            algorithm: certificate
                .signature_algorithm
                .algorithm
                .as_bytes()
                .to_vec(),
            ski: None,
            aki: None,
            basic: Field::Absent,
            key_usage: Field::Absent,
            purposes: Field::Absent,
            constraints: Field::Absent,
            features: Field::Absent,
            names: Vec::new(),
            unknown_critical: None,
            unacceptable: None,
        };
        read.read_extensions(certificate.extensions());
        // `compare_sig_algorithm` and `_gnutls_check_cert_sanity` (`lib/x509/x509.c`).
        if !is_same_algorithm(raw.signature_inside, raw.signature_outside) {
            read.unacceptable = Some("two different signature algorithms are named");
        }
        if read.version < 3 && !certificate.extensions().is_empty() {
            read.unacceptable = Some("there are extensions in a certificate of version 1 or 2");
        }
        if !rest.is_empty() {
            read.unacceptable = Some("something follows a certificate");
        }
        if dates.is_none() {
            read.unacceptable = Some("a date of a certificate cannot be read");
        }
        if !is_structure(&raw) {
            read.unacceptable = Some("a certificate has not the structure of one");
        }
        Some(read)
    }

    fn read_extensions(&mut self, extensions: &[X509Extension<'_>]) {
        for (place, extension) in extensions.iter().enumerate() {
            let oid = extension.oid.as_bytes();
            let mut before = extensions[..place].iter();
            if before.any(|other| other.oid.as_bytes() == oid) {
                self.unacceptable = Some("an extension is there twice");
                continue;
            }
            if extension.critical && !SUPPORTED.contains(&oid) && self.unknown_critical.is_none() {
                self.unknown_critical = Some(extension.oid.to_id_string());
            }
            self.extension(oid, extension.value);
        }
    }

    fn extension(&mut self, oid: &[u8], value: &[u8]) {
        match oid {
            [0x55, 0x1d, 0x0e] => self.ski = extension::subject_key_id(value),
            [0x55, 0x1d, 0x23] => self.aki = extension::authority_key_id(value),
            [0x55, 0x1d, 0x13] => self.basic = extension::basic_constraints(value).into(),
            [0x55, 0x1d, 0x0f] => self.key_usage = extension::key_usage(value).into(),
            [0x55, 0x1d, 0x25] => self.purposes = extension::purposes(value).into(),
            [0x55, 0x1d, 0x1e] => self.constraints = extension::name_constraints(value).into(),
            // `cache_alt_names` (`lib/x509/x509.c`).
            [0x55, 0x1d, 0x11 | 0x12] => match extension::alternative_names(value) {
                None => self.unacceptable = Some("the alternative names cannot be read"),
                Some(names) if oid[2] == 0x11 => self.names = names,
                Some(_) => {}
            },
            TLS_FEATURES => self.features = features(value),
            _ => {}
        }
    }

    /// Why GnuTLS does not read the certificate at all.
    pub(crate) fn unacceptable(&self) -> Option<&'static str> {
        self.unacceptable
    }

    pub(crate) fn is_ca(&self) -> bool {
        matches!(self.basic, Field::Is((true, _)))
    }

    /// `_gnutls_check_key_purpose` (`lib/x509/verify.c`), for servers; `any` is true for a leaf.
    pub(crate) fn is_for_servers(&self, any: bool) -> bool {
        match &self.purposes {
            Field::Absent => true,
            Field::Unreadable => false,
            // An empty list counts as absent.
            Field::Is(purposes) if purposes.is_empty() => true,
            Field::Is(purposes) => purposes.iter().any(|purpose| {
                purpose == SERVER_AUTH
                    || (any && purpose == ANY_PURPOSE)
                    || (self.is_ca() && GATED.contains(&purpose.as_slice()))
            }),
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    /// Of an extension that is there.
    fn from(read: Option<T>) -> Self {
        read.map_or(Self::Unreadable, Self::Is)
    }
}

/// Both dates; `None`: GnuTLS does not take the certificate for one of them.
fn dates(raw: &Raw<'_>) -> Option<(i64, i64)> {
    Some((
        instant::read(raw.not_before)?,
        instant::read(raw.not_after)?,
    ))
}

/// Whether names, key and unique identifiers are as `lib/pkix.asn` has them.
fn is_structure(raw: &Raw<'_>) -> bool {
    let are_objects = raw.extensions.iter().all(|one| tasn1::is_object(one.oid));
    let is_in_order = matches!(*raw.unique_ids, [] | [0x81 | 0x82] | [0x81, 0x82]);
    is_in_order
        && are_objects
        && key_octets(raw.spki).is_some()
        && tasn1::are_rdns(raw.subject)
        && tasn1::are_rdns(raw.issuer)
}

/// `compare_sig_algorithm`: parameters that are NULL are none.
fn is_same_algorithm(one: &[u8], two: &[u8]) -> bool {
    let parts = |algorithm| {
        let mut fields = tasn1::sequence(algorithm)?;
        let oid = fields.optional(0x06).filter(|oid| tasn1::is_object(oid))?;
        let parameters = fields.take().map(|element| element.whole);
        Some((oid, parameters.filter(|parameters| **parameters != [5, 0])))
    };
    parts(one).is_some() && parts(one) == parts(two)
}

/// What the BIT STRING of a `SubjectPublicKeyInfo` holds; `None`: it is none.
fn key_octets(spki: &[u8]) -> Option<&[u8]> {
    let mut fields = tasn1::sequence(spki)?;
    let mut algorithm = Fields::of_any_length(fields.optional(0x30)?);
    algorithm
        .optional(0x06)
        .filter(|oid| tasn1::is_object(oid))?;
    let _parameters = algorithm.take();
    algorithm.end()?;
    let (_unused, octets) = fields.optional(0x03)?.split_first()?;
    fields.end()?;
    Some(octets)
}

/// Whether nothing but its alternative names may prevent that GnuTLS takes a certificate of version 3
/// without an extension that is there twice.
pub(crate) fn is_encoded(raw: &Raw<'_>) -> bool {
    dates(raw).is_some() && is_structure(raw)
}

/// Modulus and exponent, whatever their sign.
fn is_rsa_key(octets: &[u8]) -> bool {
    let read = || {
        let mut fields = tasn1::sequence(octets)?;
        fields.optional(0x02)?;
        fields.optional(0x02)?;
        fields.end()
    };
    read().is_some()
}

/// A key of a kind that GnuTLS does not know, or cannot read, has no security level.
fn is_weak(key: &PublicKey) -> bool {
    // id-ea-rsa of X.500, which both libraries know.
    const RSA_OF_X500: &str = "2.5.8.1.1";
    let octets = key_octets(&key.spki).unwrap_or_default();
    match key.algorithm.as_str() {
        "RSA" | "RSA-PSS" => !is_rsa_key(octets) || key.bits.is_some_and(|bits| bits < LEAST_RSA),
        "EC" => {
            let is_known = key
                .curve
                .as_deref()
                .is_some_and(|curve| CURVES.contains(&curve));
            // `_gnutls_ecc_ansi_x962_import`: no compressed points.
            !is_known || key.flaw.is_some() || octets.first() != Some(&4)
        }
        "Ed25519" | "Ed448" | "DSA" | RSA_OF_X500 => false,
        _ => true,
    }
}

fn features(value: &[u8]) -> Field<Vec<u64>> {
    Vec::<u64>::from_der(value).map_or(Field::Unreadable, |(_, features)| Field::Is(features))
}
