//! The script of bash: names with colons and equals signs are not split, and targets are completed.

use super::definitions::{names, replaced, takes_targets, with_value};
use clap::Command;

/// The function that completes; its words in capitals are replaced.
const BASH: &str = include_str!("targets.bash");

/// The script of `clap_complete`, with additions.
pub(super) fn patched(script: &str, command: &Command) -> String {
    // clap_complete 4.6.11 takes a hyphen in the name for the border of a subcommand in one place
    // but not in the other, and would complete no subcommand.
    let script = replaced(script, "smtp__subcmd__certcheck", "smtp__certcheck");
    let head = "_smtp__certcheck() {\n";
    let script = replaced(&script, head, "_smtp__certcheck_static() {\n");
    let tail = "if [[ \"${BASH_VERSINFO[0]}\" -eq 4 &&";
    let without_targets = command.get_subcommands().filter(|sub| !takes_targets(sub));
    let without_targets: Vec<&str> = without_targets.map(Command::get_name).collect();
    let function = BASH
        .replace("WITH_VALUE", &with_value(command).join("|"))
        .replace("WITHOUT_TARGETS", &without_targets.join("|"))
        .replace("COMMANDS", &names(command).join(" "));
    replaced(&script, tail, &format!("{function}\n{tail}"))
}
