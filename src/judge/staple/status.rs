//! What is known of the leaf from the stapled response.

use crate::revocation::Revocation;
use crate::revocation::ocsp::{Basic, Single};
use time::OffsetDateTime;

/// The status of the leaf, as the stapled response has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StapleStatus {
    /// No connection was seen, or the way it was read does not show a response.
    #[default]
    NotSeen,
    /// The server stapled none.
    None,
    /// It is not revoked.
    Good(StapleFacts),
    /// It is revoked.
    Revoked(Revocation, StapleFacts),
    /// The responder does not know it.
    Unknown(StapleFacts),
    /// The response proves nothing.
    Invalid {
        /// Why not; untrusted.
        why: String,
        /// It is in order, but for its dates.
        is_of_another_day: bool,
        /// What it says, if it can be read and is signed.
        facts: Option<StapleFacts>,
    },
}

/// What a response says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StapleFacts {
    /// When it was made.
    pub produced_at: OffsetDateTime,
    /// When the status was known to be right.
    pub this_update: OffsetDateTime,
    /// When more is known at the latest; `None`: that is not said.
    pub next_update: Option<OffsetDateTime>,
    /// Who made it, as it says; untrusted.
    pub responder: String,
}

impl StapleStatus {
    pub(super) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid {
            why: why.into(),
            is_of_another_day: false,
            facts: None,
        }
    }

    /// The name in reports for programs; `None`: it is not known whether there is a response.
    pub fn as_str(&self) -> Option<&'static str> {
        match self {
            Self::NotSeen => None,
            Self::None => Some("none"),
            Self::Good(_) => Some("good"),
            Self::Revoked(..) => Some("revoked"),
            Self::Unknown(_) => Some("unknown"),
            Self::Invalid { .. } => Some("invalid"),
        }
    }

    /// What the response says of itself.
    pub fn facts(&self) -> Option<&StapleFacts> {
        match self {
            Self::NotSeen | Self::None => None,
            Self::Good(facts) | Self::Revoked(_, facts) | Self::Unknown(facts) => Some(facts),
            Self::Invalid { facts, .. } => facts.as_ref(),
        }
    }
}

impl StapleFacts {
    pub(super) fn of(response: &Basic<'_>, single: &Single<'_>) -> Self {
        Self {
            produced_at: response.produced_at,
            this_update: single.this_update,
            next_update: single.next_update,
            responder: response.responder.to_string(),
        }
    }
}
