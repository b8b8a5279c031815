//! The addresses of a name with their outcomes, for several formats.

use crate::audit::Audited;
use std::net::SocketAddr;

/// The addresses with their outcomes, sorted, if the name has several; else empty.
pub(super) fn addresses(audited: &Audited) -> Vec<(SocketAddr, &'static str)> {
    let report = &audited.report;
    if !report.has_several_addresses() {
        return Vec::new();
    }
    let seen = report.looks().filter_map(|look| {
        let address = look.address()?;
        Some((address, look.outcome().as_str()))
    });
    let skipped = &report.skipped;
    let no_route = skipped
        .no_route
        .iter()
        .map(|address| (*address, "no-route"));
    let no_source = skipped
        .no_source
        .iter()
        .map(|address| (*address, "no-source"));
    let mut all: Vec<_> = seen.chain(no_route).chain(no_source).collect();
    all.sort_unstable();
    all
}
