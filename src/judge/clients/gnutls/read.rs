//! What GnuTLS reads from a certificate.

use super::constraints::{Constraints, Kind};
use super::subject::Subject;
use crate::certificate::Certificate;
use x509_parser::asn1_rs::Oid;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{
    AuthorityKeyIdentifier, GeneralName, ParsedExtension, X509Extension,
};
use x509_parser::prelude::FromDer;

/// What an extension says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field<T> {
    /// There is no such extension.
    Absent,
    /// It cannot be read.
    Unreadable,
    /// This.
    Is(T),
}

/// A certificate.
#[derive(Clone, Debug)]
pub(super) struct Read<'a> {
    pub(super) der: &'a [u8],
    pub(super) version: u32,
    pub(super) subject: Subject<'a>,
    pub(super) issuer: Subject<'a>,
    pub(super) spki: &'a [u8],
    /// The kind of its key, as [`PublicKey`](crate::certificate::PublicKey) calls it.
    pub(super) key: &'a str,
    /// Its key is below the level of every handshake.
    pub(super) is_weak: bool,
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    /// The OID of the signature algorithm.
    pub(super) algorithm: String,
    /// The key identifiers that are compared.
    pub(super) ski: Option<Vec<u8>>,
    pub(super) aki: Option<Vec<u8>>,
    pub(super) basic: Field<(bool, Option<u32>)>,
    pub(super) key_usage: Field<u16>,
    purposes: Field<Vec<String>>,
    pub(super) constraints: Field<Constraints>,
    /// TLS features (RFC 7633).
    pub(super) features: Field<Vec<u64>>,
    /// The subject alternative names.
    pub(super) names: Vec<(Kind, Vec<u8>)>,
    /// The first critical extension that GnuTLS does not know.
    pub(super) unknown_critical: Option<String>,
    unacceptable: Option<&'static str>,
}

/// `lib/x509/supported_exts.gperf`.
const SUPPORTED: &[&str] = &[
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.35",
    "2.5.29.37",
    "1.3.6.1.5.5.7.1.1",
    "1.3.6.1.5.5.7.1.14",
    "1.3.6.1.5.5.7.1.24",
    "2.5.29.32",
    "2.5.29.54",
];

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const ANY_PURPOSE: &str = "2.5.29.37.0";
/// Netscape's and Verisign's Server Gated Cryptography.
const GATED: [&str; 2] = ["2.16.840.1.113730.4.1", "2.16.840.1.113733.1.8.1"];
const TLS_FEATURES: &str = "1.3.6.1.5.5.7.1.24";
/// `GNUTLS_SEC_PARAM_LOW` (`lib/algorithms/secparams.c`), the profile of `NORMAL`.
const LEAST_RSA: u32 = 1024;
/// `MAX_KEY_ID_SIZE` (`lib/x509/x509_int.h`).
const LONGEST_KEY_ID: usize = 128;

