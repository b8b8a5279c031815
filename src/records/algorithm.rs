//! The algorithms of signatures and digests: which can be checked here, and what they are called.

use hickory_proto::dnssec::rdata::{DNSKEY, DS};
use hickory_proto::dnssec::{Algorithm, PublicKey as _, PublicKeyBuf};
use std::fmt;

/// RSA with SHA-1, with two numbers for one algorithm (RFC 5155 2).
const RSASHA1: u8 = 5;
const RSASHA1_NSEC3: u8 = 7;

/// Whether signatures in this algorithm can be checked.
pub(super) fn is_known(algorithm: Algorithm) -> bool {
    matches!(
        u8::from(algorithm),
        RSASHA1 | RSASHA1_NSEC3 | 8 | 10 | 13 | 14 | 15
    )
}

/// Whether it is one that operators no longer take for a protection (RFC 9905).
pub(super) fn is_old(algorithm: Algorithm) -> bool {
    matches!(u8::from(algorithm), RSASHA1 | RSASHA1_NSEC3)
}

/// Whether a zone that has this DS record can be checked by it.
pub(super) fn is_usable(ds: &DS) -> bool {
    is_known(ds.algorithm()) && ds.digest_type().is_supported()
}

/// Whether `signature` is one of `message` by this key. The algorithm must be a known one:
/// hickory-proto asserts it.
pub(super) fn verifies(key: &DNSKEY, message: &[u8], signature: &[u8]) -> bool {
    let public = key.public_key();
    if !is_known(public.algorithm()) {
        return false;
    }
    if u8::from(public.algorithm()) == RSASHA1_NSEC3 {
        // hickory-proto knows RSASHA1 by its first number only.
        let bytes = public.public_bytes().to_vec();
        let same = PublicKeyBuf::new(bytes, Algorithm::from_u8(RSASHA1));
        return same.verify(message, signature).is_ok();
    }
    public.verify(message, signature).is_ok()
}

/// What of an RSA key has a size for which its signatures cannot be checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OddSize {
    /// The modulus has so many bits.
    Modulus(usize),
    /// The exponent has so many.
    Exponent(usize),
}

impl fmt::Display for OddSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modulus(bits) => write!(f, "{bits} bits"),
            Self::Exponent(bits) => write!(f, "an exponent of {bits} bits"),
        }
    }
}

/// The size of an RSA key whose signatures cannot be checked for that. aws-lc takes 1024 to 8192
/// bits, and the DNS has had keys of 512 (RFC 5702 2.1); of an exponent it takes 33, and the DNS has
/// no bound (`rsa_check_public_key`, RFC 3110 2).
pub(super) fn odd_size(key: &DNSKEY) -> Option<OddSize> {
    const EXPONENT: usize = 33;
    let public = key.public_key();
    if !matches!(
        u8::from(public.algorithm()),
        RSASHA1 | RSASHA1_NSEC3 | 8 | 10
    ) {
        return None;
    }
    let (exponent, modulus) = rsa(public.public_bytes())?;
    let (exponent, modulus) = (bits(exponent)?, bits(modulus)?);
    if !(1024..=8192).contains(&modulus) {
        return Some(OddSize::Modulus(modulus));
    }
    (exponent > EXPONENT).then_some(OddSize::Exponent(exponent))
}

/// The exponent and the modulus (RFC 3110 2): the length of the exponent is in one octet, or after a
/// zero in two.
fn rsa(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match key {
        [0, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => return None,
    };
    rest.split_at_checked(length)
}

/// How many bits a number has; `None`: it is 0.
fn bits(number: &[u8]) -> Option<usize> {
    let zeros = number.iter().position(|octet| *octet != 0)?;
    let first = number.get(zeros)?.leading_zeros() as usize;
    Some((number.len() - zeros) * 8 - first)
}

/// The mnemonic of an algorithm (the IANA registry of DNSSEC algorithm numbers).
pub(super) fn name(algorithm: Algorithm) -> String {
    let name = match u8::from(algorithm) {
        1 => "RSAMD5",
        3 => "DSA",
        RSASHA1 => "RSASHA1",
        6 => "DSA-NSEC3-SHA1",
        RSASHA1_NSEC3 => "RSASHA1-NSEC3-SHA1",
        8 => "RSASHA256",
        10 => "RSASHA512",
        12 => "ECC-GOST",
        13 => "ECDSAP256SHA256",
        14 => "ECDSAP384SHA384",
        15 => "ED25519",
        16 => "ED448",
        17 => "SM2SM3",
        23 => "ECC-GOST12",
        number => return format!("algorithm {number}"),
    };
    name.to_owned()
}

/// What of DS records is not known here: algorithms, and digests of known algorithms.
pub(super) fn unknown<'d>(records: impl Iterator<Item = &'d DS>) -> String {
    let mut names: Vec<String> = Vec::new();
    for ds in records {
        let name = if is_known(ds.algorithm()) {
            format!(
                "{} with digest type {}",
                name(ds.algorithm()),
                u8::from(ds.digest_type())
            )
        } else {
            name(ds.algorithm())
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
