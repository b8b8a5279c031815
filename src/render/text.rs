//! Text in columns: wrapped at words, as wide as a terminal shows it.

use crate::escape::visible;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar as _;

/// Text under a label, wrapped and indented to the same column; each line ends in a line feed.
pub(super) fn labelled(
    out: &mut String,
    width: usize,
    indent: usize,
    label: &str,
    column: usize,
    text: &str,
) {
    let room = width.saturating_sub(indent + column).max(20);
    let text = visible(text);
    for (index, line) in wrap(&text, room).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "{:indent$}{label:column$}{line}", "");
    }
}

/// Breaks at spaces, and within words only where a word is longer than the line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().map(columns).sum::<usize>();
        let first = used == 0;
        if !first && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        } else if !first {
            push(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            if used > 0 && used + columns(c) > width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, c);
            used += columns(c);
        }
    }
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

/// How many columns of a terminal a character takes.
fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_words_and_long_words_anywhere() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a", usize::MAX), ["a"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("日本 語", 4), ["日本", "語"]);
        assert_eq!(wrap("日本", 3), ["日", "本"]);
    }
}
