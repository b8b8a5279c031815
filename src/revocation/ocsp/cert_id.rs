//! How a response names a certificate: by digests of its issuer's name and key, and by its serial
//! number (RFC 6960 §4.1.1).

use crate::certificate::der::{Element, Fields};
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::revocation::serial::shortest;

/// The name of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertId<'a> {
    /// `None`: a digest that is not known here.
    algorithm: Option<Algorithm>,
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
    serial: &'a [u8],
}

impl<'a> CertId<'a> {
    /// `None`: it is not one.
    pub(super) fn read(element: &Element<'a>) -> Option<Self> {
        let mut fields = (element.tag == 0x30).then(|| Fields::of(element.content))?;
        let algorithm = fields.optional(0x30)?;
        let issuer_name = fields.optional(0x04)?;
        let issuer_key = fields.optional(0x04)?;
        let serial = fields.optional(0x02)?;
        fields.end()?;
        Some(Self {
            algorithm: digest(Fields::of(algorithm).optional(0x06)?),
            issuer_name,
            issuer_key,
            serial: shortest(serial),
        })
    }

    /// Whether it is the certificate with this serial number (the octets of an INTEGER), by the
    /// issuer with this name and `SubjectPublicKeyInfo` (both DER).
    pub fn names(&self, issuer_name: &[u8], issuer_spki: &[u8], serial: &[u8]) -> bool {
        let (Some(algorithm), Some(key)) = (self.algorithm, key_bits(issuer_spki)) else {
            return false;
        };
        let is = |digest: &[u8], of: &[u8]| Fingerprint::compute(algorithm, of).bytes() == digest;
        self.serial == shortest(serial)
            && is(self.issuer_name, issuer_name)
            && is(self.issuer_key, key)
    }
}

fn digest(oid: &[u8]) -> Option<Algorithm> {
    const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    match oid {
        SHA1 => Some(Algorithm::Sha1),
        SHA256 => Some(Algorithm::Sha256),
        SHA512 => Some(Algorithm::Sha512),
        _ => None,
    }
}

/// The octets of the key, without the number of unused bits.
fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    let outer = Element::read(spki).filter(|outer| outer.tag == 0x30)?;
    let mut fields = Fields::of(outer.content);
    fields.optional(0x30)?;
    fields.optional(0x03)?.get(1..)
}
