//! DER by hand, and certificates put together from any bytes: for what no library will make.

use crate::pki::now;
use rcgen::{KeyPair, PublicKeyData as _, SigningKey as _};
use rustls::pki_types::CertificateDer;
use time::{Duration, OffsetDateTime};

/// A tag, the length in DER, and the content.
pub fn tlv(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    if content.len() < 0x80 {
        out.push(length[length.len() - 1]);
    } else {
        out.push(0x80 | u8::try_from(length.len() - zeros).expect("eight octets"));
        out.extend(&length[zeros..]);
    }
    out.extend(content);
    out
}

/// A SEQUENCE of elements.
pub fn seq<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Vec<u8> {
    tlv(0x30, joined(elements))
}

/// A SET of elements.
pub fn set<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Vec<u8> {
    tlv(0x31, joined(elements))
}

fn joined<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut all = Vec::new();
    for element in elements {
        all.extend(element.as_ref());
    }
    all
}

/// An INTEGER with these octets, whatever they are.
pub fn integer(octets: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(2, octets)
}

/// A BIT STRING of complete octets.
pub fn bit_string(octets: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(3, joined([&[0][..], octets.as_ref()]))
}

/// An OCTET STRING.
pub fn octet_string(octets: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(4, octets)
}

/// NULL.
pub fn null() -> Vec<u8> {
    tlv(5, [])
}

/// An OBJECT IDENTIFIER from its dotted form.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs = dotted.split('.').map(|arc| arc.parse().expect("an arc"));
    let arcs: Vec<u64> = arcs.collect();
    let mut octets = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![u8::try_from(arc & 0x7f).expect("seven bits")];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | u8::try_from(rest & 0x7f).expect("seven bits"));
            rest >>= 7;
        }
        octets.extend(groups.iter().rev());
    }
    tlv(6, octets)
}

/// An `AlgorithmIdentifier` without parameters.
pub fn algorithm(dotted: &str) -> Vec<u8> {
    seq([oid(dotted)])
}

/// A `UTF8String`.
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(12, text)
}

/// `UTCTime` of the text.
pub fn utc_time(text: &str) -> Vec<u8> {
    tlv(0x17, text)
}

/// `GeneralizedTime` of the text.
pub fn generalized_time(text: &str) -> Vec<u8> {
    tlv(0x18, text)
}

/// A moment as `20260101000000Z`.
pub fn generalized(time: OffsetDateTime) -> Vec<u8> {
    let (date, clock) = (time.date(), time.time());
    generalized_time(&format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    ))
}

/// A moment as RFC 5280 writes a validity until 2049.
pub fn utc(time: OffsetDateTime) -> Vec<u8> {
    let mut der = generalized(time);
    // Without the century.
    der.drain(2..4);
    der[0] = 0x17;
    der[1] -= 2;
    der
}

/// A Name of attributes, each in its own RDN: the OID and the DER of the value.
pub fn name<T: AsRef<[u8]>>(attributes: impl IntoIterator<Item = (&'static str, T)>) -> Vec<u8> {
    let rdns = attributes
        .into_iter()
        .map(|(kind, value)| set([seq([oid(kind).as_slice(), value.as_ref()])]));
    seq(rdns.collect::<Vec<_>>())
}

/// A Name with one common name.
pub fn common_name(text: &str) -> Vec<u8> {
    name([("2.5.4.3", utf8(text))])
}

/// An extension: its OID, whether it is critical, and what is in its OCTET STRING.
pub fn extension(dotted: &str, critical: bool, content: impl AsRef<[u8]>) -> Vec<u8> {
    let critical = if critical { tlv(1, [0xff]) } else { Vec::new() };
    seq([oid(dotted), critical, octet_string(content)])
}

/// Subject alternative names from the DER of each `GeneralName`.
pub fn sans<T: AsRef<[u8]>>(names: impl IntoIterator<Item = T>) -> Vec<u8> {
    extension("2.5.29.17", false, seq(names))
}

/// Subject alternative names of the kind dNSName.
pub fn dns_sans(names: &[&str]) -> Vec<u8> {
    sans(names.iter().map(|name| tlv(0x82, name)))
}

/// Basic constraints.
pub fn basic_constraints(ca: bool) -> Vec<u8> {
    let content = if ca { tlv(1, [0xff]) } else { Vec::new() };
    extension("2.5.29.19", true, tlv(0x30, content))
}

/// The OID of ecdsa-with-SHA256, with which [`Issuer`] signs.
pub const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";

/// The fields of a certificate, each as its DER (RFC 5280 §4.1).
#[derive(Clone, Debug)]
pub struct Fields {
    /// `[0]` with the version; empty for version 1.
    pub version: Vec<u8>,
    /// The serial number.
    pub serial: Vec<u8>,
    /// The signature algorithm inside of what is signed.
    pub inner_algorithm: Vec<u8>,
    /// The signature algorithm outside.
    pub outer_algorithm: Vec<u8>,
    /// The issuer.
    pub issuer: Vec<u8>,
    /// The validity.
    pub validity: Vec<u8>,
    /// The subject.
    pub subject: Vec<u8>,
    /// The `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// The unique identifiers.
    pub unique_ids: Vec<u8>,
    /// The extensions; none: no `[3]` either.
    pub extensions: Vec<Vec<u8>>,
    /// Anything after the extensions.
    pub tail: Vec<u8>,
}

impl Fields {
    /// Another validity.
    pub fn valid(&mut self, from: Vec<u8>, until: Vec<u8>) {
        self.validity = seq([from, until]);
    }

    /// What is signed.
    pub fn tbs(&self) -> Vec<u8> {
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            some => tlv(0xa3, seq(some)),
        };
        seq([
            &self.version,
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.spki,
            &self.unique_ids,
            &extensions,
            &self.tail,
        ])
    }
}

