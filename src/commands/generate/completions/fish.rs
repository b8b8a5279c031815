//! The script of fish: options and targets are completed in any position.

use super::definitions::{names, replaced, takes_targets, values};
use crate::cli::NAME;
use clap::Command;
use std::fmt::Write as _;

/// The function that lists targets.
const FISH: &str = include_str!("targets.fish");

/// The script of `clap_complete`, with additions.
pub(super) fn patched(script: &str, command: &Command) -> String {
    // It would forget the options after the first TARGET, and after an option without its value.
    let mut script = script.to_owned();
    let main = format!(
        "not __fish_smtp_certcheck_using_subcommand {}",
        names(command).join(" ")
    );
    for kind in ["-l", "-s"] {
        let from = format!("-n \"__fish_smtp_certcheck_needs_command\" {kind} ");
        script = replaced(&script, &from, &format!("-n \"{main}\" {kind} "));
    }
    script.push_str(FISH);
    let mut complete = |condition: &str, what: &str| {
        let _ = writeln!(script, "complete -c {NAME} -n \"{condition}\" -f{what}");
    };
    let targets = " -a \"(__fish_smtp_certcheck_targets)\" -d 'server of hgrc'";
    complete(&main, targets);
    for sub in command.get_subcommands() {
        let values: Vec<String> = sub.get_positionals().flat_map(values).collect();
        let what = match values.as_slice() {
            _ if takes_targets(sub) => targets.to_owned(),
            [] => String::new(),
            values => format!(" -a \"{}\"", values.join(" ")),
        };
        complete(
            &format!("__fish_smtp_certcheck_using_subcommand {}", sub.get_name()),
            &what,
        );
    }
    script
}
