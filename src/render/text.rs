//! Text in columns: wrapped at words, as wide as a terminal shows it.

use crate::escape::visible;
use std::borrow::Cow;
use std::fmt::Write as _;
use textwrap::core::display_width;

/// Text under a label, wrapped and indented to the same column; a line feed ends each line.
pub(super) fn labelled(
    out: &mut String,
    width: usize,
    indent: usize,
    label: &str,
    column: usize,
    text: &str,
) {
    painted(out, width, (indent, label, column), &visible(text));
}

/// The same, of a text that is safe to show and may have colours. The label is an indent, the text
/// and its column. A word that fits a line but not beside the label begins below it.
pub(super) fn painted(
    out: &mut String,
    width: usize,
    (indent, label, column): (usize, &str, usize),
    text: &str,
) {
    const LEAST: usize = 20;
    let longest = longest_word(text);
    let room = width.saturating_sub(indent + column).max(LEAST);
    let below = width.saturating_sub(indent + 2).max(LEAST);
    if longest <= room || below <= room {
        for (index, line) in wrap(text, room).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(out, "{:indent$}{label:column$}{line}", "");
        }
        return;
    }
    if !label.is_empty() {
        let _ = writeln!(out, "{:indent$}{label}", "");
    }
    for line in wrap(text, below) {
        let _ = writeln!(out, "{:indent$}  {line}", "");
    }
}

/// Breaks at spaces only: a word that is longer than a line is there to be copied, or found.
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

/// A paragraph whose further lines are indented by `hang` columns, or by fewer, where a word would
/// not fit the line then. It may have colours.
pub(super) fn hanging(text: &str, width: usize, hang: usize) -> String {
    let room = width.saturating_sub(longest_word(text));
    let fits = |indent: &usize| *indent <= room;
    let indent = [hang, 2].into_iter().find(fits).unwrap_or(0);
    fill(text, width, "", &" ".repeat(indent))
}

/// The text, or as much of it as fits with a mark for the rest.
pub(crate) fn cut<'a>(text: &'a str, width: usize, ellipsis: &str) -> Cow<'a, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(display_width(ellipsis));
    let mut kept = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        if display_width(&text[..end]) > room {
            break;
        }
        kept = end;
    }
    Cow::Owned(format!("{}{ellipsis}", &text[..kept]))
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(display_width).max().unwrap_or(0)
}

/// Hyphens do not break a line: names and options would no longer be found or pasted.
fn options(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_wraps_at_words_and_long_words_are_whole() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abcdefgh", "ij"]);
        assert_eq!(wrap("a", usize::MAX), ["a"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("日本 語", 4), ["日本", "語"]);
        assert_eq!(wrap("日本", 3), ["日本"]);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut() {
        for (text, width, ellipsis, short) in [
            ("mail.example.org", 16, "…", "mail.example.org"),
            ("mail.example.org", 15, "…", "mail.example.o…"),
            ("mail.example.org", 8, "...", "mail...."),
            ("日本語", 5, "…", "日本…"),
            ("日本語", 4, "…", "日…"),
            ("abc", 1, "…", "…"),
        ] {
            assert_eq!(cut(text, width, ellipsis), short, "{text} {width}");
        }
    }

    /// Words of all lengths, some in colour.
    fn text() -> impl Strategy<Value = Vec<(String, bool)>> {
        let word = "[a-z0-9.:\"(-]{1,30}|[é日本]{1,20}|[a-z]{60,220}";
        prop::collection::vec((word, any::<bool>()), 1..30)
    }

    /// A text as it is shown; in its colours, too.
    fn shown(words: &[(String, bool)]) -> (String, String) {
        let plain: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        let colour = words.iter().map(|(word, is_painted)| match is_painted {
            true => format!("\x1b[1;31m{word}\x1b[0m"),
            false => word.clone(),
        });
        let colour: Vec<String> = colour.collect();
        (plain.join(" "), colour.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// No line is wider than the terminal, unless a word is, and no word is broken.
        #[test]
        fn lines_fit_and_words_are_whole(words in text(), width in 40_usize..=200, hang in 0_usize..20) {
            let (plain, colour) = shown(&words);
            let page = hanging(&colour, width, hang);
            let mut column = String::new();
            painted(&mut column, width, (2, "label", 15), &colour);
            for text in [page, column] {
                for line in text.lines() {
                    let fits = display_width(line) <= width || longest_word(line) > width - 4;
                    prop_assert!(fits, "{width}: {line:?}");
                }
                let bare = text.replace("\x1b[1;31m", "").replace("\x1b[0m", "");
                let bare: Vec<&str> = bare.split_whitespace().collect();
                for (word, _) in &words {
                    prop_assert!(bare.contains(&word.as_str()), "{width}: {word:?} in {plain:?}");
                }
            }
        }
    }
}
