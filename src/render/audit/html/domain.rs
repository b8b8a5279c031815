//! The row of a domain.

use super::mail::Mail;
use super::row::{Row, Shown, cut};
use crate::audit::{Audited, Change};
use crate::render::audit::changed;
use crate::render::audit::words::left;
use crate::report::DomainReport;
use time::OffsetDateTime;

impl Row {
    /// Takes what is needed of a domain.
    pub(super) fn of_domain(audited: &Audited<DomainReport>, id: String) -> Self {
        let report = &audited.report;
        let end = report.first_to_expire().map(|(end, _)| end);
        let changes = audited.changes().into_iter();
        Self {
            standing: audited.standing(),
            name: cut(&report.input),
            alias: audited.label.as_deref().map_or_else(String::new, cut),
            outcome: report.outcome().as_str(),
            ends: end.map(OffsetDateTime::date),
            left: end.map_or_else(String::new, |end| left(end - report.at)),
            findings: audited.findings.iter().map(Shown::from).collect(),
            hidden: audited.hidden_codes(),
            changes: changes.map(Change::as_str).collect(),
            changed: changed::in_words(audited.differences()),
            mail: Some(Mail::of(report)),
            ..Self::empty(id)
        }
    }
}
