//! The report of one target as a monitoring plugin prints it (Monitoring Plugins Guidelines).

use crate::audit::Range;
use crate::escape::{excerpt, visible};
use crate::report::{Outcome, Report};

/// The states of a plugin; the number is its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Fine.
    Ok = 0,
    /// Soon not.
    Warning = 1,
    /// Not.
    Critical = 2,
}

impl State {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
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
        _ if report.pin_warning().is_some() => State::Warning,
        _ => State::Ok,
    };
    let word = match state {
        State::Ok => "OK",
        State::Warning => "WARNING",
        State::Critical => "CRITICAL",
    };
    let text = match days {
        _ if report.pin_warning().is_some() => reason(report),
        Some(days) if is_good => format!("{}, expires in {days} days", outcome.as_str()),
        _ => reason(report),
    };
    // A bar begins the performance data.
    let text = excerpt(&text, 300).replace('|', "/");
    let label = visible(&report.target.label).replace('|', "/");
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
    if let Some(warning) = report.pin_warning() {
        return format!("{}: {}", warning.code, warning.message);
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
