//! Checking signatures with a raw public key, so that a certificate that webpki refuses to parse
//! can still be judged, and its holder proven.

use super::PublicKey;
use rustls::SignatureScheme;
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::SignatureVerificationAlgorithm;
use x509_parser::asn1_rs::{Any, BitString, FromDer};

/// The result of checking a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Made with the private half of this key.
    Verified,
    /// Not made with it.
    Refuted,
    /// Could not be checked: an algorithm, a curve or a key size that the library does not do.
    Unsupported,
}

/// The algorithms of the crypto provider.
pub fn supported() -> WebPkiSupportedAlgorithms {
    aws_lc_rs::default_provider().signature_verification_algorithms
}

/// Checks that `certificate` (DER) is signed with the key in `issuer_spki` (DER). Names are not
/// compared.
pub fn verify_certificate(certificate: &[u8], issuer_spki: &[u8]) -> Verification {
    let (Some(signed), Some(key)) = (Signed::read(certificate), Key::read(issuer_spki)) else {
        return Verification::Unsupported;
    };
    let algorithms = supported();
    let matching = algorithms.all.iter().find(|algorithm| {
        algorithm.signature_alg_id().as_ref() == signed.algorithm && key.fits(**algorithm)
    });
    match matching {
        Some(algorithm) => key.verify(*algorithm, signed.tbs, &signed.signature),
        None => Verification::Unsupported,
    }
}

/// Checks a handshake signature: `message` signed under `scheme` with the key in `spki` (DER).
/// In TLS 1.2 a scheme leaves the curve open, in TLS 1.3 it fixes it (RFC 8446 §4.2.3).
pub fn verify_handshake(
    spki: &[u8],
    scheme: SignatureScheme,
    curve_is_fixed: bool,
    message: &[u8],
    signature: &[u8],
) -> Verification {
    let pkcs1 = matches!(
        scheme,
        SignatureScheme::RSA_PKCS1_SHA256
            | SignatureScheme::RSA_PKCS1_SHA384
            | SignatureScheme::RSA_PKCS1_SHA512
    );
    if curve_is_fixed && pkcs1 {
        // RFC 8446 §4.2.3: not for the handshake of TLS 1.3.
        return Verification::Unsupported;
    }
    let algorithms = supported();
    let candidates = algorithms
        .mapping
        .iter()
        .find(|(mapped, _)| *mapped == scheme)
        .map_or(&[][..], |(_, candidates)| candidates);
    let candidates = if curve_is_fixed {
        &candidates[..candidates.len().min(1)]
    } else {
        candidates
    };
    let (false, Some(key)) = (candidates.is_empty(), Key::read(spki)) else {
        return Verification::Unsupported;
    };
    match candidates.iter().find(|algorithm| key.fits(**algorithm)) {
        Some(algorithm) => key.verify(*algorithm, message, signature),
        None => Verification::Unsupported,
    }
}

/// The outer structure of a certificate (RFC 5280 §4.1.1).
struct Signed<'a> {
    tbs: &'a [u8],
    algorithm: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let (_, outer) = Any::from_der(der).ok()?;
        let (after_tbs, _) = Any::from_der(outer.data).ok()?;
        let tbs = outer.data.get(..outer.data.len() - after_tbs.len())?;
        let (after_algorithm, algorithm) = Any::from_der(after_tbs).ok()?;
        let (_, signature) = BitString::from_der(after_algorithm).ok()?;
        Some(Self {
            tbs,
            algorithm: algorithm.data,
            signature: signature.data.into_owned(),
        })
    }
}

/// A `SubjectPublicKeyInfo` taken apart (RFC 5280 §4.1.2.7).
struct Key<'a> {
    algorithm: &'a [u8],
    bits: Vec<u8>,
}

impl<'a> Key<'a> {
    fn read(spki: &'a [u8]) -> Option<Self> {
        let (_, outer) = Any::from_der(spki).ok()?;
        let (rest, algorithm) = Any::from_der(outer.data).ok()?;
        let (_, bits) = BitString::from_der(rest).ok()?;
        Some(Self {
            algorithm: algorithm.data,
            bits: bits.data.into_owned(),
        })
    }

    /// The library answers "bad signature" for an RSA key outside 2048 to 8192 bits, and for an
    /// exponent of more than 33; that is not what happened.
    fn fits(&self, algorithm: &dyn SignatureVerificationAlgorithm) -> bool {
        const RSA_ENCRYPTION: &[u8] = &[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
        ];
        let size_ok = || {
            use x509_parser::public_key::RSAPublicKey;
            RSAPublicKey::from_der(&self.bits).is_ok_and(|(_, rsa)| {
                let exponent = rsa.try_exponent();
                (2048..=8192).contains(&rsa.key_size())
                    && exponent.is_ok_and(|e| e <= PublicKey::MAX_EXPONENT)
            })
        };
        algorithm.public_key_alg_id().as_ref() == self.algorithm
            && (!self.algorithm.starts_with(RSA_ENCRYPTION) || size_ok())
    }

    fn verify(
        &self,
        algorithm: &dyn SignatureVerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Verification {
        match algorithm.verify_signature(&self.bits, message, signature) {
            Ok(()) => Verification::Verified,
            Err(_) => Verification::Refuted,
        }
    }
}
