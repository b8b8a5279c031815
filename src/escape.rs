//! Makes text from the network safe to show: a character that could move a cursor, hide, or reorder
//! is written as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether `c` must never reach an output raw: C0, DEL and C1 controls, line and paragraph
/// separators, format controls (Cf) and default-ignorable characters of Unicode, and other
/// characters without ink: fillers and blank patterns. Bidirectional controls (UAX #9) are among
/// them.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}' | '\u{891}' | '\u{8e2}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether the text is printable ASCII throughout, as most is: a quicker check than one by
/// character.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|octet| (b' '..=b'~').contains(&octet))
}

/// `text` with every unsafe character written as `\n`, `\x1b` or `\u{202e}`. A backslash is
/// unchanged: the result is for reading, not for parsing.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) && u32::from(c) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_unsafe(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// As [`visible`], and cut to `most` characters with an ellipsis: for error messages.
pub fn excerpt(text: &str, most: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= most {
        return shown.into_owned();
    }
    let mut cut: String = shown.chars().take(most.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(visible("Müller & Söhne"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_moves_hides_or_reorders_is_shown() {
        assert_eq!(visible("a\x1b]0;x\x07b"), "a\\x1b]0;x\\x07b");
        assert_eq!(visible("\u{202e}gpj"), "\\u{202e}gpj");
        assert_eq!(visible("a\u{200b}b\r\n"), "a\\u{200b}b\\r\\n");
        assert_eq!(visible("\u{9b}2J\u{7f}"), "\\x9b2J\\x7f");
        assert_eq!(visible("\u{2066}\u{2028}"), "\\u{2066}\\u{2028}");
        assert_eq!(visible("\u{e0041}"), "\\u{e0041}");
    }

    #[test]
    fn what_is_plain_is_safe() {
        let ascii: String = (0..=0x7fu8).map(char::from).collect();
        let plain = |c: &char| is_plain(&c.to_string());
        assert!(ascii.chars().filter(plain).all(|c| !is_unsafe(c)));
        assert_eq!(ascii.chars().filter(plain).count(), 95);
        assert!(!is_plain("\u{e9}"));
    }

    #[test]
    fn an_excerpt_is_bounded() {
        assert_eq!(excerpt("abcdef", 6), "abcdef");
        assert_eq!(excerpt("abcdefg", 6), "abc...");
    }
}
