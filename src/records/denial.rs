//! What a proof of non-existence can say, in the words that NSEC and NSEC3 share.

use super::gap::Gap;
use hickory_proto::rr::{Name, RecordType, RecordTypeSet};

/// What is proven of a name and a type that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// The name exists, and has other types.
    NoType,
    /// The name exists, and is where the zone delegates to another one, without DS.
    Delegation,
    /// Nothing is at the name, and something below it.
    Empty,
    /// The name does not exist, and the wildcard for it has other types.
    Wildcard,
    /// Neither the name nor a wildcard for it exists.
    NoName,
    /// The name is in a span that leaves unsigned delegations out (RFC 5155 6). `complete` says
    /// whether it is also known that no wildcard has the type.
    OptOut {
        /// Whether it is known that no wildcard applies.
        complete: bool,
    },
    /// Hashed too often to be looked at (RFC 9276 3.2).
    Iterations(u16),
}

/// What the types of a name say about one that it lacks.
pub(super) fn lacks(types: &RecordTypeSet, name: &Name, kind: RecordType) -> Result<Denial, Gap> {
    if types.contains(kind) {
        return Err(Gap::Exists(kind));
    }
    if types.contains(RecordType::CNAME) {
        return Err(Gap::Alias);
    }
    let delegates = types.contains(RecordType::NS) && !types.contains(RecordType::SOA);
    match kind {
        // The apex of a zone lists SOA, and its DS are in the zone above.
        RecordType::DS if types.contains(RecordType::SOA) && !name.is_root() => Err(Gap::Below),
        RecordType::DS if delegates => Ok(Denial::Delegation),
        _ if delegates => Err(Gap::Above),
        _ => Ok(Denial::NoType),
    }
}
