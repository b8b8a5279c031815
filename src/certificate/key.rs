//! Public keys: algorithm, size and curve.

use super::oid::named_curve;
use x509_parser::asn1_rs::Tag;
use x509_parser::public_key::{PublicKey as Parsed, RSAPublicKey};
use x509_parser::x509::SubjectPublicKeyInfo;

/// A subject's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `RSA`, `RSA-PSS`, `EC`, `Ed25519`, …; the dotted OID if it is none that we know.
    pub algorithm: String,
    /// Its size: the modulus of RSA, the field of a curve.
    pub bits: Option<u32>,
    /// The named curve of an EC key; `explicit parameters` where it has none.
    pub curve: Option<String>,
    /// The RSA public exponent, if it fits.
    pub exponent: Option<u64>,
    /// Why the key is unusable, although its kind is known.
    pub flaw: Option<&'static str>,
    /// The DER of the whole `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
}

impl PublicKey {
    /// The largest RSA exponent that AWS-LC takes: 33 bits.
    pub const MAX_EXPONENT: u64 = (1 << 33) - 1;

    pub(super) fn read(spki: &SubjectPublicKeyInfo<'_>) -> Self {
        let oid = spki.algorithm.algorithm.to_id_string();
        let mut key = Self {
            algorithm: oid.clone(),
            bits: None,
            curve: None,
            exponent: None,
            flaw: None,
            spki: spki.raw.to_vec(),
        };
        let octets = spki.subject_public_key.data.len();
        match oid.as_str() {
            "1.2.840.113549.1.1.1" => key.rsa("RSA", spki.parsed().ok()),
            "1.2.840.113549.1.1.10" => {
                use x509_parser::prelude::FromDer;
                let bytes = &spki.subject_public_key.data;
                let parsed = RSAPublicKey::from_der(bytes).ok();
                key.rsa("RSA-PSS", parsed.map(|(_, rsa)| Parsed::RSA(rsa)));
            }
            "1.2.840.10045.2.1" => key.ec(spki),
            "1.2.840.10040.4.1" => key.named("DSA", None),
            "1.3.101.112" => key.raw("Ed25519", Some(256), octets, 32),
            "1.3.101.113" => key.raw("Ed448", Some(456), octets, 57),
            // FIPS 204, table 2.
            "2.16.840.1.101.3.4.3.17" => key.raw("ML-DSA-44", None, octets, 1312),
            "2.16.840.1.101.3.4.3.18" => key.raw("ML-DSA-65", None, octets, 1952),
            "2.16.840.1.101.3.4.3.19" => key.raw("ML-DSA-87", None, octets, 2592),
            _ => {}
        }
        key
    }

    /// A key that is nothing but its octets.
    fn raw(&mut self, algorithm: &str, bits: Option<u32>, octets: usize, expected: usize) {
        self.named(algorithm, bits);
        self.flaw = (octets != expected).then_some("it does not have the length of such a key");
    }

    fn named(&mut self, algorithm: &str, bits: Option<u32>) {
        algorithm.clone_into(&mut self.algorithm);
        self.bits = bits;
    }

    fn rsa(&mut self, algorithm: &str, parsed: Option<Parsed<'_>>) {
        self.named(algorithm, None);
        if let Some(Parsed::RSA(rsa)) = parsed {
            self.bits = bit_length(rsa.modulus);
            self.exponent = exponent(rsa.exponent);
            if rsa.modulus.last().is_some_and(|last| last % 2 == 0) {
                self.flaw = Some("its modulus is even");
            }
        }
    }

    fn ec(&mut self, spki: &SubjectPublicKeyInfo<'_>) {
        self.named("EC", None);
        let curve = spki
            .algorithm
            .parameters
            .as_ref()
            // `as_oid` takes any element for an OID.
            .filter(|parameters| parameters.tag() == Tag::Oid)
            .and_then(|parameters| parameters.as_oid().ok());
        let (name, bits) = match curve.map(|oid| oid.to_id_string()) {
            Some(oid) => named_curve(&oid),
            None => ("explicit parameters".to_owned(), None),
        };
        self.curve = Some(name);
        self.bits = bits;
        if let Some(bits) = bits {
            let field = bits.div_ceil(8) as usize;
            let octets = spki.subject_public_key.data.as_ref();
            // SEC 1 §2.3.3.
            let is_point = match octets.first() {
                Some(4) => octets.len() == 1 + 2 * field,
                Some(2 | 3) => octets.len() == 1 + field,
                _ => false,
            };
            self.flaw = (!is_point).then_some("it is not a point of its curve");
        }
    }

    /// The key in short: `RSA 2048`, `EC P-256`, `Ed25519`.
    pub fn describe(&self) -> String {
        match (&self.curve, self.bits) {
            (Some(curve), _) => format!("{} {curve}", self.algorithm),
            (None, Some(bits)) if self.algorithm.starts_with("RSA") => {
                format!("{} {bits}", self.algorithm)
            }
            _ => self.algorithm.clone(),
        }
    }
}

/// An ASN.1 INTEGER that is not negative and has at most 64 bits.
fn exponent(integer: &[u8]) -> Option<u64> {
    let is_zero = !integer.is_empty() && integer.iter().all(|byte| *byte == 0);
    if !is_zero && bit_length(integer)? > u64::BITS {
        return None;
    }
    Some(
        integer
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)),
    )
}

/// The length of an ASN.1 INTEGER's magnitude; `None` for zero and negative numbers.
fn bit_length(integer: &[u8]) -> Option<u32> {
    if integer.first()? & 0x80 != 0 {
        return None;
    }
    let first = integer.iter().position(|&byte| byte != 0)?;
    let bytes = u32::try_from(integer.len() - first).ok()?;
    Some(bytes.checked_mul(8)? - integer[first].leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_modulus_counts_bits() {
        assert_eq!(bit_length(&[0x00, 0x80, 0x00]), Some(16));
        assert_eq!(bit_length(&[0x7f]), Some(7));
        assert_eq!(bit_length(&[0x01, 0x00]), Some(9));
        assert_eq!(bit_length(&[0x00]), None);
        assert_eq!(bit_length(&[]), None);
        assert_eq!(bit_length(&[0x80]), None);
    }

    #[test]
    fn an_exponent_is_a_number_or_nothing() {
        assert_eq!(exponent(&[1, 0, 1]), Some(65537));
        assert_eq!(exponent(&[0]), Some(0));
        assert_eq!(exponent(&[0, 0xff]), Some(255));
        assert_eq!(
            exponent(&[0, 0xff, 0, 0, 0, 0, 0, 0, 1]),
            Some(0xff00_0000_0000_0001)
        );
        assert_eq!(exponent(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(exponent(&[0xff]), None);
        assert_eq!(exponent(&[]), None);
    }
}
