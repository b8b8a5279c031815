//! Moments in time as text.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 in UTC.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        // Only years beyond 9999 or before 0 have no such form.
        .unwrap_or_else(|_| time.to_string())
}
