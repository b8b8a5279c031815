//! A list of revoked certificates taken apart (RFC 5280 §5.1). Nothing is interpreted here.

use super::time::TIME;
use crate::certificate::der::{Element, Fields};
use std::ops::Range;

/// The fields of a list; every field keeps its header but the entries.
#[derive(Clone, Debug)]
pub(super) struct Parts<'a> {
    /// 1 or 2.
    pub(super) version: u8,
    /// The same algorithm inside of what is signed and beside the signature.
    pub(super) same_algorithm: bool,
    pub(super) issuer: &'a [u8],
    pub(super) this_update: Element<'a>,
    pub(super) next_update: Option<Element<'a>>,
    /// Where the entries are.
    pub(super) entries: Range<usize>,
    /// The elements of the extensions.
    pub(super) extensions: &'a [u8],
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

impl<'a> Parts<'a> {
    /// Takes a list apart, which is all of `der`; `None`: it is not one, or not DER.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let outer = Element::read(der).filter(|outer| outer.tag == SEQUENCE)?;
        let mut fields = Fields::of(outer.content);
        let tbs = fields.take_if(&[SEQUENCE])?;
        let outside = fields.take_if(&[SEQUENCE])?;
        let _signature = fields.optional(0x03)?;
        fields.end()?;
        let mut fields = Fields::of(tbs.content);
        let version = fields.optional(INTEGER);
        let inside = fields.take_if(&[SEQUENCE])?;
        let issuer = fields.take_if(&[SEQUENCE])?;
        let this_update = fields.take_if(TIME)?;
        let next_update = fields.take_if(TIME);
        let entries = fields.take_if(&[SEQUENCE]);
        let extensions = match fields.optional(0xa0) {
            Some(field) => one_sequence(field)?,
            None => &[],
        };
        fields.end()?;
        let end_of_tbs = der.len() - outer.rest.len() - tbs.rest.len();
        let entries = entries.map_or(0..0, |entries| {
            let end = end_of_tbs - entries.rest.len();
            end - entries.content.len()..end
        });
        Some(Self {
            version: version_of(version)?,
            same_algorithm: inside.whole == outside.whole,
            issuer: issuer.whole,
            this_update,
            next_update,
            entries,
            extensions,
        })
    }
}

/// RFC 5280 §5.1.2.1: the number of version 2 is 1, and version 1 has none. 0 is what version 1 is
/// where the default is written out, as BER allows.
fn version_of(content: Option<&[u8]>) -> Option<u8> {
    match content {
        None | Some([0]) => Some(1),
        Some([1]) => Some(2),
        Some(_) => None,
    }
}

/// What is inside of the one SEQUENCE that an explicit tag holds.
pub(super) fn one_sequence(field: &[u8]) -> Option<&[u8]> {
    let inside = Element::read(field)?;
    (inside.tag == SEQUENCE && inside.rest.is_empty()).then_some(inside.content)
}
