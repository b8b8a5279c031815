//! The script of elvish: values, files and targets, which `clap_complete` does not know there.

use super::definitions::{replaced, takes_targets, typed, values};
use crate::cli::NAME;
use clap::{Command, ValueHint};
use std::fmt::Write as _;

/// What completes arguments, below the tables that it reads.
const ELVISH: &str = include_str!("arguments.elv");

/// The script of `clap_complete`, with additions.
pub(super) fn patched(script: &str, command: &Command) -> String {
    // clap_complete knows neither values nor arguments there. Keys are "command;option".
    let (mut values_of, mut arguments) = (Vec::new(), Vec::new());
    let (mut files, mut others, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    let pair = |key: &str, values: &[String]| format!("&'{key}'=[{}]", values.join(" "));
    for of in std::iter::once(command).chain(command.get_subcommands()) {
        let path = match of.get_name() {
            NAME => NAME.to_owned(),
            name => format!("{NAME};{name}"),
        };
        for option in of.get_opts() {
            let values = values(option);
            let hint = option.get_value_hint();
            for word in typed(option) {
                let key = format!("{path};{word}");
                match hint {
                    _ if !values.is_empty() => values_of.push(pair(&key, &values)),
                    ValueHint::FilePath | ValueHint::DirPath => files.push(format!("'{key}'")),
                    _ => others.push(format!("'{key}'")),
                }
            }
        }
        let values: Vec<String> = of.get_positionals().flat_map(values).collect();
        if !values.is_empty() {
            arguments.push(pair(&path, &values));
        }
        if takes_targets(of) {
            targets.push(format!("'{path}'"));
        }
    }
    let mut more = String::new();
    for (name, items) in [
        ("values", values_of),
        ("arguments", arguments),
        ("files", files),
        ("others", others),
        ("targets", targets),
    ] {
        let _ = writeln!(more, "    var {name} = [");
        for item in items {
            let _ = writeln!(more, "        {item}");
        }
        more.push_str("    ]\n");
    }
    more.push_str(ELVISH);
    replaced(script, "    $completions[$command]\n", &more)
}
