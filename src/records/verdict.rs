//! What is proven of a record set, and what that rests on.

use super::reason::Reason;
use super::status::Status;
use super::zone::{Lacking, Path, status_of};
use hickory_proto::op::ResponseCode;

/// What is proven of a record set or of its absence.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) reason: Option<Reason>,
    pub(super) path: Path,
    /// The code that is proven, where that is not the one in the reply.
    pub(super) rcode: Option<ResponseCode>,
    /// The time to live that the signature allows.
    pub(super) ttl: Option<u32>,
    /// Whether a wildcard made the records.
    pub(super) expanded: bool,
}

impl Verdict {
    pub(super) fn secure(path: Path) -> Self {
        Self {
            status: Status::Secure,
            reason: None,
            path,
            rcode: None,
            ttl: None,
            expanded: false,
        }
    }

    /// It breaks for this reason, which says whether that is bogus or unknown.
    pub(super) fn broken(reason: Reason, path: Path) -> Self {
        Self {
            status: status_of(&reason.cause),
            reason: Some(reason),
            ..Self::secure(path)
        }
    }

    /// What is known of all names below a broken or unsigned zone.
    pub(super) fn lacking(lacking: &Lacking) -> Self {
        Self {
            status: lacking.status,
            reason: Some(lacking.reason.clone()),
            ..Self::secure(lacking.path.clone())
        }
    }

    /// Joins what comes after: the weaker status counts, and of equal ones the first reason.
    pub(super) fn weaken(&mut self, other: Self) {
        if other.status < self.status {
            self.status = other.status;
            self.reason = other.reason;
        }
        self.path.join(&other.path);
        (self.rcode, self.ttl) = (other.rcode, other.ttl);
        self.expanded |= other.expanded;
    }
}