/// A CA whose certificates are made field by field. It signs with ECDSA, P-256 and SHA-256,
/// whatever the certificates say.
#[derive(Debug)]
pub struct Issuer {
    name: Vec<u8>,
    key: KeyPair,
    der: CertificateDer<'static>,
}

impl Issuer {
    /// A root.
    pub fn root(common_name: &str) -> Self {
        Self::odd_root(common_name, |_| ())
    }

    /// A root, sound but for the change.
    pub fn odd_root(common_name: &str, change: impl FnOnce(&mut Fields)) -> Self {
        let name = self::common_name(common_name);
        let key = p256();
        let mut fields = authority(template(&name, &name, key.subject_public_key_info()));
        change(&mut fields);
        let der = sign(&key, &fields);
        Self { name, key, der }
    }

    /// A CA below this one.
    #[must_use]
    pub fn below(&self, common_name: &str, change: impl FnOnce(&mut Fields)) -> Self {
        let name = self::common_name(common_name);
        let key = p256();
        let mut fields = authority(template(&self.name, &name, key.subject_public_key_info()));
        change(&mut fields);
        let der = self.sign(&fields);
        Self { name, key, der }
    }

    /// A certificate for the name and the key of `other`, signed by this one.
    pub fn cross_sign(
        &self,
        other: &Self,
        change: impl FnOnce(&mut Fields),
    ) -> CertificateDer<'static> {
        let spki = other.key.subject_public_key_info();
        let mut fields = authority(template(&self.name, &other.name, spki));
        change(&mut fields);
        self.sign(&fields)
    }

    /// Its certificate.
    pub fn der(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    /// Its name, as DER.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its signature of any octets.
    pub fn sign_octets(&self, octets: &[u8]) -> Vec<u8> {
        self.key.sign(octets).expect("a signature")
    }

    /// Its key.
    pub fn spki(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }

    /// A leaf for localhost, sound but for the change.
    pub fn leaf(&self, change: impl FnOnce(&mut Fields)) -> CertificateDer<'static> {
        let subject = common_name("localhost");
        let mut fields = template(&self.name, &subject, p256().subject_public_key_info());
        fields.extensions = vec![basic_constraints(false), dns_sans(&["localhost"])];
        change(&mut fields);
        self.sign(&fields)
    }

    /// Signs the fields as they are.
    pub fn sign(&self, fields: &Fields) -> CertificateDer<'static> {
        sign(&self.key, fields)
    }
}

/// A `SubjectPublicKeyInfo` for a new key of P-256.
pub fn p256_spki() -> Vec<u8> {
    p256().subject_public_key_info()
}

fn p256() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn template(issuer: &[u8], subject: &[u8], spki: Vec<u8>) -> Fields {
    Fields {
        version: tlv(0xa0, integer([2])),
        serial: integer([0x5e, 0x51, 0xa1]),
        inner_algorithm: algorithm(ECDSA_SHA256),
        outer_algorithm: algorithm(ECDSA_SHA256),
        issuer: issuer.to_vec(),
        validity: seq([
            utc(now() - Duration::days(30)),
            utc(now() + Duration::days(60)),
        ]),
        subject: subject.to_vec(),
        spki,
        unique_ids: Vec::new(),
        extensions: Vec::new(),
        tail: Vec::new(),
    }
}

fn authority(mut fields: Fields) -> Fields {
    fields.extensions = vec![
        basic_constraints(true),
        // keyCertSign and cRLSign.
        extension("2.5.29.15", true, [3, 2, 1, 6]),
    ];
    fields
}

fn sign(key: &KeyPair, fields: &Fields) -> CertificateDer<'static> {
    let tbs = fields.tbs();
    let signature = key.sign(&tbs).expect("a signature");
    seq([tbs, fields.outer_algorithm.clone(), bit_string(signature)]).into()
}
