//! What was seen, judged, compared, told: in a thread of its own, beside the sockets.

use super::Ending;
use super::progress::Progress;
use super::sink::Sink;
use crate::audit::{Audited, Baseline, Change, Choice, Entry, Standing, Summary, findings, worst};
use crate::certificate::Certificate;
use crate::cli::{Audit as Args, AuditFormat, FailOnArg, TargetArg};
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::commands::{disk, environment};
use crate::endpoint::{Endpoint, Host};
use crate::finding::{Code, Finding, Severity};
use crate::hgrc::Source;
use crate::judge::{Anchors, pin_mismatch};
use crate::mercurial::Line;
use crate::observation::Survey;
use crate::render::audit::{csv, html, junit, nagios, prometheus, table as audit};
use crate::render::{json, style::Style};
use crate::report::{Assessment, ConfiguredPin, Report, Skipped};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// What is wrong with every chain where there are no anchors.
const OF_ANCHORS: [Code; 4] = [
    Code::MissingIntermediate,
    Code::PathInvalid,
    Code::SelfSigned,
    Code::UnknownIssuer,
];

/// What comes in that time is told together: to be woken for each costs as much as to judge it.
const GATHER: Duration = Duration::from_millis(2);

/// A target that was looked at.
pub(super) struct Seen {
    pub(super) entry: Entry,
    pub(super) endpoint: Endpoint,
    pub(super) reference: Host,
    pub(super) survey: Survey,
}

/// How many targets are how bad.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) targets: u64,
    pub(super) critical: u64,
    pub(super) warnings: u64,
    /// The exit code of a monitoring plugin, where one was asked for.
    pub(super) state: Option<u8>,
}

impl Counts {
    /// One more target.
    pub(super) fn add(&mut self, worst: Option<Severity>) {
        self.targets += 1;
        self.critical += u64::from(worst == Some(Severity::Critical));
        self.warnings += u64::from(worst == Some(Severity::Warning));
    }
}

/// Which targets are shown.
#[derive(Clone, Copy, Debug)]
enum Selection {
    All,
    Changed,
    /// And those with a finding of this severity or worse.
    ChangedOr(Severity),
}

impl Selection {
    fn of(args: &Args) -> Self {
        match args.fail_on {
            // What is not in the file would be looked at again.
            _ if args.resume.is_some() => Self::All,
            _ if args.changes_only => Self::Changed,
            _ if !args.quiet => Self::All,
            FailOnArg::Critical => Self::ChangedOr(Severity::Critical),
            FailOnArg::Warning => Self::ChangedOr(Severity::Warning),
            FailOnArg::Never => Self::Changed,
        }
    }

    fn takes(self, audited: &Audited) -> bool {
        match self {
            Self::All => true,
            Self::Changed => audited.is_changed(),
            Self::ChangedOr(least) => {
                audited.is_changed() || worst(&audited.findings) >= Some(least)
            }
        }
    }
}

/// The thread that judges and writes.
pub(super) struct Results {
    check: Assessor,
    /// The least that must be left, where a line does not say otherwise.
    args: Arc<Args>,
    choice: Choice,
    selection: Selection,
    /// Not even the sums where no target is shown.
    quiet: bool,
    /// The least severity that makes a case of a CI system fail.
    fails_from: Severity,
    shown: u64,
    format: AuditFormat,
    style: Style,
    sink: Sink,
    /// For all results, whatever is shown.
    save: Option<Sink>,
    progress: Progress,
    baseline: Option<Baseline>,
    summary: Summary,
    /// The anchors of `cacerts=` columns, each file read once.
    anchors: HashMap<String, Result<Anchors, String>>,
    /// The first target that was seen with a key.
    keys: HashMap<Vec<u8>, String>,
    samples: Vec<prometheus::Sample>,
    cases: Vec<quick_junit::TestCase>,
    rows: Vec<html::Row>,
    tally: nagios::Tally,
    ending: Arc<Ending>,
}

