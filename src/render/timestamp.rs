//! Moments in time as text.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 in UTC.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        // Only years before 0 or after 9999 cannot be written so.
        .unwrap_or_else(|_| time.to_string())
}
