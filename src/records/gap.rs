//! What is missing in the proof that something does not exist.

use super::words::type_name;
use hickory_proto::rr::RecordType;
use std::fmt;

/// What is missing, or contradicts the reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// There are neither NSEC nor NSEC3 records.
    NoProof,
    /// Nothing says that the name does not exist, or what it has.
    Name,
    /// Nothing says that there is no wildcard for it.
    Wildcard,
    /// The records say that the type exists.
    Exists(RecordType),
    /// The records say that the name is an alias.
    Alias,
    /// The records are those of the zone above, at or above the name (RFC 6840 4.1).
    Above,
    /// The records are those of the zone below, and DS is the zone's above (RFC 6840 4.4).
    Below,
    /// The name is said to exist, and proven not to.
    NoSuchName,
    /// NSEC3 records with different parameters (RFC 5155 8.2).
    Mixed,
    /// The bounds of the work are reached.
    TooMuch,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProof => f.write_str("no NSEC or NSEC3 record proves that there is none"),
            Self::Name => f.write_str("the NSEC records do not prove that there is none"),
            Self::Wildcard => f.write_str("the NSEC records do not prove that no wildcard applies"),
            Self::Exists(kind) => write!(
                f,
                "the reply has none, and the NSEC record says that there is {}",
                type_name(*kind)
            ),
            Self::Alias => {
                f.write_str("the reply has no alias, and the NSEC record says that there is one")
            }
            Self::Above => f.write_str("the NSEC record is that of a delegation in the zone above"),
            Self::Below => f.write_str("the NSEC record is that of the zone below"),
            Self::NoSuchName => f.write_str(
                "the reply says that the name exists, and the NSEC records that it does not",
            ),
            Self::Mixed => f.write_str("the NSEC3 records have different parameters"),
            Self::TooMuch => f.write_str("too many names would have to be hashed"),
        }
    }
}
