//! What extensions hold, decoded as `X509_get_ext_d2i` does it. `None`: it cannot be decoded.

use super::general_name;
use crate::certificate::constraints::GeneralName;
use crate::certificate::der::{self, Element};

/// What the basic constraints say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_len: Option<u64>,
    pub(crate) critical: bool,
}

/// The authority key identifier (RFC 5280 §4.2.1.1).
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorityKeyId {
    pub(crate) key_id: Option<Vec<u8>>,
    /// The first directory name, canonical.
    pub(crate) issuer: Option<Vec<u8>>,
    pub(crate) serial: Option<Vec<u8>>,
    pub(crate) critical: bool,
}

/// An INTEGER without needless octets in front.
pub(crate) fn number(mut octets: &[u8]) -> &[u8] {
    while let [first, second, ..] = octets
        && matches!((first, second >> 7), (0, 0) | (0xff, 1))
    {
        octets = &octets[1..];
    }
    octets
}

/// The content of the one element that `der` is.
pub(crate) fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let element = Element::read(der).filter(|element| element.rest.is_empty())?;
    (element.tag == tag).then_some(element.content)
}

/// The elements of the one SEQUENCE that `der` is.
pub(crate) fn sequence(der: &[u8]) -> Option<Vec<Element<'_>>> {
    der::all(only(der, 0x30)?)
}

/// The octets of a BIT STRING.
pub(crate) fn bits(der: &[u8]) -> Option<&[u8]> {
    match only(der, 0x03)? {
        [0..=7, octets @ ..] => Some(octets),
        _ => None,
    }
}

/// Bit 0 is 0x80, bit 8 is 0x8000; no bit at all is an error (RFC 5280 §4.2.1.3).
pub(crate) fn key_usage(der: &[u8]) -> Option<u16> {
    let usage = match *bits(der)? {
        [] => 0,
        [low] => u16::from(low),
        [low, high, ..] => u16::from(low) | u16::from(high) << 8,
    };
    (usage != 0).then_some(usage)
}

pub(crate) fn basic_constraints(der: &[u8], critical: bool) -> Option<BasicConstraints> {
    let fields = sequence(der)?;
    let (ca, rest) = match fields.split_first() {
        Some((first, rest)) if first.tag == 0x01 => (first.content != [0], rest),
        _ => (false, fields.as_slice()),
    };
    let path_len = match rest {
        [] => None,
        [length] if length.tag == 0x02 => Some(path_len(length.content)?),
        _ => return None,
    };
    Some(BasicConstraints {
        ca,
        path_len,
        critical,
    })
}

/// `None`: a negative one.
fn path_len(octets: &[u8]) -> Option<u64> {
    if octets.first()? & 0x80 != 0 {
        return None;
    }
    let fold =
        |length: u64, octet: &u8| length.saturating_mul(256).saturating_add(u64::from(*octet));
    Some(octets.iter().fold(0, fold))
}

/// `setup_crldp`: each names a point or an issuer.
pub(crate) fn distribution_points(der: &[u8]) -> Option<()> {
    sequence(der)?.iter().try_for_each(|point| {
        let fields = der::all(point.content).filter(|_| point.tag == 0x30)?;
        let names =
            |field: &Element<'_>| matches!(field.tag, 0xa0 | 0xa2) && !field.content.is_empty();
        fields.iter().any(names).then_some(())
    })
}

pub(crate) fn authority_key_id(der: &[u8], critical: bool) -> Option<AuthorityKeyId> {
    let mut found = AuthorityKeyId {
        critical,
        ..AuthorityKeyId::default()
    };
    for field in sequence(der)? {
        match field.tag {
            0x80 => found.key_id = Some(field.content.to_vec()),
            0xa1 => {
                let names = der::all(field.content)?;
                let names = names.iter().map(general_name::read);
                let names: Vec<GeneralName> = names.collect::<Option<_>>()?;
                found.issuer = names.iter().find_map(general_name::directory);
            }
            0x82 => found.serial = Some(number(field.content).to_vec()),
            _ => return None,
        }
    }
    Some(found)
}
