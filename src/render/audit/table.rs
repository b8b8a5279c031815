//! An audit for people: a line for each target as it completes, and a summary at the end.

use super::format::{Ending, Format};
use super::summary::sums;
use crate::audit::{Audited, Completeness, Standing, Summary};
use crate::escape::{excerpt, visible};
use crate::finding::{Code, Severity};
use crate::render::style::Style;
use crate::render::text::labelled;
use crate::report::Outcome;
use std::fmt::Write as _;

/// The format.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    style: Style,
    /// There is no summary if no target is shown.
    quiet: bool,
    /// The output already has the summary.
    on_stdout: bool,
    has_rows: bool,
}

impl Table {
    /// `quiet`: prints nothing if no target is shown; `on_stdout`: the results go to standard
    /// output.
    pub fn new(style: Style, quiet: bool, on_stdout: bool) -> Self {
        Self {
            style,
            quiet,
            on_stdout,
            has_rows: false,
        }
    }
}

impl Format for Table {
    fn target(&mut self, audited: &Audited) -> String {
        self.has_rows = true;
        row(audited, self.style)
    }

    fn end(&mut self, _: &Completeness, summary: &Summary) -> Ending {
        let is_silent = self.quiet && !self.has_rows && summary.gone.is_empty();
        Ending {
            text: if is_silent {
                String::new()
            } else {
                sums(summary)
            },
            aside: if self.on_stdout {
                String::new()
            } else {
                format!("{} targets", summary.targets)
            },
            exit: None,
            replaces_only_whole: false,
        }
    }
}

/// One line, then the findings of the target; ends in a line feed.
fn row(audited: &Audited, style: Style) -> String {
    let mut out = line(audited, style);
    out.push('\n');
    details(&mut out, audited, style);
    out
}

/// The verdict, the target, its expiry, its codes and its changes.
fn line(audited: &Audited, style: Style) -> String {
    let report = &audited.report;
    let standing = audited.standing();
    let (word, ansi) = match (standing, report.outcome()) {
        (Standing::Critical, Outcome::Unreachable) => ("AWAY", "\x1b[1;31m"),
        (Standing::Critical, _) => ("BAD", "\x1b[1;31m"),
        (Standing::Warning, _) => ("WARN", "\x1b[1;33m"),
        (Standing::LeftOut, _) => ("SKIP", "\x1b[1;33m"),
        (Standing::Fine, _) => ("OK", "\x1b[1;32m"),
    };
    let (on, off) = if style.color {
        (ansi, "\x1b[0m")
    } else {
        ("", "")
    };
    let name = match &audited.label {
        Some(label) => format!("{} ({label})", report.target.label),
        None => report.target.label.clone(),
    };
    let mut out = format!("{on}{word:4}{off}  {:36}", visible(&name));
    let mut codes: Vec<Code> = Vec::new();
    for finding in &audited.findings {
        let shown = style.verbose || finding.severity > Severity::Note;
        if shown && !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let until = report
        .leaf()
        .and_then(|leaf| Some(leaf.facts().ok()?.not_after));
    let until = until.map_or_else(|| "-".to_owned(), |end| end.date().to_string());
    let _ = write!(out, "  {until:10}  {}", Code::list(&codes));
    let hidden = audited.hidden_codes();
    if !hidden.is_empty() {
        let gap = if codes.is_empty() { "" } else { "; " };
        let _ = write!(out, "{gap}left out: {hidden}");
    }
    if let Some(changes) = audited
        .changes
        .as_ref()
        .filter(|changes| !changes.is_empty())
    {
        let changes: Vec<&str> = changes.iter().map(|change| change.as_str()).collect();
        let _ = write!(out, "  [{}]", changes.join(", "));
    }
    out.trim_end().to_owned()
}

/// The findings that a code alone does not explain.
fn details(out: &mut String, audited: &Audited, style: Style) {
    // A code does not say which of several addresses it is about.
    let several = audited.report.has_several_addresses();
    for finding in &audited.findings {
        let told = match finding.severity {
            Severity::Critical => several || finding.certificate.is_none(),
            Severity::Warning => several,
            Severity::Note => false,
        };
        if style.verbose || told {
            let label = format!("{}: ", finding.code);
            let text = excerpt(&finding.message, 300);
            labelled(out, style.columns(), 6, &label, label.len(), &text);
        }
    }
}
