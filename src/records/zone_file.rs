//! The lines of a zone file (RFC 1035 5.1), as words: comments gone, parentheses joined.

/// A record as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    /// Whether the owner is left out: it is that of the entry before.
    pub(super) same_owner: bool,
    pub(super) words: Vec<&'t str>,
}

/// The entries of a file, or the line on which a parenthesis is open or closed in vain.
pub(super) fn entries(text: &str) -> Result<Vec<Entry<'_>>, usize> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut open: Option<Entry<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let code = line.split(';').next().unwrap_or_default();
        let (mut entry, mut is_open) = match open.take() {
            Some(entry) => (entry, true),
            None => (begin(number, code), false),
        };
        for word in pieces(code) {
            match word {
                "(" if !is_open => is_open = true,
                ")" if is_open => is_open = false,
                "(" | ")" => return Err(number),
                word => entry.words.push(word),
            }
        }
        match is_open {
            true => open = Some(entry),
            false if !entry.words.is_empty() => entries.push(entry),
            false => {}
        }
    }
    match open {
        Some(entry) => Err(entry.line),
        None => Ok(entries),
    }
}

fn begin(line: usize, code: &str) -> Entry<'_> {
    Entry {
        line,
        same_owner: code.starts_with([' ', '\t']),
        words: Vec::new(),
    }
}

/// The words of a line; a parenthesis is one also without blanks around it.
fn pieces(code: &str) -> impl Iterator<Item = &str> {
    code.split_ascii_whitespace().flat_map(|word| {
        word.split_inclusive(['(', ')'])
            .flat_map(|piece| match piece.char_indices().last() {
                Some((at, '(' | ')')) => [&piece[..at], &piece[at..]],
                _ => [piece, ""],
            })
            .filter(|piece| !piece.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_joined_by_parentheses_and_freed_of_comments() {
        let text = "; head\n. IN DS (1 8 ; one\n 2 ab\n cd)\n\n  3600 DS x() ; y\n";
        let entries = entries(text).expect("entries");
        let words: Vec<_> = entries
            .iter()
            .map(|entry| (entry.line, entry.same_owner, entry.words.join(" ")))
            .collect();
        assert_eq!(
            words,
            [
                (2, false, ". IN DS 1 8 2 ab cd".to_owned()),
                (6, true, "3600 DS x".to_owned())
            ]
        );
    }

    #[test]
    fn parentheses_must_fit() {
        for (text, line) in [("a\nb (\nc", 2), ("a )", 1), ("a ( (", 1)] {
            assert_eq!(entries(text), Err(line), "{text}");
        }
    }
}