impl Results {
    pub(super) fn new(
        args: &Args,
        check: Assessor,
        choice: Choice,
        baseline: Option<Baseline>,
        (sink, save): (Sink, Option<Sink>),
        progress: Progress,
        ending: Arc<Ending>,
    ) -> Self {
        let format = if args.resume.is_some() {
            AuditFormat::Jsonl
        } else {
            args.format
        };
        let style = Style {
            color: sink.is_stdout() && environment::color(args.color),
            width: environment::width(),
            verbose: args.verbose,
        };
        Self {
            check,
            args: Arc::new(args.clone()),
            choice,
            selection: Selection::of(args),
            quiet: args.quiet,
            fails_from: match args.fail_on {
                FailOnArg::Warning => Severity::Warning,
                FailOnArg::Critical | FailOnArg::Never => Severity::Critical,
            },
            shown: 0,
            format,
            style,
            sink,
            save,
            progress,
            baseline,
            summary: Summary::default(),
            anchors: HashMap::new(),
            keys: HashMap::new(),
            samples: Vec::new(),
            cases: Vec::new(),
            rows: Vec::new(),
            tally: nagios::Tally::default(),
            ending,
        }
    }

    pub(super) fn run(mut self, mut receiver: mpsc::Receiver<Seen>) -> Result<Counts, Error> {
        let mut goes_on = true;
        if self.format == AuditFormat::Csv {
            goes_on = self.sink.write(&csv::header())?;
        }
        while goes_on && let Some(seen) = receiver.blocking_recv() {
            let audited = self.audited(seen)?;
            goes_on = self.tell(&audited)?;
            if receiver.is_empty() {
                std::thread::sleep(GATHER);
            }
        }
        // Who still sends sees that nobody reads.
        receiver.close();
        drop(receiver);
        if !goes_on {
            self.ending.reader_left.store(true, Ordering::SeqCst);
        }
        let is_whole = goes_on
            && !self.ending.interrupted.load(Ordering::SeqCst)
            && !self.ending.cut_off.load(Ordering::SeqCst)
            && !self.ending.reader_left.load(Ordering::SeqCst);
        self.end(is_whole)
    }

    fn audited(&mut self, seen: Seen) -> Result<Audited, Error> {
        let Seen {
            entry,
            endpoint,
            reference,
            survey,
        } = seen;
        let target = TargetArg {
            input: entry.input.clone(),
            target: entry.target.clone(),
        };
        let own = own_anchors(&mut self.anchors, &entry);
        let (own, broken) = match own {
            Some(Ok(anchors)) => (Some(anchors), None),
            Some(Err(why)) => (Some(&*NO_ANCHORS), Some(why.clone())),
            None => (None, None),
        };
        let mut looks = Vec::new();
        for seen in survey.seen {
            let look = self.check.assess(seen, &target, &endpoint, &reference, own);
            looks.push(with_pins(look, &entry));
        }
        let mut report = self
            .check
            .report_on(looks, &target, &endpoint, &reference)
            .ok_or_else(|| Error::new(format!("the probe of {endpoint} broke")))?;
        report.skipped = Skipped {
            no_route: survey.no_route,
            left_out: survey.left_out,
        };
        let mut levels = super::levels(&self.args, Some(&entry));
        levels.public_cas &= self.check.is_public(report.judgement());
        let mut found = findings(&report, levels);
        if let Some(why) = broken {
            // Without anchors there is no path, which is not the server's fault.
            found.retain(|finding| !OF_ANCHORS.contains(&finding.code));
            let advice = "mend the cacerts= column of the list";
            let finding = Finding::new(Code::BadCaFile, None, why, advice);
            found.insert(0, finding);
        }
        found.extend(self.shared_keys(&report));
        found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let unseen: Vec<Code> = report
            .looks()
            .filter_map(|look| Some(look.failure()?.code()))
            .chain([Code::BadCaFile, Code::AnchorsUnreadable])
            .collect();
        let (found, left_out) = self.choice.apply(found, &unseen);
        let changes: Option<Vec<Change>> = self
            .baseline
            .as_mut()
            .map(|baseline| baseline.compare(&report, &found));
        Ok(Audited {
            report,
            label: entry.label,
            levels,
            findings: found,
            left_out,
            changes,
        })
    }

