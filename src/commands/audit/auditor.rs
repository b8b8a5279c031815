//! Turns the sightings of a target into findings.

use super::defaults::Defaults;
use super::own_sources::OwnSources;
use crate::audit::{Audited, Baseline, Choice, Entry, SharedKeys, UNJUDGED, findings};
use crate::commands::assess::{Asked, Assessor, Own, Wish};
use crate::commands::error::Error;
use crate::finding::Code;
use crate::fingerprint::Comparison;
use crate::hgrc::Source;
use crate::judge::pin_mismatch;
use crate::mercurial::ConfiguredPin;
use crate::mercurial::SettingLine;
use crate::observation::Survey;
use crate::report::{Assessment, Report};
use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A target of the list.
pub(super) struct ListTarget {
    pub(super) entry: Entry,
    pub(super) asked: Asked,
    /// Its place in the list, from 0.
    pub(super) position: u64,
}

/// A target that was checked.
pub(super) struct Seen {
    pub(super) target: ListTarget,
    /// One for each port that was looked at.
    pub(super) surveys: Vec<Survey>,
    /// Takes the target back, with what must be fetched before it can be judged; `None`: nothing more is
    /// fetched for it.
    pub(super) back: Option<oneshot::Sender<(Seen, Vec<Wish>)>>,
}

/// Judges targets one after the other: the findings may depend on earlier targets.
pub(super) struct Auditor {
    assessor: Assessor,
    defaults: Arc<Defaults>,
    choice: Choice,
    baseline: Option<Baseline>,
    own: OwnSources,
    keys: SharedKeys,
}

impl Auditor {
    pub(super) fn new(
        assessor: Assessor,
        defaults: Arc<Defaults>,
        choice: Choice,
        baseline: Option<Baseline>,
    ) -> Self {
        Self {
            assessor,
            defaults,
            choice,
            baseline,
            own: OwnSources::default(),
            keys: SharedKeys::default(),
        }
    }

    /// The target, if it can be judged; else it goes back for what must be fetched.
    pub(super) fn ready(&mut self, mut seen: Seen) -> Option<Seen> {
        let Some(back) = seen.back.take() else {
            return Some(seen);
        };
        self.own.read(&seen.target.entry);
        let own = self.own.of(&seen.target.entry);
        let wishes = self
            .assessor
            .all_wishes(&seen.surveys, &seen.target.asked, own);
        if wishes.is_empty() {
            return Some(seen);
        }
        // The scheduler is gone only once nothing more is judged.
        back.send((seen, wishes)).err().map(|(seen, _)| seen)
    }

    /// Judges a target, and compares it with the baseline.
    pub(super) fn audit(&mut self, seen: Seen) -> Result<Audited, Error> {
        let Seen {
            target, surveys, ..
        } = seen;
        self.own.read(&target.entry);
        let own = self.own.of(&target.entry);
        let report = report(&self.assessor, &target, surveys, own)?;
        let mut levels = self.defaults.levels(&target.entry);
        levels.public_cas &= self.assessor.is_public(report.judgement());
        let mut found = findings(&report, levels);
        self.own.excuse(&target.entry, &mut found);
        found.extend(self.keys.findings(&report));
        found.sort_by_key(|finding| Reverse(finding.severity));
        let unseen: Vec<Code> = report
            .every_look()
            .filter_map(|look| Some(look.failure()?.code()))
            .chain(UNJUDGED)
            .collect();
        let (findings, left_out) = self.choice.apply(found, &unseen);
        let baseline = self.baseline.as_mut();
        let differences = baseline.map(|baseline| baseline.compare(&report, &findings));
        Ok(Audited {
            report,
            label: target.entry.label,
            levels,
            findings,
            left_out,
            differences,
            position: target.position,
        })
    }

    /// Targets of the baseline that the list does not have.
    pub(super) fn gone(&self) -> Vec<String> {
        let gone = self.baseline.as_ref().map(Baseline::gone);
        let gone = gone.unwrap_or_default().into_iter();
        gone.map(str::to_owned).collect()
    }
}

/// The report on all addresses and ports that were checked; `own` is what counts for the target alone.
fn report(
    assessor: &Assessor,
    target: &ListTarget,
    surveys: Vec<Survey>,
    own: Own<'_>,
) -> Result<Report, Error> {
    let ListTarget { entry, asked, .. } = target;
    assessor.report_on_all(surveys, asked, |seen, asked| {
        with_pins(assessor.assess(seen, asked, own), entry)
    })
}

/// Adds the pins of the list, which count like configured ones.
fn with_pins(mut look: Assessment, entry: &Entry) -> Assessment {
    let Some(leaf) = look.chain.first() else {
        return look;
    };
    let comparison = entry.compare(leaf.der());
    if comparison == Comparison::NotMade {
        return look;
    }
    if comparison == Comparison::Mismatch
        && let Some(judgement) = &mut look.judgement
    {
        judgement.problems.push(pin_mismatch(
            leaf,
            entry.pins.iter().map(ToString::to_string),
            None,
        ));
    }
    look.pins.comparison = comparison;
    look.pins.configured = entry
        .pins
        .iter()
        .map(|pin| ConfiguredPin {
            value: pin.to_string(),
            line: SettingLine {
                key: "pin".to_owned(),
                source: Source {
                    file: PathBuf::from("the list"),
                    line: 0,
                },
            },
        })
        .collect();
    look
}
