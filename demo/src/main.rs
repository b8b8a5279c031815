//! The whole story in a minute, without any network but the loopback: an embedded SMTP server with
//! a private CA, and the real command line looking at it.
#![expect(clippy::print_stdout, reason = "a demo talks")]
#![allow(
    clippy::disallowed_methods,
    reason = "a demo writes the files that it shows"
)]

use clap::Parser as _;
use smtp_certcheck::{cli::Cli, commands};
use std::path::Path;
use std::process::Command;
use testkit::pki::{KeyKind, Pki, expired_leaf, leaf};
use testkit::server::{Behaviour, Server};

/// The demo's own configuration of Mercurial. hg, and what says what hg does, read no other.
const HGRC: &str = "demo.hgrc";

fn main() {
    if std::env::var_os("HGRCPATH").is_none_or(|path| path != HGRC) {
        let program = std::env::current_exe().expect("the program has a path");
        let status = Command::new(program).env("HGRCPATH", HGRC).status();
        let code = status.expect("it starts").code();
        std::process::exit(code.unwrap_or(1));
    }
    story();
}

fn story() {
    let pki = Pki::new("Demo", KeyKind::P256);
    let dir = tempfile::TempDir::new().expect("a temporary directory");
    std::env::set_current_dir(dir.path()).expect("the directory is there");
    std::fs::write("demo-ca.pem", pki.root_pem()).expect("the CA is written");
    std::fs::write(HGRC, "[extensions]\npatchbomb =\n").expect("the file is written");

    let start = |identity| Server::start(&identity, Behaviour::default());
    let good = start(pki.identity(leaf(&["localhost"])));
    let expired = start(pki.identity(expired_leaf(&["localhost"])));
    let incomplete = start(pki.lonely(leaf(&["localhost"])));

    say(
        "A mail server whose certificate comes from a private CA. The system does not know that CA,\n\
         so no program should trust the server yet:",
    );
    check(&["localhost", &good.port().to_string()], &[]);

    say(
        "The administrator hands out the CA's certificate, demo-ca.pem. With it, the chain validates:",
    );
    check(
        &["localhost", &good.port().to_string()],
        &["--cacerts", "demo-ca.pem"],
    );

    say("Another server of the same CA. Its certificate was not renewed:");
    check(
        &["localhost", &expired.port().to_string()],
        &["--cacerts", "demo-ca.pem"],
    );

    say(
        "And one that sends its certificate without the intermediate that issued it. Browsers hide\n\
         this mistake, mail programs stumble over it:",
    );
    check(
        &["localhost", &incomplete.port().to_string()],
        &["--cacerts", "demo-ca.pem"],
    );

    say(
        "For scripts: -q prints nothing when all is well, else the verdict alone. The exit code says\n\
         the same:",
    );
    check(
        &["localhost", &good.port().to_string()],
        &["--cacerts", "demo-ca.pem", "-q"],
    );
    check(
        &["localhost", &expired.port().to_string()],
        &["--cacerts", "demo-ca.pem", "-q"],
    );
    pinning(&pki);
}

/// Pin, alarm, rotation, in a configuration of its own.
fn pinning(pki: &Pki) {
    let identity = || pki.identity(leaf(&["localhost"]));
    let server = Server::start(&identity(), Behaviour::default());
    let target = format!("localhost:{}", server.port());
    let pin = |options: &[&str]| {
        let words = [
            "smtp-certcheck",
            "pin",
            &target,
            "--hgrc",
            HGRC,
            "--cacerts",
            "demo-ca.pem",
        ];
        run(&[&words[..], options].concat());
    };

    say(
        "hg email should send to this server and to no other. Pin its certificate, in a configuration\n\
         of the demo's own (HGRCPATH names it; else it would be yours). The difference is shown first:",
    );
    pin(&["--write", "--yes"]);
    say(
        "Would hg email talk to the server now? Without a target it is the configured one,\n\
         and no line with -q means yes:",
    );
    run(&[
        "smtp-certcheck",
        "--hgrc",
        HGRC,
        "--cacerts",
        "demo-ca.pem",
        "-q",
    ]);

    say("One morning the server presents another certificate. hg refuses, and so does this:");
    server.renew(&identity());
    run(&[
        "smtp-certcheck",
        "--hgrc",
        HGRC,
        "--cacerts",
        "demo-ca.pem",
        "-q",
    ]);
    say("Pinning again is an alarm, and changes nothing:");
    pin(&["--write", "--yes"]);

    say(
        "The administrator confirms the new fingerprint. While the servers change one by one, both\n\
         certificates are accepted:",
    );
    pin(&["--write", "--yes", "--add"]);
    say("And when all of them have changed, the old one goes:");
    pin(&["--write", "--yes", "--prune"]);
}

fn say(text: &str) {
    println!("\n=== {text}\n");
}

/// Shows a command line and runs it.
fn check(target: &[&str; 2], options: &[&str]) {
    let target = target.join(":");
    let mut words = vec!["smtp-certcheck", &target];
    words.extend(options);
    run(&words);
}

fn run(words: &[&str]) {
    println!("$ {}", words.join(" "));
    debug_assert!(Path::new("demo-ca.pem").exists());
    let code = commands::run(&Cli::parse_from(words));
    println!("[exit code {}]", code.number());
}
