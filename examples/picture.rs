//! Makes the picture of README.md: what the program prints in a terminal , as SVG on
//! standard output. Needs root, for a network in which the servers are.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints the picture, or why there is none"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "it writes a file and starts itself"
)]

use anstyle_svg::Term;
use clap::Parser as _;
use smtp_certcheck::{cli::Cli, commands};
use std::process::{Command, ExitCode};
use testkit::example_network::{ExampleNetwork, Place, enter};

const WORDS: [&str; 2] = ["smtp-certcheck", "old.example.org:587"];

fn main() -> ExitCode {
    if std::env::args().len() > 1 {
        return commands::run(&Cli::parse()).into();
    }
    match enter(&[]) {
        Place::Inside => println!("{}", picture()),
        Place::Outside(status) if status.success() => {}
        Place::Outside(_) | Place::Closed => {
            eprintln!("no picture: it needs root, unshare and ip");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn picture() -> String {
    let network = ExampleNetwork::start();
    let dir = tempfile::TempDir::new().expect("a temporary directory");
    let root = dir.path().join("root.pem");
    std::fs::write(&root, network.pki.root_pem()).expect("the CA is written");
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program)
        .args([WORDS[1], "--color", "always", "--no-hgrc"])
        .env("SSL_CERT_FILE", root)
        .env("COLUMNS", "80")
        .output()
        .expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .render_svg(&format!("$ {}\n{text}", WORDS.join(" ")))
}
