//! What the line of a target shows in a table, whatever kind it is of.

use super::{changed, ports};
use crate::audit::{Audited, Change, Standing};
use crate::escape::visible;
use crate::finding::{Code, Finding};
use crate::render::domain::headline;
use crate::report::DomainReport;
use time::{Duration, OffsetDateTime};

/// The line of a target.
pub(super) struct Shown<'a> {
    pub(super) standing: Standing,
    /// With the label of the list; escaped.
    pub(super) name: String,
    pub(super) findings: &'a [Finding],
    pub(super) end: Option<End>,
    /// The codes that say that the certificate of `end` expires, and its place in the chain that is
    /// shown.
    dated: (&'static [Code], Option<usize>),
    /// In detail, what each part of it does; empty, if it has none. Escaped.
    pub(super) parts: String,
    /// Its findings are about several places, so that a code does not say which one it is about.
    pub(super) has_places: bool,
    pub(super) left_out_by: String,
    pub(super) changes: Vec<Change>,
    /// From what to what, in words; escaped.
    pub(super) changed: String,
}

/// When a certificate expires.
pub(super) struct End {
    pub(super) at: OffsetDateTime,
    pub(super) left: Duration,
}

impl<'a> Shown<'a> {
    /// Of a server: its leaf expires.
    pub(super) fn server(audited: &'a Audited) -> Self {
        let report = &audited.report;
        let end = report
            .leaf()
            .and_then(|leaf| Some(leaf.facts().ok()?.not_after));
        let parts = ports::in_words(audited);
        Self {
            end: end.map(|end| End::new(end, report.at)),
            dated: (&[Code::Expired, Code::Expiring], Some(0)),
            parts: if parts.is_empty() {
                parts
            } else {
                format!("ports: {parts}")
            },
            has_places: report.has_several_addresses() || !report.ports.is_empty(),
            ..Self::of(audited, &report.target.label)
        }
    }

    /// Of a domain: the first certificate expires of those that its mail depends on.
    pub(super) fn domain(audited: &'a Audited<DomainReport>) -> Self {
        let report = &audited.report;
        let end = report.first_to_expire();
        Self {
            end: end.map(|(end, _)| End::new(end, report.at)),
            dated: (&[Code::Expiring, Code::PolicyHostExpiring], None),
            parts: visible(&format!("{}: {}", report.outcome(), headline(report))).into_owned(),
            has_places: true,
            ..Self::of(audited, &report.input)
        }
    }

    fn of<R>(audited: &'a Audited<R>, target: &str) -> Self {
        Self {
            standing: audited.standing(),
            name: visible(&named(audited, target)).into_owned(),
            findings: &audited.findings,
            end: None,
            dated: (&[], None),
            parts: String::new(),
            has_places: false,
            left_out_by: audited.left_out_by(),
            changes: audited.changes(),
            changed: changed::in_words(audited.differences()),
        }
    }

    /// The finding that the certificate expires.
    pub(super) fn dated(&self) -> Option<&'a Finding> {
        let (codes, place) = self.dated;
        let is_about = |found: &&Finding| found.certificate == place && codes.contains(&found.code);
        self.findings.iter().find(is_about)
    }
}

impl End {
    fn new(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        Self { at, left: at - now }
    }
}

/// A target with the label of the list.
pub(super) fn named<R>(audited: &Audited<R>, target: &str) -> String {
    match &audited.label {
        Some(label) => format!("{target} ({label})"),
        None => target.to_owned(),
    }
}
