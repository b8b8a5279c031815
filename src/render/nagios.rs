//! The report of one target, or the sums of a list, as a monitoring plugin prints them (Monitoring
//! Plugins Guidelines, "Plugin Output for Nagios").

use crate::audit::{Audited, Levels, Range, Severity, Summary, worst};
use crate::escape::excerpt;
use crate::judge::Code;
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
    /// Nobody knows.
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
        _ if report.pin_warning().is_some() => State::Warning,
        _ => State::Ok,
    };
    let word = state.word();
    let text = match days {
        _ if report.pin_warning().is_some() => reason(report),
        Some(days) if is_good => format!("{}, expires in {days} days", outcome.as_str()),
        _ => reason(report),
    };
    let text = plain(&text, 300);
    let label = plain(&report.target.label, 300);
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

/// What a plugin says when it cannot do its work; ends in a line feed.
pub fn unknown(why: &str) -> String {
    format!(
        "SMTP CERT {} - {}\n",
        State::Unknown.word(),
        plain(why, 300)
    )
}

/// On one line, and without a bar, which begins the performance data.
fn plain(text: &str, most: usize) -> String {
    excerpt(text, most).replace('|', "/")
}

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
    /// Of the chains that are good, the fewest days that one has left.
    days: Option<i64>,
}

impl Tally {
    /// Targets that are told by name; monitoring systems cut longer outputs off (Nagios at 8 KiB).
    const MOST: usize = 40;
    /// Of a line about a target, in characters.
    const WIDTH: usize = 160;

    /// Takes a target in.
    pub fn add(&mut self, audited: &Audited) {
        let report = &audited.report;
        if matches!(report.outcome(), Outcome::Trusted | Outcome::Pinned)
            && let Some(days) = days_left(report)
        {
            self.days = Some(self.days.map_or(days, |fewest| fewest.min(days)));
        }
        let list = match worst(&audited.findings) {
            Some(Severity::Critical) => &mut self.critical,
            Some(Severity::Warning) => &mut self.warnings,
            Some(Severity::Note) | None => return,
        };
        if list.len() < Self::MOST
            && let Some(finding) = audited.findings.first()
        {
            let name = match &audited.label {
                Some(label) => format!("{} ({label})", report.target.label),
                None => report.target.label.clone(),
            };
            let line = format!("{name}: {}: {}", finding.code, finding.message);
            list.push(plain(&line, Self::WIDTH));
        }
    }

    /// A line with performance data, below it a line for each target that is bad, and the state.
    pub fn render(&self, summary: &Summary, levels: Levels, doubts: Doubts) -> (String, State) {
        let (critical, warnings) = (
            summary.with(Severity::Critical),
            summary.with(Severity::Warning),
        );
        let complete = summary.targets > 0 && doubts.bad_lines == 0 && !doubts.interrupted;
        let state = match (critical, warnings) {
            (1.., _) => State::Critical,
            (0, 1..) => State::Warning,
            (0, 0) if complete => State::Ok,
            (0, 0) => State::Unknown,
        };
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let mut parts = vec![format!(
            "{} target{}: {critical} critical, {warnings} with warnings",
            summary.targets,
            plural(summary.targets)
        )];
        parts.extend(self.days.map(|days| {
            let (count, s) = (days.unsigned_abs(), plural(days.unsigned_abs()));
            if days < 0 {
                format!("the first has expired {count} day{s} ago")
            } else {
                format!("the next expires in {count} day{s}")
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
        let text = parts.join(", ");
        let all = summary.targets;
        let mut out = format!(
            "SMTP CERTS {} - {text} | targets={all};;;0 critical={critical};;0;0;{all} warnings={warnings};0;;0;{all}",
            state.word()
        );
        if let Some(days) = self.days {
            let _ = write!(out, " days={days};{}:;{}:", levels.warning, levels.critical);
        }
        out.push('\n');
        let told = [("CRITICAL", &self.critical), ("WARNING", &self.warnings)];
        let lines = told
            .into_iter()
            .flat_map(|(word, list)| list.iter().map(move |line| (word, line)));
        let told = self.critical.len() + self.warnings.len();
        for (word, line) in lines.take(Self::MOST) {
            let _ = writeln!(out, "{word} {line}");
        }
        let told = u64::try_from(told.min(Self::MOST)).unwrap_or(u64::MAX);
        let more = (critical + warnings).saturating_sub(told);
        if more > 0 {
            let _ = writeln!(out, "and {more} more");
        }
        (out, state)
    }
}

fn days_left(report: &Report) -> Option<i64> {
    let path = report
        .judgement
        .as_ref()
        .map_or(&[][..], |judgement| &judgement.path);
    let leaf = report.chain.first();
    let used = path.iter().chain(leaf.filter(|_| path.is_empty()));
    let end = used
        .filter_map(|certificate| Some(certificate.facts().ok()?.not_after))
        .min()?;
    Some((end - report.at).whole_days())
}

fn reason(report: &Report) -> String {
    let problems = report
        .judgement
        .as_ref()
        .map_or(&[][..], |judgement| &judgement.problems);
    // Why the handshake failed says more than that it did.
    if let Some(old) = problems
        .iter()
        .find(|problem| problem.code == Code::ObsoleteTls)
    {
        return format!("{}: {}", old.code, old.message);
    }
    if let Some(failure) = report.seen.as_ref().and_then(|seen| seen.failure.as_ref()) {
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
