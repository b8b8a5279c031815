//! The facts of one certificate (RFC 5280 §4), as far as they can be read. No judgement here.

use super::crl_point::CrlPoint;
use super::der;
use super::idn::Idn;
use super::key::PublicKey;
use super::name::Name;
use super::oid::signature_name;
use super::sans::Sans;
use super::sct::Timestamp;
use super::serial::serial;
use super::usage::{ExtendedKeyUsage, KeyUsage};
use std::collections::HashSet;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;

/// What a certificate says of itself. All text in it is untrusted.
#[derive(Clone, Debug)]
pub struct Facts {
    /// 1, 2 or 3; others as they stand, plus one.
    pub version: u32,
    /// The subject.
    pub subject: Name,
    /// The issuer.
    pub issuer: Name,
    /// The serial number in lower-case hex without a sign octet; `-` in front if it is negative.
    pub serial: String,
    /// The first moment of validity.
    pub not_before: OffsetDateTime,
    /// The last moment of validity.
    pub not_after: OffsetDateTime,
    /// The subject alternative names; `None` without the extension.
    pub sans: Option<Sans>,
    /// The subject's key.
    pub public_key: PublicKey,
    /// OpenSSL's name of the signature algorithm, else its OID.
    pub signature_algorithm: String,
    /// The basic constraints; `None` without the extension.
    pub basic_constraints: Option<BasicConstraints>,
    /// The key usage; `None` without the extension.
    pub key_usage: Option<KeyUsage>,
    /// The extended key usage; `None` without the extension.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// The TLS feature extension asks for `status_request` (RFC 7633 §4): the server must staple an
    /// OCSP response ("must-staple").
    pub must_staple: bool,
    /// The subject key identifier in lower-case hex.
    pub ski: Option<String>,
    /// The key identifier of the authority key identifier in lower-case hex.
    pub aki: Option<String>,
    /// Where the issuer's certificate can be fetched (RFC 5280 §4.2.2.1).
    pub ca_issuers: Vec<String>,
    /// Where the issuer publishes its lists of revoked certificates.
    pub crl_points: Vec<CrlPoint>,
    /// The embedded signed certificate timestamps (RFC 6962 §3.3).
    pub scts: Vec<Timestamp>,
    /// Subject and issuer are the same.
    pub self_issued: bool,
    /// The OIDs of the critical extensions.
    pub critical_extensions: Vec<String>,
    /// The OIDs of the extensions that could not be parsed.
    pub unparsable_extensions: Vec<String>,
    /// The OIDs of the extensions that occur more than once (RFC 5280 §4.2 forbids it).
    pub repeated_extensions: Vec<String>,
    /// The number of octets after the certificate's DER.
    pub trailing_octets: usize,
    /// The first breach of the encoding rules that the parser ignored, in words.
    pub breach: Option<String>,
}

/// Basic constraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// May issue certificates.
    pub ca: bool,
    /// How many intermediates that are not self-issued may follow.
    pub path_len: Option<u32>,
}

/// RFC 7633 §6.
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

/// Whether `status_request` is among the features, which are the numbers of TLS extensions.
fn asks_for_staple(features: &[u8]) -> bool {
    const STATUS_REQUEST: u32 = 5;
    <Vec<u32>>::from_der(features).is_ok_and(|(_, features)| features.contains(&STATUS_REQUEST))
}

/// The DER of the `SubjectPublicKeyInfo` of a certificate, if it can be found.
pub fn spki(der: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.subject_pki.raw.to_vec())
}

