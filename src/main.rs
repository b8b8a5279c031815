//! Parse, run, exit code; nothing else.

use clap::Parser as _;
use smtp_certcheck::{cli::Cli, commands};
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => commands::run(&cli),
        Err(why) => commands::not_understood(&why),
    };
    exit.into()
}
