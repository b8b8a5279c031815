//! Renderers: one file for each format, each a function of the report. They show, and decide
//! nothing; nothing from the network leaves them unescaped.

pub mod audit;
pub mod csv;
pub mod html;
pub mod json;
pub mod junit;
pub mod lint;
pub mod nagios;
pub mod pem;
pub mod pin;
pub mod pins;
pub mod prometheus;
pub mod settings;
pub mod table;
mod text;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 in UTC.
fn timestamp(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        // Only years beyond 9999 or before 0 have no such form.
        .unwrap_or_else(|_| time.to_string())
}
