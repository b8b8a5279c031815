//! Makes the pictures of `docs/`: what the program prints in a terminal, as SVG. Needs root, for a
//! network in which the servers are.
#![expect(clippy::print_stderr, reason = "it says why there is no picture")]
#![allow(
    clippy::disallowed_methods,
    reason = "it writes files and starts itself"
)]

use anstyle_svg::Term;
use clap::Parser as _;
use smtp_certcheck::{cli::Cli, commands};
use std::path::Path;
use std::process::{Command, ExitCode};
use testkit::example_network::{ExampleNetwork, PICTURES, Place, STORE, enter};
use testkit::terminal::Terminal;

fn main() -> ExitCode {
    if std::env::args().len() > 1 {
        return commands::run(&Cli::parse()).into();
    }
    match enter(&[]) {
        Place::Inside => draw(),
        Place::Outside(status) if status.success() => {}
        Place::Outside(_) | Place::Closed => {
            eprintln!("no picture: it needs root, unshare and ip");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn draw() {
    ExampleNetwork::start().is_trusted_by_the_system();
    let program = std::env::current_exe().expect("the path of this program");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (file, target) in PICTURES {
        let mut command = Command::new(&program);
        command.args([target, "--color", "always", "--no-hgrc"]);
        command
            .env_remove("SSL_CERT_DIR")
            .env("SSL_CERT_FILE", STORE)
            .env("LC_ALL", "C.UTF-8");
        let text = Terminal::shown_by(&mut command, 80);
        let svg = svg(&format!("$ smtp-certcheck {target}\n{text}"));
        std::fs::write(docs.join(file), svg).expect("the picture is written");
    }
}

/// As wide as 80 columns and their margins. The red of the palette is too dark to read (WCAG asks
/// for a contrast of 4.5): its bright one takes its place.
fn svg(text: &str) -> String {
    const WIDTH: usize = 720;
    let mut palette = anstyle_svg::WIN10_CONSOLE;
    palette.0[1] = palette.0[9];
    Term::new()
        .palette(palette)
        .min_width_px(WIDTH)
        .render_svg(text)
}
