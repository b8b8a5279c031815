//! What is known of a question at the end, and what is to be said about it.

use super::question::Question;
use super::reason::Reason;
use super::status::Status;
use super::words::quoted;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, Record, RecordType};
use std::fmt;

/// The answer to a question, with its status. A negative answer has a status, too: that of its proof.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// The weakest status of all links and of the end.
    pub status: Status,
    /// What the resolver said, or what is proven where that differs; without an answer none.
    pub rcode: Option<ResponseCode>,
    /// The end of the aliases: the name of the question where there is no alias.
    pub name: Name,
    /// The records of the asked type at that name, also those that are bogus. Their time to live is
    /// at most what the signature allows.
    pub records: Vec<Record>,
    /// The aliases on the way, in order.
    pub links: Vec<Link>,
    /// Why it is not secure; always there where it is bogus, insecure or missing.
    pub reason: Option<Reason>,
    /// The earliest end of a signature that was needed, those of zones above included.
    pub signatures_end: Option<SignatureEnd>,
    /// What else is worth saying.
    pub notes: Vec<Note>,
}

/// An alias on the way to the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The name that is an alias.
    pub owner: Name,
    /// The name that it is an alias for.
    pub target: Name,
    /// `CNAME`, or `DNAME` where the DNAME of a name above makes the alias.
    pub by: RecordType,
    /// What is proven of this alias alone.
    pub status: Status,
}

/// The end of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureEnd {
    /// Seconds since 1970.
    pub until: i64,
    /// The name that was signed.
    pub name: Name,
    /// The type that was signed.
    pub kind: RecordType,
    /// The zone that signed it.
    pub zone: Name,
}

impl SignatureEnd {
    /// The earlier one of two.
    pub(super) fn earlier(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if other.until < one.until => Some(other),
            (None, other) => other,
            (one, _) => one,
        }
    }
}

/// What is worth saying beside the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Only RSASHA1 signs in this zone, which many operators take for unsigned (RFC 9905).
    OldAlgorithm {
        /// The zone.
        zone: Name,
        /// The algorithm's mnemonic.
        algorithm: String,
    },
    /// The zone is signed, in algorithms or with digests that this program does not have. For the
    /// standard it is insecure.
    CannotBeChecked {
        /// The zone.
        zone: Name,
        /// The mnemonics, separated by commas.
        algorithms: String,
    },
    /// A reply about a signed zone has no signature at all: the resolver does not pass DNSSEC on.
    NotPassed,
    /// The NSEC3 records of this zone are hashed too often to prove anything.
    Iterations {
        /// The zone.
        zone: Name,
        /// How many times beyond the first.
        iterations: u16,
    },
}

impl Note {
    /// Adds those that are new.
    pub(super) fn join(notes: &mut Vec<Self>, more: &[Self]) {
        for note in more {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OldAlgorithm { zone, algorithm } => {
                write!(f, "{} is signed in {algorithm}, which is old", quoted(zone))
            }
            Self::CannotBeChecked { zone, algorithms } => write!(
                f,
                "{} is signed in {algorithms}, which cannot be checked here",
                quoted(zone)
            ),
            Self::NotPassed => f.write_str("this resolver does not pass DNSSEC on"),
            Self::Iterations { zone, iterations } => write!(
                f,
                "{} hashes its NSEC3 records {iterations} times, so its denials are insecure",
                quoted(zone)
            ),
        }
    }
}
