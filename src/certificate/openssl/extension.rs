//! What extensions hold, decoded as `X509_get_ext_d2i` does it. `None`: it cannot be decoded.

use super::general_name;
use super::value::{BIT_STRING, BOOLEAN, INTEGER, NULL, OBJECT, OCTET_STRING, SEQUENCE, Value};
use crate::certificate::constraints::{GeneralName, NameConstraints, Subtree};
use crate::certificate::loads;

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

/// The octets of the BIT STRING that an extension holds.
pub(super) fn bits(der: &[u8]) -> Option<Vec<u8>> {
    Value::first(der, BIT_STRING)?.bits()
}

/// The octets of the OCTET STRING that an extension holds.
pub(super) fn octets(der: &[u8]) -> Option<Vec<u8>> {
    let octets = Value::first(der, OCTET_STRING)?.string()?;
    Some(octets.into_owned())
}

/// Bit 0 is 0x80, bit 8 is 0x8000; no bit at all is an error (RFC 5280 §4.2.1.3).
pub(super) fn key_usage(der: &[u8]) -> Option<u16> {
    let usage = match *bits(der)? {
        [] => 0,
        [low] => u16::from(low),
        [low, high, ..] => u16::from(low) | u16::from(high) << 8,
    };
    (usage != 0).then_some(usage)
}

/// The object identifiers of an extended key usage.
pub(super) fn purposes(der: &[u8]) -> Option<Vec<&[u8]>> {
    Value::first(der, SEQUENCE)?.each(|purpose| {
        let purpose = (purpose.tag == OBJECT).then_some(purpose)?;
        purpose.object()
    })
}

pub(super) fn basic_constraints(der: &[u8], critical: bool) -> Option<BasicConstraints> {
    let mut fields = Value::first(der, SEQUENCE)?.fields()?;
    let ca = fields.optional(BOOLEAN, Value::boolean).ok()?;
    let length = fields.optional(INTEGER, Value::integer).ok()?;
    fields.end()?;
    if length.is_some_and(|octets| octets[0] & 0x80 != 0) {
        return None;
    }
    Some(BasicConstraints {
        ca: ca.unwrap_or_default(),
        path_len: length.and_then(path_len),
        critical,
    })
}

/// `None`: `ASN1_INTEGER_get` cannot return it, and it counts as none.
fn path_len(octets: &[u8]) -> Option<u64> {
    let add = |length: i64, octet: &u8| length.checked_mul(256)?.checked_add(i64::from(*octet));
    let length = octets.iter().try_fold(0, add)?;
    u64::try_from(length).ok()
}

/// `GENERAL_NAMES`.
pub(super) fn general_names(der: &[u8]) -> Option<Vec<GeneralName>> {
    Value::first(der, SEQUENCE)?.each(general_name::read)
}

/// `NAME_CONSTRAINTS` (`crypto/x509/v3_ncons.c`).
pub(super) fn name_constraints(der: &[u8]) -> Option<NameConstraints> {
    let subtrees = |list: Value<'_>| list.each(subtree);
    let mut fields = Value::first(der, SEQUENCE)?.fields()?;
    let permitted = fields.optional(0x80, subtrees).ok()?;
    let excluded = fields.optional(0x81, subtrees).ok()?;
    fields.end()?;
    Some(NameConstraints {
        permitted: permitted.unwrap_or_default(),
        excluded: excluded.unwrap_or_default(),
    })
}

fn subtree(value: Value<'_>) -> Option<Subtree> {
    let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
    let base = general_name::read(fields.any()?)?;
    let minimum = fields.optional(0x80, Value::integer).ok()?;
    let maximum = fields.optional(0x81, Value::integer).ok()?;
    fields.end()?;
    Some(Subtree {
        base,
        minimum: minimum.map(<[u8]>::to_vec),
        more: maximum.is_some(),
    })
}

/// `CRL_DIST_POINTS` (`crypto/x509/v3_crld.c`), and `setup_crldp`: each names a point or an issuer.
pub(super) fn distribution_points(der: &[u8]) -> Option<()> {
    let name = |name: Value<'_>| {
        let name = name.inner()?;
        match name.tag {
            0x80 => name.each(general_name::read).map(|_| ()),
            // Attributes of the last RDN of the issuer.
            0x81 => loads::rdn(name),
            _ => None,
        }
    };
    let point = |value: Value<'_>| {
        let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
        let point = fields.optional(0x80, name).ok()?;
        fields.optional(0x81, Value::bits).ok()?;
        let issuer = fields
            .optional(0x82, |issuer| issuer.each(general_name::read))
            .ok()?;
        fields.end()?;
        let has_issuer = issuer.is_some_and(|names| !names.is_empty());
        (point.is_some() || has_issuer).then_some(())
    };
    Value::first(der, SEQUENCE)?.each(point).map(|_| ())
}

/// `AUTHORITY_KEYID` (`crypto/x509/v3_akeya.c`).
pub(super) fn authority_key_id(der: &[u8], critical: bool) -> Option<AuthorityKeyId> {
    let mut fields = Value::first(der, SEQUENCE)?.fields()?;
    let key_id = fields.optional(0x80, Value::string).ok()?;
    let issuer = fields
        .optional(0x81, |issuer| issuer.each(general_name::read))
        .ok()?;
    let serial = fields.optional(0x82, Value::integer).ok()?;
    fields.end()?;
    let issuer = issuer.unwrap_or_default();
    Some(AuthorityKeyId {
        key_id: key_id.map(std::borrow::Cow::into_owned),
        issuer: issuer.iter().find_map(general_name::directory),
        serial: serial.map(|serial| number(serial).to_vec()),
        critical,
    })
}

/// `IPAddrBlocks` (`crypto/x509/v3_addr.c`).
pub(super) fn address_blocks(der: &[u8]) -> Option<()> {
    let bits = |value: Value<'_>| {
        let value = (value.tag == BIT_STRING).then_some(value)?;
        value.bits().map(|_| ())
    };
    let family = |value: Value<'_>| {
        let mut fields = (value.tag == SEQUENCE).then(|| value.fields())??;
        fields.required(OCTET_STRING)?.string()?;
        inherited_or(fields.any()?, bits)?;
        fields.end()
    };
    Value::first(der, SEQUENCE)?.each(family).map(|_| ())
}

/// `ASIdentifiers` (`crypto/x509/v3_asid.c`).
pub(super) fn as_numbers(der: &[u8]) -> Option<()> {
    let number = |value: Value<'_>| {
        let value = (value.tag == INTEGER).then_some(value)?;
        value.integer().map(|_| ())
    };
    let numbers = |value: Value<'_>| inherited_or(value.inner()?, number);
    let mut fields = Value::first(der, SEQUENCE)?.fields()?;
    fields.optional(0x80, numbers).ok()?;
    fields.optional(0x81, numbers).ok()?;
    fields.end()
}

/// NULL, or a list of single values and of pairs of them.
fn inherited_or(value: Value<'_>, read: impl Fn(Value<'_>) -> Option<()>) -> Option<()> {
    match value.tag {
        NULL => value.null(),
        SEQUENCE => {
            let one_or_two = |value: Value<'_>| {
                if value.tag != SEQUENCE {
                    return read(value);
                }
                let mut fields = value.fields()?;
                read(fields.any()?)?;
                read(fields.any()?)?;
                fields.end()
            };
            value.each(one_or_two).map(|_| ())
        }
        _ => None,
    }
}
