//! Why no signature of a record set counts.

use super::algorithm::{self, OddSize};
use super::instant::Instant;
use super::words::quoted;
use hickory_proto::dnssec::Algorithm;
use hickory_proto::rr::Name;
use std::fmt;

/// Why no signature counts. Later variants say more: of several failures the last one is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// There is no signature.
    Unsigned { zone: Name },
    /// All are by another zone than the one that holds the name.
    OtherZone { signer: Box<Name>, zone: Box<Name> },
    /// All are by a name that has been proven to be no zone.
    NoZone { signer: Name },
    /// All are in algorithms that this program cannot check.
    Unknown { zone: Name, algorithm: Algorithm },
    /// By a key of a size that this program cannot use.
    Size { zone: Name, tag: u16, size: OddSize },
    /// The zone has no key of that tag and algorithm.
    NoKey { zone: Name, tag: u16 },
    /// A signature has more labels than the name, or covers what a wildcard must not make.
    Labels { zone: Name },
    /// It ends before it begins, as serial numbers are compared.
    Backwards { zone: Name },
    /// The time for it has not begun.
    NotYet { zone: Name, from: Instant },
    /// The time for it is over.
    Expired { zone: Name, at: Instant },
    /// The key says that it is wrong.
    Wrong { zone: Name, tag: u16 },
    /// The bounds of the work are reached.
    TooMuch,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned { zone } => {
                write!(f, "there is no signature, and {} is signed", quoted(zone))
            }
            Self::OtherZone { signer, zone } => write!(
                f,
                "the signature is by {}, and the name belongs to {}",
                quoted(signer),
                quoted(zone)
            ),
            Self::NoZone { signer } => write!(
                f,
                "the signature is by {}, which is not a zone",
                quoted(signer)
            ),
            Self::Unknown { zone, algorithm } => write!(
                f,
                "the signature by {} is in {}, which cannot be checked here",
                quoted(zone),
                algorithm::name(*algorithm)
            ),
            Self::Size { zone, tag, size } => write!(
                f,
                "the signature is by the key {tag} of {}, which has {size} and cannot be used here",
                quoted(zone)
            ),
            Self::NoKey { zone, tag } => write!(
                f,
                "the signature is by the key {tag}, which {} does not have",
                quoted(zone)
            ),
            Self::Labels { zone } => {
                write!(f, "the signature by {} is for another name", quoted(zone))
            }
            Self::Backwards { zone } => write!(
                f,
                "the signature by {} ends before it begins, or after more than 68 years",
                quoted(zone)
            ),
            Self::NotYet { zone, from } => write!(
                f,
                "the signature by {} is valid from {from} on",
                quoted(zone)
            ),
            Self::Expired { zone, at } => {
                write!(f, "the signature by {} expired at {at}", quoted(zone))
            }
            Self::Wrong { zone, tag } => write!(
                f,
                "the signature by the key {tag} of {} does not fit the records",
                quoted(zone)
            ),
            Self::TooMuch => f.write_str("too many signatures would have to be tried"),
        }
    }
}
