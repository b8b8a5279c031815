//! What a plugin reports of one target.

use super::expiry::{Expiry, of_chain};
use super::output::{more, plain, seconds};
use super::reasons::{Reason, reasons};
use super::state::State;
use crate::audit::{Limits, Threshold};
use crate::certificate::Facts;
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
    expiry: Option<Expiry>,
    /// Performance data of each certificate.
    chain: Vec<String>,
    elapsed: Option<Duration>,
}

impl Told {
    pub(super) fn of(report: &Report, thresholds: Thresholds) -> Self {
        let Thresholds { warning, critical } = thresholds;
        let limits = |facts: &Facts| Limits::new(warning, critical, facts.lifetime());
        let expiry = Expiry::of(report, limits);
        let outcome = report.outcome();
        let is_good = matches!(outcome, Outcome::Trusted | Outcome::Pinned);
        let warned = report.pin_warning().is_some();
        let end = expiry.as_ref().map_or(State::Ok, Expiry::state);
        let state = match warned {
            _ if !is_good => State::Critical,
            true => end.max(State::Warning),
            false => end,
        };
        let (text, lines) = match &expiry {
            Some(expiry) if is_good && !warned => {
                let text = format!("{}, {}", outcome.as_str(), expiry.in_words());
                (plain(&text, 300), Vec::new())
            }
            _ => explained(&reasons(report), outcome),
        };
        Self {
            state,
            label: plain(&report.target.label, 300),
            text,
            lines,
            expiry,
            chain: of_chain(report, limits),
            elapsed: report.seen().map(|seen| seen.elapsed),
        }
    }

    /// Performance data, with a suffix to the labels; of each certificate only without one.
    pub(super) fn performance(&self, suffix: &str) -> Vec<String> {
        let days = self.expiry.as_ref();
        let days = days.map(|expiry| expiry.performance(&format!("days{suffix}")));
        let chain = self.chain.iter().filter(|_| suffix.is_empty()).cloned();
        let time = self
            .elapsed
            .map(|elapsed| seconds(&format!("time{suffix}"), elapsed));
        days.into_iter().chain(chain).chain(time).collect()
    }
}

/// The main reason for the first line, and the lines below it.
fn explained(reasons: &[Reason], outcome: Outcome) -> (String, Vec<String>) {
    let Some((first, others)) = reasons.split_first() else {
        return (outcome.as_str().to_owned(), Vec::new());
    };
    let text = format!(
        "{}{}",
        plain(&first.text, 300),
        more(others.len(), "problem")
    );
    let named = |reason: &&Reason| !reason.advice.is_empty();
    let advice = |reason: &Reason| format!("-> {}", plain(&reason.advice, 300));
    let lines = if others.is_empty() {
        reasons.iter().filter(named).map(advice).collect()
    } else {
        let each = reasons.iter().flat_map(|reason| {
            let advice = Some(reason).filter(named).map(advice);
            std::iter::once(plain(&reason.text, 300)).chain(advice)
        });
        each.collect()
    };
    (text, lines)
}
