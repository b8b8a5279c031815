//! The distance of a date from now.

use time::OffsetDateTime;

/// A date, and its distance from now.
pub(super) fn until_text(date: OffsetDateTime, now: OffsetDateTime) -> String {
    let days = (date - now).whole_days();
    match (date - now).is_negative() {
        true => format!("{} (expired)", date.date()),
        false if days == 1 => format!("{} (1 day)", date.date()),
        false => format!("{} ({days} days)", date.date()),
    }
}
