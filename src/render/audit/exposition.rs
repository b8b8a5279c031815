//! The text format of Prometheus: values of labels, and a metric with its series.

use crate::escape::visible;
use std::fmt::Write as _;

/// A series of a metric: more labels than those of its target, and the value.
pub(super) type Series = (String, String);

/// The value of a label: backslash, quote and line feed are escaped.
pub(super) fn quoted(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// The one series without more labels, if there is a value.
pub(super) fn one(value: Option<impl ToString>) -> Vec<Series> {
    let value = value.map(|value| (String::new(), value.to_string()));
    value.into_iter().collect()
}

/// Adds a gauge with the series of each target, which comes with its labels.
pub(super) fn gauge<'a>(
    out: &mut String,
    name: &str,
    help: &str,
    targets: impl Iterator<Item = (&'a str, Vec<Series>)>,
) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, series) in targets {
        for (more, value) in series {
            let comma = if more.is_empty() { "" } else { "," };
            let _ = writeln!(out, "{name}{{{labels}{comma}{more}}} {value}");
        }
    }
}
