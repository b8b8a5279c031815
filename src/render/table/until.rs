//! How far off a date is.

use time::OffsetDateTime;

/// A date, and how far off it is.
pub(super) fn until_text(date: OffsetDateTime, now: OffsetDateTime) -> String {
    let days = (date - now).whole_days();
    match (date - now).is_negative() {
        true => format!("{} (expired)", date.date()),
        false if days == 1 => format!("{} (1 day)", date.date()),
        false => format!("{} ({days} days)", date.date()),
    }
}
