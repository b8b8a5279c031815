//! The grammar of a list: one target a line, `#` comments, and columns `name=value` after the
//! target. A value in double quotes may have blanks and `#`.

mod columns;
mod entry;
mod error;
#[cfg(test)]
mod tests;
mod words;

pub use entry::Entry;
pub use error::LineError;

use columns::{column, column_alone};
use error::MAX_LINE;
use words::{first_word, unquoted, without_comment};

/// Reads a line without its line end; `None` if it is blank or a comment.
pub fn parse_line(line: &[u8]) -> Result<Option<Entry>, LineError> {
    let line = without_comment(line);
    if line.len() > MAX_LINE {
        return Err(LineError::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    let (input, mut rest) = first_word(text);
    if input.is_empty() {
        return Ok(None);
    }
    let mut entry = Entry::new(input, input.parse()?);
    loop {
        let (word, after) = first_word(rest);
        if word.is_empty() {
            return Ok(Some(entry));
        }
        let Some((name, value)) = word.split_once('=') else {
            column_alone(&mut entry, word)?;
            rest = after;
            continue;
        };
        if value.starts_with('"') {
            // The value may go on after the word.
            let quoted = rest.trim_ascii_start();
            let quoted = quoted.get(name.len() + 2..).and_then(unquoted);
            let (value, after) = quoted.ok_or_else(|| LineError::Quote(name.to_owned()))?;
            column(&mut entry, name, value)?;
            rest = after;
        } else {
            column(&mut entry, name, value)?;
            rest = after;
        }
    }
}
