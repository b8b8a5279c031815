//! The elements of DER, and whether they are DER and not merely BER (X.690 §8, §10, §11). Each
//! parser is lenient in its own way: mail software may refuse what this tool's parser accepts.
//!
//! This reader is strict. `asn1-rs`, which comes with x509-parser, also accepts lengths that are not
//! in their shortest form. `signature` and `name` read with it: a certificate that is not DER still
//! has a name, and its signature an answer.

/// The first breach of DER in a sequence of elements, in words. The contents of strings are not
/// checked, nor rules that need a schema, such as the order of a SET OF.
pub(super) fn breach(elements: &[u8]) -> Option<&'static str> {
    // No recursion: a hostile certificate is nested as deep as it is long.
    let mut open = vec![elements];
    while let Some(elements) = open.pop() {
        if elements.is_empty() {
            continue;
        }
        let Some(Element {
            tag, content, rest, ..
        }) = Element::read(elements)
        else {
            return Some("a length is not in its shortest form, or goes beyond the end");
        };
        open.push(rest);
        let constructed = tag & 0x20 != 0;
        if constructed {
            open.push(content);
        }
        // Tags of other classes mean what the context says.
        if tag & 0xc0 == 0
            && let Some(why) = universal(tag & 0x1f, constructed, content)
        {
            return Some(why);
        }
    }
    None
}

/// Whether `der` is exactly one element.
pub(crate) fn is_one_element(der: &[u8]) -> bool {
    Element::read(der).is_some_and(|element| element.rest.is_empty())
}

/// Whether a Name (RFC 5280 §4.1.2.4) can be read completely. x509-parser stops at an element that
/// it does not understand, and returns the beginning.
pub(super) fn is_name(der: &[u8]) -> bool {
    let is_attribute = |element: &Element<'_>| {
        let fields = all(element.content);
        let typed = matches!(fields.as_deref(), Some([kind, _]) if kind.tag == 0x06);
        element.tag == 0x30 && typed
    };
    let is_rdn = |set: &Element<'_>| {
        let attributes = all(set.content).unwrap_or_default();
        set.tag == 0x31 && !attributes.is_empty() && attributes.iter().all(is_attribute)
    };
    Element::read(der)
        .filter(|name| name.tag == 0x30 && name.rest.is_empty())
        .and_then(|name| all(name.content))
        .is_some_and(|rdns| rdns.iter().all(is_rdn))
}

/// The elements that follow one another in `elements`, if all of them are whole.
pub fn all(elements: &[u8]) -> Option<Vec<Element<'_>>> {
    each(elements).collect()
}

/// The elements that follow one another in `elements`, without memory for them; the last one is
/// `None` if it is not whole.
pub(crate) fn each(elements: &[u8]) -> impl Iterator<Item = Option<Element<'_>>> {
    Fields::of(elements).each()
}

/// The elements of a structure, taken one after the other.
pub(crate) struct Fields<'a>(&'a [u8], fn(&'a [u8]) -> Option<Element<'a>>);

impl<'a> Fields<'a> {
    pub(crate) fn of(content: &'a [u8]) -> Self {
        Self(content, Element::read)
    }

    /// Those whose lengths need not be in their shortest form.
    pub(super) fn of_any_length(content: &'a [u8]) -> Self {
        Self(content, Element::of_any_length)
    }

    /// The next one; `None`: there is none, or it is not whole.
    pub(crate) fn take(&mut self) -> Option<Element<'a>> {
        let element = self.1(self.0)?;
        self.0 = element.rest;
        Some(element)
    }

    /// All of them; the last one is `None` if it is not whole.
    pub(super) fn each(mut self) -> impl Iterator<Item = Option<Element<'a>>> {
        std::iter::from_fn(move || {
            if self.0.is_empty() {
                return None;
            }
            let element = self.take();
            if element.is_none() {
                self.0 = &[];
            }
            Some(element)
        })
    }

    /// The next one, if it has one of these tags.
    pub(crate) fn take_if(&mut self, tags: &[u8]) -> Option<Element<'a>> {
        let is_wanted = self.0.first().is_some_and(|tag| tags.contains(tag));
        is_wanted.then(|| self.take())?
    }

    /// The content of the next one, if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.take_if(&[tag]).map(|element| element.content)
    }

    /// That nothing follows, not even a part of an element.
    pub(crate) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// How many elements there are in the first one of `der`, at all depths, wherever a parser may look
