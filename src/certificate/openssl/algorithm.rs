//! The kinds of keys that OpenSSL knows, and which of them makes which signatures
//! (`check_sig_alg_match` in `crypto/x509/v3_purp.c`).

use super::value::{BIT_STRING, OBJECT, SEQUENCE, Value};
use crate::certificate::der::{self, Element};
use crate::certificate::oid::named_curve;
use x509_parser::asn1_rs::Oid;

/// The kinds of public keys that matter to OpenSSL's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
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

/// The kinds of keys that make signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    Rsa,
    Pss,
    Ec,
    Ed25519,
    Ed448,
    Dsa,
}

/// The kind of key that makes signatures of this algorithm (`OBJ_find_sigid_algs`).
pub(crate) fn signer(oid: &[u8]) -> Option<Signer> {
    const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
    const DSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
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

/// Whether OpenSSL 3.5 knows which key makes such signatures, and 3.0 does not: DSA and ECDSA with
/// SHA-3 (`crypto/objects/obj_xref.txt`).
pub(super) fn is_new(oid: &[u8]) -> bool {
    matches!(oid.strip_prefix(NIST), Some([5..=12]))
}

/// sigAlgs of NIST: 1 to 8 are DSA, 9 to 12 ECDSA, 13 to 16 RSA.
const NIST: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03];

pub(crate) fn key_kind(spki: &[u8]) -> KeyKind {
    read_key(spki).unwrap_or(KeyKind::Other)
}

fn read_key(spki: &[u8]) -> Option<KeyKind> {
    let mut fields = Value::first(spki, SEQUENCE)?.fields()?;
    let mut algorithm = fields.required(SEQUENCE)?.fields()?;
    let oid = algorithm.required(OBJECT)?.object()?;
    let parameters = algorithm.any();
    let key = fields.required(BIT_STRING)?.bits()?;
    // `ecx_pub_decode`: no parameters, and the length of the curve.
    let edwards =
        |kind, length: usize| (parameters.is_none() && key.len() == length).then_some(kind);
    match oid {
        // The second is that of X.500.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01] | [0x55, 0x08, 0x01, 0x01] => {
            Some(KeyKind::Rsa)
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a] => Some(KeyKind::RsaPss),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01] => match parameters?.tag {
            OBJECT => is_point(parameters?.content, &key).then_some(KeyKind::Ec),
            SEQUENCE => Some(KeyKind::EcExplicit),
            _ => None,
        },
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01] => Some(KeyKind::Dsa),
        [0x2b, 0x65, 0x70] => edwards(KeyKind::Ed25519, 32),
        [0x2b, 0x65, 0x71] => edwards(KeyKind::Ed448, 57),
        _ => None,
    }
}

/// Whether a point has a form of its curve (`ossl_ec_GFp_simple_oct2point` in
/// `crypto/ec/ecp_oct.c`). That it is on the curve is not computed, nor the form for curves that have
/// no name here.
fn is_point(curve: &[u8], point: &[u8]) -> bool {
    let curve = Oid::new(curve.into()).to_id_string();
    let Some(bits) = named_curve(&curve).1 else {
        return true;
    };
    let field = bits.div_ceil(8) as usize;
    match point.first() {
        Some(2 | 3) => point.len() == 1 + field,
        Some(4 | 6 | 7) => point.len() == 1 + 2 * field,
        _ => false,
    }
}

pub(crate) fn algorithm_oid(algorithm: &[u8]) -> Option<&[u8]> {
    let parts = Element::read(algorithm)?.content;
    let oid = Element::read(parts).filter(|oid| oid.tag == 0x06)?;
    Some(oid.content)
}

/// Whether OpenSSL reads these octets as a public key, with nothing after it (`d2i_PUBKEY`).
pub(crate) fn is_public_key(spki: &[u8]) -> bool {
    der::is_one_element(spki) && key_kind(spki) != KeyKind::Other
}
