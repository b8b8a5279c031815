//! A certificate before it is signed, in fields that a mutation can turn, and names as they may be
//! encoded.

use super::keys::{Digest, KeyId, Keys};
use crate::der::{self, bit_string, extension, integer, octet_string, oid, seq, tlv};
use time::{Duration, OffsetDateTime};

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
            Self::Other => {
                let value = tlv(0xa0, der::utf8("user@example.test"));
                tlv(0xa0, [oid("1.3.6.1.4.1.311.20.2.3"), value].concat())
            }
        }
    }
}

/// Basic constraints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Basic {
    /// Marked critical.
    pub(crate) critical: bool,
    /// A CA; false is left out, as DER requires.
    pub(crate) ca: bool,
    /// The path length.
    pub(crate) path_len: Option<u8>,
}

/// The authority key identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Authority {
    /// keyIdentifier.
    pub(crate) id: Option<Vec<u8>>,
    /// authorityCertIssuer.
    pub(crate) issuer: Option<Vec<General>>,
    /// authorityCertSerialNumber.
    pub(crate) serial: Option<Vec<u8>>,
}

/// A list that is critical or not.
pub(crate) type Marked<T> = Option<(bool, T)>;

/// Permitted and excluded subtrees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Constraints {
    /// permittedSubtrees.
    pub(crate) permitted: Vec<General>,
    /// excludedSubtrees.
    pub(crate) excluded: Vec<General>,
}

/// The extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// Basic constraints.
    pub(crate) basic: Option<Basic>,
    /// Key usage, bit 0 first.
    pub(crate) usage: Marked<u16>,
    /// Extended key usage.
    pub(crate) purposes: Marked<Vec<&'static str>>,
    /// Netscape's certificate type: its octet, bit 0 in front.
    pub(crate) netscape: Option<u8>,
    /// Subject alternative names.
    pub(crate) sans: Marked<Vec<General>>,
    /// Subject key identifier.
    pub(crate) ski: Option<Vec<u8>>,
    /// Authority key identifier.
    pub(crate) aki: Option<Authority>,
    /// Name constraints.
    pub(crate) constraints: Marked<Constraints>,
    /// Others: OID, critical, content.
    pub(crate) more: Vec<(&'static str, bool, Vec<u8>)>,
}

/// A certificate to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What it is called in descriptions.
    pub(crate) what: String,
    /// 1 or 3; extensions of version 1 are left out.
    pub(crate) version: u8,
    /// The serial number.
    pub(crate) serial: Vec<u8>,
    /// The issuer.
    pub(crate) issuer: Name,
    /// The subject.
    pub(crate) subject: Name,
    /// The validity, in seconds from the moment of judgement.
    pub(crate) from: i64,
    /// Its end.
    pub(crate) until: i64,
    /// The subject's key.
    pub(crate) key: KeyId,
    /// The key that signs.
    pub(crate) signer: KeyId,
    /// The digest of the signature.
    pub(crate) digest: Digest,
    /// The dates are `GeneralizedTime`, also before 2050.
    pub(crate) generalized: bool,
    /// The signature is turned.
    pub(crate) forged: bool,
    /// The extensions.
    pub(crate) extensions: Extensions,
}

/// The least number of octets of a BIT STRING whose bit 0 is the lowest here.
fn bits(flags: u16) -> Vec<u8> {
    let turned = flags.reverse_bits().to_be_bytes();
    let used = (16 - flags.leading_zeros()) as usize;
    let octets = used.div_ceil(8);
    let unused = u8::try_from(octets * 8 - used).expect("below eight");
    tlv(3, [&[unused][..], &turned[..octets]].concat())
}

impl Extensions {
    fn der(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut add = |id, critical, content: Vec<u8>| all.push(extension(id, critical, content));
        if let Some(basic) = &self.basic {
            let ca = if basic.ca { tlv(1, [0xff]) } else { Vec::new() };
            let length = basic.path_len.map_or_else(Vec::new, |n| integer([n]));
            add("2.5.29.19", basic.critical, seq([ca, length]));
        }
        if let Some((critical, flags)) = self.usage {
            add("2.5.29.15", critical, bits(flags));
        }
        if let Some((critical, purposes)) = &self.purposes {
            add("2.5.29.37", *critical, seq(purposes.iter().map(|p| oid(p))));
        }
        if let Some(octet) = self.netscape {
            let unused = u8::try_from(octet.trailing_zeros().min(7)).expect("small");
            add("2.16.840.1.113730.1.1", false, tlv(3, [unused, octet]));
        }
        if let Some((critical, names)) = &self.sans {
            add("2.5.29.17", *critical, seq(names.iter().map(General::der)));
        }
        if let Some(id) = &self.ski {
            add("2.5.29.14", false, octet_string(id));
        }
        if let Some(aki) = &self.aki {
            add("2.5.29.35", false, aki.der());
        }
        if let Some((critical, constraints)) = &self.constraints {
            add("2.5.29.30", *critical, constraints.der());
        }
        for (id, critical, content) in &self.more {
            add(id, *critical, content.clone());
        }
        all
    }
}

impl Authority {
    fn der(&self) -> Vec<u8> {
        let id = self.id.as_ref().map(|id| tlv(0x80, id));
        let names = self.issuer.as_ref();
        let names = names.map(|names| {
            tlv(
                0xa1,
                names.iter().flat_map(General::der).collect::<Vec<_>>(),
            )
        });
        let serial = self.serial.as_ref().map(|serial| tlv(0x82, serial));
        seq([id, names, serial].into_iter().flatten())
    }
}

impl Constraints {
    fn der(&self) -> Vec<u8> {
        let list = |tag, names: &[General]| match names {
            [] => Vec::new(),
            some => {
                let subtrees = some.iter().flat_map(|name| seq([name.der()]));
                tlv(tag, subtrees.collect::<Vec<_>>())
            }
        };
        seq([list(0xa0, &self.permitted), list(0xa1, &self.excluded)])
    }
}

impl Draft {
    /// Signs it.
    pub(crate) fn der(&self, keys: &Keys, at: OffsetDateTime) -> Vec<u8> {
        let signer = keys.get(self.signer);
        let algorithm = signer.algorithm(self.digest);
        let moment = |seconds| {
            let moment = at + Duration::seconds(seconds);
            if self.generalized {
                der::generalized(moment)
            } else {
                der::utc(moment)
            }
        };
        let extensions = self.extensions.der();
        let v1 = self.version == 1;
        let fields = der::Fields {
            version: if v1 {
                Vec::new()
            } else {
                tlv(0xa0, integer([self.version - 1]))
            },
            serial: integer(&self.serial),
            inner_algorithm: algorithm.clone(),
            outer_algorithm: algorithm.clone(),
            issuer: self.issuer.der(),
            validity: seq([moment(self.from), moment(self.until)]),
            subject: self.subject.der(),
            spki: keys.get(self.key).spki.clone(),
            unique_ids: Vec::new(),
            extensions: if v1 { Vec::new() } else { extensions },
            tail: Vec::new(),
        };
        let tbs = fields.tbs();
        let mut signature = if self.forged {
            signer.sign(b"something else", self.digest)
        } else {
            signer.sign(&tbs, self.digest)
        };
        if signature.is_empty() {
            signature.push(0);
        }
        seq([tbs, algorithm, bit_string(signature)])
    }

    /// Puts right what its issuer's changes made wrong: the issuer's name and key.
    pub(crate) fn follow(&mut self, issuer: &Self) {
        self.issuer = issuer.subject.clone();
        self.signer = issuer.key;
    }
}