    /// Other hosts with the same keys: who has one can play the other.
    fn shared_keys(&mut self, report: &Report) -> Vec<Finding> {
        let Some(host) = &report.target.host else {
            return Vec::new();
        };
        let mut others: Vec<(String, Option<SocketAddr>)> = Vec::new();
        let others_at = report.others.iter().map(|look| (look, look.address()));
        for (look, place) in std::iter::once((&report.representative, None)).chain(others_at) {
            let Some(key) = look.leaf().and_then(Certificate::spki_sha256) else {
                continue;
            };
            let digest = key.hex().into_bytes();
            let first = self.keys.entry(digest).or_insert_with(|| host.clone());
            if first != host && !others.iter().any(|(other, _)| other == first) {
                others.push((first.clone(), place));
            }
        }
        let note = |(other, place): (String, Option<SocketAddr>)| {
            // The chain of another address is not shown.
            let certificate = place.is_none().then_some(0);
            let message = match place {
                None => format!("\"{other}\" has the same key"),
                Some(place) => format!("at {}: \"{other}\" has the same key", place.ip()),
            };
            let advice = "give every host a key of its own, unless they are one service";
            Finding::new(Code::SharedKey, certificate, message, advice)
        };
        others.into_iter().map(note).collect()
    }

    fn tell(&mut self, audited: &Audited) -> Result<bool, Error> {
        self.summary.add(audited);
        let level = worst(&audited.findings);
        self.progress.add(
            level == Some(Severity::Critical),
            level == Some(Severity::Warning),
        );
        if let Some(save) = &mut self.save {
            save.write(&json::line(audited))?;
        }
        if self.format == AuditFormat::Nagios {
            // The state is that of all, also of those that have not changed.
            self.tally.add(audited);
            return Ok(true);
        }
        if self.format == AuditFormat::Prometheus {
            // A series that is missing looks like one that has ended.
            self.samples.push(prometheus::Sample::of(audited));
        }
        if !self.selection.takes(audited) {
            return Ok(true);
        }
        self.shown += 1;
        let text = match self.format {
            AuditFormat::Table => audit::row(audited, self.style),
            AuditFormat::Jsonl => json::line(audited),
            AuditFormat::Csv => csv::row(audited),
            AuditFormat::Junit => {
                self.cases.push(junit::case(audited, self.fails_from));
                return Ok(true);
            }
            AuditFormat::Html => {
                self.rows.push(html::Row::of(audited));
                return Ok(true);
            }
            AuditFormat::Prometheus | AuditFormat::Nagios => return Ok(true),
        };
        let sink = &mut self.sink;
        self.progress.suspend(|| sink.write(&text))
    }

    /// Why these are not the results of all that was to be looked at, in sentences.
    fn missing(&self) -> Vec<String> {
        let mut why = Vec::new();
        if self.ending.interrupted.load(Ordering::SeqCst) {
            why.push("The audit was interrupted before the end of the list.".to_owned());
        }
        if self.ending.cut_off.load(Ordering::SeqCst) {
            why.push("The list could not be read to its end.".to_owned());
        }
        match self.ending.bad_lines.load(Ordering::SeqCst) {
            0 => {}
            1 => why.push("1 line of the list could not be used.".to_owned()),
            bad => why.push(format!("{bad} lines of the list could not be used.")),
        }
        why
    }

