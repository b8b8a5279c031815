//! The addresses of a name, for formats that show each with its outcome.

use crate::audit::Audited;
use std::net::SocketAddr;

/// Of a name with several addresses, each with its outcome, sorted; else nothing.
pub(super) fn addresses(audited: &Audited) -> Vec<(SocketAddr, &'static str)> {
    let elsewhere = &audited.elsewhere;
    if elsewhere.is_empty() {
        return Vec::new();
    }
    let seen = std::iter::once(&audited.report).chain(&elsewhere.reports);
    let seen = seen.filter_map(|report| {
        let address = report.address()?;
        Some((address, report.outcome().as_str()))
    });
    let unseen = elsewhere.no_route.iter();
    let unseen = unseen.map(|address| (*address, "no-route"));
    let mut all: Vec<_> = seen.chain(unseen).collect();
    all.sort_unstable();
    all
}
