//! Public keys: algorithm, size and curve.

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
    /// The DER of the whole `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
}

impl PublicKey {
    pub(super) fn read(spki: &SubjectPublicKeyInfo<'_>) -> Self {
        let oid = spki.algorithm.algorithm.to_id_string();
        let mut key = Self {
            algorithm: oid.clone(),
            bits: None,
            curve: None,
            exponent: None,
            spki: spki.raw.to_vec(),
        };
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
            "1.3.101.112" => key.named("Ed25519", Some(256)),
            "1.3.101.113" => key.named("Ed448", Some(456)),
            "2.16.840.1.101.3.4.3.17" => key.named("ML-DSA-44", None),
            "2.16.840.1.101.3.4.3.18" => key.named("ML-DSA-65", None),
            "2.16.840.1.101.3.4.3.19" => key.named("ML-DSA-87", None),
            _ => {}
        }
        key
    }

    fn named(&mut self, algorithm: &str, bits: Option<u32>) {
        algorithm.clone_into(&mut self.algorithm);
        self.bits = bits;
    }

    fn rsa(&mut self, algorithm: &str, parsed: Option<Parsed<'_>>) {
        self.named(algorithm, None);
        if let Some(Parsed::RSA(rsa)) = parsed {
            self.bits = bit_length(rsa.modulus);
            self.exponent = rsa.try_exponent().ok();
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
    }

    /// As people say it: `RSA 2048`, `EC P-256`, `Ed25519`.
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

/// The length of an ASN.1 INTEGER's magnitude; `None` for zero and negative numbers.
fn bit_length(integer: &[u8]) -> Option<u32> {
    if integer.first()? & 0x80 != 0 {
        return None;
    }
    let first = integer.iter().position(|&byte| byte != 0)?;
    let bytes = u32::try_from(integer.len() - first).ok()?;
    Some(bytes.checked_mul(8)? - integer[first].leading_zeros())
}

fn named_curve(oid: &str) -> (String, Option<u32>) {
    let (name, bits) = match oid {
        "1.2.840.10045.3.1.1" => ("P-192", 192),
        "1.3.132.0.33" => ("P-224", 224),
        "1.2.840.10045.3.1.7" => ("P-256", 256),
        "1.3.132.0.34" => ("P-384", 384),
        "1.3.132.0.35" => ("P-521", 521),
        "1.3.132.0.10" => ("secp256k1", 256),
        "1.3.36.3.3.2.8.1.1.7" => ("brainpoolP256r1", 256),
        "1.3.36.3.3.2.8.1.1.11" => ("brainpoolP384r1", 384),
        "1.3.36.3.3.2.8.1.1.13" => ("brainpoolP512r1", 512),
        _ => return (oid.to_owned(), None),
    };
    (name.to_owned(), Some(bits))
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
}
