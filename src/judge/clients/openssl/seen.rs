//! A certificate as OpenSSL sees it: the flags that `ossl_x509v3_cache_extensions` of
//! `crypto/x509/v3_purp.c` computes, and the fields that its checks compare.

use super::constraints::NameConstraints;
use super::general_name::{self, GeneralName};
use crate::certificate::der::{self, Element};
use crate::certificate::raw::{Raw, RawExtension};
use crate::certificate::{Certificate, canonical_name};

/// The key usage bits, as `x509v3.h` numbers them.
pub(super) const DIGITAL_SIGNATURE: u16 = 0x80;
pub(super) const KEY_ENCIPHERMENT: u16 = 0x20;
pub(super) const KEY_AGREEMENT: u16 = 0x08;
pub(super) const KEY_CERT_SIGN: u16 = 0x04;
pub(super) const CRL_SIGN: u16 = 0x02;

/// Netscape's certificate types.
pub(super) const NS_SSL_SERVER: u8 = 0x40;
pub(super) const NS_SSL_CA: u8 = 0x04;
pub(super) const NS_ANY_CA: u8 = 0x07;

/// The kinds of public keys that matter to OpenSSL's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Rsa,
    RsaPss,
    Ec,
    /// An EC key with explicit parameters, which OpenSSL 3 refuses in a chain.
    EcExplicit,
    Ed25519,
    Ed448,
    Dsa,
    /// A kind that OpenSSL 3 does not know, or a key that it cannot decode.
    Other,
}

/// What the basic constraints say.
#[derive(Clone, Copy, Debug)]
pub(super) struct BasicConstraints {
    pub(super) ca: bool,
    pub(super) path_len: Option<u64>,
    pub(super) critical: bool,
}

/// The authority key identifier (RFC 5280 §4.2.1.1).
#[derive(Clone, Debug, Default)]
pub(super) struct AuthorityKeyId {
    pub(super) key_id: Option<Vec<u8>>,
    /// The first directory name, canonical.
    pub(super) issuer: Option<Vec<u8>>,
    pub(super) serial: Option<Vec<u8>>,
    pub(super) critical: bool,
}

/// A certificate, as far as OpenSSL's checks look at it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "OpenSSL's flags, as they are"
)]
pub(super) struct Seen {
    pub(super) certificate: Certificate,
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) serial: Vec<u8>,
    /// The number in the version field.
    pub(super) version: u8,
    /// Seconds since 1970.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) signature_oid: Vec<u8>,
    pub(super) signature_consistent: bool,
    pub(super) key: KeyKind,
    pub(super) has_extensions: bool,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<u16>,
    /// Whether the extended key usage has serverAuth or SGC; `None`: there is none.
    pub(super) for_servers: Option<bool>,
    pub(super) netscape: Option<u8>,
    pub(super) ski: Option<Vec<u8>>,
    pub(super) ski_critical: bool,
    pub(super) aki: Option<AuthorityKeyId>,
    pub(super) alt_names: Option<Vec<GeneralName>>,
    pub(super) alt_names_critical: bool,
    pub(super) constraints: Option<NameConstraints>,
    pub(super) is_proxy: bool,
    pub(super) has_ip_resources: bool,
    /// A critical extension that OpenSSL does not know.
    pub(super) unknown_critical: bool,
    /// `EXFLAG_INVALID`: an extension that cannot be decoded, or is there twice.
    pub(super) invalid: bool,
    /// `EXFLAG_SS`: self-issued, and no identifier or algorithm says otherwise.
    pub(super) self_signed: bool,
}

// The contents of object identifiers.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 0x20];
const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 0x1f];
const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1d, 0x21];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x24];
const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x36];
const NETSCAPE_TYPE: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x01];
const IP_BLOCKS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x07];
const AS_NUMBERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x08];
const PROXY: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x0e];
const OCSP_NO_CHECK: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05];

/// The critical extensions that `X509_supported_extension` knows.
const SUPPORTED: [&[u8]; 15] = [
    NETSCAPE_TYPE,
    KEY_USAGE,
    ALT_NAME,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE,
    IP_BLOCKS,
    AS_NUMBERS,
    OCSP_NO_CHECK,
    POLICY_CONSTRAINTS,
    PROXY,
    NAME_CONSTRAINTS,
    POLICY_MAPPINGS,
    INHIBIT_ANY_POLICY,
];

