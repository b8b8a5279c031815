//! Text for standard output and standard error.

use super::error::Error;
use crate::escape::visible;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

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

/// Shows a man page by man(1), if standard output is a terminal; false if it cannot.
pub(super) fn page(text: &str) -> bool {
    if !io::stdout().is_terminal() {
        return false;
    }
    let viewer = Command::new("man")
        .args(["-l", "-"])
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut viewer) = viewer else {
        warn("man(1) was not found: this is the source of the page");
        return false;
    };
    if let Some(mut input) = viewer.stdin.take() {
        // A viewer that ends early has shown what the user wanted.
        let _ = input.write_all(text.as_bytes());
    }
    viewer.wait().is_ok_and(|status| status.success())
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
