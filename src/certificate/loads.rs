//! Whether OpenSSL's `d2i_X509` takes a certificate: where one in a file of anchors is broken, it
//! reads none of the others. It looks at less than other parsers do: not at what is in extensions,
//! nor at what dates say. The same of what else may stand in such a file.

use super::armour::Block;
use super::der::{self, Element, Fields};
use super::name::has_canonical;

/// Whether it is one, whatever follows it.
pub(super) fn by_openssl(der: &[u8]) -> bool {
    let outer = Element::read(der).filter(|outer| outer.tag == 0x30);
    outer.is_some_and(|outer| certificate(outer.content).is_some())
}

fn certificate(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    to_be_signed(fields.optional(0x30)?)?;
    algorithm(fields.optional(0x30)?)?;
    bits(fields.optional(0x03)?)?;
    fields.end()
}

fn to_be_signed(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    if let Some(version) = fields.optional(0xa0) {
        let mut version = Fields::of(version);
        integer(version.optional(0x02)?)?;
        version.end()?;
    }
    integer(fields.optional(0x02)?)?;
    algorithm(fields.optional(0x30)?)?;
    name(fields.optional(0x30)?)?;
    let mut validity = Fields::of(fields.optional(0x30)?);
    for _ in 0..2 {
        validity.take_if(TIMES)?;
    }
    validity.end()?;
    name(fields.optional(0x30)?)?;
    let mut key = Fields::of(fields.optional(0x30)?);
    algorithm(key.optional(0x30)?)?;
    bits(key.optional(0x03)?)?;
    key.end()?;
    for unique in [0x81, 0x82] {
        fields.optional(unique).map_or(Some(()), bits)?;
    }
    if let Some(explicit) = fields.optional(0xa3) {
        let mut wrapped = Fields::of(explicit);
        extensions(wrapped.optional(0x30)?)?;
        wrapped.end()?;
    }
    fields.end()
}

/// Whether a block that is no certificate does not prevent use of the file (`PEM_X509_INFO_read_bio`
/// in `crypto/pem/pem_info.c`): a list of revoked certificates and a key have to be sound. Of a key
/// only its structure is looked at here, and of an encrypted one nothing.
pub(super) fn beside_certificates(block: &Block) -> bool {
    let content = || {
        Element::read(&block.contents)
            .filter(|outer| outer.tag == 0x30)
            .map(|outer| outer.content)
    };
    match block.tag.as_slice() {
        b"X509 CRL" => !block.has_header && content().and_then(revocation_list).is_some(),
        b"ENCRYPTED PRIVATE KEY" => true,
        tag if tag.ends_with(b"PRIVATE KEY") && !block.has_header => {
            content().and_then(private_key).is_some()
        }
        _ => true,
    }
}

/// `X509_CRL` (`crypto/x509/x_crl.c`).
fn revocation_list(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    let mut list = Fields::of(fields.optional(0x30)?);
    if let Some(version) = list.optional(0x02) {
        integer(version)?;
    }
    algorithm(list.optional(0x30)?)?;
    name(list.optional(0x30)?)?;
    list.take_if(TIMES)?;
    let _next_update = list.take_if(TIMES);
    for entry in der::each(list.optional(0x30).unwrap_or_default()) {
        let mut entry = Fields::of(entry.filter(|entry| entry.tag == 0x30)?.content);
        integer(entry.optional(0x02)?)?;
        entry.take_if(TIMES)?;
        extensions(entry.optional(0x30).unwrap_or_default())?;
        entry.end()?;
    }
    if let Some(explicit) = list.optional(0xa0) {
        let mut wrapped = Fields::of(explicit);
        extensions(wrapped.optional(0x30)?)?;
        wrapped.end()?;
    }
    list.end()?;
    algorithm(fields.optional(0x30)?)?;
    bits(fields.optional(0x03)?)?;
    fields.end()
}

