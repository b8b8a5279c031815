//! The domains of the lab, by what decides about them.

mod anchors;
mod dns;
mod hosts;
mod leaves;
mod looks;
mod policies;
mod policy_hosts;

use crate::case::Case;

pub use policies::ENFORCE;

/// Everything that is asked for is there.
const BEST: &str = "authenticated: authenticated encrypted encrypted";
/// Who looks for TLSA records does not deliver.
const DEFERS: &str = "deferred: deferred encrypted encrypted";
/// No sender delivers.
const ALL_DEFER: &str = "deferred: deferred deferred deferred";
/// TLS, whoever the server is.
const PLAIN: &str = "unprotected: encrypted encrypted encrypted";
/// No TLS.
const CLEAR: &str = "unprotected: delivered delivered delivered";
/// Records of a host in good order: the key, and the next one.
const GOOD: [&str; 2] = ["3 1 1 leaf", "3 1 1 next"];

/// All of them.
pub fn all() -> Vec<Case> {
    let groups = [
        dns::all(),
        hosts::all(),
        leaves::all(),
        anchors::all(),
        looks::all(),
        policies::all(),
        policy_hosts::all(),
    ];
    groups.into_iter().flatten().collect()
}
