//! What the scripts need from the command line's definitions.

use crate::cli::Cli;
use clap::{Arg, Command, CommandFactory as _, ValueHint};

/// The definitions, and the kinds of their values, taken from the value names.
pub(super) fn command() -> Command {
    fn hinted(command: Command) -> Command {
        let command = command.mut_args(|arg| {
            let names = arg.get_value_names().unwrap_or_default();
            let hint = match names.first().map(AsRef::as_ref) {
                _ if !arg.get_action().takes_values() => return arg,
                Some("FILE" | "FILE|DIR") => ValueHint::FilePath,
                Some("DIR") => ValueHint::DirPath,
                Some("TARGET") => ValueHint::Hostname,
                _ => ValueHint::Other,
            };
            arg.value_hint(hint)
        });
        command.mut_subcommands(hinted)
    }
    hinted(Cli::command())
}

/// Whether its arguments are targets.
pub(super) fn takes_targets(command: &Command) -> bool {
    let mut positionals = command.get_positionals();
    positionals.any(|arg| arg.get_value_hint() == ValueHint::Hostname)
}

/// The commands.
pub(super) fn names(command: &Command) -> Vec<&str> {
    command.get_subcommands().map(Command::get_name).collect()
}

/// The options that take a value, as typed.
pub(super) fn with_value(command: &Command) -> Vec<String> {
    let of_all = std::iter::once(command).chain(command.get_subcommands());
    let mut words: Vec<String> = of_all.flat_map(Command::get_opts).flat_map(typed).collect();
    words.sort();
    words.dedup();
    words
}

/// An option, as typed.
pub(super) fn typed(arg: &Arg) -> Vec<String> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    short.into_iter().chain(long).collect()
}

/// The values that an argument may have.
pub(super) fn values(arg: &Arg) -> Vec<String> {
    let values = arg.get_possible_values();
    values.iter().map(|v| v.get_name().to_owned()).collect()
}

/// Replaces output of `clap_complete`; its version is pinned by `Cargo.lock`, and the tests check
/// the result in each shell.
pub(super) fn replaced(script: &str, from: &str, to: &str) -> String {
    debug_assert!(script.contains(from), "clap_complete writes no {from:?}");
    script.replace(from, to)
}
