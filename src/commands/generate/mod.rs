//! The man pages, the completions and the tables of codes, generated from the definitions of the
//! command line and of the codes.

mod completions;
mod hosts;
mod manual;

use super::error::Error;
use super::terminal::{self, print};
use crate::cli::{Command as Verb, Completions, NAME};
use crate::report::Exit;
use clap_complete::Shell;
use completions::script;
use hosts::hosts;

/// Every file of the folders `man` and `completions`, and the document with tables of codes, with
/// path and content.
pub fn files() -> Vec<(String, String)> {
    let mut files: Vec<_> = manual::pages()
        .into_iter()
        .map(|(file, text)| (format!("man/{file}"), text))
        .collect();
    files.push(manual::document());
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
pub(super) fn run(verb: &Verb) -> Result<Exit, Error> {
    match verb {
        Verb::Completions { shell } => print(&match shell {
            Completions::Script(shell) => script(*shell),
            Completions::Hosts => hosts(),
        })?,
        Verb::Man { page } => {
            let named = match page.as_deref() {
                None => format!("{NAME}."),
                Some(page) => format!("{NAME}-{page}."),
            };
            let pages = manual::pages();
            let Some((_, text)) = pages.iter().find(|(file, _)| file.starts_with(&named)) else {
                return Err(Error::new(format!("there is no page \"{named}\"")));
            };
            if !terminal::page(text) {
                print(text)?;
            }
        }
        _ => {}
    }
    Ok(Exit::SUCCESS)
}
