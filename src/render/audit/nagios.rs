//! An audit as the output of one monitoring plugin.

use super::format::{Ending, Format};
use super::shown::named;
use crate::audit::{Audited, Completeness, Standing, Summary};
use crate::finding::Severity;
use crate::render::nagios::State;
use crate::render::nagios::expiry::Expiry;
use crate::render::nagios::output::{MOST, WIDTH, below, more, plain, seconds};
use crate::report::{DomainReport, Outcome};
use std::fmt::Write as _;
use std::time::Duration;

/// The format, which keeps the worst of the list.
#[derive(Clone, Debug, Default)]
pub struct Nagios {
    critical: Vec<String>,
    warnings: Vec<String>,
    left_out: Vec<String>,
    /// The certificate that expires first, of trusted and pinned targets.
    next: Option<Expiry>,
    /// The most urgent one, of the same targets.
    worst: Option<Expiry>,
    /// The longest time that a server took.
    slowest: Duration,
}

impl Format for Nagios {
    fn target(&mut self, audited: &Audited) -> String {
        self.add(audited);
        String::new()
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        self.slowest = self.slowest.max(audited.report.elapsed);
        self.list(audited, &audited.report.input);
        String::new()
    }

    fn end(&mut self, completeness: &Completeness, summary: &Summary) -> Ending {
        let (text, state) = self.render(summary, completeness);
        Ending {
            text,
            // The plugin's output is complete, and standard error often ends up in it.
            aside: false,
            exit: Some(state.exit()),
            replaces_only_whole: false,
        }
    }

    /// The state covers all targets, including the unchanged ones.
    fn takes_all(&self) -> bool {
        true
    }
}

impl Nagios {
    /// Adds a server.
    fn add(&mut self, audited: &Audited) {
        let report = &audited.report;
        if matches!(report.outcome(), Outcome::Trusted | Outcome::Pinned)
            && let Some(end) = Expiry::of(report, |facts| audited.levels.limits(facts.lifetime()))
        {
            let next = self.next.take().into_iter().chain([end.clone()]);
            self.next = next.min_by_key(|end| end.left);
            let worst = self.worst.take().into_iter().chain([end]);
            self.worst = worst.max_by_key(Expiry::urgency);
        }
        let elapsed = report
            .every_look()
            .filter_map(|look| Some(look.seen.as_ref()?.elapsed));
        self.slowest = elapsed.fold(self.slowest, Duration::max);
        self.list(audited, &report.target.label);
    }

    /// Keeps the line of a target of either kind, if something is to be done.
    fn list<R>(&mut self, audited: &Audited<R>, target: &str) {
        let (list, text) = match audited.standing() {
            Standing::Critical => (&mut self.critical, reason(audited)),
            Standing::Warning => (&mut self.warnings, reason(audited)),
            Standing::LeftOut => (
                &mut self.left_out,
                (
                    format!("left out: {}", audited.hidden_codes()),
                    String::new(),
                ),
            ),
            Standing::Fine => return,
        };
        if list.len() < MOST {
            let name = named(audited, target);
            let (text, more) = text;
            let line = plain(&format!("{name}: {text}"), WIDTH - more.len());
            list.push(line + &more);
        }
    }

    /// A line with performance data, then a line for each bad target, and the state.
    fn render(&self, summary: &Summary, completeness: &Completeness) -> (String, State) {
        let (critical, warnings, left_out) = (
            summary.with(Standing::Critical),
            summary.with(Standing::Warning),
            summary.with(Standing::LeftOut),
        );
        let is_complete =
            summary.targets > 0 && completeness.bad_lines == 0 && !completeness.interrupted;
        let state = match (critical, warnings) {
            (1.., _) => State::Critical,
            (0, 1..) => State::Warning,
            (0, 0) if is_complete && left_out == 0 => State::Ok,
            (0, 0) => State::Unknown,
        };
        let text = self.text(summary, completeness).join(", ");
        let all = summary.targets;
        let mut out = format!(
            "SMTP CERTS {} - {text} | targets={all};;;0 critical={critical};;0;0;{all} warnings={warnings};0;;0;{all}",
            state.word()
        );
        if let Some(worst) = &self.worst {
            let _ = write!(out, " {}", worst.performance("days"));
        }
        let _ = writeln!(out, " {}", seconds("slowest", self.slowest));
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
    fn text(&self, summary: &Summary, completeness: &Completeness) -> Vec<String> {
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
        parts.extend(self.next.as_ref().map(|next| {
            if next.left.is_negative() {
                format!("the first has {}", next.in_words())
            } else {
                format!("the next {}", next.in_words())
            }
        }));
        if completeness.interrupted {
            parts.push("interrupted before the end of the list".to_owned());
        }
        if completeness.bad_lines > 0 {
            parts.push(format!(
                "{} line{} of the list could not be used",
                completeness.bad_lines,
                plural(completeness.bad_lines)
            ));
        }
        if !summary.gone.is_empty() {
            parts.push(format!("{} gone since the baseline", summary.gone.len()));
        }
        parts
    }
}

/// The worst finding, and how many more there are that are not notes.
fn reason<R>(audited: &Audited<R>) -> (String, String) {
    let findings = audited.findings.iter();
    let found: Vec<_> = findings
        .filter(|finding| finding.severity > Severity::Note)
        .collect();
    let text = found.first().map_or_else(String::new, |first| {
        format!("{}: {}", first.code, first.message)
    });
    (text, more(found.len().saturating_sub(1), "finding"))
}
