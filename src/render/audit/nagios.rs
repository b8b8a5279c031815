//! An audit as one plugin.

use crate::audit::{Audited, Standing, Summary};
use crate::render::nagios::State;
use crate::render::nagios::expiry::Expiry;
use crate::render::nagios::output::{MOST, WIDTH, below, plain};
use crate::report::Outcome;
use std::fmt::Write as _;

/// What keeps the state of a list from being known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doubts {
    /// Lines that could not be used.
    pub bad_lines: u64,
    /// It did not come to the end.
    pub interrupted: bool,
    /// Targets that the baseline has, and the list has not.
    pub gone: usize,
}

/// What is kept of a list: the worst of it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    critical: Vec<String>,
    warnings: Vec<String>,
    left_out: Vec<String>,
    /// Of the chains that are good, the one that ends first.
    next: Option<Expiry>,
    /// Of these, the one that matters.
    worst: Option<Expiry>,
}

impl Tally {
    /// Takes a target in.
    pub fn add(&mut self, audited: &Audited) {
        let report = &audited.report;
        if matches!(report.outcome(), Outcome::Trusted | Outcome::Pinned)
            && let Some(end) = Expiry::of(report, |facts| audited.levels.limits(facts.lifetime()))
        {
            let next = self.next.into_iter().chain([end]);
            self.next = next.min_by_key(|end| end.left);
            let worst = self.worst.into_iter().chain([end]);
            self.worst = worst.max_by_key(Expiry::urgency);
        }
        let (list, text) = match (audited.standing(), audited.findings.first()) {
            (Standing::Critical, Some(first)) => (
                &mut self.critical,
                format!("{}: {}", first.code, first.message),
            ),
            (Standing::Warning, Some(first)) => (
                &mut self.warnings,
                format!("{}: {}", first.code, first.message),
            ),
            (Standing::LeftOut, _) => (
                &mut self.left_out,
                format!("left out: {}", audited.hidden_codes()),
            ),
            _ => return,
        };
        if list.len() < MOST {
            let name = match &audited.label {
                Some(label) => format!("{} ({label})", report.target.label),
                None => report.target.label.clone(),
            };
            list.push(plain(&format!("{name}: {text}"), WIDTH));
        }
    }

    /// A line with performance data, below it a line for each target that is bad, and the state.
    pub fn render(&self, summary: &Summary, doubts: Doubts) -> (String, State) {
        let (critical, warnings, left_out) = (
            summary.with(Standing::Critical),
            summary.with(Standing::Warning),
            summary.with(Standing::LeftOut),
        );
        let complete = summary.targets > 0 && doubts.bad_lines == 0 && !doubts.interrupted;
        let state = match (critical, warnings) {
            (1.., _) => State::Critical,
            (0, 1..) => State::Warning,
            (0, 0) if complete && left_out == 0 => State::Ok,
            (0, 0) => State::Unknown,
        };
        let text = self.text(summary, doubts).join(", ");
        let all = summary.targets;
        let mut out = format!(
            "SMTP CERTS {} - {text} | targets={all};;;0 critical={critical};;0;0;{all} warnings={warnings};0;;0;{all}",
            state.word()
        );
        if let Some(worst) = self.worst {
            let _ = write!(out, " {}", worst.performance("days"));
        }
        out.push('\n');
        let told = [
            ("CRITICAL", &self.critical),
            ("WARNING", &self.warnings),
            ("UNKNOWN", &self.left_out),
        ];
        let lines = told
            .into_iter()
            .flat_map(|(word, list)| list.iter().map(move |line| format!("{word} {line}")));
        below(&mut out, lines, critical + warnings + left_out);
        (out, state)
    }

    /// The first line in parts.
    fn text(&self, summary: &Summary, doubts: Doubts) -> Vec<String> {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let mut parts = vec![format!(
            "{} target{}: {} critical, {} with warnings",
            summary.targets,
            plural(summary.targets),
            summary.with(Standing::Critical),
            summary.with(Standing::Warning),
        )];
        let left_out = summary.with(Standing::LeftOut);
        if left_out > 0 {
            parts.push(format!("{left_out} with findings left out"));
        }
        parts.extend(self.next.map(|next| {
            if next.left.is_negative() {
                format!("the first has {}", next.in_words())
            } else {
                format!("the next {}", next.in_words())
            }
        }));
        if doubts.interrupted {
            parts.push("interrupted before the end of the list".to_owned());
        }
        if doubts.bad_lines > 0 {
            parts.push(format!(
                "{} line{} of the list could not be used",
                doubts.bad_lines,
                plural(doubts.bad_lines)
            ));
        }
        if doubts.gone > 0 {
            parts.push(format!("{} gone since the baseline", doubts.gone));
        }
        parts
    }
}
