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
    let unseen = report.skipped.no_route.iter();
    let unseen = unseen.map(|address| (*address, "no-route"));
    let mut all: Vec<_> = seen.chain(unseen).collect();
    all.sort_unstable();
    all
}
