//! One file for each verb: joins the layers, and does the file and terminal I/O.

mod assess;
mod attributes;
mod audit;
mod completions;
mod config;
mod environment;
mod error;
mod files;
mod generate;
mod hosts;
mod inspect;
mod lint;
mod manual;
mod mercurial;
mod pin;
mod public;
mod replace;

pub use error::Error;
pub use generate::files as generated_files;

use crate::cli::{AuditFormat, Cli, Command, FormatArg};
use crate::render::nagios;
use std::io::{ErrorKind, Write as _};

/// Where a warning can never come.
const BELOW_WARNING: &str =
    "name a smaller --critical or a larger --warning; --warning 0 turns the warning off";

/// Runs the command line and returns the exit code that `--help` documents.
pub fn run(cli: &Cli) -> u8 {
    let result = match &cli.command {
        None => inspect::run(&cli.inspect),
        Some(Command::Config(args)) => config::run(args),
        Some(Command::Pin(args)) => pin::run(args),
        Some(Command::Audit(args)) => audit::run(args),
        Some(verb @ (Command::Completions { .. } | Command::Man { .. })) => generate::run(verb),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            // Nothing can be done about an error of standard error.
            let _ = write!(std::io::stderr(), "{error}");
            // A monitoring plugin's 2 is "critical"; what it cannot tell is "unknown".
            let plugin = match &cli.command {
                None => cli.inspect.format == FormatArg::Nagios,
                Some(Command::Audit(args)) => args.format == AuditFormat::Nagios,
                Some(_) => false,
            };
            if plugin {
                // Monitoring shows what is on standard output.
                let _ = print(&nagios::unknown(error.message()));
                return 3;
            }
            2
        }
    }
}

/// Says why a command line is none, or what it asks clap to say: help, the version. The exit code
/// that follows.
pub fn not_understood(why: &clap::Error) -> u8 {
    // Nobody is there to be told that nobody is there.
    let _ = why.print();
    if !why.use_stderr() {
        return 0;
    }
    if environment::asks_for_a_plugin() {
        let text = why.to_string();
        let first = text.lines().next().unwrap_or_default();
        let _ = print(&nagios::unknown(first.trim_start_matches("error: ")));
        return 3;
    }
    2
}

/// Writes to standard output. A reader that has seen enough is not an error.
fn print(text: &str) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
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

/// Words for the user on standard error, where standard output is for data.
fn say(text: &str) {
    let mut stderr = std::io::stderr().lock();
    for line in text.lines() {
        // Nothing can be done about an error of standard error.
        let _ = writeln!(stderr, "{}", crate::escape::visible(line));
    }
}

/// A warning on standard error.
fn warn(text: &str) {
    // Nothing can be done about an error of standard error.
    let _ = writeln!(
        std::io::stderr(),
        "warning: {}",
        crate::escape::visible(text)
    );
}

/// The system's text without the number that Rust puts behind it.
fn io_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
