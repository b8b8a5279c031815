//! DER as a tree, and faults in it: an element that is gone, stands twice, has another tag, another
//! length or other octets.

use crate::der::{null, tlv};

/// What is done to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is gone.
    Gone,
    /// It stands twice.
    Twice,
    /// It stands after the next one.
    Swapped,
    /// A NULL stands before it.
    AfterNull,
    /// Its tag is another.
    Tag(u8),
    /// One bit of its tag is another.
    TagBit(u8),
    /// One bit of its content is another.
    Bit(usize),
    /// It has no content.
    Empty,
    /// The last octet of its content is missing.
    Shortened,
    /// An octet more after its content.
    Lengthened(u8),
    /// An octet more in front of its content.
    Padded(u8),
    /// The length has an octet more than it needs.
    LongLength,
    /// The length is indefinite.
    Indefinite,
}

/// How the length is written.
#[derive(Clone, Copy, Debug)]
enum Length {
    Der,
    Long,
    Indefinite,
}

#[derive(Clone, Debug)]
enum Content {
    Octets(Vec<u8>),
    /// Elements, with what is in front of them: the number of unused bits.
    Elements(Vec<u8>, Vec<Element>),
}

#[derive(Clone, Debug)]
struct Element {
    tag: u8,
    length: Length,
    content: Content,
}

/// The octets with a fault in one of their elements; `place` counts from the first element on, and
/// again from there.
pub(crate) fn damaged(der: &[u8], place: usize, fault: Fault) -> Vec<u8> {
    let Some(mut all) = parse(der) else {
        return der.to_vec();
    };
    let count = all.iter().map(Element::count).sum::<usize>();
    let mut left = place % count.max(1);
    damage(&mut all, &mut left, fault);
    written(&all)
}

/// The element that such a fault is in.
pub(crate) fn hit(der: &[u8], place: usize) -> Vec<u8> {
    fn all(elements: &[Element], into: &mut Vec<Vec<u8>>) {
        for element in elements {
            into.push(element.der());
            if let Content::Elements(_, inner) = &element.content {
                all(inner, into);
            }
        }
    }
    let mut found = Vec::new();
    all(&parse(der).unwrap_or_default(), &mut found);
    let count = found.len().max(1);
    found.into_iter().nth(place % count).unwrap_or_default()
}

/// The elements of the first element, each as it is.
pub(crate) fn elements(der: &[u8]) -> Vec<Vec<u8>> {
    let all = parse(der).unwrap_or_default();
    match all.into_iter().next().map(|first| first.content) {
        Some(Content::Elements(_, elements)) => elements.iter().map(Element::der).collect(),
        _ => Vec::new(),
    }
}

/// The content of the first element.
pub(crate) fn content(der: &[u8]) -> Vec<u8> {
    let all = parse(der).unwrap_or_default();
    all.first().map(Element::octets).unwrap_or_default()
}

/// All of it as elements, or `None`.
fn parse(mut der: &[u8]) -> Option<Vec<Element>> {
    let mut all = Vec::new();
    while let [tag, first, rest @ ..] = der {
        let (length, rest) = match usize::from(*first) {
            short @ ..=0x7f => (short, rest),
            long @ 0x81..=0x83 => {
                let (octets, rest) = rest.split_at_checked(long - 0x80)?;
                let length = octets
                    .iter()
                    .fold(0, |n, octet| n << 8 | usize::from(*octet));
                (length, rest)
            }
            _ => return None,
        };
        let (octets, rest) = rest.split_at_checked(length)?;
        // What BIT STRINGs and OCTET STRINGs hold may be DER, too.
        let skipped = match (tag, octets) {
            (3, [0, _, ..]) => Some(1),
            (4, [_, ..]) => Some(0),
            _ => (tag & 0x20 != 0).then_some(0),
        };
        let inner = skipped.and_then(|skipped| {
            let inner = parse(&octets[skipped..])?;
            Some(Content::Elements(octets[..skipped].to_vec(), inner))
        });
        all.push(Element {
            tag: *tag,
            length: Length::Der,
            content: inner.unwrap_or_else(|| Content::Octets(octets.to_vec())),
        });
        der = rest;
    }
    der.is_empty().then_some(all)
}

