//! What a finding rests on, as data: dates, names and numbers that no program has to read out of a
//! sentence.

use std::net::IpAddr;
use time::{Date, Duration, OffsetDateTime};

/// What a finding rests on. Texts are a server's or a file's, and untrusted.
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
    /// A certificate has less left than it should.
    Expiry {
        /// Its last moment.
        not_after: OffsetDateTime,
        /// What is left of it; negative: it has expired.
        left: Duration,
        /// What should be left.
        least: Duration,
    },
    /// A certificate is valid for longer than its issuer may make it.
    Lifetime {
        /// How long it is valid.
        lifetime: Duration,
        /// How long it may be.
        most: Duration,
        /// The day from which on this holds.
        since: Date,
    },
    /// The names of a certificate.
    Names {
        /// The reference identifier.
        reference: String,
        /// What the certificate has: at most [`Evidence::MOST_NAMES`].
        presented: Vec<String>,
    },
    /// The names of two certificates, one of which issued the other, or should have.
    Link {
        /// The subject of the one.
        subject: String,
        /// Its issuer, as it names it.
        issuer: String,
    },
    /// An authority key identifier differs from what the issuer has. In hex; empty for a name.
    Identifier {
        /// What the certificate names.
        named: String,
        /// What its issuer has.
        found: String,
    },
    /// A name that a CA may not issue for.
    Constraint {
        /// The CA.
        ca: String,
        /// The name.
        name: String,
    },
    /// More comparisons of names than are made.
    Comparisons {
        /// The names of the certificate.
        names: usize,
        /// The constraints of the CA.
        constraints: usize,
        /// The comparisons that are made at most, for a whole path.
        most: usize,
    },
    /// A key.
    Key {
        /// Its algorithm; a dotted OID if it is not one that is known.
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
        /// The intermediates that may be below.
        allowed: u32,
        /// Those that are.
        found: usize,
    },
    /// Extensions, by their dotted OIDs.
    Extensions(Vec<String>),
    /// The version of a certificate.
    Version(u32),
    /// A size in octets.
    Octets {
        /// What it is.
        found: usize,
        /// What it may be.
        most: usize,
    },
    /// A certificate that is not pinned.
    Pin {
        /// Its SHA-256, in hex.
        presented: String,
        /// The fingerprints that are configured, as they stand there.
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
    /// A certificate of the chain that is sent earlier, too, by its index.
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
    /// Addresses beyond the number that is looked at.
    Beyond {
        /// Those that were looked at.
        looked_at: usize,
        /// Those that were not.
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
    /// More names of a certificate are not kept: it may have thousands.
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
