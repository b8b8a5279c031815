//! What a plugin reports of one target.

use super::expiry::{Expiry, of_chain};
use super::output::{more, plain, seconds};
use super::reasons::{Reason, reasons};
use super::state::State;
use crate::audit::{Limits, Threshold};
use crate::certificate::Facts;
use crate::finding::Severity;
use crate::render::places::{certificates, place, remark};
use crate::report::{Outcome, Report};
use std::time::Duration;

/// When what is left is an alert.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// A warning.
    pub warning: Threshold,
    /// Critical.
    pub critical: Threshold,
}

/// What is reported of one target.
pub(super) struct Told {
    pub(super) state: State,
    pub(super) label: String,
    pub(super) text: String,
    /// What follows the first line.
    pub(super) lines: Vec<String>,
    pub(super) data: Vec<Datum>,
}

/// A number of the performance data.
pub(super) struct Datum {
    label: String,
    /// What comes after the label.
    value: String,
    /// Among several targets there is no room for it.
    is_detail: bool,
}

impl Datum {
    pub(super) fn new(label: &str, value: String) -> Self {
        Self {
            label: label.to_owned(),
            value,
            is_detail: false,
        }
    }
}

impl Told {
    pub(super) fn of(report: &Report, thresholds: Thresholds) -> Self {
        let Thresholds { warning, critical } = thresholds;
        let limits = |facts: &Facts| Limits::new(warning, critical, facts.lifetime());
        let expiry = Expiry::of(report, limits);
        let outcome = report.outcome();
        let is_good = matches!(outcome, Outcome::Trusted | Outcome::Pinned);
        let warned = report.pin_warning().is_some();
        let places = PlacesTold::of(report);
        let end = expiry.as_ref().map_or(State::Ok, Expiry::state);
        let state = match warned || places.warn {
            _ if !is_good => State::Critical,
            true => end.max(State::Warning),
            false => end,
        };
        let (text, lines) = match &expiry {
            Some(expiry) if is_good && !warned => {
                let ports = certificates(report);
                let ports = ports.map_or_else(String::new, |text| format!(" ({text})"));
                let text = format!("{}{ports}, {}", outcome.as_str(), expiry.in_words());
                (plain(&text, 300), Vec::new())
            }
            _ => explained(&reasons(report), outcome.as_str()),
        };
        let text = places.place + &text + &places.remark;
        let lines = lines.into_iter().chain(places.lines).collect();
        Self {
            state,
            label: plain(&report.target.label, 300),
            text,
            lines,
            data: data(report, expiry.as_ref(), limits),
        }
    }

    /// Performance data, with a suffix to the labels; the details only without one.
    pub(super) fn performance(&self, suffix: &str) -> Vec<String> {
        let shown = self
            .data
            .iter()
            .filter(|datum| suffix.is_empty() || !datum.is_detail);
        shown
            .map(|datum| format!("{}{suffix}{}", datum.label, datum.value))
            .collect()
    }
}

fn data(report: &Report, expiry: Option<&Expiry>, limits: impl Fn(&Facts) -> Limits) -> Vec<Datum> {
    let days = expiry.map(|expiry| Datum::new("days", expiry.performance("")));
    let chain = of_chain(report, limits)
        .into_iter()
        .map(|(label, value)| Datum {
            is_detail: true,
            ..Datum::new(&label, value)
        });
    let time = slowest(report).map(|elapsed| Datum::new("time", seconds("", elapsed)));
    days.into_iter().chain(chain).chain(time).collect()
}

/// What is reported of several addresses or ports.
#[derive(Default)]
struct PlacesTold {
    /// Before the reason: where it holds.
    place: String,
    /// After a good outcome.
    remark: String,
    lines: Vec<String>,
    /// As for an audit, different certificates are a warning, and an address that does not answer is
    /// none while others do.
    warn: bool,
}

impl PlacesTold {
    fn of(report: &Report) -> Self {
        let Some(remark) = remark(report) else {
            return Self {
                place: place(report),
                ..Self::default()
            };
        };
        let mut found = report.port_problems();
        found.extend(report.address_problems());
        let ports = report.counting_ports().map(|port| &port.report);
        found.extend(ports.flat_map(Report::address_problems));
        Self {
            place: place(report),
            remark: format!("; {}", plain(&remark, 300)),
            lines: in_full(&found.iter().map(Reason::from).collect::<Vec<_>>()),
            warn: found.iter().any(|one| one.severity >= Severity::Warning),
        }
    }
}

/// The time that the server took, of several ports the slowest.
fn slowest(report: &Report) -> Option<Duration> {
    let ports = report.ports.iter().filter_map(|port| port.report.seen());
    ports.chain(report.seen()).map(|seen| seen.elapsed).max()
}

/// The main reason for the first line, and the lines below it; `otherwise` is the first line without a
/// reason.
pub(super) fn explained(reasons: &[Reason], otherwise: &str) -> (String, Vec<String>) {
    let Some((first, others)) = reasons.split_first() else {
        return (otherwise.to_owned(), Vec::new());
    };
    let text = format!(
        "{}{}",
        plain(&first.text, 300),
        more(others.len(), "problem")
    );
    let lines = if others.is_empty() {
        reasons.iter().filter_map(advice).collect()
    } else {
        in_full(reasons)
    };
    (text, lines)
}

/// Each reason, and its advice below it.
fn in_full(reasons: &[Reason]) -> Vec<String> {
    let each = reasons.iter().flat_map(|reason| {
        let text = plain(&reason.text, 300);
        std::iter::once(text).chain(advice(reason))
    });
    each.collect()
}

fn advice(reason: &Reason) -> Option<String> {
    let text = plain(&reason.advice, 300);
    (!text.is_empty()).then(|| format!("-> {text}"))
}
