//! The order in which results are shown.

use super::audited::Audited;
use std::cmp::Reverse;
use time::OffsetDateTime;

/// What results are ordered by; equal ones by host, then as in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The worst first, then the certificates that expire first.
    Severity,
    /// The certificates that expire first; targets without one last.
    Expiry,
    /// The host, then the port.
    Host,
    /// The place in the list.
    Input,
}

/// The place of a result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    severity: Option<Reverse<super::Standing>>,
    expiry: Option<(bool, Option<OffsetDateTime>)>,
    host: Option<(String, Option<u16>)>,
    position: u64,
}

impl Sort {
    /// The place of a target.
    pub fn key(self, audited: &Audited) -> Key {
        let leaf = audited.report.leaf();
        let end = leaf.and_then(|leaf| Some(leaf.facts().ok()?.not_after));
        let target = &audited.report.target;
        let host = || {
            (
                target.host.clone().unwrap_or_else(|| target.label.clone()),
                target.port,
            )
        };
        Key {
            severity: (self == Self::Severity).then(|| Reverse(audited.standing())),
            expiry: matches!(self, Self::Severity | Self::Expiry).then_some((end.is_none(), end)),
            host: (self != Self::Input).then(host),
            position: audited.position,
        }
    }
}
