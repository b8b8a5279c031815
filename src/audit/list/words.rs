//! The words of a line.

/// The first word, and what comes after it; both are empty at the end.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_ascii_start();
    let end = text.find(|c: char| c.is_ascii_whitespace());
    text.split_at(end.unwrap_or(text.len()))
}

/// The text up to a quote that ends its column, and what comes after that quote.
pub(super) fn unquoted(text: &str) -> Option<(&str, &str)> {
    let (value, after) = text.split_once('"')?;
    let ends = |c: char| c.is_ascii_whitespace();
    (after.is_empty() || after.starts_with(ends)).then_some((value, after))
}

/// The line without its comment, whose bytes may be anything, and without a byte order mark.
pub(super) fn without_comment(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let (mut before, mut is_quoted) = (b' ', false);
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'#' if before.is_ascii_whitespace() && !is_quoted => return &line[..at],
            b'"' => is_quoted = !is_quoted && before == b'=',
            _ => {}
        }
        before = *byte;
    }
    line
}
