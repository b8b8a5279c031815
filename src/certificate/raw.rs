//! The fields of a certificate as they stand in its DER (RFC 5280 §4.1), for judges that do not
//! read them as our parser does. Nothing is interpreted here.

use super::der::{self, Element};

/// A certificate taken apart; every field that is an element keeps its header.
#[derive(Clone, Debug)]
pub struct Raw<'a> {
    /// The number of the version field: 0 is version 1, 2 is version 3.
    pub version: u8,
    /// The octets of the serial number.
    pub serial: &'a [u8],
    /// The `AlgorithmIdentifier` within the signed part.
    pub signature_inside: &'a [u8],
    /// The `AlgorithmIdentifier` beside the signature.
    pub signature_outside: &'a [u8],
    /// The contents of the issuer's name.
    pub issuer: &'a [u8],
    /// The contents of the subject's name.
    pub subject: &'a [u8],
    /// The `SubjectPublicKeyInfo`.
    pub spki: &'a [u8],
    /// The extensions, in their order.
    pub extensions: Vec<RawExtension<'a>>,
}

/// An extension (RFC 5280 §4.1.2.9).
#[derive(Clone, Copy, Debug)]
pub struct RawExtension<'a> {
    /// The octets of the object identifier.
    pub oid: &'a [u8],
    /// Whether it is marked critical.
    pub critical: bool,
    /// What its OCTET STRING holds.
    pub value: &'a [u8],
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

impl<'a> Raw<'a> {
    /// Takes a certificate apart; `None`: it is not one, or not DER.
    pub fn read(certificate: &'a [u8]) -> Option<Self> {
        let outer = Element::read(certificate).filter(|outer| outer.tag == SEQUENCE)?;
        let [tbs, outside, _signature] = *der::all(outer.content)?.as_slice() else {
            return None;
        };
        let fields = der::all(tbs.content)?;
        let (version, fields) = match fields.split_first()? {
            (first, rest) if first.tag == 0xa0 => (version(first.content)?, rest),
            _ => (0, fields.as_slice()),
        };
        let [serial, inside, issuer, _validity, subject, spki, more @ ..] = fields else {
            return None;
        };
        let sequences = [inside, issuer, subject, spki];
        let in_shape = serial.tag == INTEGER && sequences.iter().all(|field| field.tag == SEQUENCE);
        let extensions = match more.iter().find(|field| field.tag == 0xa3) {
            Some(field) => extensions(field.content)?,
            None => Vec::new(),
        };
        in_shape.then_some(Self {
            version,
            serial: serial.content,
            signature_inside: inside.whole,
            signature_outside: outside.whole,
            issuer: issuer.content,
            subject: subject.content,
            spki: spki.whole,
            extensions,
        })
    }
}

fn version(content: &[u8]) -> Option<u8> {
    let number = Element::read(content).filter(|number| number.tag == INTEGER)?;
    match number.content {
        [version] => Some(*version),
        _ => None,
    }
}

fn extensions(content: &[u8]) -> Option<Vec<RawExtension<'_>>> {
    let list = Element::read(content).filter(|list| list.tag == SEQUENCE)?;
    der::all(list.content)?.iter().map(extension).collect()
}

fn extension<'a>(extension: &Element<'a>) -> Option<RawExtension<'a>> {
    let (oid, critical, value) = match *der::all(extension.content)?.as_slice() {
        [oid, value] => (oid, false, value),
        [oid, critical, value] if critical.tag == 0x01 => (oid, critical.content != [0], value),
        _ => return None,
    };
    let in_shape = extension.tag == SEQUENCE && oid.tag == 0x06 && value.tag == 0x04;
    in_shape.then_some(RawExtension {
        oid: oid.content,
        critical,
        value: value.content,
    })
}
