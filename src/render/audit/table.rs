//! An audit for people: a line for each target as it is finished, and the sums at the end.

use crate::audit::{Audited, Standing, Summary};
use crate::escape::{excerpt, visible};
use crate::finding::{Code, Severity};
use crate::render::style::Style;
use crate::render::text::labelled;
use crate::report::Outcome;
use std::fmt::Write as _;

/// One line, and below it what is bad about the target; ends in a line feed.
pub fn row(audited: &Audited, style: Style) -> String {
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
    let mut out = out.trim_end().to_owned();
    out.push('\n');
    // A code alone does not tell which of several addresses it is about.
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
            labelled(&mut out, style.columns(), 6, &label, label.len(), &text);
        }
    }
    out
}

/// The sums; ends in a line feed.
pub fn summary(summary: &Summary, gone: &[&str]) -> String {
    let left_out = match summary.with(Standing::LeftOut) {
        0 => String::new(),
        count => format!("{count} with findings left out, "),
    };
    let mut out = format!(
        "\n{} target{}: {} critical, {} with warnings, {left_out}{} fine\n",
        summary.targets,
        if summary.targets == 1 { "" } else { "s" },
        summary.with(Standing::Critical),
        summary.with(Standing::Warning),
        summary.with(Standing::Fine)
    );
    let mut list = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{heading}");
            for line in lines {
                let _ = writeln!(out, "  {line}");
            }
        }
    };
    let outcomes = summary.outcomes.iter();
    list(
        "By outcome",
        outcomes
            .map(|(name, count)| format!("{count:8}  {name}"))
            .collect(),
    );
    let mut findings: Vec<_> = summary.findings.iter().collect();
    findings.sort_by_key(|((code, severity), count)| {
        (
            std::cmp::Reverse(*severity),
            std::cmp::Reverse(**count),
            *code,
        )
    });
    let lines = findings
        .iter()
        .map(|((code, severity), count)| format!("{count:8}  {code} ({severity})"));
    list("By finding", lines.collect());
    let mut issuers: Vec<_> = summary.issuers.iter().collect();
    issuers.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
    let lines = issuers
        .iter()
        .take(10)
        .map(|(name, count)| format!("{count:8}  {}", visible(name)));
    list("By issuer", lines.collect());
    let lines = summary
        .expiries
        .iter()
        .map(|(days, name)| format!("{days:4} days  {}", visible(name)));
    list("Next to expire", lines.collect());
    let lines = gone.iter().map(|name| visible(name).into_owned());
    list("Gone from the list since the baseline", lines.collect());
    out
}
