//! A zone as it is known from an anchor down, and what the way to it rests on.

use super::algorithm;
use super::answer::{Note, SignatureEnd};
use super::failure::Failure;
use super::keys::Key;
use super::reason::{Cause, Reason};
use super::status::Status;
use super::verify::Signed;
use hickory_proto::rr::Name;
use std::sync::Arc;

/// What a conclusion rests on: its signatures, and what is worth saying about them.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// The earliest end of a signature.
    pub(super) end: Option<SignatureEnd>,
    pub(super) notes: Vec<Note>,
    /// Until when the conclusion may be kept, in seconds since 1970.
    pub(super) until: i64,
}

impl Default for Path {
    fn default() -> Self {
        Self {
            end: None,
            notes: Vec::new(),
            until: i64::MAX,
        }
    }
}

impl Path {
    /// This path, continued by a signature that was found valid `now`.
    pub(super) fn signed(mut self, signed: &Signed, now: u32) -> Self {
        self.until = self.until.min(i64::from(now) + i64::from(signed.ttl));
        self.end = SignatureEnd::earlier(self.end, Some(signed.end.clone()));
        if algorithm::is_old(signed.algorithm) {
            let zone = signed.end.zone.clone();
            let algorithm = algorithm::name(signed.algorithm);
            self.note(Note::OldAlgorithm { zone, algorithm });
        }
        self
    }

    /// Joins another path, on which the conclusion rests, too.
    pub(super) fn join(&mut self, other: &Self) {
        self.until = self.until.min(other.until);
        self.end = SignatureEnd::earlier(self.end.take(), other.end.clone());
        Note::join(&mut self.notes, &other.notes);
    }

    /// Adds what is worth saying.
    pub(super) fn note(&mut self, note: Note) {
        Note::join(&mut self.notes, &[note]);
    }
}

/// A zone whose keys are proven.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) name: Name,
    pub(super) keys: Vec<Key>,
    pub(super) path: Path,
}

/// Why no keys are known for a name and all below it.
#[derive(Clone, Debug)]
pub(super) struct Lacking {
    /// Any but secure.
    pub(super) status: Status,
    pub(super) reason: Reason,
    pub(super) path: Path,
}

/// What is known of a name that may be the apex of a zone.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// It is one, with these keys.
    Secure(Arc<Zone>),
    /// It and all below it are insecure, bogus or without an answer.
    Lacking(Arc<Lacking>),
    /// It is proven not to be one.
    NoCut,
    /// It is proven not to be one, and nothing below it is.
    NothingBelow,
}

impl Standing {
    pub(super) fn lacking(status: Status, reason: Reason, path: Path) -> Self {
        Self::Lacking(Arc::new(Lacking {
            status,
            reason,
            path,
        }))
    }

    /// What follows where a chain breaks at this reason: without a reply nothing is known, and with
    /// one it is bogus.
    pub(super) fn broken(reason: Reason, path: Path) -> Self {
        Self::lacking(status_of(&reason.cause), reason, path)
    }
}

/// The status of what breaks for this cause.
pub(super) fn status_of(cause: &Cause) -> Status {
    match cause {
        // A signature that cannot be checked is neither right nor wrong.
        Cause::Signature(Failure::Size { .. })
        | Cause::NoReply(_)
        | Cause::Refused(_)
        | Cause::TooManyQuestions
        | Cause::NotJudged => Status::NoAnswer,
        Cause::NoAnchor
        | Cause::NotDelegated
        | Cause::OptOut
        | Cause::Iterations(_)
        | Cause::CannotBeChecked(_) => Status::Insecure,
        _ => Status::Bogus,
    }
}
