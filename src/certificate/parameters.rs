//! The parameters of a signature's algorithm that are not as usual (RFC 3279 §2.2, RFC 4055 §3.1,
//! RFC 5758 §3.2, RFC 8410 §3): the algorithm may be known, and its certificate refused for them.

use super::der::{self, Element};
use super::raw::Raw;

/// Parameters that are not as usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// In words, as the end of a sentence.
    pub what: String,
    /// Which kind of unusual.
    pub kind: OddKind,
}

/// Kinds of unusual parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddKind {
    /// NULL where there are none.
    Null,
    /// Those of RSASSA-PSS are allowed, but are not the usual ones.
    Pss,
    /// Anything else.
    Other,
}

// The contents of object identifiers.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
const EDWARDS: &[u8] = &[0x2b, 0x65];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
const PSS: u8 = 10;
const NULL: u8 = 0x05;

/// What is unusual in the parameters of the signature of a certificate (DER).
pub fn odd_parameters(certificate: &[u8]) -> Option<Odd> {
    let raw = Raw::read(certificate)?;
    let algorithm = Element::read(raw.signature_outside)?;
    let fields = der::all(algorithm.content)?;
    let (oid, parameters) = fields.split_first()?;
    let parameters = parameters.first();
    match oid.content.strip_prefix(RSA) {
        Some([PSS]) => pss(parameters),
        Some(_) => {
            let usual = parameters.is_none_or(|it| it.tag == NULL && it.content.is_empty());
            (!usual).then(|| odd("they are not NULL", OddKind::Other))
        }
        None if oid.content.starts_with(ECDSA) || oid.content.starts_with(EDWARDS) => {
            let parameters = parameters?;
            Some(match (parameters.tag, oid.content.starts_with(ECDSA)) {
                (NULL, true) => odd("NULL, where there are none", OddKind::Null),
                _ => odd("there are some, where there are none", OddKind::Other),
            })
        }
        None => None,
    }
}

fn odd(what: impl Into<String>, kind: OddKind) -> Odd {
    let what = what.into();
    Odd { what, kind }
}

/// RFC 4055 §3.1: a digest, MGF1 with the same digest, and a salt of its length.
fn pss(parameters: Option<&Element<'_>>) -> Option<Odd> {
    let fields = match parameters {
        Some(parameters) => der::all(parameters.content)?,
        None => Vec::new(),
    };
    let field = |tag: u8| {
        let field = fields.iter().find(|field| field.tag == tag)?;
        Element::read(field.content)
    };
    let digest = field(0xa0).map_or_else(sha1, |algorithm| digest_of(&algorithm));
    let mask = match field(0xa1) {
        None => sha1(),
        Some(algorithm) => match *der::all(algorithm.content)?.as_slice() {
            [oid, digest] if oid.content == MGF1 => digest_of(&digest),
            _ => return Some(odd("the mask is not made with MGF1", OddKind::Pss)),
        },
    };
    let salt = field(0xa2).map_or(Some(20), |salt| length(salt.content));
    let trailer = field(0xa3).is_none_or(|trailer| trailer.content == [1]);
    let (name, size) = digest;
    if mask.0 != name {
        let what = format!("MGF1 with {}, where the digest is {name}", mask.0);
        return Some(odd(what, OddKind::Pss));
    }
    match (salt, size) {
        (Some(salt), Some(size)) if salt != size => {
            let what = format!("a salt of {salt} octets, where the digest has {size}");
            Some(odd(what, OddKind::Pss))
        }
        _ if !trailer => Some(odd("another trailer", OddKind::Other)),
        _ if name == "SHA-1" => Some(odd("SHA-1, which is the default", OddKind::Other)),
        _ => None,
    }
}

type Digest = (String, Option<usize>);

fn sha1() -> Digest {
    ("SHA-1".to_owned(), Some(20))
}

/// The name and the length of a digest.
fn digest_of(algorithm: &Element<'_>) -> Digest {
    const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
    const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let oid = Element::read(algorithm.content).map_or(&[][..], |oid| oid.content);
    match oid.strip_prefix(SHA2) {
        Some([1]) => ("SHA-256".to_owned(), Some(32)),
        Some([2]) => ("SHA-384".to_owned(), Some(48)),
        Some([3]) => ("SHA-512".to_owned(), Some(64)),
        Some([4]) => ("SHA-224".to_owned(), Some(28)),
        _ if oid == SHA1 => sha1(),
        _ => ("another digest".to_owned(), None),
    }
}

fn length(octets: &[u8]) -> Option<usize> {
    let octets = octets.strip_prefix(&[0]).unwrap_or(octets);
    (octets.len() <= 4).then(|| {
        octets
            .iter()
            .fold(0, |sum, octet| sum << 8 | usize::from(*octet))
    })
}