impl Facts {
    /// Parses DER. Octets after the certificate are counted, not refused. An error holds the
    /// parser's message.
    pub(super) fn read(der: &[u8]) -> Result<Self, String> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|error| match error {
            x509_parser::nom::Err::Incomplete(_) => "it is cut off".to_owned(),
            x509_parser::nom::Err::Error(e) | x509_parser::nom::Err::Failure(e) => e.to_string(),
        })?;
        let whole = &der[..der.len() - rest.len()];
        let mut facts = Self::read_fields(&certificate, whole);
        facts.trailing_octets = rest.len();
        let mut seen = HashSet::new();
        for extension in certificate.extensions() {
            let oid = extension.oid.to_id_string();
            if !seen.insert(oid.clone()) {
                facts.repeated_extensions.push(oid.clone());
            }
            if extension.critical {
                facts.critical_extensions.push(oid.clone());
            }
            facts.must_staple |= oid == TLS_FEATURE && asks_for_staple(extension.value);
            facts.read_extension(oid, extension.parsed_extension());
        }
        Ok(facts)
    }

    fn read_fields(certificate: &X509Certificate<'_>, whole: &[u8]) -> Self {
        let tbs = &certificate.tbs_certificate;
        let subject = Name::read(&tbs.subject);
        let issuer = Name::read(&tbs.issuer);
        let public_key = PublicKey::read(&tbs.subject_pki);
        let self_issued = subject.is_same(&issuer);
        Self {
            version: tbs.version.0.saturating_add(1),
            subject,
            issuer,
            serial: serial(tbs.raw_serial()),
            not_before: tbs.validity.not_before.to_datetime(),
            not_after: tbs.validity.not_after.to_datetime(),
            sans: None,
            public_key,
            signature_algorithm: signature_name(
                &certificate.signature_algorithm.algorithm.to_id_string(),
            ),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            must_staple: false,
            ski: None,
            aki: None,
            ca_issuers: Vec::new(),
            crl_points: Vec::new(),
            scts: Vec::new(),
            self_issued,
            critical_extensions: Vec::new(),
            unparsable_extensions: Vec::new(),
            repeated_extensions: Vec::new(),
            trailing_octets: 0,
            breach: breach(certificate, whole),
        }
    }

    fn read_extension(&mut self, oid: String, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                let sans = self.sans.get_or_insert_default();
                for name in &names.general_names {
                    sans.push(name);
                }
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.basic_constraints = Some(BasicConstraints {
                    ca: constraints.ca,
                    path_len: constraints.path_len_constraint,
                });
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = Some(KeyUsage::new(usage.flags)),
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.extended_key_usage = Some(ExtendedKeyUsage::read(usage));
            }
            ParsedExtension::SubjectKeyIdentifier(id) => self.ski = Some(hex::encode(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.aki = id.key_identifier.as_ref().map(|id| hex::encode(id.0));
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                self.ca_issuers
                    .extend(access.accessdescs.iter().filter_map(|description| {
                        match &description.access_location {
                            GeneralName::URI(uri)
                                if description.access_method.to_id_string()
                                    == "1.3.6.1.5.5.7.48.2" =>
                            {
                                Some((*uri).to_owned())
                            }
                            _ => None,
                        }
                    }));
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                self.crl_points.extend(points.iter().map(CrlPoint::read));
            }
            ParsedExtension::SCT(timestamps) => {
                self.scts = timestamps.iter().map(Timestamp::read).collect();
            }
            ParsedExtension::ParseError { .. } => self.unparsable_extensions.push(oid),
            _ => {}
        }
    }

    /// The host names among the common names and SANs that have another form, each once.
    pub fn idns(&self) -> Vec<Idn> {
        let sans = self.sans.iter().flat_map(|sans| &sans.dns);
        let mut seen = HashSet::new();
        let names = self.subject.common_names().iter().chain(sans);
        names
            .filter_map(|name| Idn::read(name))
            .filter(|idn| seen.insert(idn.ascii.clone()))
            .collect()
    }

    /// Whether it says of itself that it may issue certificates.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints
            .is_some_and(|constraints| constraints.ca)
    }
}

/// The first breach of the rules of DER and of names that x509-parser passes over.
fn breach(certificate: &X509Certificate<'_>, whole: &[u8]) -> Option<String> {
    let tbs = &certificate.tbs_certificate;
    let of_extension = |extension: &X509Extension<'_>| {
        let known = !matches!(
            extension.parsed_extension(),
            ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::ParseError { .. }
        );
        let broken =
            || !der::is_one_element(extension.value) || der::breach(extension.value).is_some();
        (known && broken()).then(|| {
            let oid = extension.oid.to_id_string();
            format!("the content of an extension is not DER ({oid})")
        })
    };
    if let Some(why) = der::breach(whole) {
        return Some(why.to_owned());
    }
    if !der::is_name(tbs.subject.as_raw()) || !der::is_name(tbs.issuer.as_raw()) {
        return Some("a name cannot be read to its end".to_owned());
    }
    if tbs.signature != certificate.signature_algorithm {
        return Some("it names two different signature algorithms".to_owned());
    }
    certificate.extensions().iter().find_map(of_extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_unparsable_and_no_panic() {
        for der in [
            &b""[..],
            b"\x30",
            b"hello",
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 255, 255, 255, 255],
        ] {
            assert!(Facts::read(der).is_err(), "{der:?}");
        }
    }
}
