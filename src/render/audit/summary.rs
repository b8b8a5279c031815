//! The summary of an audit for people.

use crate::audit::{Completeness, Standing, Summary};
use crate::escape::visible;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// The sums in one line, and a line for each reason why they are not of the whole list; ends in a
/// line feed.
pub(super) fn sums(summary: &Summary, completeness: &Completeness) -> String {
    let count = |standing| summary.with(standing);
    let mut out = format!(
        "{} target{}: {} critical, {} with warnings, ",
        summary.targets,
        if summary.targets == 1 { "" } else { "s" },
        count(Standing::Critical),
        count(Standing::Warning),
    );
    match count(Standing::LeftOut) {
        0 => {}
        left_out => {
            let _ = write!(out, "{left_out} left out, ");
        }
    }
    let _ = write!(out, "{} ok", count(Standing::Fine));
    if let Some(changed) = summary.changed {
        let _ = write!(out, "; {changed} changed");
        match summary.gone.len() {
            0 => {}
            gone => {
                let _ = write!(out, ", {gone} gone");
            }
        }
        out.push_str(" since the last audit");
    }
    out.push('\n');
    for why in completeness.missing() {
        let _ = writeln!(out, "Incomplete: {}", lower(&why));
    }
    out
}

/// The sums, and the targets that are not in the list any more: for people, where the results are
/// for programs.
pub fn aside(summary: &Summary, completeness: &Completeness) -> String {
    sums(summary, completeness) + &gone(summary)
}

/// The targets that are not in the list any more, below a heading; empty if there are none.
pub(super) fn gone(summary: &Summary) -> String {
    let mut out = String::new();
    let gone = summary.gone.iter().map(|name| visible(name).into_owned());
    list(&mut out, "Gone from the list since the last audit", gone);
    out
}

/// What there is of each kind, and what expires next; ends in a line feed, and begins with an empty
/// line.
pub(super) fn statistics(summary: &Summary) -> String {
    let mut out = String::new();
    let outcomes = summary.outcomes.iter();
    let outcomes = outcomes.map(|(name, count)| format!("{count:8}  {name}"));
    list(&mut out, "By outcome", outcomes);
    list(&mut out, "By finding", findings(summary));
    list(&mut out, "By issuer", issuers(summary));
    let expiries = summary.expiries.iter();
    let expiries = expiries.map(|(days, name)| {
        let plural = if *days == 1 { "" } else { "s" };
        format!("{days:4} day{plural:1}  {}", visible(name))
    });
    list(&mut out, "Expiring next", expiries);
    out
}

/// A sentence after a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
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
