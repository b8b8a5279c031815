//! The report of one target, or the sums of a list, as a monitoring plugin prints them (Monitoring
//! Plugins Guidelines, "Plugin Output for Nagios").

pub(in crate::render) mod expiry;
pub(in crate::render) mod output;
mod state;

pub use state::State;

use crate::audit::{Limits, Threshold};
use crate::finding::Code;
use crate::report::{Outcome, Report};
use expiry::Expiry;
use output::{WIDTH, below, plain};
use std::cmp::Reverse;

/// When what is left is an alert.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// A warning.
    pub warning: Threshold,
    /// Critical.
    pub critical: Threshold,
}

/// The state of one target.
struct Status {
    state: State,
    label: String,
    text: String,
    expiry: Option<Expiry>,
}

impl Status {
    fn of(report: &Report, thresholds: Thresholds) -> Self {
        let Thresholds { warning, critical } = thresholds;
        let expiry = Expiry::of(report, |facts| {
            Limits::new(warning, critical, facts.lifetime())
        });
        let outcome = report.outcome();
        let is_good = matches!(outcome, Outcome::Trusted | Outcome::Pinned);
        let warned = report.pin_warning().is_some();
        let end = expiry.map_or(State::Ok, |expiry| expiry.state());
        let state = match warned {
            _ if !is_good => State::Critical,
            true => end.max(State::Warning),
            false => end,
        };
        let text = match expiry {
            Some(expiry) if is_good && !warned => {
                format!("{}, {}", outcome.as_str(), expiry.in_words())
            }
            _ => reason(report),
        };
        Self {
            state,
            label: plain(&report.target.label, 300),
            text: plain(&text, 300),
            expiry,
        }
    }
}

/// A line with performance data, and the state. The time left is of the certificate of the path
/// that matters: the worst, and of equals the one that expires first.
pub fn render(report: &Report, thresholds: Thresholds) -> (String, State) {
    let status = Status::of(report, thresholds);
    let performance = status.expiry.map_or_else(String::new, |expiry| {
        format!(" | {}", expiry.performance("days"))
    });
    let Status {
        state, label, text, ..
    } = status;
    let word = state.word();
    (
        format!("SMTP CERT {word} - {label}: {text}{performance}\n"),
        state,
    )
}

/// Several targets as one plugin, whose first line alone is shown and sent: the sums and the worst,
/// with all performance data; below it a line for each, the worst first. One target: as [`render`].
pub fn render_all(reports: &[Report], thresholds: Thresholds) -> (String, State) {
    if let [report] = reports {
        return render(report, thresholds);
    }
    let mut all: Vec<Status> = reports
        .iter()
        .map(|report| Status::of(report, thresholds))
        .collect();
    let performance = performance(&all);
    all.sort_by_key(|status| Reverse(status.state));
    let state = all.first().map_or(State::Unknown, |worst| worst.state);
    let count = |state| all.iter().filter(|status| status.state == state).count();
    let worst = all.first().filter(|_| state != State::Ok);
    let worst = worst.map_or_else(String::new, |status| {
        format!("; {}: {}", status.label, status.text)
    });
    let mut out = format!(
        "SMTP CERT {} - {} targets: {} critical, {} with warnings{worst}{performance}\n",
        state.word(),
        all.len(),
        count(State::Critical),
        count(State::Warning),
    );
    let lines = all.iter().map(|status| {
        let line = plain(&format!("{}: {}", status.label, status.text), WIDTH);
        format!("{} {line}", status.state.word())
    });
    below(&mut out, lines, all.len() as u64);
    (out, state)
}

/// Performance data of all targets that show a certificate, each with its own label.
fn performance(all: &[Status]) -> String {
    let mut labels: Vec<String> = Vec::new();
    let mut out = String::new();
    for (status, expiry) in all
        .iter()
        .filter_map(|status| Some((status, status.expiry?)))
    {
        let name = label(&status.label);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let Some(free) = names.find(|name| !labels.contains(name)) else {
            continue;
        };
        let begin = if labels.is_empty() { " | " } else { " " };
        out.push_str(begin);
        out.push_str(&expiry.performance(&free));
        labels.push(free);
    }
    out
}

/// Without what would end it (Monitoring Plugins Guidelines, "Performance data").
fn label(target: &str) -> String {
    let harmless = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | ':' | '-' | '[' | ']' => c,
        _ => '_',
    };
    format!("days_{}", target.chars().map(harmless).collect::<String>())
}

/// What a plugin says when it cannot do its work; ends in a line feed.
pub fn unknown(why: &str) -> String {
    format!(
        "SMTP CERT {} - {}\n",
        State::Unknown.word(),
        plain(why, 300)
    )
}

fn reason(report: &Report) -> String {
    let problems = report.problems();
    // Why the handshake failed says more than that it did.
    if let Some(old) = problems
        .iter()
        .find(|problem| problem.code == Code::ObsoleteTls)
    {
        return format!("{}: {}", old.code, old.message);
    }
    if let Some(failure) = report.failure() {
        return failure.to_string();
    }
    if let Some(warning) = report.pin_warning() {
        return format!("{}: {}", warning.code, warning.message);
    }
    match problems.first() {
        Some(problem) => format!("{}: {}", problem.code, problem.message),
        None => report.outcome().as_str().to_owned(),
    }
}
