//! The sums of an audit for people.

use crate::audit::{Standing, Summary};
use crate::escape::visible;
use std::fmt::Write as _;

/// The sums; ends in a line feed.
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
    let lines = summary.gone.iter().map(|name| visible(name).into_owned());
    list("Gone from the list since the baseline", lines.collect());
    out
}
