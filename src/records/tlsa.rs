//! A TLSA record (RFC 6698 §2.1): its data taken apart, and what keeps a sender of mail from using
//! it.

use crate::fingerprint::{Algorithm, Fingerprint};
use std::fmt;

/// Certificate usage 2 (RFC 7218 §2.1): a trust anchor, which the server has to send.
pub const DANE_TA: u8 = 2;
/// Certificate usage 3: the leaf itself.
pub const DANE_EE: u8 = 3;
/// Selector 0: the whole certificate.
pub const WHOLE: u8 = 0;
/// Selector 1: the `SubjectPublicKeyInfo`.
pub const KEY: u8 = 1;
/// Matching type 0: the octets themselves, no digest.
pub const FULL: u8 = 0;
/// Matching type 1.
pub const SHA256: u8 = 1;
/// Matching type 2.
pub const SHA512: u8 = 2;

/// A TLSA record. What it holds comes from the network: the numbers may be any, and the data may be
/// of any length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tlsa {
    /// The certificate usage.
    pub usage: u8,
    /// The selector.
    pub selector: u8,
    /// The matching type.
    pub matching: u8,
    /// The certificate association data.
    pub data: Vec<u8>,
}

/// Why a sender of mail cannot use a TLSA record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Usages 0 and 1 (RFC 7672 §3.1.3), and those that are not assigned.
    #[error("usage {0} does not count for mail")]
    Usage(u8),
    /// A selector that is not assigned.
    #[error("selector {0} is unknown")]
    Selector(u8),
    /// A matching type that is not assigned.
    #[error("matching type {0} is unknown")]
    Matching(u8),
    /// A digest of another length than its type has.
    #[error("the digest has {found} octets instead of {wanted}")]
    Length {
        /// The length of the data.
        found: usize,
        /// The length of such a digest.
        wanted: usize,
    },
    /// Matching type 0 without data.
    #[error("it has no data")]
    Empty,
    /// Matching type 0 with something else than a certificate.
    #[error("its data is not a certificate")]
    NotACertificate,
    /// Matching type 0 with something else than a public key.
    #[error("its data is not a public key")]
    NotAKey,
}

/// Fewer octets than the three numbers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a TLSA record of {0} octets is too short")]
pub struct Truncated(pub usize);

impl Tlsa {
    /// Takes the data of a record apart.
    pub fn read(data: &[u8]) -> Result<Self, Truncated> {
        match data {
            [usage, selector, matching, data @ ..] => Ok(Self {
                usage: *usage,
                selector: *selector,
                matching: *matching,
                data: data.to_vec(),
            }),
            _ => Err(Truncated(data.len())),
        }
    }

    /// The record for these octets, which are a certificate or a key, with SHA-256.
    pub fn sha256(usage: u8, selector: u8, octets: &[u8]) -> Self {
        Self::digest_of(usage, selector, SHA256, octets)
    }

    /// The same with the digest of another matching type; one that has none takes the octets.
    pub fn digest_of(usage: u8, selector: u8, matching: u8, octets: &[u8]) -> Self {
        let record = Self {
            usage,
            selector,
            matching,
            data: Vec::new(),
        };
        let data = match record.digest() {
            Some(digest) => Fingerprint::compute(digest, octets).bytes().to_vec(),
            None => octets.to_vec(),
        };
        Self { data, ..record }
    }

    /// The digest of the matching type; `None`: it has none.
    pub fn digest(&self) -> Option<Algorithm> {
        match self.matching {
            SHA256 => Some(Algorithm::Sha256),
            SHA512 => Some(Algorithm::Sha512),
            _ => None,
        }
    }

    /// Why a sender cannot use it, as far as its numbers and its length say; whether the data of
    /// matching type 0 is a certificate or a key is for those who read certificates.
    pub fn unusable(&self) -> Option<Unusable> {
        if !matches!(self.usage, DANE_TA | DANE_EE) {
            return Some(Unusable::Usage(self.usage));
        }
        if !matches!(self.selector, WHOLE | KEY) {
            return Some(Unusable::Selector(self.selector));
        }
        let found = self.data.len();
        match self.digest() {
            Some(digest) => {
                let wanted = digest.hex_digits() / 2;
                (found != wanted).then_some(Unusable::Length { found, wanted })
            }
            None if self.matching != FULL => Some(Unusable::Matching(self.matching)),
            None => self.data.is_empty().then_some(Unusable::Empty),
        }
    }

