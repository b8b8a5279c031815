//! Whether OpenSSL's `d2i_X509` takes a certificate: where one in a file of anchors is broken, it
//! reads none of the others. It looks at less than other parsers do: not at what is in extensions,
//! nor at what dates say. The same of what else may stand in such a file.

use super::armour::Block;
use super::name::text;
use super::openssl::value::{
    BIT_STRING, BOOLEAN, INTEGER, OBJECT, OCTET_STRING, SEQUENCE, SET, Value,
};

/// Whether it is one, whatever follows it.
pub(super) fn by_openssl(der: &[u8]) -> bool {
    Value::first(der, SEQUENCE).and_then(certificate).is_some()
}

fn certificate(value: Value<'_>) -> Option<()> {
    let mut fields = value.fields()?;
    to_be_signed(fields.required(SEQUENCE)?)?;
    algorithm(fields.required(SEQUENCE)?)?;
    fields.required(BIT_STRING)?.bits()?;
    fields.end()
}

fn to_be_signed(value: Value<'_>) -> Option<()> {
    let mut fields = value.fields()?;
    fields.optional(0x80, version).ok()?;
    fields.required(INTEGER)?.integer()?;
    algorithm(fields.required(SEQUENCE)?)?;
    name(fields.required(SEQUENCE)?)?;
    let mut validity = fields.required(SEQUENCE)?.fields()?;
    time(validity.any()?)?;
    time(validity.any()?)?;
    validity.end()?;
    name(fields.required(SEQUENCE)?)?;
    let mut key = fields.required(SEQUENCE)?.fields()?;
    algorithm(key.required(SEQUENCE)?)?;
    key.required(BIT_STRING)?.bits()?;
    key.end()?;
    for unique in [0x81, 0x82] {
        fields.optional(unique, Value::bits).ok()?;
    }
    fields
        .optional(0x83, |list| extensions(list.inner()?))
        .ok()?;
    fields.end()
}

fn version(value: Value<'_>) -> Option<()> {
    let number = value.inner().filter(|number| number.tag == INTEGER)?;
    number.integer().map(|_| ())
}

/// Whether a block that is no certificate does not prevent use of the file (`PEM_X509_INFO_read_bio`
/// in `crypto/pem/pem_info.c`): a list of revoked certificates and a key have to be sound. Of a key
/// only its structure is looked at here, and of an encrypted one nothing.
pub(super) fn beside_certificates(block: &Block) -> bool {
    let value = || Value::first(&block.contents, SEQUENCE);
    match block.tag.as_slice() {
        b"X509 CRL" => !block.has_header && value().and_then(revocation_list).is_some(),
        b"ENCRYPTED PRIVATE KEY" => true,
        tag if tag.ends_with(b"PRIVATE KEY") && !block.has_header => {
            value().and_then(private_key).is_some()
        }
        _ => true,
    }
}

/// `X509_CRL` (`crypto/x509/x_crl.c`).
fn revocation_list(value: Value<'_>) -> Option<()> {
    let entry = |value: Value<'_>| {
        let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
        fields.required(INTEGER)?.integer()?;
        time(fields.any()?)?;
        fields.optional(SEQUENCE, extensions).ok()?;
        fields.end()
    };
    let mut fields = value.fields()?;
    let mut list = fields.required(SEQUENCE)?.fields()?;
    list.optional(INTEGER, Value::integer).ok()?;
    algorithm(list.required(SEQUENCE)?)?;
    name(list.required(SEQUENCE)?)?;
    time(list.any()?)?;
    for tag in TIMES {
        list.optional(tag, time).ok()?;
    }
    list.optional(SEQUENCE, |entries| entries.each(entry))
        .ok()?;
    list.optional(0x80, |list| extensions(list.inner()?)).ok()?;
    list.end()?;
    algorithm(fields.required(SEQUENCE)?)?;
    fields.required(BIT_STRING)?.bits()?;
    fields.end()
}

/// All forms begin with numbers: PKCS #8 (RFC 5958 §2), and before it those of RSA, DSA and EC keys.
fn private_key(value: Value<'_>) -> Option<()> {
    let mut fields = value.fields()?;
    fields.required(INTEGER)?.integer()?;
    let second = fields.any()?;
    match second.tag {
        // EC (RFC 5915 §3).
        OCTET_STRING => Some(()),
        SEQUENCE => fields.required(OCTET_STRING).map(|_| ()),
        // RSA (RFC 8017 §A.1.2), DSA.
        INTEGER => {
            let mut numbers = 2;
            while fields.optional(INTEGER, Value::integer).ok()?.is_some() {
                numbers += 1;
            }
            (numbers == 6 || numbers >= 9).then_some(())
        }
        _ => None,
    }
}

/// The tags of a `Time`.
const TIMES: [u8; 2] = [0x17, 0x18];

fn time(value: Value<'_>) -> Option<()> {
    TIMES
        .contains(&value.tag)
        .then(|| value.string())?
        .map(|_| ())
}

fn extensions(value: Value<'_>) -> Option<()> {
    let list = (value.tag == SEQUENCE).then_some(value)?;
    list.each(extension).map(|_| ())
}

fn extension(value: Value<'_>) -> Option<()> {
    let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
    fields.required(OBJECT)?.object()?;
    fields.optional(BOOLEAN, Value::boolean).ok()?;
    fields.required(OCTET_STRING)?.string()?;
    fields.end()
}

fn algorithm(value: Value<'_>) -> Option<()> {
    let mut fields = value.fields()?;
    fields.required(OBJECT)?.object()?;
    if fields.end().is_none() {
        fields.any()?.whatever()?;
    }
    fields.end()
}

/// An `X509_NAME`.
pub(super) fn name(value: Value<'_>) -> Option<()> {
    value.each(|set| {
        let set = (set.tag == SET).then_some(set)?;
        rdn(set)
    })?;
    Some(())
}

/// The `X509_NAME_ENTRY`s of a set.
pub(super) fn rdn(value: Value<'_>) -> Option<()> {
    let attribute = |value: Value<'_>| {
        let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
        fields.required(OBJECT)?.object()?;
        let string = fields.any()?;
        // `ASN1_PRINTABLE`, which has more types than its name says.
        let is_other = matches!(string.tag, 1 | 2 | 4..=6 | 10 | 0x11 | 21 | 23..=27);
        (string.tag & 0xc0 == 0 && !is_other).then_some(())?;
        string.whatever()?;
        // `x509_name_canon` has to convert it.
        let octets = string.octets()?;
        text(string.tag, &octets)
            .is_none_or(|text| text.is_some())
            .then_some(())?;
        fields.end()
    };
    value.each(attribute).map(|_| ())
}
