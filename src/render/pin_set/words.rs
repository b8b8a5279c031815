//! A member of the set in words.

use super::super::pin::describe;
use crate::certificate::Certificate;
use crate::escape::visible;
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::pin_set::{Member, listed};
use time::OffsetDateTime;

/// So many hex digits name a certificate within the set.
pub(super) const DIGITS: usize = 8;

/// The first digits of the fingerprint.
pub fn short(leaf: &Certificate) -> String {
    let hex = leaf.fingerprint(Algorithm::Sha256).hex();
    hex.chars().take(DIGITS).collect()
}

/// Where a member was seen, and its type of key: `587, 465 at 192.0.2.1; RSA`.
pub fn place(member: &Member) -> String {
    let places = if member.is_to_come() {
        "not seen yet".to_owned()
    } else {
        listed(&member.places)
    };
    match member.key() {
        "" => places,
        key => format!("{places}; {key}"),
    }
}

/// A member in one line, as a comment above the pins.
pub fn comment(member: &Member, at: OffsetDateTime) -> String {
    let worth = match member.problems.as_slice() {
        [] => String::new(),
        problems => format!("; chain NOT valid: {}", Code::list(problems)),
    };
    format!(
        "{}: {}: {}{worth}",
        short(&member.leaf),
        place(member),
        describe(&member.leaf, at)
    )
}

/// A member that may not be pinned: its place, its fingerprint, and what it is.
pub fn identity(member: &Member, at: OffsetDateTime) -> String {
    let worth = match member.problems.as_slice() {
        [] => "trusted".to_owned(),
        problems => format!("NOT trusted: {}", Code::list(problems)),
    };
    format!(
        "  {}\n    {}\n    {}\n    {worth}\n",
        place(member),
        member.leaf.fingerprint(Algorithm::Sha256),
        visible(&describe(&member.leaf, at)),
    )
}