    fn end(mut self, is_whole: bool) -> Result<Counts, Error> {
        self.progress.end();
        // What was not seen yet is not gone.
        let bad_lines = self.ending.bad_lines.load(Ordering::SeqCst);
        let baseline = self.baseline.as_ref();
        // A line that could not be used may name it.
        let baseline = baseline.filter(|_| is_whole && bad_lines == 0);
        let gone = baseline.map_or_else(Vec::new, Baseline::gone);
        let silent = self.quiet && self.shown == 0 && gone.is_empty();
        let mut state = None;
        let missing = self.missing();
        match self.format {
            AuditFormat::Table if silent => {}
            AuditFormat::Nagios => {
                let doubts = nagios::Doubts {
                    bad_lines,
                    interrupted: self.ending.interrupted.load(Ordering::SeqCst),
                    gone: gone.len(),
                };
                let (text, worst) = self.tally.render(&self.summary, doubts);
                self.sink.write(&text)?;
                state = Some(worst.exit_code());
            }
            AuditFormat::Table => {
                let text = audit::summary(&self.summary, &gone);
                self.sink.write(&text)?;
            }
            AuditFormat::Prometheus => {
                let text = prometheus::render(&self.samples, self.check.now);
                self.sink.write(&text)?;
            }
            AuditFormat::Junit => {
                let text = junit::render(std::mem::take(&mut self.cases), &missing);
                self.sink.write(&text)?;
            }
            AuditFormat::Html => {
                let text = html::render(
                    &mut self.rows,
                    &self.summary,
                    (&gone, &missing),
                    self.check.now,
                );
                self.sink.write(&text)?;
            }
            AuditFormat::Jsonl | AuditFormat::Csv => {}
        }
        if silent || self.ending.reader_left.load(Ordering::SeqCst) {
            // Nothing to say, or nobody to say it to.
        } else if self.format == AuditFormat::Nagios {
            // The plugin's output says it all; standard error often ends up in it.
        } else if self.format != AuditFormat::Table {
            say(audit::summary(&self.summary, &gone).trim());
        } else if !self.sink.is_stdout() {
            say(&format!("{} targets", self.summary.targets));
        }
        if self.format == AuditFormat::Prometheus && !is_whole && self.sink.replaces() {
            // Series that are missing look like those that have ended, and clear alerts.
            say(&as_it_was(&self.sink));
        } else {
            self.sink.end()?;
        }
        match self.save {
            Some(save) if is_whole => save.end()?,
            // Tomorrow's audit must not take a part for the whole.
            Some(save) => say(&as_it_was(&save)),
            None => {}
        }
        Ok(Counts {
            targets: self.summary.targets,
            critical: self.summary.with(Standing::Critical),
            warnings: self.summary.with(Standing::Warning),
            state,
        })
    }
}

fn as_it_was(sink: &Sink) -> String {
    format!(
        "\"{}\" is as it was: this audit did not come to its end",
        sink.path().display()
    )
}

/// The anchors of a target's own `cacerts=`, read once for each file.
fn own_anchors<'a>(
    known: &'a mut HashMap<String, Result<Anchors, String>>,
    entry: &Entry,
) -> Option<&'a Result<Anchors, String>> {
    let path = entry.cacerts.as_ref()?;
    let read = || {
        let anchors = disk::anchors::configured_anchors(&[PathBuf::from(path)]);
        anchors.map_err(|why| why.message().to_owned())
    };
    Some(known.entry(path.clone()).or_insert_with(read))
}

/// What a `cacerts=` file that cannot be read holds.
static NO_ANCHORS: std::sync::LazyLock<Anchors> =
    std::sync::LazyLock::new(|| Anchors::new("a file that cannot be read"));

/// The pins of the list, which count as those of a configuration do.
fn with_pins(mut look: Assessment, entry: &Entry) -> Assessment {
    let Some(leaf) = look.chain.first() else {
        return look;
    };
    let Some(matched) = entry.pin_matches(leaf.der()) else {
        return look;
    };
    if !matched && let Some(judgement) = &mut look.judgement {
        judgement.problems.push(pin_mismatch(leaf));
    }
    look.pins.matched = Some(matched);
    look.pins.configured = entry
        .pins
        .iter()
        .map(|pin| ConfiguredPin {
            value: pin.to_string(),
            line: Line {
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
