//! What a monitoring plugin prints (Monitoring Plugins Guidelines): of one target, or of an audit.

use crate::audit::{Audited, Range, Severity, Summary};
use crate::escape::{excerpt, visible};
use crate::report::{Outcome, Report};
use std::fmt::Write as _;

/// The states of a plugin; the number is its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Fine.
    Ok = 0,
    /// Soon not.
    Warning = 1,
    /// Not.
    Critical = 2,
    /// Cannot be told.
    Unknown = 3,
}

impl State {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// When the days that are left are an alert.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// A warning.
    pub warning: Range,
    /// Critical.
    pub critical: Range,
}

/// A line with performance data, and the state. The days are those of the certificate of the path
/// that ends first.
pub fn render(report: &Report, thresholds: Thresholds) -> (String, State) {
    let days = days_left(report);
    let outcome = report.outcome();
    let is_good = matches!(outcome, Outcome::Trusted | Outcome::Pinned);
    let number = days.map(|days| f64::from(i32::try_from(days).unwrap_or(i32::MAX)));
    let state = match number {
        _ if !is_good => State::Critical,
        Some(number) if thresholds.critical.alerts(number) => State::Critical,
        Some(number) if thresholds.warning.alerts(number) => State::Warning,
        _ => State::Ok,
    };
    let word = state.word();
    let text = match days {
        Some(days) if is_good => format!("{}, expires in {days} days", outcome.as_str()),
        _ => reason(report),
    };
    let text = harmless(&text);
    let label = harmless(&report.target.label);
    let performance = days.map_or_else(String::new, |days| {
        format!(
            " | days={days};{};{}",
            thresholds.warning, thresholds.critical
        )
    });
    (
        format!("SMTP CERT {word} - {label}: {text}{performance}\n"),
        state,
    )
}

/// Targets that are named below the line of an audit.
const MOST_NAMED: usize = 50;

/// The targets of an audit that a monitor should name: the first that are critical, the first with
/// warnings.
#[derive(Clone, Debug, Default)]
pub struct Named {
    critical: Vec<String>,
    warnings: Vec<String>,
}

impl Named {
    /// Takes a target in, if it is one of them.
    pub fn add(&mut self, audited: &Audited) {
        let Some(worst) = audited.findings.first() else {
            return;
        };
        let (list, word) = match worst.severity {
            Severity::Critical => (&mut self.critical, State::Critical.word()),
            Severity::Warning => (&mut self.warnings, State::Warning.word()),
            Severity::Note => return,
        };
        if list.len() < MOST_NAMED {
            let label = harmless(&audited.report.target.label);
            let text = harmless(&worst.message);
            list.push(format!("{word} {label}: {}: {text}\n", worst.code));
        }
    }
}

/// A line with performance data for the whole list, below it the targets to look at, and the state.
pub fn audit(summary: &Summary, named: &Named) -> (String, State) {
    let critical = summary.with(Severity::Critical);
    let warnings = summary.with(Severity::Warning);
    let state = match (summary.targets, critical, warnings) {
        (0, ..) => State::Unknown,
        (_, 1.., _) => State::Critical,
        (_, _, 1..) => State::Warning,
        _ => State::Ok,
    };
    let mut out = format!(
        "SMTP CERTS {} - {critical} of {targets} critical, {warnings} with warnings | targets={targets} critical={critical};;0 warnings={warnings};0\n",
        state.word(),
        targets = summary.targets,
    );
    let lines = named.critical.iter().chain(&named.warnings);
    let shown = lines.clone().count() as u64;
    out.extend(lines.take(MOST_NAMED).map(String::as_str));
    let more = (critical + warnings).saturating_sub(shown.min(MOST_NAMED as u64));
    if more > 0 {
        let _ = writeln!(out, "and {more} more");
    }
    (out, state)
}

/// One line without a bar, which begins the performance data.
fn harmless(text: &str) -> String {
    visible(&excerpt(text, 300)).replace('|', "/")
}

fn days_left(report: &Report) -> Option<i64> {
    let path = report
        .judgement
        .as_ref()
        .map_or(&[][..], |judgement| &judgement.path);
    let leaf = report.chain.first();
    let used = path.iter().chain(leaf.filter(|_| path.is_empty()));
    let end = used
        .filter_map(|certificate| Some(certificate.facts.as_ref().ok()?.not_after))
        .min()?;
    Some((end - report.at).whole_days())
}

fn reason(report: &Report) -> String {
    if let Some(failure) = report.seen.as_ref().and_then(|seen| seen.failure.as_ref()) {
        return failure.to_string();
    }
    let problems = report
        .judgement
        .as_ref()
        .map_or(&[][..], |judgement| &judgement.problems);
    match problems.first() {
        Some(problem) => format!("{}: {}", problem.code, problem.message),
        None => report.outcome().as_str().to_owned(),
    }
}
