//! The man pages and the completions: up to date and well-formed. `completions` has the
//! shells.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use clap::CommandFactory as _;
use smtp_certcheck::cli::Cli;
use smtp_certcheck::commands::generated_files;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::skip::has;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// What a command says, both ways.
fn said(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn the_folders_are_up_to_date() {
    let files = generated_files();
    for (path, text) in &files {
        let there = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert_eq!(
            &there, text,
            "{path} is stale: cargo run --example generate"
        );
    }
    for folder in ["man", "completions"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("the folder");
        let count = files
            .iter()
            .filter(|(path, _)| path.starts_with(folder))
            .count();
        assert_eq!(
            entries.count(),
            count,
            "{folder} has files that are not generated"
        );
    }
}

#[test]
fn the_pages_are_clean() {
    let pages: Vec<String> = generated_files()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.starts_with("man/"))
        .collect();
    // One page for the program, one for each command, and one for the report.
    assert_eq!(pages.len(), 2 + Cli::command().get_subcommands().count());
    const SECTIONS: [&str; 6] = [
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "SECURITY",
        "SEE ALSO",
    ];
    for page in pages {
        let path = root().join(&page);
        let text = std::fs::read_to_string(&path).expect("a page");
        for section in SECTIONS.iter().filter(|_| page.ends_with(".1")) {
            let heading = format!("\n.SH \"{section}\"\n");
            assert!(text.contains(&heading), "{page} has no {section}");
        }
        if has("the_pages_are_clean", "mandoc") {
            let lint = said(
                Command::new("mandoc")
                    .args(["-Tlint", "-W", "warning"])
                    .arg(&path),
            );
            assert_eq!(lint, "", "{page}");
        }
        if has("the_pages_are_clean", "man") {
            let mut man = Command::new("man");
            man.args(["--warnings", "-l"])
                .arg(&path)
                .stdout(Stdio::null());
            man.env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
            let output = man.stdin(Stdio::null()).output().expect("man");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{page}");
        }
    }
}

#[test]
fn every_command_prints_its_page_and_every_shell_its_completions() {
    for args in [&["man"][..], &["man", "pin"], &["man", "audit"]] {
        let run = testkit::program::run(args);
        assert!(run.code == 0 && run.stdout.contains(".SH NAME"), "{args:?}");
        assert!(run.stdout.contains(".SH \"EXIT STATUS\""), "{args:?}");
    }
    let run = testkit::program::run(["man", "json"]);
    assert!(run.code == 0 && run.stdout.contains(".TH SMTP-CERTCHECK-JSON 5"));
    assert_eq!(testkit::program::run(["man", "nothing"]).code, 2);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = testkit::program::run(["completions", shell]);
        assert!(
            run.code == 0 && run.stdout.contains("smtp-certcheck"),
            "{shell}"
        );
    }
}
