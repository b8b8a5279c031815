//! What a monitoring system takes of a plugin's text: lines, and how many of them.

use crate::escape::excerpt;
use std::fmt::Write as _;
use std::time::Duration;

/// Targets that have a line of their own; monitoring systems cut longer outputs off (Nagios at
/// 8 KiB).
pub(in crate::render) const MOST: usize = 40;
/// Of a line about a target, in characters.
pub(in crate::render) const WIDTH: usize = 160;

/// On one line, and without a bar, which begins the performance data.
pub(in crate::render) fn plain(text: &str, most: usize) -> String {
    excerpt(text, most).replace('|', "/")
}

/// A time as performance data.
pub(in crate::render) fn seconds(label: &str, elapsed: Duration) -> String {
    format!("{label}={:.3}s;;;0", elapsed.as_secs_f64())
}

/// That there are more of the same kind; empty if there are none.
pub(in crate::render) fn more(count: usize, what: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("; and 1 more {what}"),
        more => format!("; and {more} more {what}s"),
    }
}

/// As many lines as are shown, and how many more there are of `all`.
pub(in crate::render) fn below(out: &mut String, lines: impl Iterator<Item = String>, all: u64) {
    let mut shown = 0;
    for line in lines.take(MOST) {
        out.push_str(&line);
        out.push('\n');
        shown += 1;
    }
    let more = all.saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(out, "and {more} more");
    }
}
