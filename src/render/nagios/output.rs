//! What a monitoring system takes of a plugin's text: lines, and how many of them.

use crate::escape::excerpt;
use std::fmt::Write as _;

/// Targets that have a line of their own; monitoring systems cut longer outputs off (Nagios at
/// 8 KiB).
pub(in crate::render) const MOST: usize = 40;
/// Of a line about a target, in characters.
pub(in crate::render) const WIDTH: usize = 160;

/// On one line, and without a bar, which begins the performance data.
pub(in crate::render) fn plain(text: &str, most: usize) -> String {
    excerpt(text, most).replace('|', "/")
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
