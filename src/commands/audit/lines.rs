//! Lines of files and of standard input, bounded in length.
#![expect(
    clippy::disallowed_methods,
    reason = "here lists and earlier results are opened"
)]

use crate::certificate::is_utf16;
use crate::commands::error::Error;
use crate::observation::system_text;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// A longer line of a list is cut off, and the grammar refuses it.
const LONGEST: usize = 16 * 1024;
/// A report has the complete chain, several times if the name has many addresses; a longer line is
/// not a report.
const LONGEST_RESULT: u64 = 16 * 1024 * 1024;

/// A file, or standard input (`-`).
pub(super) fn reader(path: &Path) -> Result<Box<dyn Read + Send>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|why| unreadable(path, &why))?;
    Ok(Box::new(file))
}

/// Lines that end in LF, CR LF, or CR.
pub(super) struct Lines<R> {
    reader: R,
    /// The last line ended in a CR: a following LF belongs to it.
    after_cr: bool,
    is_first: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self {
            reader,
            after_cr: false,
            is_first: true,
        }
    }

    /// The next line without its line end.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if std::mem::take(&mut self.is_first) && is_utf16(self.reader.fill_buf()?) {
            let text = "it is text in UTF-16, which is not read here: iconv -f UTF-16 -t UTF-8 makes UTF-8 of it";
            return Err(io::Error::other(text));
        }
        let mut line = Vec::new();
        let mut has_begun = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if std::mem::take(&mut self.after_cr) && buffer.first() == Some(&b'\n') {
                self.reader.consume(1);
                continue;
            }
            if buffer.is_empty() {
                return Ok(has_begun.then_some(line));
            }
            has_begun = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &buffer[..end.unwrap_or(buffer.len())];
            // A longer line is not valid, but its end must be found.
            line.extend(&part[..part.len().min(LONGEST - line.len())]);
            self.after_cr = end.is_some_and(|end| buffer[end] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }
}

/// The error for a file that cannot be read.
pub(super) fn unreadable(path: &Path, why: &io::Error) -> Error {
    Error::new(format!(
        "cannot read \"{}\": {}",
        path.display(),
        system_text(why)
    ))
}

/// The next line of an earlier audit, with its line end, if any; false at the end of the file.
pub(super) fn next_result(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = reader
        .by_ref()
        .take(LONGEST_RESULT)
        .read_until(b'\n', line)?;
    if read as u64 == LONGEST_RESULT && line.last() != Some(&b'\n') {
        let why = format!("a line is longer than {} MiB", LONGEST_RESULT >> 20);
        return Err(io::Error::other(why));
    }
    Ok(read > 0)
}
