//! The report of one target, or the sums of several, as a monitoring plugin prints them (Monitoring
//! Plugins Guidelines, "Plugin Output for Nagios").

mod domain;
pub(in crate::render) mod expiry;
pub(in crate::render) mod output;
mod performance;
mod reasons;
mod state;
mod told;

pub use state::State;
pub use told::Thresholds;

use crate::report::{DomainReport, Report, Reported};
use output::{WIDTH, below, plain};
use performance::performance;
use std::cmp::Reverse;
use told::Told;

/// A line with performance data; below it the advice, and each problem if there are several. The
/// time left is of the certificate of the path that matters: the worst, and of equals the one that
/// expires first.
pub fn render(report: &Report, thresholds: Thresholds) -> (String, State) {
    alone("CERT", &Told::of(report, thresholds))
}

/// The same of a domain, whose state comes from its outcome, what is required, and its findings.
pub fn domain(report: &DomainReport) -> (String, State) {
    alone("DOMAIN", &Told::from(report))
}

fn alone(what: &str, told: &Told) -> (String, State) {
    let mut out = format!(
        "SMTP {what} {} - {}: {}{}\n",
        told.state.word(),
        told.label,
        told.text,
        performance::bar(&told.performance("")),
    );
    for line in &told.lines {
        out.push_str(line);
        out.push('\n');
    }
    (out, told.state)
}

/// Several targets as one plugin, whose first line alone is shown and sent: the sums and the worst,
/// with all performance data; below it a line for each, the worst first. One target: as [`render`] and
/// [`domain`].
pub fn render_all(reports: &[Reported], thresholds: Thresholds) -> (String, State) {
    match reports {
        [Reported::Host(report)] => return render(report, thresholds),
        [Reported::Domain(report)] => return domain(report),
        _ => {}
    }
    let mut told: Vec<Told> = reports
        .iter()
        .map(|report| match report {
            Reported::Host(report) => Told::of(report, thresholds),
            Reported::Domain(report) => Told::from(&**report),
        })
        .collect();
    let performance = performance(&told);
    told.sort_by_key(|told| Reverse(told.state));
    let state = told.first().map_or(State::Unknown, |worst| worst.state);
    let count = |state| told.iter().filter(|told| told.state == state).count();
    let worst = told.first().filter(|_| state != State::Ok);
    let worst = worst.map_or_else(String::new, |told| {
        format!("; {}: {}", told.label, told.text)
    });
    let mut out = format!(
        "SMTP CERT {} - {} targets: {} critical, {} with warnings{worst}{}\n",
        state.word(),
        told.len(),
        count(State::Critical),
        count(State::Warning),
        performance::bar(&performance),
    );
    let lines = told.iter().map(|told| {
        let line = plain(&format!("{}: {}", told.label, told.text), WIDTH);
        format!("{} {line}", told.state.word())
    });
    below(&mut out, lines, told.len() as u64);
    (out, state)
}

/// What a plugin says when it cannot do its work; ends in a line feed.
pub fn unknown(why: &str) -> String {
    format!(
        "SMTP CERT {} - {}\n",
        State::Unknown.word(),
        plain(why, 300)
    )
}
