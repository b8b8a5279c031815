//! The man pages and the completions, made from the command line's own definitions.

use super::{Error, manual, print};
use crate::cli::{Cli, Command as Verb};
use clap::CommandFactory as _;
use clap_complete::Shell;

/// The program.
pub(super) const NAME: &str = "smtp-certcheck";

/// Every file of the folders `man` and `completions`, with its path and content.
pub fn files() -> Vec<(String, String)> {
    let mut files: Vec<_> = manual::pages()
        .into_iter()
        .map(|(file, text)| (format!("man/{file}"), text))
        .collect();
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
        files.push((format!("completions/{file}"), completions(shell)));
    }
    files
}

/// Prints the completions of a shell, or a man page.
pub(super) fn run(verb: &Verb) -> Result<u8, Error> {
    match verb {
        Verb::Completions { shell } => print(&completions(*shell))?,
        Verb::Man { page } => {
            let named = match page.as_deref() {
                None => format!("{NAME}."),
                Some(page) => format!("{NAME}-{page}."),
            };
            let pages = manual::pages();
            let Some((_, text)) = pages.iter().find(|(file, _)| file.starts_with(&named)) else {
                return Err(Error::new(format!("there is no page \"{named}\"")));
            };
            print(text)?;
        }
        _ => {}
    }
    Ok(0)
}

fn completions(shell: Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut out);
    // clap_complete 4.6.11 takes a hyphen in the name for the border of a subcommand in one place
    // of its script for bash and not in the other, so that no subcommand would be completed.
    String::from_utf8_lossy(&out).replace("smtp__subcmd__certcheck", "smtp__certcheck")
}
