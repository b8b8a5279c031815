//! Dispatches to the verbs. Each verb has a file, which joins the layers; the code that they share
//! (disk, terminal, environment, Mercurial's files) has its own files.

mod assess;
mod audit;
mod color;
mod config;
mod disk;
mod domain;
mod environment;
mod error;
mod generate;
mod inspect;
mod lint;
mod mercurial;
mod pin;
mod runtime;
mod terminal;
mod usage;
mod version;
mod waiting;

pub use generate::files as generated_files;

use crate::cli::{AuditFormat, Cli, Command, FormatArg};
use crate::render::nagios;
use crate::report::Exit;
use clap::ColorChoice;
use clap::builder::Styles;
use clap::error::ErrorKind;
use std::io::Write as _;
use terminal::print;

/// Reads the command line of this process.
pub fn read() -> Result<Cli, clap::Error> {
    let color = match environment::colors_of_usage() {
        (true, _) => ColorChoice::Always,
        (false, _) => ColorChoice::Never,
    };
    usage::read(environment::command_line(), color, &environment::variable)
}

/// Runs the command line and returns the exit code that `--help` documents.
pub fn run(cli: &Cli) -> Exit {
    let result = match &cli.command {
        None => inspect::run(&cli.inspect),
        Some(Command::Config(args)) => config::run(args),
        Some(Command::Pin(args)) => pin::run(args),
        Some(Command::Audit(args)) => audit::run(args),
        Some(verb @ (Command::Completions { .. } | Command::Man { .. })) => generate::run(verb),
    };
    match result {
        Ok(exit) => exit,
        Err(error) => {
            // A failure of standard error cannot be reported.
            let _ = write!(std::io::stderr(), "{error}");
            // A monitoring plugin's 2 is "critical"; an unknown state is "unknown".
            let plugin = match &cli.command {
                None => cli.inspect.format == FormatArg::Nagios,
                Some(Command::Audit(args)) => args.format == AuditFormat::Nagios,
                Some(_) => false,
            };
            if plugin {
                // Monitoring shows standard output.
                let _ = print(&nagios::unknown(error.message()));
                return Exit::PLUGIN_UNKNOWN;
            }
            Exit::ERROR
        }
    }
}

/// Prints clap's message: a usage error, or the help or version asked for. Returns the exit code.
pub fn not_understood(why: &clap::Error) -> Exit {
    // There is nowhere left to report a failure.
    let (color_of_help, color) = environment::colors_of_usage();
    if !why.use_stderr() {
        if why.kind() == ErrorKind::DisplayVersion && version::is_verbose(&environment::arguments())
        {
            let _ = print(&version::details());
            return Exit::SUCCESS;
        }
        let text = why.render();
        let text = if color_of_help {
            text.ansi().to_string()
        } else {
            text.to_string()
        };
        let _ = print(&usage::compact(&text));
        return Exit::SUCCESS;
    }
    let _ = write!(std::io::stderr(), "{}", with_hints(why, color));
    if environment::asks_for_a_plugin() {
        let text = why.to_string();
        let first = text.lines().next().unwrap_or_default();
        let _ = print(&nagios::unknown(first.trim_start_matches("error: ")));
        return Exit::PLUGIN_UNKNOWN;
    }
    Exit::ERROR
}

/// A message of clap, with a hint where clap has a tip.
fn with_hints(why: &clap::Error, color: bool) -> String {
    let text = why.render();
    if !color {
        return text.to_string().replace("\n  tip: ", "\n  hint: ");
    }
    let styles = Styles::styled();
    let valid = styles.get_valid();
    text.ansi().to_string().replace(
        &format!("\n  {valid}tip:{valid:#} "),
        &format!("\n  {valid}hint:{valid:#} "),
    )
}
