//! Why an answer is not secure, in words: which name, which link of the chain, what failed.

use super::failure::Failure;
use super::gap::Gap;
use super::question::Question;
use super::words::{quoted, type_name};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};
use std::fmt;

/// Why an answer is not secure. Shown, it is one line without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name at which it stands: that of the question, of an alias, or of a zone above.
    pub name: Name,
    /// The type at which it stands: `DS` and `DNSKEY` for a zone.
    pub kind: RecordType,
    pub(super) cause: Cause,
}

impl Reason {
    /// That something about a question is known from elsewhere, in words.
    pub fn reported(question: &Question, why: String) -> Self {
        Self::of(question, Cause::NoReply(why))
    }

    /// Whether the aliases themselves are at fault, and not what is signed.
    pub fn is_of_aliases(&self) -> bool {
        matches!(self.cause, Cause::TwoAliases | Cause::TooManyAliases)
    }

    pub(super) fn new(name: &Name, kind: RecordType, cause: impl Into<Cause>) -> Self {
        Self {
            name: name.clone(),
            kind,
            cause: cause.into(),
        }
    }

    pub(super) fn of(question: &Question, cause: impl Into<Cause>) -> Self {
        Self::new(&question.name, question.kind, cause)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (type_name(self.kind), quoted(&self.name));
        write!(f, "{kind} of {name}: {}", self.cause)
    }
}

/// What stands at the name of a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Signature(Failure),
    Proof(Gap),
    /// The wildcard from which the records come lacks its proof.
    Expansion(Gap),
    /// No anchor is at or above the name.
    NoAnchor,
    /// The zone above proves that there is no DS.
    NotDelegated,
    /// The name is in a span of unsigned delegations (RFC 5155 6).
    OptOut,
    /// The denial is hashed too often to be worth checking (RFC 9276 3.2).
    Iterations(u16),
    /// The zone is signed in a way that this program cannot check.
    CannotBeChecked(String),
    /// The zone has DS records, or anchors, and no DNSKEY records.
    NoKeys,
    /// None of the keys fits a DS record.
    NoKeyForDs,
    /// None of the keys of the zone fits an anchor.
    NoKeyForAnchor,
    /// The alias that was sent is not the one that the DNAME makes.
    WrongAlias,
    /// A DNAME made by a wildcard (RFC 6672 3.3 leaves it undefined).
    WildcardDname,
    /// More than one CNAME at a name.
    TwoAliases,
    /// More aliases than are followed, or a circle of them.
    TooManyAliases,
    NoReply(String),
    Refused(ResponseCode),
    /// More questions than one question may cause.
    TooManyQuestions,
    /// A type of question whose answer proves nothing.
    NotJudged,
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        Self::Signature(failure)
    }
}

impl From<Gap> for Cause {
    fn from(gap: Gap) -> Self {
        Self::Proof(gap)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Signature(failure) => return failure.fmt(f),
            Self::Proof(gap) => return gap.fmt(f),
            Self::Expansion(gap) => return write!(f, "it comes from a wildcard, and {gap}"),
            Self::Iterations(times) => {
                return write!(
                    f,
                    "the denial is hashed {times} times, more than is checked"
                );
            }
            Self::CannotBeChecked(algorithms) => {
                return write!(
                    f,
                    "the zone is signed, in {algorithms}: cannot be checked here"
                );
            }
            Self::NoReply(why) => return f.write_str(why),
            Self::Refused(code) => return write!(f, "the resolver answers {}", code_word(*code)),
            Self::NoAnchor => "no trust anchor is above the name",
            Self::NotDelegated => {
                "the zone above proves that there is none, so the zone is unsigned"
            }
            Self::OptOut => "the name is among unsigned delegations (opt-out)",
            Self::NoKeys => "there are none, though the zone must be signed",
            Self::NoKeyForDs => "no key of the zone fits the DS records of the zone above",
            Self::NoKeyForAnchor => "no key of the zone fits the trust anchors",
            Self::WrongAlias => "the alias is not the one that the DNAME makes",
            Self::WildcardDname => "a wildcard makes this DNAME, which has no meaning",
            Self::TwoAliases => "the name has more than one alias",
            Self::TooManyAliases => "there are more aliases than are followed",
            Self::TooManyQuestions => "more questions are needed than one question may cause",
            Self::NotJudged => "answers to this type of question cannot be proven",
        };
        f.write_str(words)
    }
}

/// The mnemonic of a response code (the IANA registry of DNS RCODEs); `RCODE17` where there is none.
pub fn code_word(code: ResponseCode) -> String {
    let name = match u16::from(code) {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        16 => "BADVERS",
        number => return format!("RCODE{number}"),
    };
    name.to_owned()
}
