//! What is known of the revocation of a certificate, and from which list.

use crate::revocation::{List, Revocation};
use std::sync::Arc;
use time::OffsetDateTime;

/// The status of one certificate of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateStatus {
    /// Its index in the presented chain.
    pub certificate: usize,
    /// What the list says.
    pub status: Status,
    /// The list that said so; `None`: no list did.
    pub list: Option<UsedList>,
}

/// What a list says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The newest list is for it, and does not have it.
    Good,
    /// It is revoked.
    Revoked(Revocation),
    /// No list can say it.
    Unknown {
        /// Why not. It names files, URLs and names of CAs, which are untrusted.
        why: String,
    },
    /// The newest list does not have it, and a newer one should be there.
    Stale {
        /// When that was to be made.
        next_update: OffsetDateTime,
    },
}

/// A list that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedList {
    /// The file or the URL that it came from.
    pub source: Arc<str>,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is made at the latest; `None`: that is not said.
    pub next_update: Option<OffsetDateTime>,
}

impl Status {
    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// The name in reports for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked(_) => "revoked",
            Self::Unknown { .. } => "unknown",
            Self::Stale { .. } => "stale",
        }
    }
}

/// A status, and the list that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    status: Status,
    list: Option<UsedList>,
}

impl Decided {
    /// As `list` says.
    pub(super) fn by(list: &List, status: Status) -> Self {
        Self {
            status,
            list: Some(UsedList {
                source: Arc::clone(list.source()),
                this_update: list.this_update(),
                next_update: list.next_update(),
            }),
        }
    }

    /// The status of the certificate with this index.
    pub(super) fn of(self, certificate: usize) -> CertificateStatus {
        CertificateStatus {
            certificate,
            status: self.status,
            list: self.list,
        }
    }
}

impl From<Status> for Decided {
    fn from(status: Status) -> Self {
        Self { status, list: None }
    }
}
