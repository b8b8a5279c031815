//! The help of the program and of every command, short and long, on 80 columns.

use super::assert_text;
use testkit::program::{finish, program};

#[test]
fn the_help_of_every_command() {
    for command in ["", "audit", "completions", "config", "man", "pin"] {
        for flag in ["-h", "--help"] {
            let mut program = program();
            program.args(Some(command).filter(|command| !command.is_empty()));
            let run = finish(program.arg(flag).env("COLUMNS", "80"));
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{command} {flag}");
            let length = if flag == "-h" { "short" } else { "long" };
            let name = if command.is_empty() { "main" } else { command };
            assert_text(&format!("help_{name}_{length}"), &run.stdout);
        }
    }
}
