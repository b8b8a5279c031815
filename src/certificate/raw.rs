//! The fields of a certificate as they stand in its DER (RFC 5280 §4.1), for judges that do not
//! read them as our parser does. Nothing is interpreted here.

use super::der::{self, Element, Fields};

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
    /// notBefore, a time in any form.
    pub not_before: Element<'a>,
    /// notAfter, a time in any form.
    pub not_after: Element<'a>,
    /// The contents of the subject's name.
    pub subject: &'a [u8],
    /// The `SubjectPublicKeyInfo`.
    pub spki: &'a [u8],
    /// The tags of what stands between the key and the extensions: unique identifiers.
    pub unique_ids: Vec<u8>,
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
        let mut outer = Fields::of(outer.content);
        let (tbs, outside) = (outer.take()?, outer.take()?);
        let _signature = outer.take()?;
        outer.end()?;
        let mut fields = Fields::of(tbs.content);
        let version = match fields.optional(0xa0) {
            Some(field) => version(field)?,
            None => 0,
        };
        let serial = fields.optional(INTEGER)?;
        let mut sequence = || fields.take().filter(|field| field.tag == SEQUENCE);
        let (inside, issuer) = (sequence()?, sequence()?);
        let mut validity = Fields::of(fields.optional(SEQUENCE)?);
        let (not_before, not_after) = (validity.take()?, validity.take()?);
        validity.end()?;
        let mut sequence = || fields.take().filter(|field| field.tag == SEQUENCE);
        let (subject, spki) = (sequence()?, sequence()?);
        let (mut found, mut unique_ids) = (None, Vec::new());
        while let Some(field) = fields.take() {
            match field.tag {
                0xa3 => found = found.or(Some(field.content)),
                other => unique_ids.push(other),
            }
        }
        fields.end()?;
        let extensions = found.map_or(Some(Vec::new()), extensions)?;
        Some(Self {
            version,
            serial,
            signature_inside: inside.whole,
            signature_outside: outside.whole,
            issuer: issuer.content,
            not_before,
            not_after,
            subject: subject.content,
            spki: spki.whole,
            unique_ids,
            extensions,
        })
    }
}

/// The contents of the subject's name, of a certificate that may be no more than its beginning:
/// whoever reads the whole certificate finds its subject here. `None`: it has none.
pub fn subject(certificate: &[u8]) -> Option<&[u8]> {
    let tbs = Element::open(certificate).and_then(Element::open)?;
    let mut fields = Fields::of(tbs);
    let _version = fields.optional(0xa0);
    for _before in ["serial", "signature", "issuer", "validity"] {
        fields.take()?;
    }
    fields.optional(SEQUENCE)
}

fn version(content: &[u8]) -> Option<u8> {
    let number = Element::read(content)?;
    let is_all = number.tag == INTEGER && number.rest.is_empty();
    match is_all.then_some(number.content)? {
        [version] => Some(*version),
        _ => None,
    }
}

fn extensions(content: &[u8]) -> Option<Vec<RawExtension<'_>>> {
    let list = Element::read(content).filter(|list| list.tag == SEQUENCE)?;
    let mut found = Vec::with_capacity(16);
    for one in der::each(list.content) {
        found.push(extension(&one?)?);
    }
    Some(found)
}

fn extension<'a>(extension: &Element<'a>) -> Option<RawExtension<'a>> {
    let mut fields = (extension.tag == SEQUENCE).then(|| Fields::of(extension.content))?;
    let oid = fields.optional(0x06)?;
    let critical = match fields.optional(0x01) {
        None | Some([0]) => false,
        Some([_]) => true,
        Some(_) => return None,
    };
    let value = fields.optional(0x04)?;
    fields.end()?;
    Some(RawExtension {
        oid,
        critical,
        value,
    })
}
