//! The order in which results are shown.

use super::audited::Audited;
use crate::report::DomainReport;
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
    /// The place of a server.
    pub fn key(self, audited: &Audited) -> Key {
        let leaf = audited.report.leaf();
        let end = leaf.and_then(|leaf| Some(leaf.facts().ok()?.not_after));
        let target = &audited.report.target;
        let host = target.host.as_ref().unwrap_or(&target.label);
        self.place(audited, (host, target.port), end)
    }

    /// The place of a domain: of its certificates the first to expire counts.
    pub fn key_of_domain(self, audited: &Audited<DomainReport>) -> Key {
        let report = &audited.report;
        let end = report.first_to_expire().map(|(end, _)| end);
        self.place(audited, (report.name(), None), end)
    }

    fn place<R>(
        self,
        audited: &Audited<R>,
        (host, port): (&str, Option<u16>),
        end: Option<OffsetDateTime>,
    ) -> Key {
        Key {
            severity: (self == Self::Severity).then(|| Reverse(audited.standing())),
            expiry: matches!(self, Self::Severity | Self::Expiry).then_some((end.is_none(), end)),
            host: (self != Self::Input).then(|| (host.to_owned(), port)),
            position: audited.position,
        }
    }
}
