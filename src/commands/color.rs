//! Whether text is coloured: what the user says, else what the environment says, else whether a
//! terminal shows it.

use crate::cli::ColorArg;
use clap::ValueEnum as _;

/// Whether to colour a stream. `set`: a variable of the environment that is not empty.
pub(super) fn is_on(
    wanted: ColorArg,
    terminal: bool,
    set: impl Fn(&str) -> Option<String>,
) -> bool {
    match wanted {
        ColorArg::Always => return true,
        ColorArg::Never => return false,
        ColorArg::Auto => {}
    }
    let is_yes = |name| set(name).map(|value| value != "0");
    // no-color.org, bixense.com/clicolors and force-color.org, in this order.
    if set("NO_COLOR").is_some() {
        return false;
    }
    if let Some(forced) = is_yes("CLICOLOR_FORCE")
        .filter(|yes| *yes)
        .or(is_yes("FORCE_COLOR"))
    {
        return forced;
    }
    let is_off = is_yes("CLICOLOR") == Some(false) || set("TERM").as_deref() == Some("dumb");
    terminal && !is_off
}

/// The value of `--color` on a command line that may be wrong elsewhere.
pub(super) fn wanted(arguments: &[String]) -> Option<ColorArg> {
    let mut found = None;
    let mut words = arguments
        .iter()
        .map(String::as_str)
        .take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let value = match word.split_once('=') {
            Some(("--color" | "--colour", value)) => value,
            None if matches!(word, "--color" | "--colour") => words.next().unwrap_or_default(),
            _ => continue,
        };
        found = ColorArg::from_str(value, false).ok();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_counts_before_the_environment_and_that_before_the_terminal() {
        let auto = |variables: &[(&str, &str)], terminal| {
            is_on(ColorArg::Auto, terminal, |name| {
                let mut all = variables.iter();
                all.find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        for (variables, on_a_terminal, in_a_file) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("FORCE_COLOR", "3")], true, true),
            (&[("FORCE_COLOR", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "1")], true, false),
            (&[("TERM", "dumb")], false, false),
        ] {
            assert_eq!(auto(variables, true), on_a_terminal, "{variables:?}");
            assert_eq!(auto(variables, false), in_a_file, "{variables:?}");
        }
        assert!(is_on(ColorArg::Always, false, |_| Some("1".to_owned())));
        assert!(!is_on(ColorArg::Never, true, |_| None));
    }

    #[test]
    fn the_option_is_found_on_any_command_line() {
        for (line, expected) in [
            ("--color never --help", Some(ColorArg::Never)),
            ("-x --color=always", Some(ColorArg::Always)),
            ("--color never --colour auto", Some(ColorArg::Auto)),
            ("--color", None),
            ("--color often", None),
            ("-- --color never", None),
            ("a.example", None),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(wanted(&words), expected, "{line}");
        }
    }
}
