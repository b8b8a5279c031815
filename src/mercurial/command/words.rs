//! The words of a command line as Python's `shlex.split` finds them.

use crate::hgrc::Environment;
use crate::mercurial::line::SettingLine;

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// A quote that is not closed.
    Quote,
    /// A backslash at the very end.
    Escape,
}

impl Unfinished {
    /// Python's own message.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "no closing quotation",
            Self::Escape => "no escaped character",
        }
    }
}

/// A word with its line in the configuration.
pub(super) type Word = (Vec<u8>, SettingLine);

/// Splits the value of a line into words, with variables expanded.
pub(super) fn expanded<'a>(
    words: Vec<Vec<u8>>,
    line: &'a SettingLine,
    environment: &'a Environment,
) -> impl Iterator<Item = Word> + 'a {
    words
        .into_iter()
        .map(|word| (environment.expand(&word), line.clone()))
}

/// Splits as `shlex.split(text, comments=False, posix=True)` does.
pub(super) fn split(text: &[u8]) -> Result<Vec<Vec<u8>>, Unfinished> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => words.extend(word.take()),
            b'\\' => {
                let next = bytes.next().ok_or(Unfinished::Escape)?;
                word.get_or_insert_default().push(next);
            }
            b'\'' | b'"' => quoted(byte, &mut bytes, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads to the closing quote. Within double quotes, a backslash escapes a double quote and a
/// backslash.
fn quoted(
    quote: u8,
    bytes: &mut impl Iterator<Item = u8>,
    word: &mut Vec<u8>,
) -> Result<(), Unfinished> {
    loop {
        match bytes.next().ok_or(Unfinished::Quote)? {
            byte if byte == quote => return Ok(()),
            b'\\' if quote == b'"' => {
                let next = bytes.next().ok_or(Unfinished::Escape)?;
                if !matches!(next, b'"' | b'\\') {
                    word.push(b'\\');
                }
                word.push(next);
            }
            byte => word.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_pythons_shlex() {
        for (text, expected) in [
            ("", Ok(&[][..])),
            (" a  b\tc\n d ", Ok(&["a", "b", "c", "d"])),
            ("a'b c'd", Ok(&["ab cd"])),
            ("\"a\\\"b\\c\" '\\'", Ok(&["a\"b\\c", "\\"])),
            ("'' a\\ b", Ok(&["", "a b"])),
            ("a # b", Ok(&["a", "#", "b"])),
            ("a 'b", Err(Unfinished::Quote)),
            ("a \"b\\", Err(Unfinished::Escape)),
            ("a\\", Err(Unfinished::Escape)),
        ] {
            let words = split(text.as_bytes()).map(|words| {
                let texts = words.into_iter().map(String::from_utf8);
                texts.collect::<Result<Vec<_>, _>>().expect("UTF-8")
            });
            let expected = expected.map(|words| words.iter().map(|w| (*w).to_owned()).collect());
            assert_eq!(words, expected, "{text:?}");
        }
    }
}
