//! Parse, run, exit code; nothing else.

use clap::Parser as _;
use smtp_certcheck::{cli::Cli, commands};
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(&Cli::parse()).into()
}
