//! Names as they may be encoded.

use crate::der::{self, oid, seq, tlv};

/// An attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Its type, an OID.
    pub(crate) kind: &'static str,
    /// The tag of its string.
    pub(crate) tag: u8,
    /// The text, encoded by the tag.
    pub(crate) text: String,
}

/// The OIDs of attributes.
pub(crate) mod kind {
    /// Country.
    pub(crate) const C: &str = "2.5.4.6";
    /// Organisation.
    pub(crate) const O: &str = "2.5.4.10";
    /// Unit.
    pub(crate) const OU: &str = "2.5.4.11";
    /// Common name.
    pub(crate) const CN: &str = "2.5.4.3";
    /// Mail address.
    pub(crate) const EMAIL: &str = "1.2.840.113549.1.9.1";
}

/// The tags of strings.
pub(crate) mod tag {
    /// `UTF8String`.
    pub(crate) const UTF8: u8 = 12;
    /// `PrintableString`.
    pub(crate) const PRINTABLE: u8 = 19;
    /// `TeletexString`.
    pub(crate) const T61: u8 = 20;
    /// `IA5String`.
    pub(crate) const IA5: u8 = 22;
    /// `UniversalString`.
    pub(crate) const UNIVERSAL: u8 = 28;
    /// `BMPString`.
    pub(crate) const BMP: u8 = 30;
}

impl Attribute {
    /// An attribute.
    pub(crate) fn new(kind: &'static str, tag: u8, text: &str) -> Self {
        let text = text.to_owned();
        Self { kind, tag, text }
    }

    fn der(&self) -> Vec<u8> {
        let octets: Vec<u8> = match self.tag {
            tag::BMP => self
                .text
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
            tag::UNIVERSAL => self
                .text
                .chars()
                .flat_map(|c| u32::from(c).to_be_bytes())
                .collect(),
            _ => self.text.clone().into_bytes(),
        };
        seq([oid(self.kind), tlv(self.tag, octets)])
    }
}

/// A name: its RDNs, mostly of one attribute each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) Vec<Vec<Attribute>>);

impl Name {
    /// Country, organisation and common name, each in its own RDN.
    pub(crate) fn new(organisation: &str, common_name: &str) -> Self {
        Self(vec![
            vec![Attribute::new(kind::C, tag::PRINTABLE, "DE")],
            vec![Attribute::new(kind::O, tag::UTF8, organisation)],
            vec![Attribute::new(kind::CN, tag::UTF8, common_name)],
        ])
    }

    /// A common name alone.
    pub(crate) fn common(common_name: &str) -> Self {
        Self(vec![vec![Attribute::new(kind::CN, tag::UTF8, common_name)]])
    }

    /// The DER; the attributes of a set in DER's order.
    pub(crate) fn der(&self) -> Vec<u8> {
        let rdns = self.0.iter().map(|rdn| {
            let mut attributes: Vec<Vec<u8>> = rdn.iter().map(Attribute::der).collect();
            attributes.sort();
            der::set(attributes)
        });
        seq(rdns.collect::<Vec<_>>())
    }

    /// The common name, the last one.
    pub(crate) fn cn(&self) -> &str {
        let mut all = self.0.iter().flatten().rev();
        let found = all.find(|attribute| attribute.kind == kind::CN);
        found.map_or("", |attribute| &attribute.text)
    }

    /// Another common name.
    pub(crate) fn set_cn(&mut self, text: &str) {
        for attribute in self.0.iter_mut().flatten() {
            if attribute.kind == kind::CN {
                text.clone_into(&mut attribute.text);
            }
        }
    }
}

/// A `GeneralName`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum General {
    /// dNSName.
    Dns(String),
    /// iPAddress, or one with its mask.
    Ip(Vec<u8>),
    /// rfc822Name.
    Email(String),
    /// uniformResourceIdentifier.
    Uri(String),
    /// directoryName.
    Directory(Name),
    /// otherName of some kind.
    Other,
    /// Any octets.
    Octets(Vec<u8>),
}

impl General {
    /// A dNSName.
    pub(crate) fn dns(name: &str) -> Self {
        Self::Dns(name.to_owned())
    }

    /// The DER.
    pub(crate) fn der(&self) -> Vec<u8> {
        match self {
            Self::Email(text) => tlv(0x81, text),
            Self::Dns(text) => tlv(0x82, text),
            Self::Directory(name) => tlv(0xa4, name.der()),
            Self::Uri(text) => tlv(0x86, text),
            Self::Ip(octets) => tlv(0x87, octets),
            Self::Octets(octets) => octets.clone(),
            Self::Other => {
                let value = tlv(0xa0, der::utf8("user@example.test"));
                tlv(0xa0, [oid("1.3.6.1.4.1.311.20.2.3"), value].concat())
            }
        }
    }
}
