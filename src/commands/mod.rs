//! One file for each verb: joins the layers, and does the file and terminal I/O.

mod environment;
mod error;
mod files;
mod inspect;

pub use error::Error;

use crate::cli::Cli;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the command line; the exit code is that of `--help`.
pub fn run(cli: &Cli) -> ExitCode {
    match inspect::run(cli) {
        Ok(code) => code.into(),
        Err(error) => {
            // Nothing can be done about an error of standard error.
            let _ = write!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}
