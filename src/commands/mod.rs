//! One file for each verb: joins the layers, and does the file and terminal I/O.

mod environment;
mod error;
mod files;
mod inspect;

pub use error::Error;

use crate::cli::Cli;
use std::io::Write as _;

/// Runs the command line and returns the exit code that `--help` documents.
pub fn run(cli: &Cli) -> u8 {
    match inspect::run(cli) {
        Ok(code) => code,
        Err(error) => {
            // Nothing can be done about an error of standard error.
            let _ = write!(std::io::stderr(), "{error}");
            2
        }
    }
}