impl<'a> Read<'a> {
    /// `None`: our parser cannot read it.
    pub(super) fn new(certificate: &'a Certificate) -> Option<Self> {
        let key = &certificate.facts().ok()?.public_key;
        let der = certificate.der();
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        let tbs = &certificate.tbs_certificate;
        let mut read = Self {
            der,
            version: tbs.version.0.saturating_add(1),
            subject: Subject::read(&tbs.subject),
            issuer: Subject::read(&tbs.issuer),
            spki: tbs.subject_pki.raw,
            key: &key.algorithm,
            is_weak: key.algorithm == "RSA" && key.bits.is_some_and(|bits| bits < LEAST_RSA),
            not_before: tbs.validity.not_before.timestamp(),
            not_after: tbs.validity.not_after.timestamp(),
            algorithm: certificate.signature_algorithm.algorithm.to_id_string(),
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
        let mut seen = Vec::new();
        for extension in certificate.extensions() {
            let oid = extension.oid.to_id_string();
            if seen.contains(&oid) {
                read.unacceptable = Some("an extension is there twice");
                continue;
            }
            if extension.critical && !SUPPORTED.contains(&oid.as_str()) {
                read.unknown_critical.get_or_insert(oid.clone());
            }
            read.extension(&oid, extension);
            seen.push(oid);
        }
        // `compare_sig_algorithm` and `_gnutls_check_cert_sanity` (`lib/x509/x509.c`).
        if tbs.signature != certificate.signature_algorithm {
            read.unacceptable = Some("two different signature algorithms are named");
        }
        if read.version < 3 && !seen.is_empty() {
            read.unacceptable = Some("there are extensions in a certificate of version 1 or 2");
        }
        if !rest.is_empty() {
            read.unacceptable = Some("something follows a certificate");
        }
        Some(read)
    }

    fn extension(&mut self, oid: &str, extension: &X509Extension<'_>) {
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
                let read = Constraints::read(constraints);
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

    fn unreadable(&mut self, oid: &str) {
        match oid {
            "2.5.29.19" => self.basic = Field::Unreadable,
            "2.5.29.15" => self.key_usage = Field::Unreadable,
            "2.5.29.37" => self.purposes = Field::Unreadable,
            "2.5.29.30" => self.constraints = Field::Unreadable,
            // `cache_alt_names` (`lib/x509/x509.c`).
            "2.5.29.17" | "2.5.29.18" => {
                self.unacceptable = Some("the alternative names cannot be read");
            }
            _ => {}
        }
    }

    /// Why GnuTLS does not read the certificate at all.
    pub(super) fn unacceptable(&self) -> Option<&'static str> {
        self.unacceptable
    }

    pub(super) fn is_ca(&self) -> bool {
        matches!(self.basic, Field::Is((true, _)))
    }

    /// `_gnutls_check_key_purpose` (`lib/x509/verify.c`), for servers; `any` is true for a leaf.
    pub(super) fn is_for_servers(&self, any: bool) -> bool {
        match &self.purposes {
            Field::Absent => true,
            Field::Unreadable => false,
            // An empty list is none.
            Field::Is(purposes) if purposes.is_empty() => true,
            Field::Is(purposes) => purposes.iter().any(|purpose| {
                purpose == SERVER_AUTH
                    || (any && purpose == ANY_PURPOSE)
                    || (self.is_ca() && GATED.contains(&purpose.as_str()))
            }),
        }
    }
}

/// `gnutls_x509_aki_get_id`: an empty one is none, and so is one that is too long.
fn key_id(aki: &AuthorityKeyIdentifier<'_>) -> Option<Vec<u8>> {
    let id = aki.key_identifier.as_ref().map(|id| id.0.to_vec());
    id.filter(|id| (1..=LONGEST_KEY_ID).contains(&id.len()))
}

pub(super) fn general_name(name: &GeneralName<'_>) -> (Kind, Vec<u8>) {
    match name {
        GeneralName::DNSName(name) => (Kind::Dns, name.as_bytes().to_vec()),
        GeneralName::RFC822Name(name) => (Kind::Email, name.as_bytes().to_vec()),
        GeneralName::URI(name) => (Kind::Uri, name.as_bytes().to_vec()),
        GeneralName::IPAddress(octets) => (Kind::Ip, octets.to_vec()),
        GeneralName::DirectoryName(name) => (Kind::Directory, name.as_raw().to_vec()),
        // What is not ASCII.
        GeneralName::Invalid(tag, octets) => {
            let kind = match tag.0 {
                1 => Kind::Email,
                2 => Kind::Dns,
                6 => Kind::Uri,
                _ => Kind::Other,
            };
            (kind, octets.to_vec())
        }
        _ => (Kind::Other, Vec::new()),
    }
}

fn features(value: &[u8]) -> Field<Vec<u64>> {
    Vec::<u64>::from_der(value).map_or(Field::Unreadable, |(_, features)| Field::Is(features))
}
