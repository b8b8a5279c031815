//! The script of zsh: a command is the first word alone, and targets are completed.

use super::definitions::{names, replaced};
use clap::Command;

/// Distinguishes a command from a target; `COMMANDS` is replaced.
const FIRST: &str = include_str!("first.zsh");
/// The functions that complete targets.
const TARGETS: &str = include_str!("targets.zsh");

/// The script of `clap_complete`, with additions.
pub(super) fn patched(script: &str, command: &Command) -> String {
    // It would look for a command after the first TARGET. Only the first word can be a command.
    let begin = script.find("'::targets").unwrap_or_default();
    let end = "\"*::: :->smtp-certcheck\" \\\n&& ret=0\n";
    let after = script[begin..].find(end).unwrap_or_default();
    debug_assert!(begin > 0 && after > 0, "clap_complete has changed");
    let script = [
        &script[..begin],
        "'*: :_smtp-certcheck_first' \\\n&& ret=0\n    fi\n",
        &script[begin + after + end.len()..],
    ]
    .concat();
    let head = "    _arguments \"${_arguments_options[@]}\" : \\\n";
    let first = FIRST.replace("COMMANDS", &names(command).join("|"));
    let script = replaced(&script, head, &format!("{first}{head}"));
    let words = "        words=($line[2] \"${words[@]}\")\n        (( CURRENT += 1 ))\n";
    let script = replaced(&script, words, "");
    let script = replaced(&script, "$line[2]", "$line[1]");
    let script = replaced(&script, ":_hosts' \\\n", ":_smtp-certcheck_targets' \\\n");
    let tail = "if [ \"$funcstack[1]\"";
    replaced(&script, tail, &format!("{TARGETS}\n{tail}"))
}
