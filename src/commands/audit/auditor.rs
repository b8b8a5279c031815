//! Turns the sightings of a target into findings.

use super::defaults::Defaults;
use super::own_sources::OwnSources;
use super::seen::{ListTarget, Seen, Shown};
use crate::audit::{
    Audited, Baseline, Choice, Difference, Entry, Identity, Levels, SharedKeys, UNJUDGED, findings,
    unseen_of_domain,
};
use crate::commands::assess::{Asked, Assessor, Own};
use crate::commands::domain::Asking;
use crate::commands::error::Error;
use crate::finding::{Code, Finding};
use crate::fingerprint::Comparison;
use crate::hgrc::Source;
use crate::judge::{self, pin_mismatch};
use crate::mercurial::ConfiguredPin;
use crate::mercurial::SettingLine;
use crate::observation::Survey;
use crate::report::{Assessment, DomainReport, Report};
use crate::survey::DomainSurvey;
use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;

/// A target with its findings.
pub(super) enum Judged {
    Server(Box<Audited>),
    Domain(Box<Audited<DomainReport>>),
}

/// Judges targets one after the other: the findings may depend on earlier targets.
pub(super) struct Auditor {
    assessor: Assessor,
    asking: Asking,
    defaults: Arc<Defaults>,
    choice: Choice,
    baseline: Option<Baseline>,
    own: OwnSources,
    keys: SharedKeys,
}

impl Auditor {
    pub(super) fn new(
        assessor: Assessor,
        asking: Asking,
        defaults: Arc<Defaults>,
        choice: Choice,
        baseline: Option<Baseline>,
    ) -> Self {
        Self {
            assessor,
            asking,
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
        let wishes = match &seen.shown {
            Shown::Server { asked, surveys } => self.assessor.all_wishes(surveys, asked, own),
            Shown::Domain(survey) => self.assessor.wishes_for_domain(survey, own),
        };
        if wishes.is_empty() {
            return Some(seen);
        }
        // The scheduler is gone only once nothing more is judged.
        back.send((seen, wishes)).err().map(|(seen, _)| seen)
    }

    /// Judges a target, and compares it with the baseline.
    pub(super) fn audit(&mut self, seen: Seen) -> Result<Judged, Error> {
        let Seen { target, shown, .. } = seen;
        self.own.read(&target.entry);
        match shown {
            Shown::Server { asked, surveys } => {
                let audited = self.server(target, &asked, surveys)?;
                Ok(Judged::Server(Box::new(audited)))
            }
            Shown::Domain(survey) => {
                let audited = self.domain(target, &survey);
                Ok(Judged::Domain(Box::new(audited)))
            }
        }
    }

    fn server(
        &mut self,
        target: ListTarget,
        asked: &Asked,
        surveys: Vec<Survey>,
    ) -> Result<Audited, Error> {
        let own = self.own.of(&target.entry);
        let report = report(&self.assessor, &target.entry, asked, surveys, own)?;
        let mut levels = self.defaults.levels(&target.entry);
        levels.public_cas &= self.assessor.is_public(report.judgement());
        let mut found = findings(&report, levels);
        self.own.excuse(&target.entry, &mut found);
        found.extend(self.keys.findings(&report));
        let unseen: Vec<Code> = report
            .every_look()
            .filter_map(|look| Some(look.failure()?.code()))
            .chain(UNJUDGED)
            .collect();
        let judged = (report, levels, found);
        Ok(self.conclude(target, judged, &unseen, Baseline::compare))
    }

    fn domain(&mut self, target: ListTarget, survey: &DomainSurvey) -> Audited<DomainReport> {
        let input = &target.entry.input;
        let own = self.own.of(&target.entry);
        let baseline = self.baseline.as_ref();
        let known = baseline.and_then(|known| known.policy(&Identity::of_domain(input)));
        let levels = self.defaults.levels(&target.entry);
        let of_judge = judge::domain::Levels {
            warning: levels.warning,
            critical: levels.critical,
            // Severities decide the exit code of an audit.
            are_asked: false,
        };
        let known = (known.cloned(), of_judge);
        let asking = &self.asking;
        let report = self
            .assessor
            .report_on_domain(input, survey, asking, known, own);
        let mut found = report.findings().to_vec();
        self.own.excuse(&target.entry, &mut found);
        let unseen = unseen_of_domain(&found);
        let judged = (report, levels, found);
        self.conclude(target, judged, &unseen, Baseline::compare_domain)
    }

    /// Chooses among the findings, the worst first, and compares with the last audit.
    fn conclude<R>(
        &mut self,
        target: ListTarget,
        (report, levels, mut found): (R, Levels, Vec<Finding>),
        unseen: &[Code],
        compare: impl FnOnce(&mut Baseline, &R, &[Finding]) -> Vec<Difference>,
    ) -> Audited<R> {
        found.sort_by_key(|finding| Reverse(finding.severity));
        let (findings, left_out) = self.choice.apply(found, unseen);
        let baseline = self.baseline.as_mut();
        let differences = baseline.map(|baseline| compare(baseline, &report, &findings));
        Audited {
            report,
            label: target.entry.label,
            levels,
            findings,
            left_out,
            differences,
            position: target.position,
        }
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
    entry: &Entry,
    asked: &Asked,
    surveys: Vec<Survey>,
    own: Own<'_>,
) -> Result<Report, Error> {
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
