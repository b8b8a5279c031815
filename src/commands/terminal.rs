//! Text for standard output and standard error.

use super::error::Error;
use crate::escape::visible;
use std::io::{self, ErrorKind, Write as _};

/// Writes to standard output. A closed pipe is not an error.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(Error::new(format!(
            "cannot write to standard output: {why}"
        ))),
        _ => Ok(()),
    }
}

/// Writes lines for the user on standard error, because standard output is for data.
pub(super) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        // A failure of standard error cannot be reported.
        let _ = writeln!(stderr, "{}", visible(line));
    }
}

/// Writes a warning on standard error.
pub(super) fn warn(text: &str) {
    // A failure of standard error cannot be reported.
    let _ = writeln!(io::stderr(), "warning: {}", visible(text));
}
