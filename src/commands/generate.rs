//! The man pages and the completions, made from the command line's own definitions.

use super::completions::script;
use super::hosts::hosts;
use super::{Error, print};
use crate::cli::{Cli, Command as Verb, Completions};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use std::fmt::Write as _;

/// The program.
pub(super) const NAME: &str = "smtp-certcheck";

/// The day of the last change that matters to readers of the pages.
const DATE: &str = "2026-11-23";

/// What the definitions do not know, below them on every page; the first column is the command.
const FURTHER: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            ("FILES", FILES),
            ("SECURITY", SECURITY),
            (
                "SEE ALSO",
                ".BR smtp-certcheck-audit (1),\n.BR smtp-certcheck-config (1),\n.BR smtp-certcheck-pin (1),\n.BR hg (1),\n.BR openssl-s_client (1ssl)",
            ),
        ],
    ),
    ("audit", &[("SEE ALSO", ".BR smtp-certcheck (1)")]),
    (
        "config",
        &[
            ("FILES", FILES),
            ("SEE ALSO", ".BR smtp-certcheck (1),\n.BR hgrc (5)"),
        ],
    ),
    (
        "pin",
        &[
            ("FILES", FILES),
            ("SECURITY", SECURITY),
            (
                "SEE ALSO",
                ".BR smtp-certcheck (1),\n.BR hgrc (5),\n.BR postconf (5),\n.BR msmtp (1),\n.BR git-send-email (1),\n.BR curl (1),\n.BR openssl-s_client (1ssl),\n.BR gnutls-cli (1),\n.BR exim4 (8),\n.BR danetool (1)",
            ),
        ],
    ),
    ("completions", &[("SEE ALSO", ".BR smtp-certcheck (1)")]),
    ("man", &[("SEE ALSO", ".BR smtp-certcheck (1)")]),
];

const FILES: &str = "\
.TP
.IR \\(ti/.hgrc ,
.TQ
.I $XDG_CONFIG_HOME/hg/hgrc
The user's configuration of Mercurial; the second is read later and wins. HGRCPATH replaces both.
.TP
.I .hg/hgrc
The repository's.
.TP
.I /etc/mercurial/hgrc
The machine's, with the files
.I *.rc
in
.IR /etc/mercurial/hgrc.d .";

const SECURITY: &str = "\
A pin is the digest of one certificate. It proves that the server is the one that was pinned, and
nothing about who that is: compare the fingerprint with one that you have from elsewhere. A pin
replaces the checks of CA, name and dates. A certificate is pinned only if the server has proven
that it holds the key. Revocation is not checked. Other programs than Mercurial differ in what they
check beside a pin; the list of
.B smtp\\-certcheck pin \\-\\-for
and
.I docs/pins.md
say what.";

/// Every file of the folders `man` and `completions`, with its path and content.
pub fn files() -> Vec<(String, String)> {
    let command = Cli::command();
    let mut files = vec![(format!("man/{NAME}.1"), page(&command, ""))];
    for sub in command.get_subcommands() {
        let name = sub.get_name().to_owned();
        files.push((format!("man/{NAME}-{name}.1"), page(sub, &name)));
    }
    for shell in [
        Shell::Bash,
        Shell::Zsh,
        Shell::Fish,
        Shell::Elvish,
        Shell::PowerShell,
    ] {
        let file = match shell {
            Shell::Bash => "smtp-certcheck.bash",
            Shell::Zsh => "_smtp-certcheck",
            Shell::Fish => "smtp-certcheck.fish",
            Shell::Elvish => "smtp-certcheck.elv",
            _ => "_smtp-certcheck.ps1",
        };
        files.push((format!("completions/{file}"), script(shell)));
    }
    files
}

/// Prints the completions of a shell, or a man page.
pub(super) fn run(verb: &Verb) -> Result<u8, Error> {
    match verb {
        Verb::Completions { shell } => print(&match shell {
            Completions::Script(shell) => script(*shell),
            Completions::Hosts => hosts(),
        })?,
        Verb::Man { command } => {
            let wanted = command.as_deref().unwrap_or_default();
            let path = match wanted {
                "" => format!("man/{NAME}.1"),
                name => format!("man/{NAME}-{name}.1"),
            };
            let page = files().into_iter().find(|(name, _)| *name == path);
            let Some((_, text)) = page else {
                return Err(Error::new(format!("there is no command \"{wanted}\"")));
            };
            print(&text)?;
        }
        _ => {}
    }
    Ok(0)
}

fn page(command: &Command, name: &str) -> String {
    let (title, bin) = match name {
        "" => (NAME.to_owned(), NAME.to_owned()),
        name => (format!("{NAME}-{name}"), format!("{NAME} {name}")),
    };
    let after = command.get_after_long_help().map(ToString::to_string);
    let command = command
        .clone()
        .name(title.clone())
        .display_name(title.clone())
        .bin_name(bin)
        .after_long_help(None)
        .after_help(None);
    let man = Man::new(command)
        .title(title.to_uppercase())
        .section("1")
        .date(DATE)
        .source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut out = Vec::new();
    // A vector takes all bytes.
    let written = man
        .render_title(&mut out)
        .and_then(|()| man.render_name_section(&mut out))
        .and_then(|()| man.render_synopsis_section(&mut out))
        .and_then(|()| man.render_description_section(&mut out))
        .and_then(|()| man.render_options_section(&mut out));
    debug_assert!(written.is_ok());
    // clap_mangen breaks lines where a space is due; mandoc minds.
    let mut text = String::from_utf8_lossy(&out).replace(".br\n\n.br\n", ".sp\n");
    text.push_str(&sections(&after.unwrap_or_default()));
    let further = FURTHER.iter().filter(|(of, _)| *of == name);
    for (heading, body) in further.flat_map(|(_, sections)| *sections) {
        let _ = writeln!(text, ".SH {}\n{body}", quoted(heading));
    }
    text
}

/// The paragraphs below the options: each begins with its heading and a colon.
fn sections(text: &str) -> String {
    let mut out = String::new();
    for block in text.split("\n\n").filter(|block| !block.is_empty()) {
        let Some((heading, body)) = block.split_once(":\n") else {
            let _ = writeln!(out, ".PP\n{}", escaped(block));
            continue;
        };
        let _ = writeln!(out, ".SH {}\n.nf", quoted(&heading.to_uppercase()));
        for line in body.lines() {
            let _ = writeln!(out, "{}", escaped(line.strip_prefix("  ").unwrap_or(line)));
        }
        out.push_str(".fi\n");
    }
    out
}

fn quoted(heading: &str) -> String {
    format!("\"{heading}\"")
}

/// Nothing in it is a request or an escape sequence.
fn escaped(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('…', "...");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
