//! An audit for the textfile collector of Prometheus' `node_exporter` (its text format 0.0.4).

use super::format::{Ending, Format};
use crate::audit::{Audited, Completeness, Summary};
use crate::escape::visible;
use crate::finding::Severity;
use crate::report::Outcome;
use std::fmt::Write as _;
use time::OffsetDateTime;

/// The format.
#[derive(Clone, Debug)]
pub struct Prometheus {
    /// When the audit ran.
    at: OffsetDateTime,
    samples: Vec<Sample>,
}

impl Prometheus {
    /// Of an audit that runs at that time.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            at,
            samples: Vec::new(),
        }
    }
}

impl Format for Prometheus {
    fn target(&mut self, audited: &Audited) -> String {
        self.samples.push(Sample::of(audited));
        String::new()
    }

    fn end(&mut self, _: &Completeness, summary: &Summary) -> Ending {
        Ending {
            // Missing series look like resolved ones, and clear alerts.
            replaces_only_whole: true,
            ..Ending::for_programs(render(&self.samples, self.at), summary)
        }
    }

    /// A missing series looks like a resolved one.
    fn takes_all(&self) -> bool {
        true
    }
}

/// What is kept of a target until the end, because the samples of a metric must stand together.
#[derive(Clone, Debug)]
struct Sample {
    labels: String,
    outcome: Outcome,
    not_before: Option<i64>,
    not_after: Option<i64>,
    critical: usize,
    warnings: usize,
    left_out: usize,
    seconds: f64,
}

impl Sample {
    /// Takes what is needed.
    fn of(audited: &Audited) -> Self {
        let report = &audited.report;
        let count = |severity| {
            let found = audited
                .findings
                .iter()
                .filter(|finding| finding.severity == severity);
            found.count()
        };
        let label = audited.label.as_deref().unwrap_or_default();
        let leaf = report.leaf().and_then(|leaf| leaf.facts().ok());
        Self {
            labels: format!(
                "target=\"{}\",servername=\"{}\",label=\"{}\"",
                quoted(&report.target.input),
                quoted(&report.target.servername),
                quoted(label)
            ),
            outcome: report.outcome(),
            not_before: leaf.map(|facts| facts.not_before.unix_timestamp()),
            not_after: leaf.map(|facts| facts.not_after.unix_timestamp()),
            critical: count(Severity::Critical),
            warnings: count(Severity::Warning),
            left_out: audited.hidden().count(),
            seconds: report.seen().map_or(0.0, |seen| seen.elapsed.as_secs_f64()),
        }
    }
}

/// A metric: its name, its help, and its value for a target; `None`: the target has none.
type Metric = (&'static str, &'static str, fn(&Sample) -> Option<String>);

/// The metrics of each target. The names are promises.
const METRICS: &[Metric] = &[
    (
        "trusted",
        "Whether the certificate is trusted or pinned.",
        |sample| {
            let is_trusted = matches!(sample.outcome, Outcome::Trusted | Outcome::Pinned);
            Some(boolean(is_trusted))
        },
    ),
    (
        "reachable",
        "Whether the server was reached and spoke TLS.",
        |sample| {
            let is_reachable = matches!(
                sample.outcome,
                Outcome::Trusted | Outcome::Pinned | Outcome::Untrusted
            );
            Some(boolean(is_reachable))
        },
    ),
    (
        "not_after_timestamp_seconds",
        "When the certificate of the server expires.",
        |sample| sample.not_after.map(|expires| expires.to_string()),
    ),
    (
        "not_before_timestamp_seconds",
        "Since when the certificate of the server is valid.",
        |sample| sample.not_before.map(|begin| begin.to_string()),
    ),
    (
        "critical_findings",
        "How many findings are critical.",
        |sample| Some(sample.critical.to_string()),
    ),
    (
        "warning_findings",
        "How many findings are warnings.",
        |sample| Some(sample.warnings.to_string()),
    ),
    (
        "left_out_findings",
        "How many kinds of findings --only and --ignore have left out that are not fine.",
        |sample| Some(sample.left_out.to_string()),
    ),
    (
        "probe_duration_seconds",
        "How long the probe took.",
        |sample| Some(sample.seconds.to_string()),
    ),
];

fn boolean(truth: bool) -> String {
    u8::from(truth).to_string()
}

/// All metrics; a target that occurs twice is written once, as it was the last time.
fn render(samples: &[Sample], at: OffsetDateTime) -> String {
    let mut latest: std::collections::BTreeMap<&str, &Sample> = std::collections::BTreeMap::new();
    for sample in samples {
        latest.insert(&sample.labels, sample);
    }
    let mut out = String::new();
    for (name, help, value) in METRICS {
        let _ = writeln!(out, "# HELP smtp_certcheck_{name} {help}");
        let _ = writeln!(out, "# TYPE smtp_certcheck_{name} gauge");
        for sample in latest.values() {
            if let Some(value) = value(sample) {
                let _ = writeln!(out, "smtp_certcheck_{name}{{{}}} {value}", sample.labels);
            }
        }
    }
    let _ = writeln!(
        out,
        "# HELP smtp_certcheck_last_run_timestamp_seconds When the audit ran."
    );
    let _ = writeln!(
        out,
        "# TYPE smtp_certcheck_last_run_timestamp_seconds gauge"
    );
    let _ = writeln!(
        out,
        "smtp_certcheck_last_run_timestamp_seconds {}",
        at.unix_timestamp()
    );
    out
}

/// The value of a label: backslash, quote and line feed are escaped.
fn quoted(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}