/// serverAuth, and the Server Gated Crypto of Netscape and Microsoft (`XKU_SSL_SERVER | XKU_SGC`).
const FOR_SERVERS: [&[u8]; 3] = [
    &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
    &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x04, 0x01],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x03],
];

impl Seen {
    /// `None`: it cannot be read here, so that what OpenSSL makes of it is not known.
    pub(super) fn read(certificate: &Certificate) -> Option<Self> {
        let facts = certificate.facts().ok()?;
        let raw = Raw::read(certificate.der())?;
        let mut seen = Self {
            certificate: certificate.clone(),
            subject: canonical_name(raw.subject)?,
            issuer: canonical_name(raw.issuer)?,
            serial: number(raw.serial).to_vec(),
            version: raw.version,
            not_before: facts.not_before.unix_timestamp(),
            not_after: facts.not_after.unix_timestamp(),
            signature_oid: algorithm_oid(raw.signature_inside)?.to_vec(),
            signature_consistent: raw.signature_inside == raw.signature_outside,
            key: key_kind(raw.spki),
            has_extensions: !raw.extensions.is_empty(),
            basic_constraints: None,
            key_usage: None,
            for_servers: None,
            netscape: None,
            ski: None,
            ski_critical: false,
            aki: None,
            alt_names: None,
            alt_names_critical: false,
            constraints: None,
            is_proxy: false,
            has_ip_resources: false,
            unknown_critical: false,
            invalid: false,
            self_signed: false,
        };
        seen.read_extensions(&raw.extensions);
        seen.self_signed = seen.is_self_issued()
            && seen.fits_identifier_of(&seen).is_ok()
            && seen.makes_signatures_of(&seen);
        Some(seen)
    }

    /// `EXFLAG_SI`.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// `EXFLAG_CA`.
    pub(super) fn is_marked_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|basic| basic.ca)
    }

    /// `ku_reject`: there is a key usage, and none of these bits in it.
    pub(super) fn usage_lacks(&self, bits: u16) -> bool {
        self.key_usage.is_some_and(|usage| usage & bits == 0)
    }

    fn read_extensions(&mut self, extensions: &[RawExtension<'_>]) {
        for (place, extension) in extensions.iter().enumerate() {
            self.unknown_critical |= extension.critical && !SUPPORTED.contains(&extension.oid);
            let is_twice = extensions[..place].iter().any(|e| e.oid == extension.oid);
            // `X509_get_ext_d2i` gives nothing where there are two.
            let read = if is_twice && is_decoded(extension.oid) {
                None
            } else {
                self.read_extension(extension)
            };
            self.invalid |= read.is_none();
        }
    }

    /// `None`: it cannot be decoded.
    fn read_extension(&mut self, extension: &RawExtension<'_>) -> Option<()> {
        let (value, critical) = (extension.value, extension.critical);
        match extension.oid {
            BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value, critical)?),
            KEY_USAGE => self.key_usage = Some(key_usage(value)?),
            EXTENDED_KEY_USAGE => {
                let purposes = sequence(value)?;
                let are_oids = purposes.iter().all(|purpose| purpose.tag == 0x06);
                let fits = |purpose: &Element<'_>| FOR_SERVERS.contains(&purpose.content);
                self.for_servers = are_oids.then(|| purposes.iter().any(fits));
                self.for_servers?;
            }
            NETSCAPE_TYPE => self.netscape = Some(*bits(value)?.first().unwrap_or(&0)),
            SUBJECT_KEY_ID => {
                self.ski = Some(only(value, 0x04)?.to_vec());
                self.ski_critical = critical;
            }
            AUTHORITY_KEY_ID => self.aki = Some(authority_key_id(value, critical)?),
            ALT_NAME => {
                let names = sequence(value)?;
                self.alt_names = Some(
                    names
                        .iter()
                        .map(general_name::read)
                        .collect::<Option<_>>()?,
                );
                self.alt_names_critical = critical;
            }
            NAME_CONSTRAINTS => self.constraints = Some(NameConstraints::read(value)?),
            CRL_DISTRIBUTION_POINTS => distribution_points(value)?,
            PROXY => self.is_proxy = true,
            IP_BLOCKS | AS_NUMBERS => self.has_ip_resources = true,
            _ => {}
        }
        Some(())
    }

    /// Why this certificate is not the issuer of `subject` (`ossl_x509_likely_issued`).
    pub(super) fn issued(&self, subject: &Self) -> Result<(), NotIssuer> {
        if self.subject != subject.issuer {
            return Err(NotIssuer::Name);
        }
        if self.invalid || subject.invalid {
            return Err(NotIssuer::Invalid);
        }
        self.fits_identifier_of(subject)?;
        if self.makes_signatures_of(subject) {
            Ok(())
        } else {
            Err(NotIssuer::Algorithm)
        }
    }

    /// `X509_check_akid`: identifiers that either side lacks are not compared.
    fn fits_identifier_of(&self, subject: &Self) -> Result<(), NotIssuer> {
        let Some(aki) = &subject.aki else {
            return Ok(());
        };
        let differs = |a: &Option<Vec<u8>>, b: &Option<Vec<u8>>| matches!((a, b), (Some(a), Some(b)) if a != b);
        if differs(&aki.key_id, &self.ski) {
            return Err(NotIssuer::KeyId);
        }
        if aki
            .serial
            .as_ref()
            .is_some_and(|serial| *serial != self.serial)
        {
            return Err(NotIssuer::Serial);
        }
        if aki
            .issuer
            .as_ref()
            .is_some_and(|issuer| *issuer != self.issuer)
        {
            return Err(NotIssuer::IssuerName);
        }
        Ok(())
    }

    /// `check_sig_alg_match`: the key is of the kind that makes such signatures.
    fn makes_signatures_of(&self, subject: &Self) -> bool {
        matches!(
            (signer(&subject.signature_oid), self.key),
            (Some(Signer::Rsa), KeyKind::Rsa)
                | (Some(Signer::Pss), KeyKind::Rsa | KeyKind::RsaPss)
                | (Some(Signer::Ec), KeyKind::Ec | KeyKind::EcExplicit)
                | (Some(Signer::Ed25519), KeyKind::Ed25519)
                | (Some(Signer::Ed448), KeyKind::Ed448)
                | (Some(Signer::Dsa), KeyKind::Dsa)
        )
    }
}

