//! A certificate as GnuTLS reads it.

mod general_name;
mod subject;

pub(crate) use general_name::{Kind, Node, Subtrees};
pub(crate) use subject::{COMMON_NAME, EMAIL, Value};

use super::facts::Facts;
use general_name::general_name;
use subject::Subject;
use x509_parser::asn1_rs::Oid;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{AuthorityKeyIdentifier, ParsedExtension, X509Extension};
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
    purposes: Field<Vec<String>>,
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
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const ANY_PURPOSE: &str = "2.5.29.37.0";
/// Netscape's and Verisign's Server Gated Cryptography.
const GATED: [&str; 2] = ["2.16.840.1.113730.4.1", "2.16.840.1.113733.1.8.1"];
/// `GNUTLS_SEC_PARAM_LOW` (`lib/algorithms/secparams.c`), the profile of `NORMAL`.
const LEAST_RSA: u32 = 1024;
/// `MAX_KEY_ID_SIZE` (`lib/x509/x509_int.h`).
const LONGEST_KEY_ID: usize = 128;

impl GnutlsFacts {
    /// `None`: our parser cannot read it.
    pub(super) fn read(der: &[u8], facts: &Facts) -> Option<Self> {
        let key = &facts.public_key;
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        let tbs = &certificate.tbs_certificate;
        let mut read = Self {
            version: tbs.version.0.saturating_add(1),
            subject: Subject::read(&tbs.subject),
            issuer: Subject::read(&tbs.issuer),
            is_weak: key.algorithm == "RSA" && key.bits.is_some_and(|bits| bits < LEAST_RSA),
            not_before: tbs.validity.not_before.timestamp(),
            not_after: tbs.validity.not_after.timestamp(),
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
        if tbs.signature != certificate.signature_algorithm {
            read.unacceptable = Some("two different signature algorithms are named");
        }
        if read.version < 3 && !certificate.extensions().is_empty() {
            read.unacceptable = Some("there are extensions in a certificate of version 1 or 2");
        }
        if !rest.is_empty() {
            read.unacceptable = Some("something follows a certificate");
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
            self.extension(oid, extension);
        }
    }

    fn extension(&mut self, oid: &[u8], extension: &X509Extension<'_>) {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => {
                self.ski = Some(id.0.to_vec()).filter(|id| id.len() <= LONGEST_KEY_ID);
            }
            ParsedExtension::AuthorityKeyIdentifier(id) => self.aki = key_id(id),
            ParsedExtension::BasicConstraints(basic) => {
                self.basic = Field::Is((basic.ca, basic.path_len_constraint));
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = Field::Is(usage.flags),
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let known = [
                    (usage.any, ANY_PURPOSE),
                    (usage.server_auth, SERVER_AUTH),
                    (usage.client_auth, "1.3.6.1.5.5.7.3.2"),
                    (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
                    (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
                    (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
                    (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
                ];
                let known = known.iter().filter(|(set, _)| *set);
                let mut all: Vec<String> = known.map(|(_, oid)| (*oid).to_owned()).collect();
                all.extend(usage.other.iter().map(Oid::to_id_string));
                self.purposes = Field::Is(all);
            }
            ParsedExtension::NameConstraints(constraints) => {
                let read = Subtrees::read(constraints);
                self.constraints = read.map_or(Field::Unreadable, Field::Is);
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                self.names = names.general_names.iter().map(general_name).collect();
            }
            ParsedExtension::ParseError { .. } => self.unreadable(oid),
            _ if oid == TLS_FEATURES => self.features = features(extension.value),
            _ => {}
        }
    }

    fn unreadable(&mut self, oid: &[u8]) {
        match oid {
            [0x55, 0x1d, 0x13] => self.basic = Field::Unreadable,
            [0x55, 0x1d, 0x0f] => self.key_usage = Field::Unreadable,
            [0x55, 0x1d, 0x25] => self.purposes = Field::Unreadable,
            [0x55, 0x1d, 0x1e] => self.constraints = Field::Unreadable,
            // `cache_alt_names` (`lib/x509/x509.c`).
            [0x55, 0x1d, 0x11 | 0x12] => {
                self.unacceptable = Some("the alternative names cannot be read");
            }
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
                    || (self.is_ca() && GATED.contains(&purpose.as_str()))
            }),
        }
    }
}

/// `gnutls_x509_aki_get_id`: an empty identifier counts as absent, as does one that is too long.
fn key_id(aki: &AuthorityKeyIdentifier<'_>) -> Option<Vec<u8>> {
    let id = aki.key_identifier.as_ref().map(|id| id.0.to_vec());
    id.filter(|id| (1..=LONGEST_KEY_ID).contains(&id.len()))
}

fn features(value: &[u8]) -> Field<Vec<u64>> {
    Vec::<u64>::from_der(value).map_or(Field::Unreadable, |(_, features)| Field::Is(features))
}
