//! Renderers: one file for each format, each a function of the report. They show, and decide
//! nothing; nothing from the network leaves them unescaped.

pub mod audit;
pub mod json;
pub mod lint;
pub mod nagios;
pub mod pem;
pub mod pin;
pub mod pins;
pub mod settings;
pub mod table;
mod text;

use crate::audit::Audited;
use std::net::SocketAddr;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 in UTC.
fn timestamp(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        // Only years beyond 9999 or before 0 have no such form.
        .unwrap_or_else(|_| time.to_string())
}

/// Of a name with several addresses, each with its outcome, sorted; else nothing.
fn addresses(audited: &Audited) -> Vec<(SocketAddr, &'static str)> {
    let elsewhere = &audited.elsewhere;
    if elsewhere.is_empty() {
        return Vec::new();
    }
    let seen = std::iter::once(&audited.report).chain(&elsewhere.reports);
    let seen = seen.filter_map(|report| {
        let place = report.address()?;
        Some((place, report.outcome().as_str()))
    });
    let unseen = elsewhere.no_route.iter();
    let unseen = unseen.map(|address| (*address, "no-route"));
    let mut all: Vec<_> = seen.chain(unseen).collect();
    all.sort_unstable();
    all
}
