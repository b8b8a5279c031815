//! Text in columns: wrapped at words, as wide as a terminal shows it.

use crate::escape::visible;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text under a label, wrapped and indented to the same column; a line feed ends each line.
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
fn wrap(text: &str, width: usize) -> Vec<Cow<'_, str>> {
    textwrap::wrap(text, options(width))
}

/// The text under `first`, whose further lines begin with `further`; as wide as `width` in all.
pub(super) fn fill(text: &str, width: usize, first: &str, further: &str) -> String {
    let options = options(width)
        .initial_indent(first)
        .subsequent_indent(further);
    textwrap::fill(text, options)
}

/// Hyphens do not break a line: names and options would no longer be found or pasted.
fn options(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation)
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
