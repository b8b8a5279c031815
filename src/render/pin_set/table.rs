//! The table of the set: one line a certificate.

use super::super::text::fill;
use super::words::{DIGITS, short};
use crate::certificate::{Certificate, Least};
use crate::finding::Code;
use crate::fingerprint::Pin;
use crate::pin_set::{Member, PinSet, listed};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// Places that do not fit beside their certificate stand below it.
const INDENT: &str = "      ";

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
        let places = &row[4];
        if line.len() + places.len() <= width {
            let _ = writeln!(out, "{line}{places}");
        } else {
            let _ = writeln!(out, "{}", fill(line.trim_end(), width, "", "    "));
            let _ = writeln!(out, "{}", fill(places, width, INDENT, INDENT));
        }
    }
    out
}

fn row(set: &PinSet, member: &Member, at: OffsetDateTime) -> [String; 5] {
    let place = if member.is_to_come() {
        "to come, not seen yet".to_owned()
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
        "not seen".to_owned(),
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