    /// Whether it has no data at all, and a usage for mail: Postfix takes memory for the data of each
    /// such record, and a request for none is an error at which it ends (`mymalloc`).
    pub fn ends_postfix(&self) -> bool {
        matches!(self.usage, DANE_TA | DANE_EE) && self.data.is_empty()
    }

    /// Whether it is the digest of nothing: what a pipe publishes whose first command failed.
    pub fn is_digest_of_nothing(&self) -> bool {
        let nothing = self
            .digest()
            .map(|digest| Fingerprint::compute(digest, b""));
        nothing.is_some_and(|nothing| nothing.bytes() == self.data)
    }

    /// Whether the data of these octets, with the record's digest, is that of the record.
    pub fn matches(&self, octets: &[u8]) -> bool {
        match self.digest() {
            Some(digest) => Fingerprint::compute(digest, octets).bytes() == self.data,
            None => self.matching == FULL && self.data == octets,
        }
    }
}

impl fmt::Display for Tlsa {
    /// The data as a zone file has it (RFC 6698 §2.2).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            usage,
            selector,
            matching,
            data,
        } = self;
        write!(f, "{usage} {selector} {matching}")?;
        if data.is_empty() {
            return Ok(());
        }
        write!(f, " {}", hex::encode(data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tlsa(usage: u8, selector: u8, matching: u8, octets: usize) -> Tlsa {
        Tlsa {
            usage,
            selector,
            matching,
            data: vec![7; octets],
        }
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        for (record, why) in [
            (tlsa(0, 0, 1, 32), "usage 0 does not count for mail"),
            (tlsa(1, 1, 1, 32), "usage 1 does not count for mail"),
            (tlsa(4, 1, 1, 32), "usage 4 does not count for mail"),
            (tlsa(3, 2, 1, 32), "selector 2 is unknown"),
            (tlsa(3, 1, 3, 32), "matching type 3 is unknown"),
            (tlsa(3, 1, 1, 31), "the digest has 31 octets instead of 32"),
            (tlsa(3, 1, 2, 32), "the digest has 32 octets instead of 64"),
            (tlsa(2, 0, 0, 0), "it has no data"),
        ] {
            let said = record.unusable().map(|why| why.to_string());
            assert_eq!(said.as_deref(), Some(why), "{record}");
        }
        for record in [
            tlsa(3, 1, 1, 32),
            tlsa(3, 0, 2, 64),
            tlsa(2, 1, 1, 32),
            tlsa(2, 0, 0, 1),
        ] {
            assert_eq!(record.unusable(), None, "{record}");
        }
    }

    #[test]
    fn a_digest_of_nothing_is_known() {
        let nothing = |matching, digest| {
            let data = Fingerprint::compute(digest, b"").bytes().to_vec();
            Tlsa {
                matching,
                data,
                ..tlsa(3, 1, 1, 0)
            }
        };
        assert!(nothing(SHA256, Algorithm::Sha256).is_digest_of_nothing());
        assert!(nothing(SHA512, Algorithm::Sha512).is_digest_of_nothing());
        assert!(!nothing(SHA512, Algorithm::Sha256).is_digest_of_nothing());
        assert!(!tlsa(2, 0, 0, 0).is_digest_of_nothing());
    }

    #[test]
    fn a_record_is_written_as_in_a_zone_file() {
        let record = Tlsa::read(&[3, 1, 1, 0xab, 0x01]).expect("a record");
        assert_eq!(record.to_string(), "3 1 1 ab01");
        let empty = Tlsa::read(&[3, 1, 1]).expect("a record");
        assert_eq!(empty.to_string(), "3 1 1");
        assert!(empty.ends_postfix() && !record.ends_postfix());
        assert!(!Tlsa::read(&[1, 1, 1]).expect("a record").ends_postfix());
        assert_eq!(Tlsa::read(&[3, 1]), Err(Truncated(2)));
        assert!(Tlsa::sha256(3, 1, b"key").matches(b"key"));
        assert!(!Tlsa::sha256(3, 1, b"key").matches(b"other"));
    }

    proptest! {
        #[test]
        fn any_octets_are_read_back(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            match Tlsa::read(&octets) {
                Ok(read) => {
                    let again = [&[read.usage, read.selector, read.matching][..], &read.data].concat();
                    prop_assert_eq!(&again, &octets);
                    let counts = read.unusable().is_none();
                    prop_assert!(!counts || matches!(read.usage, 2 | 3));
                    let _ = (read.to_string(), read.matches(b"x"), read.is_digest_of_nothing());
                }
                Err(Truncated(length)) => prop_assert!(length == octets.len() && length < 3),
            }
        }
    }
}
