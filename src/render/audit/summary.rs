//! The summary of an audit for people.

use crate::audit::{Standing, Summary};
use crate::escape::visible;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// The summary; ends in a line feed.
pub(super) fn sums(summary: &Summary) -> String {
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
    let outcomes = summary.outcomes.iter();
    let outcomes = outcomes.map(|(name, count)| format!("{count:8}  {name}"));
    list(&mut out, "By outcome", outcomes);
    list(&mut out, "By finding", findings(summary));
    list(&mut out, "By issuer", issuers(summary));
    let expiries = summary.expiries.iter();
    let expiries = expiries.map(|(days, name)| format!("{days:4} days  {}", visible(name)));
    list(&mut out, "Next to expire", expiries);
    let gone = summary.gone.iter().map(|name| visible(name).into_owned());
    list(&mut out, "Gone from the list since the baseline", gone);
    out
}

/// Lines under a heading; empty if there are none.
fn list(out: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        let _ = writeln!(out, "\n{heading}");
    }
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

/// The worst first, then the most frequent.
fn findings(summary: &Summary) -> Vec<String> {
    let mut findings: Vec<_> = summary.findings.iter().collect();
    findings.sort_by_key(|((code, severity), count)| {
        (Reverse(*severity), Reverse(**count), code.as_str())
    });
    findings
        .iter()
        .map(|((code, severity), count)| format!("{count:8}  {code} ({severity})"))
        .collect()
}

/// The most frequent first.
fn issuers(summary: &Summary) -> Vec<String> {
    const MOST: usize = 10;
    let mut issuers: Vec<_> = summary.issuers.iter().collect();
    issuers.sort_by_key(|(name, count)| (Reverse(**count), name.as_str()));
    issuers
        .iter()
        .take(MOST)
        .map(|(name, count)| format!("{count:8}  {}", visible(name)))
        .collect()
}
