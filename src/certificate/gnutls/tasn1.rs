//! DER as libtasn1 takes it in its strict mode: nothing may follow, and the form of a length does not
//! matter.

use crate::certificate::der::{Element, Fields};

/// The fields of the one SEQUENCE that it is.
pub(super) fn sequence(der: &[u8]) -> Option<Fields<'_>> {
    Some(Fields::of_any_length(only(der, 0x30)?))
}

/// The content of the one element that it is.
pub(super) fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let element = Element::of_any_length(der)?;
    let is_it = element.tag == tag && element.rest.is_empty();
    is_it.then_some(element.content)
}

/// The elements that follow one another; the last one is `None` if it is not whole.
pub(super) fn each(content: &[u8]) -> impl Iterator<Item = Option<Element<'_>>> {
    Fields::of_any_length(content).each()
}

/// `asn1_get_object_id_der` of libtasn1: an arc has no leading zeros and less than 64 bits. That the
/// last one ends is not asked for.
pub(super) fn is_object(octets: &[u8]) -> bool {
    let mut arc: Option<u64> = None;
    for octet in octets {
        let so_far = match arc {
            None if *octet == 0x80 => return false,
            None => 0,
            Some(arc) if arc > u64::MAX >> 7 => return false,
            Some(arc) => arc << 7,
        };
        let is_last = octet & 0x80 == 0;
        arc = (!is_last).then_some(so_far | u64::from(octet & 0x7f));
    }
    !octets.is_empty()
}

/// Whether libtasn1 decodes it as a Name: sets and attributes may be empty, and values are anything.
pub(super) fn is_name(name: &[u8]) -> bool {
    only(name, 0x30).is_some_and(are_rdns)
}

/// The same of what a Name holds.
pub(super) fn are_rdns(contents: &[u8]) -> bool {
    let is_attribute = |attribute: Option<Element<'_>>| {
        let attribute = attribute.filter(|attribute| attribute.tag == 0x30)?;
        let mut fields = Fields::of_any_length(attribute.content);
        if !attribute.content.is_empty() {
            is_object(fields.optional(0x06)?).then_some(())?;
            fields.take()?;
        }
        fields.end()
    };
    each(contents).all(|rdn| {
        let rdn = rdn.filter(|rdn| rdn.tag == 0x31);
        rdn.is_some_and(|rdn| each(rdn.content).all(|one| is_attribute(one).is_some()))
    })
}

/// Whether an attribute of a Name has a value without octets.
pub(super) fn has_empty_value(name: &[u8]) -> bool {
    let rdns = each(only(name, 0x30).unwrap_or_default()).flatten();
    let mut attributes = rdns.flat_map(|rdn| each(rdn.content)).flatten();
    attributes.any(|attribute| {
        let mut fields = Fields::of_any_length(attribute.content);
        let (_kind, value) = (fields.take(), fields.take());
        value.is_none_or(|value| value.content.is_empty())
    })
}