/// for some: each may cost it a hundred times its length in memory. BER counts as well, because
/// parsers are lenient. Counts no further than to one more than `most`.
pub fn count(der: &[u8], most: usize) -> usize {
    let mut open: Vec<&[u8]> = lenient(der)
        .map(|(_, content, _)| content)
        .into_iter()
        .collect();
    let mut count = 0;
    while let Some(mut elements) = open.pop() {
        while let Some((tag, content, rest)) = lenient(elements) {
            count += 1;
            if count > most {
                return count;
            }
            let is_constructed = tag & 0x20 != 0;
            // An OCTET STRING may hold an extension. A tag of the context may be implicit, and hide
            // that there are elements.
            let may_hold_some = tag == 0x04 || tag & 0xc0 == 0x80;
            let begins_like_some = matches!(content, [0x30 | 0x31 | 0x80..=0xbf, ..]);
            if is_constructed || may_hold_some && begins_like_some {
                open.push(content);
            }
            elements = rest;
        }
    }
    count
}

/// The first element, whatever form its definite length has: its tag, its content and what follows.
pub(super) fn lenient(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, mut rest) = der.split_first()?;
    if tag & 0x1f == 0x1f {
        let last = rest.iter().position(|byte| byte & 0x80 == 0)?;
        rest = &rest[last + 1..];
    }
    let (&first, rest) = rest.split_first()?;
    let octets = usize::from(first & 0x7f);
    let (length, rest) = if first < 0x80 {
        (octets, rest)
    } else {
        let (octets, rest) = rest.split_at_checked(octets)?;
        let add = |length: usize, octet: &u8| length.checked_mul(256)?.checked_add((*octet).into());
        (octets.iter().try_fold(0, add)?, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// An element of this tag, which has one octet, and this content.
pub fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = Vec::with_capacity(content.len() + 6);
    der.extend(content);
    wrap(&mut der, 0, tag);
    der
}

/// Makes what stands in `der` from `start` on the content of an element of this tag.
pub(super) fn wrap(der: &mut Vec<u8>, start: usize, tag: u8) {
    let content = der.len() - start;
    let length = content.to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let significant = &length[zeros.min(length.len() - 1)..];
    der.push(tag);
    if content >= 0x80 {
        der.extend(u8::try_from(significant.len()).map(|octets| 0x80 | octets));
    }
    der.extend(significant);
    let header = der.len() - start - content;
    der[start..].rotate_right(header);
}

/// A tag, a length and a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The first octet of the tag.
    pub tag: u8,
    /// The octets of the value.
    pub content: &'a [u8],
    /// What follows the element.
    pub rest: &'a [u8],
    /// The element with its header.
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The first element, if it is whole and its length as DER has it.
    pub fn read(der: &'a [u8]) -> Option<Self> {
        let (tag, length, rest) = Self::head(der)?;
        let (content, rest) = rest.split_at_checked(length)?;
        Some(Self::of_parts(der, tag, content, rest))
    }

    /// The first element, if it is whole and its length definite.
    pub(super) fn of_any_length(der: &'a [u8]) -> Option<Self> {
        let is_indefinite = matches!(der, [_, 0x80, ..]);
        let (tag, content, rest) = lenient(der).filter(|_| !is_indefinite)?;
        Some(Self::of_parts(der, tag, content, rest))
    }

    fn of_parts(der: &'a [u8], tag: u8, content: &'a [u8], rest: &'a [u8]) -> Self {
        let whole = &der[..der.len() - rest.len()];
        Self {
            tag,
            content,
            rest,
            whole,
        }
    }

    /// What is inside of a SEQUENCE, also of one that is cut off.
    pub(super) fn open(der: &'a [u8]) -> Option<&'a [u8]> {
        let (_, length, rest) = Self::head(der).filter(|(tag, ..)| *tag == 0x30)?;
        Some(&rest[..length.min(rest.len())])
    }

    fn head(der: &'a [u8]) -> Option<(u8, usize, &'a [u8])> {
        let (&tag, mut rest) = der.split_first()?;
        if tag & 0x1f == 0x1f {
            let last = rest.iter().position(|byte| byte & 0x80 == 0)?;
            rest = rest.get(last + 1..)?;
        }
        let (&first, rest) = rest.split_first()?;
        match usize::from(first) {
            short @ 0..0x80 => Some((tag, short, rest)),
            long => {
                let (octets, rest) = rest.split_at_checked(long & 0x7f)?;
                let shortest = octets.first().is_some_and(|byte| *byte != 0);
                if !shortest || octets.len() > size_of::<u32>() {
                    return None;
                }
                let length = octets
                    .iter()
                    .fold(0, |length, byte| length << 8 | u64::from(*byte));
                if length < 0x80 {
                    return None;
                }
                Some((tag, usize::try_from(length).ok()?, rest))
            }
        }
    }
}

fn universal(number: u8, constructed: bool, content: &[u8]) -> Option<&'static str> {
    // EXTERNAL, EMBEDDED PDV, SEQUENCE, SET and CHARACTER STRING are always constructed, all else
    // never.
    if constructed != matches!(number, 8 | 11 | 16 | 17 | 29) {
        return Some("a value is in pieces, or a sequence is not");
    }
    let digits_and_z = |length: usize| {
        content.len() == length
            && content.ends_with(b"Z")
            && content[..length - 1].iter().all(u8::is_ascii_digit)
    };
    let (sound, why) = match number {
        1 => (
            matches!(content, [0 | 0xff]),
            "a boolean is neither true nor false",
        ),
        2 | 10 => (
            is_integer(content),
            "a number is empty or has needless octets in front",
        ),
        3 => (
            is_bit_string(content),
            "a bit string has bits after its end",
        ),
        5 => (content.is_empty(), "a null has content"),
        6 => (is_oid(content), "an object identifier is broken"),
        23 => (
            digits_and_z(13),
            "a time does not have the form YYMMDDHHMMSSZ",
        ),
        24 => (
            digits_and_z(15),
            "a time does not have the form YYYYMMDDHHMMSSZ",
        ),
        _ => return None,
    };
    (!sound).then_some(why)
}