/// Why a certificate is not the issuer of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIssuer {
    /// Its subject is not the issuer that the other names.
    Name,
    /// An extension of one of them cannot be decoded.
    Invalid,
    /// The authority key identifier has the key identifier of another key.
    KeyId,
    /// The authority key identifier has another serial number.
    Serial,
    /// The authority key identifier names another issuer of the issuer.
    IssuerName,
    /// Its key is not of the kind that made the signature.
    Algorithm,
}

/// The extensions that `ossl_x509v3_cache_extensions` decodes.
fn is_decoded(oid: &[u8]) -> bool {
    let decoded = [
        BASIC_CONSTRAINTS,
        KEY_USAGE,
        EXTENDED_KEY_USAGE,
        NETSCAPE_TYPE,
        SUBJECT_KEY_ID,
        AUTHORITY_KEY_ID,
        ALT_NAME,
        NAME_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS,
        PROXY,
        IP_BLOCKS,
        AS_NUMBERS,
    ];
    decoded.contains(&oid)
}

enum Signer {
    Rsa,
    Pss,
    Ec,
    Ed25519,
    Ed448,
    Dsa,
}

/// The kind of key that makes signatures of this algorithm (`OBJ_find_sigid_algs`).
fn signer(oid: &[u8]) -> Option<Signer> {
    const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
    const DSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
    /// sigAlgs of NIST: 1 to 8 are DSA, 9 to 12 ECDSA, 13 to 16 RSA.
    const NIST: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03];
    if let Some([last]) = oid.strip_prefix(PKCS1) {
        return match last {
            // With MD2, MD4, MD5, SHA-1, SHA-2.
            2..=5 | 11..=16 => Some(Signer::Rsa),
            10 => Some(Signer::Pss),
            _ => None,
        };
    }
    if let Some([1..=4]) = oid.strip_prefix(ECDSA_SHA2) {
        return Some(Signer::Ec);
    }
    if let Some([last]) = oid.strip_prefix(NIST) {
        return match last {
            1..=8 => Some(Signer::Dsa),
            9..=12 => Some(Signer::Ec),
            13..=16 => Some(Signer::Rsa),
            _ => None,
        };
    }
    match oid {
        ECDSA_SHA1 => Some(Signer::Ec),
        DSA_SHA1 => Some(Signer::Dsa),
        [0x2b, 0x65, 0x70] => Some(Signer::Ed25519),
        [0x2b, 0x65, 0x71] => Some(Signer::Ed448),
        _ => None,
    }
}

