//! The man pages: generated from the command line's definitions, followed by sections written by
//! hand.

mod codes;
mod json;
mod roff;

use crate::cli::{Cli, NAME};
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use roff::{Section, escaped};
use std::fmt::Write as _;
use std::io::Write as _;

/// The day of the last change that matters to readers of the pages.
const DATE: &str = "2026-11-23";

/// The sections that are written by hand; the first column is the command.
const BY_HAND: &[(&str, &str)] = &[
    ("", include_str!("main.man")),
    ("audit", include_str!("audit.man")),
    ("completions", include_str!("completions.man")),
    ("config", include_str!("config.man")),
    ("man", include_str!("man.man")),
    ("pin", include_str!("pin.man")),
];

/// As man-pages(7) orders them.
const ORDER: &[&str] = &[
    "EXIT STATUS",
    "ENVIRONMENT",
    "FILES",
    "NOTES",
    "EXAMPLES",
    "SECURITY",
    "SEE ALSO",
];

/// The document of the JSON report: the path of its file, and its text with fresh tables of codes.
pub(super) fn document() -> (String, String) {
    let text = codes::document(include_str!("../../../../docs/json.md"));
    ("docs/json.md".to_owned(), text)
}

/// Every page: the name of its file, and its text.
pub(super) fn pages() -> Vec<(String, String)> {
    let command = Cli::command();
    let mut pages = vec![(format!("{NAME}.1"), page(&command, ""))];
    for sub in command.get_subcommands() {
        let name = sub.get_name();
        pages.push((format!("{NAME}-{name}.1"), page(sub, name)));
    }
    let title = title_line(&format!("{NAME}-json"), "5", "File Formats");
    pages.push((format!("{NAME}-json.5"), json::page(&title)));
    pages
}

fn page(command: &Command, name: &str) -> String {
    let (title, bin) = match name {
        "" => (NAME.to_owned(), NAME.to_owned()),
        name => (format!("{NAME}-{name}"), format!("{NAME} {name}")),
    };
    let after = command.get_after_long_help().map(ToString::to_string);
    let mut command = described(command.clone())
        .name(title.clone())
        .display_name(title.clone())
        .bin_name(bin)
        .after_long_help(None)
        .after_help(None);
    let usage = command.render_usage().to_string();
    let arguments = arguments(&command);
    let man = Man::new(command.mut_args(|argument| {
        let is_argument = argument.is_positional();
        argument.hide(is_argument)
    }));
    let (mut name_section, mut body) = (Vec::new(), Vec::new());
    // Writing to a vector cannot fail.
    let written = man
        .render_name_section(&mut name_section)
        .and_then(|()| man.render_description_section(&mut body))
        .and_then(|()| body.write_all(arguments.as_bytes()))
        .and_then(|()| match name {
            "" => man.render_subcommands_section(&mut body),
            _ => Ok(()),
        })
        .and_then(|()| man.render_options_section(&mut body));
    debug_assert!(written.is_ok());
    let mut text = title_line(&title, "1", "User Commands");
    text.push_str(&String::from_utf8_lossy(&name_section));
    text.push_str(&synopsis(&usage));
    // clap_mangen breaks lines where a space is needed, and mandoc warns.
    text.push_str(&String::from_utf8_lossy(&body).replace(".br\n\n.br\n", ".sp\n"));

    let mut sections = roff::of_help(&after.unwrap_or_default());
    let by_hand = BY_HAND.iter().filter(|(of, _)| *of == name);
    for (_, text) in by_hand {
        for section in roff::of_hand(text) {
            match sections.iter_mut().find(|s| s.heading == section.heading) {
                Some(there) => there.body.push_str(&section.body),
                None => sections.push(section),
            }
        }
    }
    let place = |section: &Section| ORDER.iter().position(|known| *known == section.heading);
    sections.sort_by_key(|section| place(section).unwrap_or(0));
    for section in sections {
        let _ = write!(text, "{section}");
    }
    text
}

/// The command without its first sentence in the description: that is what NAME says.
fn described(command: Command) -> Command {
    let long = command.get_long_about().map(ToString::to_string);
    let rest = long.as_deref().and_then(|long| long.split_once("\n\n"));
    match rest {
        Some((_, rest)) => {
            let rest = rest.to_owned();
            command.long_about(rest)
        }
        None => command,
    }
}

/// The arguments that are not options, as a section of their own; empty if there are none.
fn arguments(command: &Command) -> String {
    let named = command.get_positionals().filter(|one| !one.is_hide_set());
    let alone = Command::new(command.get_name().to_owned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(named.cloned());
    if alone.get_arguments().next().is_none() {
        return String::new();
    }
    let mut text = Vec::new();
    // Writing to a vector cannot fail.
    let written = Man::new(alone).render_options_section(&mut text);
    debug_assert!(written.is_ok());
    String::from_utf8_lossy(&text).replacen(".SH OPTIONS", ".SH ARGUMENTS", 1)
}

/// The first line of every page.
fn title_line(title: &str, section: &str, manual: &str) -> String {
    format!(
        ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n.TH {} {section} {DATE} \"{NAME} {}\" \"{manual}\"\n",
        title.to_uppercase(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Lists the options as `--help` does: `clap_mangen` leaves out their values.
fn synopsis(usage: &str) -> String {
    let mut out = String::from(".SH SYNOPSIS\n");
    let lines = usage.trim_start_matches("Usage: ").lines();
    for (n, line) in lines.map(str::trim).enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let bold = words
            .iter()
            .take_while(|word| !word.starts_with(['[', '<']))
            .count();
        let (command, rest) = words.split_at(bold);
        let between = if n == 0 { "" } else { ".br\n" };
        let _ = writeln!(
            out,
            "{between}.B {}\n{}",
            escaped(&command.join(" ")),
            escaped(&rest.join(" "))
        );
    }
    out
}
