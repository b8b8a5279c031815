//! Name constraints (RFC 5280 §4.2.1.10), and the names of every kind that they apply to, as
//! written. Only input that is not DER is refused here.

use super::der::{self, Element};
use super::name::Name;
use super::raw::Raw;
use super::sans::ip_address;
use std::fmt;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

/// A `GeneralName` (RFC 5280 §4.2.1.6): its octets. In a constraint an address has a mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// rfc822Name.
    Email(Vec<u8>),
    /// dNSName.
    Dns(Vec<u8>),
    /// directoryName: the DER of the Name.
    Directory(Vec<u8>),
    /// uniformResourceIdentifier.
    Uri(Vec<u8>),
    /// iPAddress.
    Ip(Vec<u8>),
    /// Another kind, by the octet of its tag.
    Other(u8, Vec<u8>),
}

/// A `GeneralSubtree`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// The name at its root.
    pub base: GeneralName,
    /// The octets of an explicit minimum. DER forbids writing out 0, the default.
    pub minimum: Option<Vec<u8>>,
    /// Whether there is a maximum, or anything else that RFC 5280 does not have.
    pub more: bool,
}

/// The constraints that a CA's certificate sets to the names below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConstraints {
    /// Permitted subtrees. If a kind of name is listed here, all other names of that kind are
    /// refused.
    pub permitted: Vec<Subtree>,
    /// Excluded subtrees.
    pub excluded: Vec<Subtree>,
}

/// The contents of the object identifiers 2.5.29.17 and 2.5.29.30.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];

impl NameConstraints {
    /// The constraints of a certificate (DER); `None`: it has none, or they cannot be read.
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let raw = Raw::read(certificate)?;
        let mut extensions = raw.extensions.iter();
        Self::read(extensions.find(|one| one.oid == NAME_CONSTRAINTS)?.value)
    }

    /// The constraints in what the extension holds; `None`: they cannot be read.
    pub fn read(value: &[u8]) -> Option<Self> {
        let parts = Element::read(value).filter(|parts| parts.tag == 0x30)?;
        let mut constraints = Self::default();
        for part in der::all(parts.content)? {
            let list: Option<Vec<Subtree>> =
                der::all(part.content)?.iter().map(Subtree::read).collect();
            match part.tag {
                0xa0 => constraints.permitted.extend(list?),
                0xa1 => constraints.excluded.extend(list?),
                _ => return None,
            }
        }
        Some(constraints)
    }

    /// With another form of every subtree.
    #[must_use]
    pub fn map(&self, change: impl Fn(&Subtree) -> Subtree) -> Self {
        Self {
            permitted: self.permitted.iter().map(&change).collect(),
            excluded: self.excluded.iter().map(&change).collect(),
        }
    }

    /// All subtrees, in the order of the certificate.
    pub fn all(&self) -> impl Iterator<Item = &Subtree> {
        self.permitted.iter().chain(&self.excluded)
    }
}

impl Subtree {
    fn read(element: &Element<'_>) -> Option<Self> {
        let fields = der::all(element.content).filter(|_| element.tag == 0x30)?;
        let (base, more) = fields.split_first()?;
        let minimum = more.iter().find(|field| field.tag == 0x80);
        Some(Self {
            base: GeneralName::read(base),
            minimum: minimum.map(|field| field.content.to_vec()),
            more: more.iter().any(|field| field.tag != 0x80),
        })
    }
}

impl GeneralName {
    /// The subject alternative names of a certificate (DER), in their order.
    pub fn all(certificate: &[u8]) -> Vec<Self> {
        let names = Raw::read(certificate)
            .and_then(|raw| extension(&raw, SUBJECT_ALT_NAME))
            .and_then(|names| der::all(names.content));
        let names = names.unwrap_or_default();
        names.iter().map(Self::read).collect()
    }

    /// The name in an element.
    pub fn read(element: &Element<'_>) -> Self {
        let content = element.content.to_vec();
        match element.tag {
            0x81 => Self::Email(content),
            0x82 => Self::Dns(content),
            0xa4 => Self::Directory(content),
            0x86 => Self::Uri(content),
            0x87 => Self::Ip(content),
            other => Self::Other(other, content),
        }
    }

    /// The octets of the type of an otherName.
    pub fn other_type(&self) -> Option<&[u8]> {
        match self {
            Self::Other(0xa0, content) => {
                let kind = Element::read(content).filter(|kind| kind.tag == 0x06)?;
                Some(kind.content)
            }
            _ => None,
        }
    }

