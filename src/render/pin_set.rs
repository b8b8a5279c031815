//! The set of a host's certificates: the table of it, and the comments of its pins.

use super::pin::describe;
use super::text::hanging;
use crate::certificate::{Certificate, Least};
use crate::escape::visible;
use crate::finding::Code;
use crate::fingerprint::{Algorithm, Pin};
use crate::pin_set::{Member, PinSet, listed};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// So many hex digits name a certificate within the set.
const DIGITS: usize = 8;

/// The table: one line a certificate, then the pins that nothing matches. It is as wide as `width`.
pub fn table(set: &PinSet, at: OffsetDateTime, width: usize) -> String {
    let mut rows: Vec<[String; 5]> = set.members.iter().map(|one| row(set, one, at)).collect();
    rows.extend(set.gone.iter().map(gone));
    let mut out = String::new();
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2), widest(3)];
    for row in &rows {
        let mut line = String::from("  ");
        for (text, width) in row.iter().zip(widths) {
            if width > 0 {
                let _ = write!(line, "{text:width$}  ");
            }
        }
        let hang = line.len();
        line.push_str(&row[4]);
        let _ = writeln!(out, "{}", hanging(line.trim_end(), width, hang));
    }
    out
}

fn row(set: &PinSet, member: &Member, at: OffsetDateTime) -> [String; 5] {
    let place = if member.is_to_come() {
        "not seen: it is to come".to_owned()
    } else {
        listed(&member.places)
    };
    [
        short(&member.leaf),
        member.key().to_owned(),
        until(&member.leaf),
        state(set, member, at),
        place,
    ]
}

fn gone(pin: &Pin) -> [String; 5] {
    [
        pin.hex.chars().take(DIGITS).collect(),
        String::new(),
        String::new(),
        "pinned".to_owned(),
        "not seen any more".to_owned(),
    ]
}

fn state(set: &PinSet, member: &Member, at: OffsetDateTime) -> String {
    let mut words = Vec::new();
    if set.has_pins {
        words.push(if member.is_pinned { "pinned" } else { "new" }.to_owned());
    }
    match member.problems.as_slice() {
        [] => words.push("trusted".to_owned()),
        problems => words.push(format!("NOT trusted: {}", Code::list(problems))),
    }
    words.extend(ends(&member.leaf, at).map(str::to_owned));
    words.join(", ")
}

/// That a certificate has expired, or expires within the time of a warning.
fn ends(leaf: &Certificate, at: OffsetDateTime) -> Option<&'static str> {
    let facts = leaf.facts().ok()?;
    let left = (facts.not_after - at).whole_seconds();
    if left < 0 {
        return Some("expired");
    }
    let least = Least::Auto.for_warning(facts.lifetime());
    (left < least).then_some("expires soon")
}

fn until(leaf: &Certificate) -> String {
    let facts = leaf.facts();
    facts.map_or_else(
        |_| "?".to_owned(),
        |facts| facts.not_after.date().to_string(),
    )
}

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