/// Not empty, and without needless octets in front (X.690 §8.3).
pub(super) fn is_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0, second, ..] => second & 0x80 != 0,
        [0xff, second, ..] => second & 0x80 == 0,
        _ => true,
    }
}

fn is_bit_string(content: &[u8]) -> bool {
    match content {
        [] => false,
        [unused] => *unused == 0,
        [unused, .., last] => *unused < 8 && last.trailing_zeros() >= u32::from(*unused),
    }
}

/// Whole, and no arc begins with zeros (X.690 §8.19).
pub(super) fn is_oid(content: &[u8]) -> bool {
    let ends = content.last().is_some_and(|last| last & 0x80 == 0);
    let starts = std::iter::once(&0).chain(content).zip(content);
    // An arc begins after an octet without the high bit, and never with zeros.
    ends && starts
        .into_iter()
        .all(|(before, byte)| before & 0x80 != 0 || *byte != 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_told_from_ber() {
        let long = [&[0x04, 0x81, 0x80][..], &[7; 128]].concat();
        for der in [
            &b""[..],
            &[0x30, 0],
            &[0x30, 3, 1, 1, 0xff],
            &[2, 1, 0],
            &[2, 2, 0, 0x80],
            &[2, 2, 0xff, 0x7f],
            &[3, 1, 0],
            &[3, 2, 7, 0x80],
            &[5, 0],
            &[6, 3, 0x55, 0x81, 0],
            b"\x17\x0d240101000000Z",
            b"\x18\x0f20240101000000Z",
            &[0x82, 1, 0],
            &[0xbf, 0x81, 0x01, 2, 5, 0],
            &long,
        ] {
            assert_eq!(breach(der), None, "{der:02x?}");
        }
        for ber in [
            &[0x30][..],
            &[0x30, 1],
            &[0x30, 0x80, 0, 0],
            &[4, 0x81, 1, 7],
            &[4, 0x82, 0, 1, 7],
            &[1, 1, 1],
            &[1, 0],
            &[2, 0],
            &[2, 2, 0, 1],
            &[2, 2, 0xff, 0xff],
            &[3, 0],
            &[3, 1, 1],
            &[3, 2, 8, 0],
            &[3, 2, 7, 0x81],
            &[5, 1, 0],
            &[6, 0],
            &[6, 1, 0x80],
            &[6, 3, 0x55, 0x80, 1],
            &[0x24, 3, 4, 1, 7],
            &[0x10, 0],
            b"\x17\x0b2401010000Z",
            b"\x18\x1120240101000000.5Z",
            &[0x30, 2, 0x30, 1],
            &[0xa0, 3, 2, 0, 0],
            &[0x1f, 0xff],
        ] {
            assert!(breach(ber).is_some(), "{ber:02x?}");
        }
    }

    #[test]
    fn a_name_is_read_to_its_end() {
        let attribute = [0x31, 0x0a, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, b'x'];
        let name = |rdns: &[u8]| [&[0x30, u8::try_from(rdns.len()).expect("short")], rdns].concat();
        assert!(is_name(&name(&[])));
        assert!(is_name(&name(&attribute)));
        assert!(is_name(&name(&[attribute, attribute].concat())));
        for broken in [
            vec![0x31, 0],
            vec![0x30, 0],
            vec![0x31, 2, 5, 0],
            vec![0x31, 7, 0x30, 5, 6, 3, 0x55, 4, 3],
            vec![0x31, 9, 0x30, 7, 4, 3, 0x55, 4, 3, 0x0c, 0],
            [&attribute[..], &[5, 0]].concat(),
            [&attribute[..], &[0x31]].concat(),
        ] {
            assert!(!is_name(&name(&broken)), "{broken:02x?}");
        }
        assert!(!is_name(&[]) && !is_name(&[0x30, 0, 0]));
    }
}
