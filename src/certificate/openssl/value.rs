//! Values as OpenSSL's decoder takes them (`crypto/asn1/tasn_dec.c`): with lengths in any form, and
//! strings in pieces as well. `None`: it cannot decode this, nor what it is in.

use crate::certificate::der;
use std::borrow::Cow;

/// A tag, without the bit that says how the content is written, and a content.
#[derive(Clone, Copy, Debug)]
pub(in crate::certificate) struct Value<'a> {
    pub(in crate::certificate) tag: u8,
    is_constructed: bool,
    pub(in crate::certificate) content: &'a [u8],
}

/// A field is there, and cannot be decoded.
pub(in crate::certificate) struct Undecodable;

/// The fields of a structure, taken in their order.
pub(in crate::certificate) struct Fields<'a>(&'a [u8]);

/// The bit of a tag that says that the content has elements.
const CONSTRUCTED: u8 = 0x20;
/// The octet in place of a length where two zero octets end the content.
const INDEFINITE: u8 = 0x80;
/// `ASN1_MAX_STRING_NEST`.
const MOST_NESTED: u8 = 5;

pub(in crate::certificate) const BOOLEAN: u8 = 0x01;
pub(in crate::certificate) const INTEGER: u8 = 0x02;
pub(in crate::certificate) const BIT_STRING: u8 = 0x03;
pub(in crate::certificate) const OCTET_STRING: u8 = 0x04;
pub(in crate::certificate) const NULL: u8 = 0x05;
pub(in crate::certificate) const OBJECT: u8 = 0x06;
pub(in crate::certificate) const SEQUENCE: u8 = 0x10;
pub(in crate::certificate) const SET: u8 = 0x11;

impl<'a> Fields<'a> {
    pub(in crate::certificate) fn of(content: &'a [u8]) -> Self {
        Self(content)
    }

