//! What can be read of a certificate that cannot be parsed as a whole: every field that stands in
//! its place, for eyes only.

use super::der::Element;
use super::key::PublicKey;
use super::name::Name;
use super::oid::signature_name;
use super::sans::Sans;
use super::serial::serial;
use time::OffsetDateTime;
use x509_parser::certificate::Validity;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

/// The fields that could be read; nothing is judged by them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialFacts {
    /// As [`crate::certificate::Facts::serial`].
    pub serial: Option<String>,
    /// As [`crate::certificate::Facts::signature_algorithm`].
    pub signature_algorithm: Option<String>,
    /// The issuer.
    pub issuer: Option<Name>,
    /// The first and the last moment of validity.
    pub validity: Option<(OffsetDateTime, OffsetDateTime)>,
    /// The subject.
    pub subject: Option<Name>,
    /// The subject's key.
    pub public_key: Option<PublicKey>,
    /// The subject alternative names.
    pub sans: Option<Sans>,
}

impl PartialFacts {
    /// Reads the fields of RFC 5280 §4.1 in their order, as far as they follow each other.
    pub(super) fn read(der: &[u8]) -> Self {
        let mut remains = Self::default();
        let Some(tbs) = Element::open(der).and_then(Element::open) else {
            return remains;
        };
        let mut fields = tbs;
        let mut next = |tag: u8| {
            let element = Element::read(fields).filter(|element| element.tag == tag)?;
            let whole = &fields[..fields.len() - element.rest.len()];
            fields = element.rest;
            Some((whole, element.content))
        };
        // The version may be left out.
        let _ = next(0xa0);
        remains.serial = next(0x02).map(|(_, octets)| serial(octets));
        remains.signature_algorithm = next(0x30)
            .and_then(|(whole, _)| parsed::<AlgorithmIdentifier<'_>>(whole))
            .map(|algorithm| signature_name(&algorithm.algorithm.to_id_string()));
        remains.issuer = next(0x30).and_then(|(whole, _)| name(whole));
        remains.validity = next(0x30)
            .and_then(|(whole, _)| parsed::<Validity>(whole))
            .map(|v| (v.not_before.to_datetime(), v.not_after.to_datetime()));
        remains.subject = next(0x30).and_then(|(whole, _)| name(whole));
        remains.public_key = next(0x30)
            .and_then(|(whole, _)| parsed::<SubjectPublicKeyInfo<'_>>(whole))
            .map(|spki| PublicKey::read(&spki));
        // The unique identifiers.
        let _ = (next(0x81), next(0x82));
        remains.sans = next(0xa3)
            .and_then(|(_, list)| Element::open(list))
            .and_then(sans);
        remains
    }
}

/// The names of the first extension that has any.
fn sans(mut extensions: &[u8]) -> Option<Sans> {
    while let Some(element) = Element::read(extensions) {
        let whole = &extensions[..extensions.len() - element.rest.len()];
        extensions = element.rest;
        let extension = parsed::<X509Extension<'_>>(whole);
        if let Some(ParsedExtension::SubjectAlternativeName(names)) =
            extension.as_ref().map(X509Extension::parsed_extension)
        {
            return Some(Sans::of(&names.general_names));
        }
    }
    None
}

fn name(der: &[u8]) -> Option<Name> {
    parsed::<X509Name<'_>>(der).map(|name| Name::read(&name))
}

fn parsed<'a, T: FromDer<'a, x509_parser::error::X509Error>>(der: &'a [u8]) -> Option<T> {
    T::from_der(der).ok().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_remains_of_garbage() {
        for der in [
            &b""[..],
            b"hello",
            &[0x30],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 2, 0x30, 0],
            &[0x30, 2, 5, 0],
        ] {
            assert_eq!(PartialFacts::read(der), PartialFacts::default(), "{der:?}");
        }
    }

    #[test]
    fn fields_are_read_up_to_the_end() {
        // Cut off after the serial number.
        let remains = PartialFacts::read(&[0x30, 0x82, 2, 0, 0x30, 0x82, 1, 0, 2, 2, 0x12, 0x34]);
        assert_eq!(remains.serial.as_deref(), Some("1234"));
        assert_eq!(remains.issuer, None);
    }
}
