//! The same key in another form of `SubjectPublicKeyInfo`.

use super::keys::{COMMON, KeyId, SOUND, WEAK};
use super::tree::{content, elements};
use crate::der::{algorithm, integer, null, octet_string, oid, seq, tlv};

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A point of a curve by its x.
    Compressed,
    /// A point with the octet that a compressed one has in front.
    Hybrid,
    /// The last bit of a point, or of another key, is turned.
    LastBit,
    /// The numbers of P-256 in place of its name.
    Explicit,
    /// A key for ECDH alone.
    Ecdh,
    /// NULL in place of the name of a curve, or where no parameters belong.
    NullParameters,
    /// No parameters.
    NoParameters,
    /// The BIT STRING has bits that are not used.
    UnusedBits,
    /// An octet more.
    Trailing,
    /// The last octet is missing.
    Short,
    /// The modulus is negative.
    Negative,
    /// The algorithm is X.500's RSA.
    X500,
    /// The algorithm is RSA-OAEP.
    Oaep,
    /// The algorithm is RSA-PSS, without parameters.
    Pss,
}

const ANY_KEY: &[Form] = &[
    Form::LastBit,
    Form::NullParameters,
    Form::NoParameters,
    Form::UnusedBits,
    Form::Trailing,
    Form::Short,
];
const POINT: &[Form] = &[
    Form::Compressed,
    Form::Compressed,
    Form::Hybrid,
    Form::Explicit,
    Form::Ecdh,
];
const RSA: &[Form] = &[Form::Negative, Form::X500, Form::Oaep, Form::Pss];

/// The forms that suit a key.
pub(crate) fn of(key: KeyId) -> Vec<Form> {
    let own = match key {
        ..COMMON => POINT,
        // P-384.
        key if key < COMMON + 2 => &POINT[..3],
        key if key == WEAK || (COMMON + 2..SOUND - 1).contains(&key) => RSA,
        _ => &[],
    };
    [own, own, ANY_KEY].concat()
}

impl Form {
    /// A `SubjectPublicKeyInfo` in this form.
    pub(crate) fn der(self, spki: &[u8]) -> Vec<u8> {
        let parts = elements(spki);
        let [identifier, bits] = parts.as_slice() else {
            return spki.to_vec();
        };
        let parameters = elements(identifier).get(1).cloned().unwrap_or_default();
        let own = elements(identifier).swap_remove(0);
        // Without the number of unused bits.
        let mut key = content(bits).split_off(1);
        let mut unused = 0;
        let mut identifier = identifier.clone();
        match self {
            Self::Compressed => {
                let odd = key[key.len() - 1] & 1;
                key.truncate(key.len().div_ceil(2));
                key[0] = 2 + odd;
            }
            Self::Hybrid => key[0] = 6 + (key[key.len() - 1] & 1),
            Self::LastBit => {
                let last = key.len() - 1;
                key[last] ^= 1;
            }
            Self::Explicit => identifier = seq([own, p256()]),
            Self::Ecdh => identifier = seq([oid("1.3.132.1.12"), parameters]),
            Self::NullParameters => identifier = seq([own, null()]),
            Self::NoParameters => identifier = seq([own]),
            Self::UnusedBits => unused = 1,
            Self::Trailing => key.push(0),
            Self::Short => key.truncate(key.len() - 1),
            Self::Negative => {
                let mut numbers = elements(&key);
                numbers[0] = integer(&content(&numbers[0])[1..]);
                key = seq(numbers);
            }
            Self::X500 => identifier = seq([oid("2.5.8.1.1"), integer([8, 0])]),
            Self::Oaep => identifier = algorithm("1.2.840.113549.1.1.7"),
            Self::Pss => identifier = algorithm("1.2.840.113549.1.1.10"),
        }
        seq([identifier, tlv(3, [&[unused][..], &key].concat())])
    }
}

/// The `ECParameters` of P-256 (SEC 1 C.2).
fn p256() -> Vec<u8> {
    let hex = |text: &str| -> Vec<u8> {
        let pairs = (0..text.len()).step_by(2);
        let octets = pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16));
        octets.collect::<Result<_, _>>().expect("hexadecimal")
    };
    let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    let a = "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc";
    let b = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b";
    let base = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let number = |text: &str| integer([vec![0], hex(text)].concat());
    seq([
        integer([1]),
        seq([oid("1.2.840.10045.1.1"), number(prime)]),
        seq([octet_string(hex(a)), octet_string(hex(b))]),
        octet_string(hex(base)),
        number(order),
        integer([1]),
    ])
}