    /// The next field, whatever its tag.
    pub(in crate::certificate) fn any(&mut self) -> Option<Value<'a>> {
        let (tag, content, rest) = match *self.0 {
            [tag, INDEFINITE, ..] if tag & CONSTRUCTED != 0 => {
                let (content, rest) = indefinite(&self.0[2..])?;
                (tag, content, rest)
            }
            [_, INDEFINITE, ..] => return None,
            _ => der::lenient(self.0)?,
        };
        self.0 = rest;
        Some(Value {
            tag: tag & !CONSTRUCTED,
            is_constructed: tag & CONSTRUCTED != 0,
            content,
        })
    }

    /// The next field, which has to have this tag.
    pub(in crate::certificate) fn required(&mut self, tag: u8) -> Option<Value<'a>> {
        self.any().filter(|value| value.tag == tag)
    }

    /// What the next field holds, if it has this tag.
    pub(in crate::certificate) fn optional<T>(
        &mut self,
        tag: u8,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, Undecodable> {
        let is_there = self
            .0
            .first()
            .is_some_and(|first| first & !CONSTRUCTED == tag);
        if !is_there {
            return Ok(None);
        }
        self.any().and_then(read).map(Some).ok_or(Undecodable)
    }

    /// Nothing is left.
    pub(in crate::certificate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

impl<'a> Value<'a> {
    /// What an extension holds. OpenSSL does not look at what follows it.
    pub(in crate::certificate) fn first(der: &'a [u8], tag: u8) -> Option<Self> {
        Fields::of(der).required(tag)
    }

    /// The fields of a structure.
    pub(in crate::certificate) fn fields(self) -> Option<Fields<'a>> {
        self.is_constructed.then(|| Fields::of(self.content))
    }

    /// The one value within an explicit tag.
    pub(in crate::certificate) fn inner(self) -> Option<Value<'a>> {
        let mut fields = self.fields()?;
        let value = fields.any()?;
        fields.end()?;
        Some(value)
    }

    /// The elements of a SEQUENCE OF or a SET OF, of which OpenSSL does not ask that the tag says so.
    pub(in crate::certificate) fn each<T>(
        self,
        read: impl Fn(Value<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut fields = Fields::of(self.content);
        let mut found = Vec::new();
        while fields.end().is_none() {
            found.push(read(fields.any()?)?);
        }
        Some(found)
    }

    fn primitive(self) -> Option<&'a [u8]> {
        (!self.is_constructed).then_some(self.content)
    }

    /// The octets of a string.
    pub(in crate::certificate) fn string(self) -> Option<Cow<'a, [u8]>> {
        let Some(octets) = self.primitive() else {
            let mut pieces = Vec::new();
            collect(self.content, 0, &mut pieces)?;
            return Some(Cow::Owned(pieces));
        };
        Some(Cow::Borrowed(octets))
    }

    /// The octets of a string, or those of a structure as they are.
    pub(in crate::certificate) fn octets(self) -> Option<Cow<'a, [u8]>> {
        match self.tag {
            SEQUENCE | SET => Some(Cow::Borrowed(self.content)),
            _ => self.string(),
        }
    }

    /// The octets of a BIT STRING, those bits cleared that are not used.
    pub(in crate::certificate) fn bits(self) -> Option<Vec<u8>> {
        let octets = self.string()?;
        let (unused @ 0..=7, octets) = octets.split_first()? else {
            return None;
        };
        let mut octets = octets.to_vec();
        if let Some(last) = octets.last_mut() {
            *last &= 0xff << unused;
        }
        Some(octets)
    }

    /// `V_ASN1_BOOLEAN`: whatever is not zero is true.
    pub(in crate::certificate) fn boolean(self) -> Option<bool> {
        match self.primitive()? {
            [octet] => Some(*octet != 0),
            _ => None,
        }
    }

    /// The octets of an INTEGER (`ossl_c2i_ASN1_INTEGER`).
    pub(in crate::certificate) fn integer(self) -> Option<&'a [u8]> {
        self.primitive().filter(|octets| der::is_integer(octets))
    }

    /// The octets of an OBJECT IDENTIFIER (`ossl_c2i_ASN1_OBJECT`).
    pub(in crate::certificate) fn object(self) -> Option<&'a [u8]> {
        self.primitive().filter(|octets| der::is_oid(octets))
    }

    /// NULL.
    pub(in crate::certificate) fn null(self) -> Option<()> {
        self.primitive()?.is_empty().then_some(())
    }

    /// A `DirectoryString` (RFC 5280 §4.1.2.4).
    pub(in crate::certificate) fn directory_string(self) -> Option<()> {
        const UTF8: u8 = 0x0c;
        const PRINTABLE: u8 = 0x13;
        const TELETEX: u8 = 0x14;
        const UNIVERSAL: u8 = 0x1c;
        const BMP: u8 = 0x1e;
        let length = self.string()?.len();
        match self.tag {
            UTF8 | PRINTABLE | TELETEX => true,
            UNIVERSAL => length.is_multiple_of(4),
            BMP => length.is_multiple_of(2),
            _ => false,
        }
        .then_some(())
    }

    /// `V_ASN1_ANY`: what is in a structure is not looked at.
    pub(in crate::certificate) fn whatever(self) -> Option<()> {
        match self.tag {
            BOOLEAN => self.boolean().map(|_| ()),
            INTEGER | 0x0a => self.integer().map(|_| ()),
            BIT_STRING => self.bits().map(|_| ()),
            NULL => self.null(),
            OBJECT => self.object().map(|_| ()),
            SEQUENCE | SET => self.is_constructed.then_some(()),
            0x1c | 0x1e => self.directory_string(),
            0x00..0x40 => self.string().map(|_| ()),
            _ => Some(()),
        }
    }
}

/// `asn1_find_end`: the content up to the zeros that end it, and what follows them.
fn indefinite(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = octets;
    let mut open = 1;
    loop {
        rest = match *rest {
            [0, 0, ..] => {
                open -= 1;
                if open == 0 {
                    let length = octets.len() - rest.len();
                    return Some((&octets[..length], &rest[2..]));
                }
                &rest[2..]
            }
            [tag, INDEFINITE, ..] if tag & CONSTRUCTED != 0 => {
                open += 1;
                &rest[2..]
            }
            _ => der::lenient(rest)?.2,
        };
    }
}