    /// Whether both are names of one kind, which a constraint can compare; each type of otherName
    /// is a kind of its own.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one, _), Self::Other(two, _)) => {
                one == two && self.other_type() == other.other_type()
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// What the kind is called.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "e-mail address",
            Self::Dns(_) => "DNS name",
            Self::Directory(_) => "directory name",
            Self::Uri(_) => "URI",
            Self::Ip(_) => "IP address",
            Self::Other(0x88, _) => "registered ID",
            Self::Other(..) => "name of a rare kind",
        }
    }
}

impl fmt::Display for GeneralName {
    /// The name in quotes, an address without; untrusted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(text) | Self::Dns(text) | Self::Uri(text) => {
                write!(f, "\"{}\"", String::from_utf8_lossy(text))
            }
            Self::Directory(name) => match X509Name::from_der(name) {
                Ok((_, name)) => write!(f, "\"{}\"", Name::read(&name)),
                Err(_) => f.write_str(&hex::encode(name)),
            },
            Self::Ip(octets) => match (ip_address(octets), network(octets)) {
                (Some(ip), _) if octets.len() == 4 || octets.len() == 16 => write!(f, "{ip}"),
                (_, Some(network)) => f.write_str(&network),
                _ => f.write_str(&hex::encode(octets)),
            },
            Self::Other(_, content) => f.write_str(&hex::encode(content)),
        }
    }
}

/// An address with its mask: as a length where it is one.
fn network(octets: &[u8]) -> Option<String> {
    let (address, mask) = octets.split_at(octets.len() / 2);
    let (address, shown) = (ip_address(address)?, ip_address(mask)?);
    let ones: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    Some(if is_prefix(mask) {
        format!("{address}/{ones}")
    } else {
        format!("{address}/{shown}")
    })
}

/// Whether a mask is ones and then zeros.
pub fn is_prefix(mask: &[u8]) -> bool {
    let rest = mask.iter().skip_while(|octet| **octet == 0xff);
    let mut rest = rest.copied();
    let first = rest.next().unwrap_or_default();
    first.leading_ones() + first.trailing_zeros() == 8 && rest.all(|octet| octet == 0)
}

/// Whether an address lies in a network, which `range` has as an address and a mask (RFC 5280
/// §4.2.1.10): they have the same bits where the mask has ones. The mask may have holes. A network of
/// the other family holds no address.
pub fn is_in_network(address: &[u8], range: &[u8]) -> bool {
    let (network, mask) = range.split_at(range.len() / 2);
    let mut octets = address.iter().zip(network).zip(mask);
    range.len() == address.len() * 2
        && octets.all(|((octet, network), mask)| (octet ^ network) & mask == 0)
}

/// The SEQUENCE in an extension.
fn extension<'a>(raw: &Raw<'a>, oid: &[u8]) -> Option<Element<'a>> {
    let found = raw.extensions.iter().find(|one| one.oid == oid)?;
    Element::read(found.value).filter(|element| element.tag == 0x30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_people_write_them() {
        for (name, shown) in [
            (GeneralName::Dns(b"a.test".to_vec()), "\"a.test\""),
            (GeneralName::Ip(vec![10, 0, 0, 5]), "10.0.0.5"),
            (
                GeneralName::Ip(vec![10, 0, 0, 0, 255, 0, 0, 0]),
                "10.0.0.0/8",
            ),
            (
                GeneralName::Ip(vec![10, 0, 0, 0, 255, 0, 255, 0]),
                "10.0.0.0/255.0.255.0",
            ),
            (GeneralName::Ip(vec![10, 0, 0]), "0a0000"),
            (GeneralName::Other(0x88, vec![0x2a, 3]), "2a03"),
        ] {
            assert_eq!(name.to_string(), shown);
        }
    }

    #[test]
    fn an_address_is_in_a_network_where_the_mask_has_ones() {
        let range = [192, 0, 2, 9, 255, 0, 255, 0];
        assert!(is_in_network(&[192, 7, 2, 1], &range));
        assert!(!is_in_network(&[192, 7, 3, 1], &range));
        assert!(!is_in_network(&[192, 7, 2, 1, 0], &range));
        assert!(!is_in_network(&[192, 7, 2], &range));
        assert!(!is_in_network(&[0; 16], &[0; 8]));
        assert!(is_in_network(&[1; 16], &[0; 32]));
    }

    #[test]
    fn a_mask_is_ones_and_then_zeros() {
        for mask in [&[][..], &[0], &[255], &[0xf0], &[255, 128], &[255, 0, 0]] {
            assert!(is_prefix(mask), "{mask:?}");
        }
        for mask in [&[0x0f][..], &[0xaa], &[0, 1], &[255, 0, 255]] {
            assert!(!is_prefix(mask), "{mask:?}");
        }
    }
}