fn key_kind(spki: &[u8]) -> KeyKind {
    let fields = Element::read(spki).and_then(|spki| der::all(spki.content));
    let algorithm = fields.and_then(|fields| fields.first().copied());
    let Some(parts) = algorithm.and_then(|algorithm| der::all(algorithm.content)) else {
        return KeyKind::Other;
    };
    match parts.first().map(|oid| oid.content) {
        Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]) => KeyKind::Rsa,
        Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a]) => KeyKind::RsaPss,
        Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]) => {
            match parts.get(1).map(|parameters| parameters.tag) {
                Some(0x06) => KeyKind::Ec,
                Some(0x30) => KeyKind::EcExplicit,
                _ => KeyKind::Other,
            }
        }
        Some([0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01]) => KeyKind::Dsa,
        Some([0x2b, 0x65, 0x70]) => KeyKind::Ed25519,
        Some([0x2b, 0x65, 0x71]) => KeyKind::Ed448,
        _ => KeyKind::Other,
    }
}

fn algorithm_oid(algorithm: &[u8]) -> Option<&[u8]> {
    let parts = Element::read(algorithm)?.content;
    let oid = Element::read(parts).filter(|oid| oid.tag == 0x06)?;
    Some(oid.content)
}

/// An INTEGER without needless octets in front.
fn number(mut octets: &[u8]) -> &[u8] {
    while let [first, second, ..] = octets
        && matches!((first, second >> 7), (0, 0) | (0xff, 1))
    {
        octets = &octets[1..];
    }
    octets
}

/// The content of the one element that `der` is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let element = Element::read(der).filter(|element| element.rest.is_empty())?;
    (element.tag == tag).then_some(element.content)
}

/// The elements of the one SEQUENCE that `der` is.
pub(super) fn sequence(der: &[u8]) -> Option<Vec<Element<'_>>> {
    der::all(only(der, 0x30)?)
}

/// The octets of a BIT STRING.
fn bits(der: &[u8]) -> Option<&[u8]> {
    match only(der, 0x03)? {
        [0..=7, octets @ ..] => Some(octets),
        _ => None,
    }
}

/// Bit 0 is 0x80, bit 8 is 0x8000; no bit at all is an error (RFC 5280 §4.2.1.3).
fn key_usage(der: &[u8]) -> Option<u16> {
    let usage = match *bits(der)? {
        [] => 0,
        [low] => u16::from(low),
        [low, high, ..] => u16::from(low) | u16::from(high) << 8,
    };
    (usage != 0).then_some(usage)
}

fn basic_constraints(der: &[u8], critical: bool) -> Option<BasicConstraints> {
    let fields = sequence(der)?;
    let (ca, rest) = match fields.split_first() {
        Some((first, rest)) if first.tag == 0x01 => (first.content != [0], rest),
        _ => (false, fields.as_slice()),
    };
    let path_len = match rest {
        [] => None,
        [length] if length.tag == 0x02 => Some(path_len(length.content)?),
        _ => return None,
    };
    Some(BasicConstraints {
        ca,
        path_len,
        critical,
    })
}

/// `None`: a negative one.
fn path_len(octets: &[u8]) -> Option<u64> {
    if octets.first()? & 0x80 != 0 {
        return None;
    }
    let fold =
        |length: u64, octet: &u8| length.saturating_mul(256).saturating_add(u64::from(*octet));
    Some(octets.iter().fold(0, fold))
}

/// `setup_crldp`: each names a point or an issuer.
fn distribution_points(der: &[u8]) -> Option<()> {
    sequence(der)?.iter().try_for_each(|point| {
        let fields = der::all(point.content).filter(|_| point.tag == 0x30)?;
        let names =
            |field: &Element<'_>| matches!(field.tag, 0xa0 | 0xa2) && !field.content.is_empty();
        fields.iter().any(names).then_some(())
    })
}

fn authority_key_id(der: &[u8], critical: bool) -> Option<AuthorityKeyId> {
    let mut found = AuthorityKeyId {
        critical,
        ..AuthorityKeyId::default()
    };
    for field in sequence(der)? {
        match field.tag {
            0x80 => found.key_id = Some(field.content.to_vec()),
            0xa1 => {
                let names = der::all(field.content)?;
                let names = names.iter().map(general_name::read);
                let names: Vec<GeneralName> = names.collect::<Option<_>>()?;
                let first = names.into_iter().find_map(GeneralName::into_directory);
                found.issuer = first;
            }
            0x82 => found.serial = Some(number(field.content).to_vec()),
            _ => return None,
        }
    }
    Some(found)
}
