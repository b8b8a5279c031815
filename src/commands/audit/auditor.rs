//! Turns the sightings of a target into findings.

use super::defaults::Defaults;
use crate::audit::{Audited, Baseline, Choice, Entry, SharedKeys, UNJUDGED, findings};
use crate::commands::assess::{Asked, Assessor};
use crate::commands::disk::anchors::configured_anchors;
use crate::commands::error::Error;
use crate::finding::{Code, Finding};
use crate::fingerprint::Comparison;
use crate::hgrc::Source;
use crate::judge::{Anchors, pin_mismatch};
use crate::mercurial::ConfiguredPin;
use crate::mercurial::SettingLine;
use crate::observation::Survey;
use crate::report::{Assessment, Report};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// The findings on every chain if there are no anchors.
const OF_ANCHORS: [Code; 4] = [
    Code::MissingIntermediate,
    Code::PathInvalid,
    Code::SelfSigned,
    Code::UnknownIssuer,
];

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
}

/// Judges targets one after the other: the findings may depend on earlier targets.
pub(super) struct Auditor {
    assessor: Assessor,
    defaults: Arc<Defaults>,
    choice: Choice,
    baseline: Option<Baseline>,
    own_anchors: OwnAnchors,
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
            own_anchors: OwnAnchors::default(),
            keys: SharedKeys::default(),
        }
    }

    /// Judges a target, and compares it with the baseline.
    pub(super) fn audit(&mut self, seen: Seen) -> Result<Audited, Error> {
        let Seen { target, surveys } = seen;
        let own = self.own_anchors.of(&target.entry);
        let unreadable = own.and_then(|own| own.as_ref().err().cloned());
        let report = report(&self.assessor, &target, surveys, own)?;
        let mut levels = self.defaults.levels(&target.entry);
        levels.public_cas &= self.assessor.is_public(report.judgement());
        let mut found = findings(&report, levels);
        if let Some(why) = unreadable {
            without_anchors(&mut found, why);
        }
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

/// The report on all addresses and ports that were checked; `own` are the target's own anchors.
fn report(
    assessor: &Assessor,
    target: &ListTarget,
    surveys: Vec<Survey>,
    own: Option<&Result<Anchors, String>>,
) -> Result<Report, Error> {
    let ListTarget { entry, asked, .. } = target;
    let own = own.map(|own| own.as_ref().unwrap_or(&NO_ANCHORS));
    assessor.report_on_all(surveys, asked, |seen, asked| {
        with_pins(assessor.assess(seen, asked, own), entry)
    })
}

/// The anchors of `cacerts=` columns, each file read once, or why a file could not be read.
#[derive(Default)]
struct OwnAnchors(HashMap<String, Result<Anchors, String>>);

impl OwnAnchors {
    /// The anchors of a target, if it has its own.
    fn of(&mut self, entry: &Entry) -> Option<&Result<Anchors, String>> {
        let path = entry.cacerts.as_ref()?;
        let read = || {
            let anchors = configured_anchors(&[PathBuf::from(path)]);
            anchors.map_err(|why| why.message().to_owned())
        };
        Some(self.0.entry(path.clone()).or_insert_with(read))
    }
}

/// The stand-in for a `cacerts=` file that cannot be read: no anchors.
static NO_ANCHORS: LazyLock<Anchors> = LazyLock::new(|| Anchors::new("a file that cannot be read"));

/// Reports that a target's own anchors could not be read. Without anchors there is no path, which
/// is not the server's fault.
fn without_anchors(found: &mut Vec<Finding>, why: String) {
    found.retain(|finding| !OF_ANCHORS.contains(&finding.code));
    let advice = "fix the cacerts= column of the list";
    found.insert(0, Finding::new(Code::BadCaFile, None, why, advice));
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
