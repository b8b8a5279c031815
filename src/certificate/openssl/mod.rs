//! A certificate as OpenSSL sees it: the flags that `ossl_x509v3_cache_extensions` of
//! `crypto/x509/v3_purp.c` computes, and the fields that its checks compare.

mod algorithm;
mod extension;
mod general_name;
mod instant;
pub(super) mod value;

pub(crate) use algorithm::{KeyKind, is_public_key};

use super::constraints::{GeneralName, NameConstraints};
use super::name::canonical;
use super::raw::{Raw, RawExtension};
use algorithm::{Signer, algorithm_oid, is_new, key_kind, signer};
use extension::{
    AuthorityKeyId, BasicConstraints, address_blocks, as_numbers, authority_key_id,
    basic_constraints, bits, distribution_points, general_names, key_usage, name_constraints,
    number, octets, purposes,
};

/// The key usage bits, as `x509v3.h` numbers them.
pub(crate) const DIGITAL_SIGNATURE: u16 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u16 = 0x20;
pub(crate) const KEY_AGREEMENT: u16 = 0x08;
pub(crate) const KEY_CERT_SIGN: u16 = 0x04;
pub(crate) const CRL_SIGN: u16 = 0x02;

/// Netscape's certificate types.
pub(crate) const NS_SSL_SERVER: u8 = 0x40;
pub(crate) const NS_SSL_CA: u8 = 0x04;
pub(crate) const NS_ANY_CA: u8 = 0x07;

/// A certificate, as far as OpenSSL's checks look at it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "OpenSSL's flags, as they are"
)]
pub(crate) struct OpensslFacts {
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    /// The number in the version field.
    pub(crate) version: u8,
    /// Seconds since 1970; `None`: the date is written in another way than RFC 5280 has it.
    pub(crate) not_before: Option<i64>,
    pub(crate) not_after: Option<i64>,
    /// A date has less octets than its shortest form, with seconds.
    pub(crate) has_short_date: bool,
    pub(crate) signature_oid: Vec<u8>,
    pub(crate) signature_consistent: bool,
    pub(crate) key: KeyKind,
    pub(crate) has_extensions: bool,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<u16>,
    /// The peers that the extended key usage allows.
    pub(crate) purpose: Purpose,
    pub(crate) netscape: Option<u8>,
    pub(crate) ski: Option<Vec<u8>>,
    pub(crate) ski_critical: bool,
    pub(crate) aki: Option<AuthorityKeyId>,
    pub(crate) alt_names: Option<Vec<GeneralName>>,
    pub(crate) alt_names_critical: bool,
    pub(crate) constraints: Option<NameConstraints>,
    pub(crate) is_proxy: bool,
    pub(crate) has_ip_resources: bool,
    /// A critical extension that OpenSSL does not know.
    pub(crate) unknown_critical: bool,
    /// `EXFLAG_INVALID`: an extension that cannot be decoded, or is there twice.
    pub(crate) invalid: bool,
    /// `EXFLAG_SS`: self-issued, and no identifier or algorithm contradicts that.
    pub(crate) self_signed: bool,
}

/// What the extended key usage allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// There is no such extension.
    Any,
    /// It has serverAuth or SGC.
    Servers,
    /// It has neither.
    Others,
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

impl OpensslFacts {
    /// `None`: it cannot be read here, so OpenSSL's view of it is unknown.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let raw = Raw::read(der)?;
        let mut seen = Self {
            subject: canonical(raw.subject)?,
            issuer: canonical(raw.issuer)?,
            serial: number(raw.serial).to_vec(),
            version: raw.version,
            not_before: instant::read(raw.not_before),
            not_after: instant::read(raw.not_after),
            has_short_date: [raw.not_before, raw.not_after]
                .into_iter()
                .any(instant::is_short),
            signature_oid: algorithm_oid(raw.signature_inside)?.to_vec(),
            signature_consistent: raw.signature_inside == raw.signature_outside,
            key: key_kind(raw.spki),
            has_extensions: !raw.extensions.is_empty(),
            basic_constraints: None,
            key_usage: None,
            purpose: Purpose::Any,
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
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// `EXFLAG_CA`.
    pub(crate) fn is_marked_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|basic| basic.ca)
    }

    /// OpenSSL 3.0 does not know which key makes its signature, and 3.5 does.
    pub(crate) fn is_signed_by_new_algorithm(&self) -> bool {
        is_new(&self.signature_oid)
    }

    /// `ku_reject`: there is a key usage, and none of these bits in it.
    pub(crate) fn usage_lacks(&self, bits: u16) -> bool {
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
                let purposes = purposes(value)?;
                self.purpose = if purposes.iter().any(|one| FOR_SERVERS.contains(one)) {
                    Purpose::Servers
                } else {
                    Purpose::Others
                };
            }
            NETSCAPE_TYPE => self.netscape = Some(*bits(value)?.first().unwrap_or(&0)),
            SUBJECT_KEY_ID => {
                self.ski = Some(octets(value)?);
                self.ski_critical = critical;
            }
            AUTHORITY_KEY_ID => self.aki = Some(authority_key_id(value, critical)?),
            ALT_NAME => {
                self.alt_names = Some(general_names(value)?);
                self.alt_names_critical = critical;
            }
            NAME_CONSTRAINTS => self.constraints = Some(name_constraints(value)?),
            CRL_DISTRIBUTION_POINTS => distribution_points(value)?,
            PROXY => self.is_proxy = true,
            IP_BLOCKS | AS_NUMBERS => {
                self.has_ip_resources = true;
                match extension.oid {
                    IP_BLOCKS => address_blocks(value)?,
                    _ => as_numbers(value)?,
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Both dates hold (`ossl_x509_check_cert_time`); at the second of notAfter it has already
    /// expired.
    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.not_before.is_some_and(|begins| begins <= now)
            && self.not_after.is_some_and(|ends| now < ends)
    }

    /// Why this certificate is not the issuer of `subject` (`ossl_x509_likely_issued`).
    pub(crate) fn issued(&self, subject: &Self) -> Result<(), NotIssuer> {
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
