//! The scripts of the completions: `clap_complete`'s, which know the definitions, with additions.
//! Where a TARGET is expected, they ask this program for the hosts of Mercurial's configuration:
//! the one in `PATH`, never the one being typed. Its output is only compared and inserted, never
//! evaluated.

mod bash;
mod definitions;
mod elvish;
mod fish;
mod zsh;

use crate::cli::NAME;
use clap_complete::Shell;
use definitions::command;

/// The script of a shell.
pub(super) fn script(shell: Shell) -> String {
    let mut command = command();
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut out);
    let script = String::from_utf8_lossy(&out).into_owned();
    match shell {
        Shell::Bash => bash::patched(&script, &command),
        Shell::Zsh => zsh::patched(&script, &command),
        Shell::Fish => fish::patched(&script, &command),
        Shell::Elvish => elvish::patched(&script, &command),
        _ => script,
    }
}
