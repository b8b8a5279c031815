//! Checking signatures with a raw public key, so that a certificate that webpki refuses to parse
//! can still be judged, and its holder proven. For that reason it is read with `asn1-rs` and not with
//! `der`, which takes DER alone.

use super::key::PublicKey;
use rustls::SignatureScheme;
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::SignatureVerificationAlgorithm;
use std::sync::LazyLock;
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

/// Whether a key of some type can make a signature of some algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ability {
    Can,
    Cannot,
    /// The type or the algorithm is not known here.
    NotKnown,
}

impl From<bool> for Ability {
    fn from(can: bool) -> Self {
        if can { Self::Can } else { Self::Cannot }
    }
}

/// The algorithms of the crypto provider.
pub fn supported() -> WebPkiSupportedAlgorithms {
    // From a provider made once: each new one builds its other lists again.
    static ALGORITHMS: LazyLock<WebPkiSupportedAlgorithms> =
        LazyLock::new(|| aws_lc_rs::default_provider().signature_verification_algorithms);
    *ALGORITHMS
}

/// Checks that `structure` (DER) is signed with the key in `issuer_spki` (DER): a certificate, or
/// what begins with the same three fields, as a list of revoked certificates (RFC 5280 §5.1.1) and
/// an OCSP response (RFC 6960 §4.2.1) do. Names are not compared.
pub fn verify_signed(structure: &[u8], issuer_spki: &[u8]) -> Verification {
    let (Some(signed), Some(key)) = (Signed::read(structure), Key::read(issuer_spki)) else {
        return Verification::Unsupported;
    };
    let algorithms = supported();
    let matching = algorithms.all.iter().find(|algorithm| {
        algorithm.signature_alg_id().as_ref() == signed.algorithm && key.fits(**algorithm)
    });
    match matching {
        Some(algorithm) => key.verify(*algorithm, signed.tbs, &signed.signature),
        // Whatever the signature is, a key of another kind has not made it.
        None if key.signs(first_oid(signed.algorithm)) == Ability::Cannot => Verification::Refuted,
        None => Verification::Unsupported,
    }
}

