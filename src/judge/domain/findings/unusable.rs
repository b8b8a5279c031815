//! TLSA records that cannot be used, and those of which it cannot be said what they are good for.

use super::super::dane::place;
use super::dane::OfHost;
use crate::finding::{Code, Finding, Severity};
use crate::judge::dane::unusable;
use crate::records::tlsa::{Tlsa, Unusable};

impl OfHost<'_> {
    /// What cannot be checked here.
    pub(super) fn unchecked(&self) -> Option<Finding> {
        let mut unknown = self.chains().filter_map(|(look, judged)| {
            let why = judged.unknown(self.judged.exim_looks)?;
            Some((look, why))
        });
        let (look, why) = unknown.next()?;
        let message = format!(
            "whether a TLSA record of \"{}\" authenticates what it presents {} cannot be checked here: {why}",
            self.host.name,
            place(look)
        );
        let advice = self.publishing.advice();
        Some(Finding::new(Code::TlsaUnchecked, None, message, advice).at(self.broken))
    }

    /// The records at which Postfix ends.
    pub(super) fn without_data(&self) -> Vec<Tlsa> {
        let records = self.host.tlsa.records.iter();
        records
            .filter(|record| record.ends_postfix())
            .cloned()
            .collect()
    }

    pub(super) fn unusable(&self) -> Option<Finding> {
        let without_data = self.without_data();
        if let Some(first) = without_data.first() {
            let message = format!(
                "a TLSA record of \"{}\" has no data ({first}): Postfix ends with an error when it reads it, and does not deliver",
                self.host.name
            );
            let advice = self.publishing.replace(&without_data);
            let found = Finding::new(Code::TlsaUnusable, None, message, advice);
            return Some(found.at(self.broken));
        }
        let records = &self.host.tlsa.records;
        let all: Vec<(&Tlsa, Unusable)> = records
            .iter()
            .filter_map(|record| Some((record, unusable(record)?)))
            .collect();
        let &(first, why) = all.first()?;
        let (name, count) = (&self.host.name, all.len());
        if count == records.len() {
            let text = "so that senders demand TLS and authenticate nothing";
            let message =
                format!("no TLSA record of \"{name}\" can be used, {text}: {why} ({first})");
            let advice = self.publishing.advice();
            return Some(Finding::new(Code::TlsaUnusable, None, message, advice));
        }
        let message = format!(
            "{count} of {} TLSA records of \"{name}\" cannot be used: {why} ({first})",
            records.len()
        );
        let spared: Vec<Tlsa> = all.into_iter().map(|(record, _)| record.clone()).collect();
        let away = self.publishing.take_away(&spared);
        let advice = away.unwrap_or_else(|| self.publishing.replace(&spared));
        Some(Finding::new(Code::TlsaUnusable, None, message, advice).at(Severity::Note))
    }
}