/// All forms begin with numbers: PKCS #8 (RFC 5958 §2), and before it those of RSA, DSA and EC keys.
fn private_key(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    integer(fields.optional(0x02)?)?;
    match fields.take()?.tag {
        // EC (RFC 5915 §3).
        0x04 => Some(()),
        0x30 => fields.optional(0x04).map(|_| ()),
        // RSA (RFC 8017 §A.1.2), DSA.
        0x02 => {
            let mut numbers = 2;
            while let Some(number) = fields.optional(0x02) {
                integer(number)?;
                numbers += 1;
            }
            (numbers == 6 || numbers >= 9).then_some(())
        }
        _ => None,
    }
}

/// The tags of a `Time`.
const TIMES: &[u8] = &[0x17, 0x18];

fn extensions(content: &[u8]) -> Option<()> {
    for one in der::each(content) {
        let one = one.filter(|one| one.tag == 0x30)?;
        extension(one.content)?;
    }
    Some(())
}

fn extension(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    identifier(fields.optional(0x06)?)?;
    if let Some(critical) = fields.optional(0x01) {
        (critical.len() == 1).then_some(())?;
    }
    fields.optional(0x04)?;
    fields.end()
}

fn algorithm(content: &[u8]) -> Option<()> {
    let mut fields = Fields::of(content);
    identifier(fields.optional(0x06)?)?;
    if let Some(parameters) = fields.take() {
        value(&parameters)?;
    }
    fields.end()
}

/// An `ANY`; what is in a sequence is not looked at.
fn value(element: &Element<'_>) -> Option<()> {
    let content = element.content;
    match element.tag {
        0x01 => (content.len() == 1).then_some(()),
        0x02 | 0x0a => integer(content),
        0x03 => bits(content),
        0x05 => content.is_empty().then_some(()),
        0x06 => identifier(content),
        0x1c => content.len().is_multiple_of(4).then_some(()),
        0x1e => content.len().is_multiple_of(2).then_some(()),
        _ => Some(()),
    }
}

/// An `X509_NAME`; its outer header is not here.
pub(super) fn name(content: &[u8]) -> Option<()> {
    for set in der::each(content) {
        rdn(set?.content)?;
    }
    has_canonical(content).then_some(())
}

/// The `X509_NAME_ENTRY`s of a set.
pub(super) fn rdn(content: &[u8]) -> Option<()> {
    for attribute in der::each(content) {
        let mut fields = Fields::of(attribute?.content);
        identifier(fields.optional(0x06)?)?;
        let text = fields.take()?;
        // `ASN1_PRINTABLE`, which has more types than its name says.
        let is_other = matches!(text.tag, 1 | 2 | 4..=6 | 10 | 0x31 | 21 | 23..=27);
        (text.tag & 0xc0 == 0 && !is_other).then_some(())?;
        value(&text)?;
        fields.end()?;
    }
    Some(())
}

/// `c2i_ASN1_INTEGER`: not empty, and no padding.
pub(super) fn integer(content: &[u8]) -> Option<()> {
    let is_sound = match content {
        [] => false,
        [0x00, next, ..] => next & 0x80 != 0,
        [0xff, next, ..] => next & 0x80 == 0,
        _ => true,
    };
    is_sound.then_some(())
}

/// `c2i_ASN1_BIT_STRING`.
fn bits(content: &[u8]) -> Option<()> {
    content
        .first()
        .is_some_and(|unused| *unused <= 7)
        .then_some(())
}

/// `c2i_ASN1_OBJECT`: whole, and without leading zeros.
pub(super) fn identifier(octets: &[u8]) -> Option<()> {
    let starts = |index: usize| index == 0 || octets[index - 1] & 0x80 == 0;
    let padded = (0..octets.len()).any(|index| octets[index] == 0x80 && starts(index));
    let whole = octets.last().is_some_and(|last| last & 0x80 == 0);
    (whole && !padded).then_some(())
}
