//! Parse, run, exit code; nothing else.

use smtp_certcheck::commands;
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match commands::read() {
        Ok(cli) => commands::run(&cli),
        Err(why) => commands::not_understood(&why),
    };
    exit.into()
}