/// `asn1_collect`: the octets of the pieces, which may be in pieces themselves.
fn collect(content: &[u8], depth: u8, octets: &mut Vec<u8>) -> Option<()> {
    let mut pieces = Fields::of(content);
    while pieces.end().is_none() {
        let piece = pieces.any()?;
        if piece.is_constructed {
            (depth < MOST_NESTED).then_some(())?;
            collect(piece.content, depth + 1, octets)?;
        } else {
            octets.extend(piece.content);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(der: &[u8]) -> Option<Value<'_>> {
        Fields::of(der).any()
    }

    #[test]
    fn a_string_may_be_in_pieces() {
        let read = |der| one(der)?.string().map(Cow::into_owned);
        assert_eq!(read(&[4, 2, 1, 2]), Some(vec![1, 2]));
        assert_eq!(read(&[0x24, 6, 4, 1, 1, 4, 1, 2]), Some(vec![1, 2]));
        assert_eq!(read(&[0xa0, 0]), Some(vec![]));
        assert_eq!(read(&[0x24, 2, 4, 1]), None);
        let nested = |times| {
            let mut der = vec![4, 1, 7];
            for _ in 0..times {
                der::wrap(&mut der, 0, 0x24);
            }
            one(&der).and_then(|value| value.string().map(Cow::into_owned))
        };
        assert_eq!(nested(6), Some(vec![7]));
        assert_eq!(nested(7), None);
    }

    #[test]
    fn bits_that_are_not_used_count_as_zero() {
        let read = |der| one(der)?.bits();
        assert_eq!(read(&[3, 2, 7, 0x86]), Some(vec![0x80]));
        assert_eq!(read(&[3, 2, 0, 0x86]), Some(vec![0x86]));
        assert_eq!(read(&[3, 1, 3]), Some(vec![]));
        assert_eq!(read(&[3, 2, 8, 0]), None);
        assert_eq!(read(&[3, 0]), None);
    }

    #[test]
    fn what_is_no_string_is_in_one_piece() {
        let boolean = |der| one(der)?.boolean();
        assert_eq!(boolean(&[1, 1, 1]), Some(true));
        assert_eq!(boolean(&[1, 1, 0]), Some(false));
        assert_eq!(boolean(&[1, 2, 0, 0]), None);
        assert_eq!(boolean(&[0x21, 1, 1]), None);
        assert_eq!(one(&[2, 2, 0, 1]).and_then(Value::integer), None);
        assert_eq!(one(&[2, 1, 1]).and_then(Value::integer), Some(&[1][..]));
        assert_eq!(one(&[6, 1, 0x80]).and_then(Value::object), None);
        let indefinite =
            one(&[0x30, 0x80, 0x30, 0x80, 0, 0, 5, 0, 0, 0]).map(|value| value.content);
        assert_eq!(indefinite, Some(&[0x30, 0x80, 0, 0, 5, 0][..]));
        assert!(one(&[0x30, 0x80, 5, 0]).is_none() && one(&[4, 0x80, 0, 0]).is_none());
        assert!(one(&[0x30, 0x81, 0]).is_some());
    }

    #[test]
    fn fields_have_an_order_and_an_end() {
        let read = |der| {
            let mut fields = one(der)?.fields()?;
            let first = fields.optional(0x80, Value::string).ok()?;
            let second = fields.optional(0x82, Value::integer).ok()?;
            fields.end()?;
            Some((first.is_some(), second.is_some()))
        };
        assert_eq!(read(&[0x30, 0]), Some((false, false)));
        assert_eq!(read(&[0x30, 3, 0x82, 1, 1]), Some((false, true)));
        assert_eq!(read(&[0x30, 5, 0x80, 0, 0x82, 1, 1]), Some((true, true)));
        assert_eq!(read(&[0x30, 5, 0x82, 1, 1, 0x80, 0]), None);
        assert_eq!(read(&[0x30, 4, 0x80, 0, 0x80, 0]), None);
        assert_eq!(read(&[0x10, 0]), None);
    }
}
