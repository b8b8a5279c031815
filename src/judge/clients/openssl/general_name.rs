//! General names (RFC 5280 §4.2.1.6) as OpenSSL reads them: octets, whatever they hold.

use crate::certificate::canonical_name;
use crate::certificate::der::Element;

/// A general name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GeneralName {
    Email(Vec<u8>),
    Dns(Vec<u8>),
    Uri(Vec<u8>),
    Ip(Vec<u8>),
    /// The canonical form.
    Directory(Vec<u8>),
    /// otherName: its type.
    Other(Vec<u8>),
    /// x400Address, ediPartyName, registeredID: the tag.
    Rest(u8),
}

impl GeneralName {
    /// The canonical form of a directory name.
    pub(super) fn into_directory(self) -> Option<Vec<u8>> {
        match self {
            Self::Directory(name) => Some(name),
            _ => None,
        }
    }

    /// Whether both are of one kind (`nc_match`); types of otherName are kinds of their own.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(a), Self::Other(b)) => a == b,
            (Self::Rest(a), Self::Rest(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// `None`: it is not one.
pub(super) fn read(element: &Element<'_>) -> Option<GeneralName> {
    let octets = || element.content.to_vec();
    Some(match element.tag {
        0x81 => GeneralName::Email(octets()),
        0x82 => GeneralName::Dns(octets()),
        0x86 => GeneralName::Uri(octets()),
        0x87 => GeneralName::Ip(octets()),
        0xa4 => {
            let name = Element::read(element.content)
                .filter(|name| name.tag == 0x30 && name.rest.is_empty())?;
            GeneralName::Directory(canonical_name(name.content)?)
        }
        0xa0 => {
            let kind = Element::read(element.content).filter(|kind| kind.tag == 0x06)?;
            GeneralName::Other(kind.content.to_vec())
        }
        tag @ (0xa3 | 0xa5 | 0x88) => GeneralName::Rest(tag),
        _ => return None,
    })
}