/// Checks that `certificate` (DER) is signed with the key in `issuer_spki` (DER), as OpenSSL does
/// it (`ASN1_item_verify_ctx` in `crypto/asn1/a_verify.c`): parameters that an algorithm does not
/// have are passed over. `algorithms` are those of [`supported`].
pub fn verify_as_openssl(
    certificate: &[u8],
    issuer_spki: &[u8],
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> Verification {
    let (Some(signed), Some(key)) = (Signed::read(certificate), Key::read(issuer_spki)) else {
        return Verification::Unsupported;
    };
    let wanted = first_oid(signed.algorithm);
    let matching = algorithms.iter().find(|algorithm| {
        let id = algorithm.signature_alg_id();
        // The parameters of RSASSA-PSS say what was signed.
        let same = if wanted == RSASSA_PSS {
            id.as_ref() == signed.algorithm
        } else {
            first_oid(id.as_ref()) == wanted
        };
        same && key.fits(**algorithm)
    });
    match matching {
        Some(algorithm) => key.verify(*algorithm, signed.tbs, &signed.signature),
        None => Verification::Unsupported,
    }
}

/// Checks a handshake signature: `message` signed under `scheme` with the key in `spki` (DER).
/// In TLS 1.2 a scheme leaves the curve open, in TLS 1.3 it fixes it (RFC 8446 §4.2.3). A scheme
/// that is not for this type of key refutes: else a server without the key would only have to name
/// one that no client can check.
pub fn verify_handshake(
    spki: &[u8],
    scheme: SignatureScheme,
    curve_is_fixed: bool,
    message: &[u8],
    signature: &[u8],
) -> Verification {
    let key = Key::read(spki);
    let is_for_others = |key: &Key<'_>| key.makes(scheme, curve_is_fixed) == Ability::Cannot;
    if key.as_ref().is_some_and(is_for_others) {
        // Whatever these bytes are, this key has not made them.
        return Verification::Refuted;
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
    let (false, Some(key)) = (candidates.is_empty(), key) else {
        return Verification::Unsupported;
    };
    match candidates.iter().find(|algorithm| key.fits(**algorithm)) {
        Some(algorithm) => key.verify(*algorithm, message, signature),
        None => Verification::Unsupported,
    }
}

/// The algorithm in the contents of an `AlgorithmIdentifier`.
fn first_oid(algorithm: &[u8]) -> &[u8] {
    Any::from_der(algorithm).map_or(&[][..], |(_, oid)| oid.data)
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

// The contents of object identifiers: of keys (RFC 3279 §2.3, RFC 4055 §1.2, RFC 8410 §3), of
// curves (RFC 5480 §2.1.1.1).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

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

    /// Whether a key of this type can make signatures of the algorithm with this OID.
    fn signs(&self, algorithm: &[u8]) -> Ability {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
        const OLD_RSA: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1d];
        const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
        const OLD_DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
        // From 1 to 16 with DSA (FIPS 186) and others, from 17 with ML-DSA, whose keys have its
        // OID.
        const NIST: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03];
        let key = first_oid(self.algorithm);
        let makes: &[&[u8]] = match algorithm {
            RSASSA_PSS => &[RSA_ENCRYPTION, RSASSA_PSS],
            OLD_RSA => &[RSA_ENCRYPTION],
            ED25519 | ED448 => &[algorithm],
            OLD_DSA => &[DSA],
            _ if algorithm.starts_with(RSA) => &[RSA_ENCRYPTION],
            _ if algorithm.starts_with(ECDSA) => &[EC_PUBLIC_KEY],
            _ => match algorithm.strip_prefix(NIST) {
                Some([1..=4]) => &[DSA],
                Some([17..=19]) => &[algorithm],
                _ => return Ability::NotKnown,
            },
        };
        let known = [
            RSA_ENCRYPTION,
            RSASSA_PSS,
            EC_PUBLIC_KEY,
            ED25519,
            ED448,
            DSA,
        ];
        let is_known = known.contains(&key) || key.strip_prefix(NIST).is_some();
        if is_known {
            makes.contains(&key).into()
        } else {
            Ability::NotKnown
        }
    }

    /// Whether a key of this type can make signatures of `scheme` (RFC 8446 §4.2.3, RFC 8422
    /// §5.10).
    fn makes(&self, scheme: SignatureScheme, is_tls13: bool) -> Ability {
        let Ok((rest, oid)) = Any::from_der(self.algorithm) else {
            return Ability::NotKnown;
        };
        let scheme = u16::from(scheme);
        let can = match oid.data {
            RSA_ENCRYPTION => match scheme {
                0x0804..=0x0806 => true,
                // rsa_pkcs1_*, of which TLS 1.3 has none in the handshake.
                0x0101 | 0x0201 | 0x0301 | 0x0401 | 0x0501 | 0x0601 => !is_tls13,
                _ => false,
            },
            RSASSA_PSS => matches!(scheme, 0x0809..=0x080b),
            EC_PUBLIC_KEY if is_tls13 => match Any::from_der(rest).map(|(_, curve)| curve.data) {
                Err(_) => return Ability::NotKnown,
                Ok(P256) => scheme == 0x0403,
                Ok(P384) => scheme == 0x0503,
                Ok(P521) => scheme == 0x0603,
                // Brainpool (RFC 8734 §3); the other curves have none.
                Ok(_) => matches!(scheme, 0x081a..=0x081c),
            },
            EC_PUBLIC_KEY => matches!(scheme, 0x0203 | 0x0303 | 0x0403 | 0x0503 | 0x0603),
            ED25519 => scheme == 0x0807,
            ED448 => scheme == 0x0808,
            _ => return Ability::NotKnown,
        };
        can.into()
    }

    /// The library answers "bad signature" for an RSA key outside 2048 to 8192 bits, for an exponent
    /// of more than 33, and for a key in another form; that is not what happened.
    fn fits(&self, algorithm: &dyn SignatureVerificationAlgorithm) -> bool {
        use x509_parser::public_key::RSAPublicKey;
        let size_ok = || {
            RSAPublicKey::from_der(&self.bits).is_ok_and(|(rest, rsa)| {
                let exponent = rsa.try_exponent();
                rest.is_empty()
                    && (2048..=8192).contains(&rsa.key_size())
                    && exponent.is_ok_and(|e| e <= PublicKey::MAX_EXPONENT)
            })
        };
        let is_usual = match first_oid(self.algorithm) {
            RSA_ENCRYPTION => size_ok(),
            // Neither a hybrid point (X9.62) nor the one at infinity.
            EC_PUBLIC_KEY => matches!(self.bits.first(), Some(2..=4)),
            _ => true,
        };
        algorithm.public_key_alg_id().as_ref() == self.algorithm && is_usual
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

#[cfg(test)]
mod tests {
    use super::*;

    fn spki(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
        let tlv = |tag, contents: &[u8]| {
            let length = u8::try_from(contents.len()).expect("a short one");
            [&[tag, length], contents].concat()
        };
        let parameters = match parameters {
            [] => Vec::new(),
            curve => tlv(0x06, curve),
        };
        let algorithm = tlv(0x30, &[tlv(0x06, oid), parameters].concat());
        tlv(0x30, &[algorithm, tlv(0x03, &[0, 4])].concat())
    }

    #[test]
    fn a_length_need_not_be_in_its_shortest_form() {
        let long = [&[0x06, 0x81, 3], ED25519].concat();
        assert_eq!(first_oid(&long), ED25519);
        assert_eq!(crate::certificate::der::Element::read(&long), None);
    }

    #[test]
    fn a_scheme_that_is_not_for_the_key_refutes() {
        let check = |oid, curve, scheme: u16, is_tls13| {
            verify_handshake(&spki(oid, curve), scheme.into(), is_tls13, b"message", b"")
        };
        let (tls13, tls12) = (true, false);
        for (oid, curve, scheme, version) in [
            (EC_PUBLIC_KEY, P256, 0x0808, tls13),
            (EC_PUBLIC_KEY, P256, 0xfefe, tls13),
            (EC_PUBLIC_KEY, P256, 0x0401, tls12),
            (EC_PUBLIC_KEY, P256, 0x0503, tls13),
            (EC_PUBLIC_KEY, P256, 0x081a, tls13),
            (RSA_ENCRYPTION, &[], 0x0401, tls13),
            (RSA_ENCRYPTION, &[], 0x0809, tls12),
            (RSASSA_PSS, &[], 0x0804, tls13),
            (ED25519, &[], 0x0808, tls13),
            (ED448, &[], 0x0807, tls12),
        ] {
            let verdict = check(oid, curve, scheme, version);
            assert_eq!(verdict, Verification::Refuted, "{oid:?} {scheme:04x}");
        }
        for (oid, curve, scheme, version) in [
            (ED448, &[][..], 0x0808, tls13),
            (RSASSA_PSS, &[], 0x0809, tls13),
            // Of another curve the library can check nothing.
            (
                EC_PUBLIC_KEY,
                &[0x2b, 0x81, 0x04, 0x00, 0x0a],
                0x0403,
                tls12,
            ),
            // RSA with a modulus of no size at all.
            (RSA_ENCRYPTION, &[], 0x0804, tls13),
            (&[0x2a, 0x03], &[], 0xfefe, tls13),
        ] {
            let verdict = check(oid, curve, scheme, version);
            assert_eq!(verdict, Verification::Unsupported, "{oid:?} {scheme:04x}");
        }
    }
}
