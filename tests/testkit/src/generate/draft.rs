//! A certificate before it is signed, in fields that a mutation can turn.

pub(crate) use super::name::{Attribute, General, Name, kind, tag};

use super::keys::{Digest, KeyId, Keys};
use super::octets::Octets;
use crate::der::{self, bit_string, extension, integer, octet_string, oid, seq, tlv};
use time::{Duration, OffsetDateTime};

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

/// The OIDs of extensions.
pub(crate) mod id {
    /// Basic constraints.
    pub(crate) const BASIC: &str = "2.5.29.19";
    /// Key usage.
    pub(crate) const USAGE: &str = "2.5.29.15";
    /// Extended key usage.
    pub(crate) const PURPOSES: &str = "2.5.29.37";
    /// Netscape's certificate type.
    pub(crate) const NETSCAPE: &str = "2.16.840.1.113730.1.1";
    /// Subject alternative names.
    pub(crate) const SANS: &str = "2.5.29.17";
    /// Subject key identifier.
    pub(crate) const SKI: &str = "2.5.29.14";
    /// Authority key identifier.
    pub(crate) const AKI: &str = "2.5.29.35";
    /// Name constraints.
    pub(crate) const CONSTRAINTS: &str = "2.5.29.30";
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
    /// Odd octets.
    pub(crate) octets: Octets,
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
    /// Puts octets in the place of what there is of an extension.
    pub(crate) fn replace(&mut self, id: &'static str, critical: bool, content: Vec<u8>) {
        match id {
            id::BASIC => self.basic = None,
            id::USAGE => self.usage = None,
            id::PURPOSES => self.purposes = None,
            id::NETSCAPE => self.netscape = None,
            id::SANS => self.sans = None,
            id::SKI => self.ski = None,
            id::AKI => self.aki = None,
            id::CONSTRAINTS => self.constraints = None,
            _ => {}
        }
        self.more.retain(|(other, ..)| *other != id);
        self.more.push((id, critical, content));
    }

    fn der(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut add = |id, critical, content: Vec<u8>| all.push(extension(id, critical, content));
        if let Some(basic) = &self.basic {
            let ca = if basic.ca { tlv(1, [0xff]) } else { Vec::new() };
            let length = basic.path_len.map_or_else(Vec::new, |n| integer([n]));
            add(id::BASIC, basic.critical, seq([ca, length]));
        }
        if let Some((critical, flags)) = self.usage {
            add(id::USAGE, critical, bits(flags));
        }
        if let Some((critical, purposes)) = &self.purposes {
            add(
                id::PURPOSES,
                *critical,
                seq(purposes.iter().map(|p| oid(p))),
            );
        }
        if let Some(octet) = self.netscape {
            let unused = u8::try_from(octet.trailing_zeros().min(7)).expect("small");
            add(id::NETSCAPE, false, tlv(3, [unused, octet]));
        }
        if let Some((critical, names)) = &self.sans {
            add(id::SANS, *critical, seq(names.iter().map(General::der)));
        }
        if let Some(id) = &self.ski {
            add(id::SKI, false, octet_string(id));
        }
        if let Some(aki) = &self.aki {
            add(id::AKI, false, aki.der());
        }
        if let Some((critical, constraints)) = &self.constraints {
            add(id::CONSTRAINTS, *critical, constraints.der());
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
    /// Signs it; `hits` takes the elements that have a fault.
    pub(crate) fn der(&self, keys: &Keys, at: OffsetDateTime, hits: &mut Vec<String>) -> Vec<u8> {
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
        let tbs = self.octets.tbs(fields, at, hits);
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
