//! The distance of a date from now.

use crate::render::style::Ink;
use time::OffsetDateTime;

/// A date, and its distance from now with the colour of that.
pub(super) struct Until {
    pub(super) date: String,
    pub(super) distance: String,
    pub(super) ink: Option<Ink>,
}

impl Until {
    /// `is_soon`: there is a note of it.
    pub(super) fn new(date: OffsetDateTime, now: OffsetDateTime, is_soon: bool) -> Self {
        let left = date - now;
        let (distance, ink) = match left.whole_days() {
            _ if left.is_negative() => ("(expired)".to_owned(), Some(Ink::Bad)),
            // Of a CA the day does not matter.
            days @ 730.. if !is_soon => (format!("({} years)", days / 365), None),
            days => {
                let s = if days == 1 { "" } else { "s" };
                (format!("({days} day{s})"), is_soon.then_some(Ink::Warning))
            }
        };
        Self {
            date: date.date().to_string(),
            distance,
            ink,
        }
    }

    /// Without colour.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.date, self.distance)
    }
}
