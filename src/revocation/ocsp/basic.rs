//! A basic response: who made it, when, for which certificates, and with which certificates of its
//! own (RFC 6960 §4.2.1).

use super::single::{Single, has_critical};
use crate::certificate::Name;
use crate::certificate::der::{self, Element, Fields};
use crate::revocation::time::{self, TIME};
use ::time::OffsetDateTime;
use std::fmt;

/// A basic response.
#[derive(Clone, Debug)]
pub struct Basic<'a> {
    /// The response with its signature, as it was sent.
    pub signed: &'a [u8],
    /// Who made it, as it says.
    pub responder: Responder,
    /// When it was made.
    pub produced_at: OffsetDateTime,
    /// What it says, certificate by certificate.
    pub singles: Vec<Single<'a>>,
    /// Certificates (DER) that may have to do with the signature.
    pub certificates: Vec<&'a [u8]>,
    /// It has a critical extension.
    pub is_critical: bool,
}

/// Who made a response; untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Responder {
    /// By its name.
    Name(Name),
    /// By the SHA-1 of its key.
    Key(Vec<u8>),
}

/// How many single responses and certificates are read; a staple needs one of each.
const MOST: usize = 64;

impl<'a> Basic<'a> {
    /// `None`: it is not one, or has far more in it than a response needs.
    pub(super) fn read(signed: &'a [u8]) -> Option<Self> {
        let outer = Element::read(signed).filter(|outer| outer.tag == 0x30)?;
        let mut fields = Fields::of(outer.content);
        let tbs = fields.optional(0x30)?;
        let _algorithm = fields.optional(0x30)?;
        let _signature = fields.optional(0x03)?;
        let certificates = match fields.optional(0xa0) {
            Some(field) => several(Element::read(field)?, |one| Some(one.whole))?,
            None => Vec::new(),
        };
        fields.end()?;
        let mut fields = Fields::of(tbs);
        let _version = fields.optional(0xa0);
        let responder = Responder::read(&fields.take()?)?;
        let produced_at = time::read(&fields.take_if(TIME)?)?;
        let singles = several(fields.take()?, Single::read)?;
        let is_critical = match fields.optional(0xa1) {
            Some(field) => has_critical(field)?,
            None => false,
        };
        fields.end()?;
        Some(Self {
            signed: outer.whole,
            responder,
            produced_at,
            singles,
            certificates,
            is_critical,
        })
    }
}

/// The elements of a SEQUENCE OF, each as `read` reads it.
fn several<'a, T>(
    sequence: Element<'a>,
    read: impl Fn(&Element<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = (sequence.tag == 0x30).then(|| der::each(sequence.content))?;
    let mut found = Vec::new();
    for element in elements {
        if found.len() == MOST {
            return None;
        }
        found.push(read(&element?)?);
    }
    Some(found)
}

impl Responder {
    fn read(element: &Element<'_>) -> Option<Self> {
        match element.tag {
            0xa1 => Some(Self::Name(Name::from_der(element.content)?)),
            0xa2 => {
                let key = Element::read(element.content).filter(|key| key.tag == 0x04)?;
                Some(Self::Key(key.content.to_vec()))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&name.label()),
            Self::Key(digest) => write!(f, "key {}", hex::encode(digest)),
        }
    }
}
