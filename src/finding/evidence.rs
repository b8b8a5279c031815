//! What a finding rests on, as data: dates, names and numbers that a program need not parse out of
//! a sentence.

use std::net::IpAddr;
use time::{Date, Duration, OffsetDateTime};

/// What a finding rests on. Texts come from a server or a file, and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The validity of a certificate, and the time that it was judged at.
    Validity {
        /// Its first moment.
        not_before: OffsetDateTime,
        /// Its last moment.
        not_after: OffsetDateTime,
        /// The time of the judgement.
        judged_at: OffsetDateTime,
    },
    /// A certificate has less time left than it should.
    Expiry {
        /// Its last moment.
        not_after: OffsetDateTime,
        /// The time left; negative once it has expired.
        left: Duration,
        /// The time that should be left.
        least: Duration,
    },
    /// A certificate is valid for longer than its issuer may grant.
    Lifetime {
        /// How long it is valid.
        lifetime: Duration,
        /// How long it may be.
        most: Duration,
        /// The first day of issue to which this limit applies.
        since: Date,
    },
    /// The names of a certificate.
    Names {
        /// The reference identifier.
        reference: String,
        /// The names in the certificate: at most [`Evidence::MOST_NAMES`].
        presented: Vec<String>,
    },
    /// The names of a certificate and of the one that issued it, or should have.
    Link {
        /// The subject of the first.
        subject: String,
        /// The issuer that it names.
        issuer: String,
    },
    /// An authority key identifier differs from the issuer's own. In hex; empty for a name.
    Identifier {
        /// The identifier that the certificate names.
        named: String,
        /// The identifier that its issuer has.
        found: String,
    },
    /// A name that a CA may not issue for.
    Constraint {
        /// The CA.
        ca: String,
        /// The name.
        name: String,
    },
    /// More comparisons of names than are allowed.
    Comparisons {
        /// The names of the certificate.
        names: usize,
        /// The constraints of the CA.
        constraints: usize,
        /// The limit of comparisons for a whole path.
        most: usize,
    },
    /// A key.
    Key {
        /// Its algorithm; a dotted OID if the algorithm is unknown.
        algorithm: String,
        /// Its size in bits, where it has one.
        bits: Option<u32>,
    },
    /// The algorithm of a signature.
    Signature(String),
    /// What a key may be used for, by the names of RFC 5280.
    KeyUsage(Vec<&'static str>),
    /// What a certificate may be used for.
    Purposes(Vec<String>),
    /// A path length constraint.
    PathLength {
        /// The number of intermediates allowed below.
        allowed: u32,
        /// The number found.
        found: usize,
    },
    /// Extensions, by their dotted OIDs.
    Extensions(Vec<String>),
    /// The version of a certificate.
    Version(u32),
    /// A size in octets.
    Octets {
        /// The actual size.
        found: usize,
        /// The allowed size.
        most: usize,
    },
    /// A certificate that is not pinned.
    Pin {
        /// Its SHA-256, in hex.
        presented: String,
        /// The configured fingerprints, as written.
        pinned: Vec<String>,
    },
    /// What a handshake agreed upon.
    Tls {
        /// The version.
        version: String,
        /// The cipher suite.
        cipher_suite: String,
    },
    /// Where an anchor is configured.
    Anchor {
        /// Its subject.
        subject: String,
        /// The file, the setting or the store.
        source: String,
    },
    /// Why something could not be read.
    Unreadable(String),
    /// The index of an earlier certificate of the chain that this one repeats.
    SentAt(usize),
    /// The path, by indices of the chain.
    Order(Vec<usize>),
    /// Mail programs that refuse what others accept.
    Programs {
        /// Their names.
        programs: &'static str,
        /// Why.
        reason: String,
    },
    /// A host.
    Host(String),
    /// The certificates that the addresses of one name serve.
    Served(Vec<Served>),
    /// Addresses.
    Addresses(Vec<IpAddr>),
    /// Addresses beyond the limit.
    Beyond {
        /// How many addresses were checked.
        looked_at: usize,
        /// How many were left out.
        left_out: usize,
    },
}

/// A certificate, and the addresses that serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its last moment, if it can be read.
    pub not_after: Option<OffsetDateTime>,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
}

impl Evidence {
    /// The limit of names kept from a certificate, which may have thousands.
    pub const MOST_NAMES: usize = 100;

    /// The names of a certificate, and the one that it should have.
    pub fn names(reference: &impl ToString, presented: impl Iterator<Item = String>) -> Self {
        Self::Names {
            reference: reference.to_string(),
            presented: presented.take(Self::MOST_NAMES).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        let names = |count: usize| (0..count).map(|n| format!("{n}.example"));
        let kept = Evidence::Names {
            reference: "a.example".to_owned(),
            presented: names(Evidence::MOST_NAMES).collect(),
        };
        assert_eq!(Evidence::names(&"a.example", names(1000)), kept);
    }
}
