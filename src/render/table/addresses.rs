//! The other addresses of the name, and what they showed.

use super::page::Page;
use super::until::Until;
use crate::escape::excerpt;
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::report::{Alike, Report, listed};
use std::net::{IpAddr, SocketAddr};

/// Which of several addresses the report shows: `, one of 2`; empty for the only one.
pub(super) fn one_of_several(report: &Report) -> String {
    if report.has_several_addresses() {
        format!(", one of {}", report.address_count())
    } else {
        String::new()
    }
}

impl Page {
    /// One line for all addresses that are alike.
    pub(super) fn other_addresses(&mut self, report: &Report) {
        if !report.has_several_addresses() {
            return;
        }
        let shown = report.representative.address().map(|shown| shown.ip());
        for (index, group) in report.alike().iter().enumerate() {
            let other = |ip: &&IpAddr| index > 0 || Some(**ip) != shown;
            let others: Vec<IpAddr> = group.addresses.iter().filter(other).copied().collect();
            if !others.is_empty() {
                let what = match index {
                    0 => same(report),
                    _ => different(group, report),
                };
                self.fact("also", &format!("{}: {what}", listed(&others)));
            }
        }
        let skipped = &report.skipped;
        let no_route = ips(&skipped.no_route);
        if !no_route.is_empty() {
            let them = if no_route.len() == 1 { "it" } else { "them" };
            let text = format!("{}: this machine has no route to {them}", listed(&no_route));
            self.fact("not checked", &text);
        }
        let no_source = ips(&skipped.no_source);
        if !no_source.is_empty() {
            let others = listed(&no_source);
            let text = format!("{others}: the source address is of the other family");
            self.fact("not checked", &text);
        }
        if skipped.left_out > 0 {
            let text = format!("{} more addresses of the name", skipped.left_out);
            self.fact("not checked", &text);
        }
    }
}

/// The addresses without their port, sorted.
fn ips(addresses: &[SocketAddr]) -> Vec<IpAddr> {
    let mut ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
    ips.sort_unstable();
    ips
}

fn same(report: &Report) -> String {
    let outcome = report.outcome().as_str();
    match report.leaf() {
        Some(_) => format!("the same certificate, {outcome}"),
        None => format!("the same, {outcome}"),
    }
}

/// What other addresses showed: outcome, reason, and certificate.
fn different(group: &Alike<'_>, report: &Report) -> String {
    let look = group.look;
    let outcome = look.outcome().as_str();
    if let Some(failure) = look.failure() {
        return format!("{outcome}: {}", excerpt(&failure.to_string(), 200));
    }
    let mut codes: Vec<Code> = look.problems().iter().map(|problem| problem.code).collect();
    codes.dedup();
    let why = match codes.as_slice() {
        [] => String::new(),
        codes => format!(": {}", Code::list(codes)),
    };
    let certificate = match look.leaf() {
        leaf if leaf == report.leaf() => ", with the same certificate".to_owned(),
        Some(leaf) => {
            let until = leaf.facts().ok().map(|facts| facts.not_after);
            let until = until.map_or_else(String::new, |end| {
                format!(", until {}", Until::new(end, report.at, false).text())
            });
            let digest = leaf.fingerprint(Algorithm::Sha256).hex();
            let digest: String = digest.chars().take(16).collect();
            format!(", with another certificate{until}, sha256:{digest}…")
        }
        None => String::new(),
    };
    format!("{outcome}{why}{certificate}")
}
