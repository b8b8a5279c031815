//! Subject alternative names.

use super::name::Name;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use x509_parser::extensions::GeneralName;

/// The subject alternative names (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sans {
    /// dNSName.
    pub dns: Vec<String>,
    /// iPAddress, those of 4 or 16 octets.
    pub ip: Vec<IpAddr>,
    /// rfc822Name.
    pub email: Vec<String>,
    /// uniformResourceIdentifier.
    pub uri: Vec<String>,
    /// Everything else.
    pub other: Vec<SanOther>,
}

/// A SAN that no mail client compares: its kind, and its content as text or hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SanOther(pub &'static str, pub String);

impl Sans {
    pub(super) fn of(names: &[GeneralName<'_>]) -> Self {
        let mut sans = Self::default();
        for name in names {
            sans.push(name);
        }
        sans
    }

    pub(super) fn push(&mut self, name: &GeneralName<'_>) {
        let mut other = |kind, text| self.other.push(SanOther(kind, text));
        match name {
            GeneralName::DNSName(name) => self.dns.push((*name).to_owned()),
            GeneralName::RFC822Name(name) => self.email.push((*name).to_owned()),
            GeneralName::URI(name) => self.uri.push((*name).to_owned()),
            GeneralName::IPAddress(octets) => match ip_address(octets) {
                Some(ip) => self.ip.push(ip),
                None => other("iPAddress", hex::encode(octets)),
            },
            GeneralName::DirectoryName(name) => {
                other("directoryName", Name::read(name).to_string());
            }
            GeneralName::OtherName(oid, value) => {
                other(
                    "otherName",
                    format!("{}:{}", oid.to_id_string(), hex::encode(value)),
                );
            }
            GeneralName::RegisteredID(oid) => other("registeredID", oid.to_id_string()),
            GeneralName::X400Address(any) => other("x400Address", hex::encode(any.data)),
            GeneralName::EDIPartyName(any) => other("ediPartyName", hex::encode(any.data)),
            GeneralName::Invalid(_, octets) => other("invalid", hex::encode(octets)),
        }
    }

    /// The first name that a TLS client could compare; untrusted.
    pub fn first(&self) -> Option<String> {
        let ip = || self.ip.first().map(ToString::to_string);
        self.dns.first().cloned().or_else(ip)
    }

    /// Whether there is a name that a TLS client could compare (RFC 9525 §6.1).
    pub fn is_comparable(&self) -> bool {
        !self.dns.is_empty() || !self.ip.is_empty()
    }
}

pub(super) fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(|o| Ipv4Addr::from(o).into());
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(|o| Ipv6Addr::from(o).into()))
        .ok()
}