fn written(all: &[Element]) -> Vec<u8> {
    all.iter().flat_map(Element::der).collect()
}

impl Element {
    fn count(&self) -> usize {
        match &self.content {
            Content::Octets(_) => 1,
            Content::Elements(_, all) => 1 + all.iter().map(Self::count).sum::<usize>(),
        }
    }

    fn octets(&self) -> Vec<u8> {
        match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Elements(front, all) => [front.clone(), written(all)].concat(),
        }
    }

    fn der(&self) -> Vec<u8> {
        let content = self.octets();
        let mut der = tlv(self.tag, &content);
        match self.length {
            Length::Der => {}
            Length::Indefinite => {
                der = [&[self.tag, 0x80][..], &content, &[0, 0]].concat();
            }
            Length::Long if content.len() < 0x80 => der.insert(1, 0x81),
            Length::Long => {
                der[1] += 1;
                der.insert(2, 0);
            }
        }
        der
    }
}

/// Whether the element that is looked for is one of these.
fn damage(all: &mut Vec<Element>, left: &mut usize, fault: Fault) -> bool {
    for place in 0..all.len() {
        if *left == 0 {
            turn(all, place, fault);
            return true;
        }
        *left -= 1;
        if let Content::Elements(_, inner) = &mut all[place].content
            && damage(inner, left, fault)
        {
            return true;
        }
    }
    false
}

fn turn(all: &mut Vec<Element>, place: usize, fault: Fault) {
    let element = &mut all[place];
    let mut octets = element.octets();
    match fault {
        Fault::Gone => {
            all.remove(place);
            return;
        }
        Fault::Twice => {
            let again = element.clone();
            all.insert(place, again);
            return;
        }
        Fault::Swapped => {
            let next = (place + 1) % all.len();
            all.swap(place, next);
            return;
        }
        Fault::AfterNull => {
            let null = parse(&null()).unwrap_or_default();
            all.splice(place..place, null);
            return;
        }
        Fault::Tag(tag) => return element.tag = tag,
        Fault::TagBit(bit) => return element.tag ^= 1 << (bit % 8),
        Fault::LongLength => return element.length = Length::Long,
        Fault::Indefinite => return element.length = Length::Indefinite,
        Fault::Bit(bit) if !octets.is_empty() => {
            let place = bit / 8 % octets.len();
            octets[place] ^= 1 << (bit % 8);
        }
        Fault::Empty => octets.clear(),
        Fault::Bit(_) | Fault::Shortened => {
            octets.pop();
        }
        Fault::Lengthened(octet) => octets.push(octet),
        Fault::Padded(octet) => octets.insert(0, octet),
    }
    element.content = Content::Octets(octets);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::{integer, octet_string, seq};

    #[test]
    fn a_fault_is_where_it_should_be() {
        let der = seq([integer([1]), octet_string(seq([integer([2])]))]);
        let with = |place, fault| damaged(&der, place, fault);
        let long = seq([integer([1]), integer([3])]);
        assert_eq!(
            with(1, Fault::Gone),
            seq([octet_string(seq([integer([2])]))])
        );
        assert_eq!(with(4, Fault::Padded(0))[9..], [2, 2, 0, 2]);
        assert_eq!(hit(&der, 9), integer([2]));
        assert_eq!(with(6, Fault::Bit(1)), with(1, Fault::Bit(1)));
        assert_eq!(damaged(&long, 2, Fault::LongLength)[5..], [2, 0x81, 1, 3]);
        assert_eq!(damaged(&long, 0, Fault::Indefinite).len(), 10);
        assert_eq!(elements(&long), [integer([1]), integer([3])]);
        assert_eq!(content(&integer([7])), [7]);
    }
}
