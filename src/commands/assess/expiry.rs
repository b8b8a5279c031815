//! Notes in a report what expires soon: by the levels that the user asks for, else by the usual
//! ones.

use crate::audit::{Least, Limits, Threshold, expiring};
use crate::finding::{Finding, Severity};
use crate::judge::domain::Levels;
use crate::report::{Assessment, Outcome, Report};
use time::{Duration, OffsetDateTime};

/// `--warning` and `--critical`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::commands) struct ExpiryLevels {
    pub(in crate::commands) warning: Option<Threshold>,
    pub(in crate::commands) critical: Option<Threshold>,
}

impl ExpiryLevels {
    /// Both, with the usual level where none is given.
    pub(in crate::commands) fn thresholds(self) -> (Threshold, Threshold) {
        let or_usual = |given: Option<Threshold>| given.unwrap_or(Threshold::AUTO);
        (or_usual(self.warning), or_usual(self.critical))
    }

    /// The same for a domain. A range is refused there before.
    pub(in crate::commands) fn of_domains(self) -> Levels {
        let (warning, critical) = self.thresholds();
        let least = |threshold| match threshold {
            Threshold::Least(least) => least,
            Threshold::Range(_) => Least::Auto,
        };
        Levels {
            warning: least(warning),
            critical: least(critical),
            are_asked: self.warning.is_some() || self.critical.is_some(),
        }
    }

    /// Adds a note for each certificate that expires soon, at every address and port. It has the severity of
    /// the level that the user asked for; at a usual level it is no more than a note.
    pub(in crate::commands) fn note(self, report: &mut Report) {
        let at = report.at;
        for look in report.looks_mut() {
            let notes = self.notes(look, at);
            if let Some(judgement) = &mut look.judgement {
                judgement.notes.extend(notes);
            }
        }
    }

    fn notes(self, look: &Assessment, at: OffsetDateTime) -> Vec<Finding> {
        let (warning, critical) = self.thresholds();
        let is_pinned = look.outcome() == Outcome::Pinned;
        let all = expiring(look, at, |facts| {
            Limits::new(warning, critical, facts.lifetime())
        });
        let notes = all.iter().filter_map(|one| {
            let is_asked = self.asks_for(one.severity, one.warns);
            // An expired certificate is a problem already, but a pin outweighs problems.
            let is_known = one.left < Duration::ZERO && !(is_asked && is_pinned);
            let note = one.finding();
            match is_asked {
                _ if is_known => None,
                true => Some(note),
                false => Some(note.at(Severity::Note)),
            }
        });
        notes.collect()
    }

    /// Whether the user gave the level that is reached. What is critical also reaches a warning that
    /// was given, unless that is turned off.
    fn asks_for(self, severity: Severity, warns: bool) -> bool {
        let by_warning = self.warning.is_some() && warns;
        by_warning || (severity == Severity::Critical && self.critical.is_some())
    }
}
