//! Which of several assessments represents the target.

use super::{Assessment, Outcome};
use crate::finding::Code;
use crate::observation::{Failure, Sighting};
use std::cmp::Reverse;
use time::OffsetDateTime;

/// The weight of an assessment; the heaviest represents the name. An address that does not answer
/// sends clients to the next one, so it represents the name only if none answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    NotConnected,
    NoAnswer,
    Busy,
    Trusted,
    Pinned,
    /// It showed a chain, but the handshake did not complete.
    CutOff,
    SmtpRefused,
    TlsFailed,
    Untrusted,
}

impl Weight {
    pub(super) fn of(one: &Assessment) -> Self {
        let seen = one.seen.as_ref();
        match one.outcome() {
            Outcome::Unreachable if !one.chain.is_empty() => Self::CutOff,
            Outcome::Unreachable if seen.is_some_and(Sighting::is_connected) => Self::NoAnswer,
            Outcome::Unreachable => Self::NotConnected,
            Outcome::SmtpRefused if one.failure().is_some_and(is_temporary) => Self::Busy,
            Outcome::Trusted => Self::Trusted,
            Outcome::Pinned => Self::Pinned,
            Outcome::SmtpRefused => Self::SmtpRefused,
            Outcome::TlsFailed => Self::TlsFailed,
            Outcome::Untrusted => Self::Untrusted,
        }
    }

    pub(super) fn is_silent(self) -> bool {
        self < Self::Busy
    }
}

/// Whether the server is only busy.
fn is_temporary(failure: &Failure) -> bool {
    failure.code() == Code::TemporaryRefusal
}

/// The assessment that represents the name, and the others in the order of their addresses. The
/// choice does not depend on the order of a resolver: the worst, then the certificate that expires
/// first, then the least address.
pub(super) fn representative(mut all: Vec<Assessment>) -> Option<(Assessment, Vec<Assessment>)> {
    all.sort_by_key(Assessment::address);
    let key = |one: &Assessment| {
        let expires = expires(one);
        (Reverse(Weight::of(one)), expires.is_none(), expires)
    };
    let indices = all.iter().enumerate();
    let (index, _) = indices.min_by_key(|(_, one)| key(one))?;
    let first = all.remove(index);
    Some((first, all))
}

/// When the leaf expires.
fn expires(one: &Assessment) -> Option<OffsetDateTime> {
    Some(one.leaf()?.facts().ok()?.not_after)
}
