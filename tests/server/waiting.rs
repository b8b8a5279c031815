//! The line on a terminal that says what is waited for.

use std::net::SocketAddr;
use std::process::Command;
use testkit::pki::{KeyKind, Pki, leaf, listed};
use testkit::program::{Dir, finish, program};
use testkit::raw::says;
use testkit::server::{Behaviour, Server};
use testkit::terminal::Terminal;

const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const OFFER: &[u8] = b"250-mx.test\r\n250 STARTTLS\r\n";
const GO: &[u8] = b"220 go\r\n";

/// The check of these targets.
fn check(targets: &[SocketAddr], args: &[&str], term: &str) -> Command {
    let mut command = program();
    command.args(targets.iter().map(|at| format!("smtp://{at}")));
    let common = [
        "--no-hgrc",
        "--ehlo",
        "x",
        "--timeout",
        "3",
        "--color",
        "never",
    ];
    command.args(common).args(args).env("TERM", term);
    command
}

const ERASE: &str = "\r\x1b[K";

#[test]
fn it_names_the_step_and_is_gone_at_the_end() {
    let rows: [(&[&[u8]], &str); 4] = [
        (&[b""], "the greeting of HOST"),
        (&[GREETING], "the answer of HOST to EHLO"),
        (&[GREETING, OFFER], "the answer of HOST to STARTTLS"),
        (&[GREETING, OFFER, GO], "the TLS handshake with HOST"),
    ];
    std::thread::scope(|scope| {
        for (turns, what) in rows {
            scope.spawn(move || {
                let server = says(turns);
                let text = Terminal::shown_by(&mut check(&[server], &[], "xterm"), 80);
                let what = what.replace("HOST", &server.to_string());
                let line = format!("{ERASE}waiting for {what} (");
                let is_shown = text.contains(&line) && text.contains(" s of 3 s)");
                assert!(is_shown, "{line}: {text:?}");
                // What is written last of it is nothing, and the report is below.
                let (_, report) = text.rsplit_once(ERASE).expect("it is erased");
                assert!(report.starts_with("UNREACHABLE  127.0.0.1:"), "{text:?}");
            });
        }
    });
}

#[test]
fn a_revocation_list_is_waited_for_visibly() {
    let web = testkit::raw::listen(testkit::raw::silent);
    let url = format!("http://{web}/ca.crl");
    let pki = Pki::new("Waiting", KeyKind::P256);
    let identity = pki.identity(listed(leaf(&["127.0.0.1"]), 1, &[&url]));
    let server = Server::start(&identity, Behaviour::default()).address;
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let mut check = check(&[server], &["--cacerts", root, "--fetch-crl"], "xterm");
    let text = Terminal::shown_by(&mut check, 80);
    let line = format!("{ERASE}waiting for {url} (");
    assert!(text.contains(&line), "{line}: {text:?}");
}

#[test]
fn several_targets_share_one_line() {
    let servers = [says(&[b""]), says(&[GREETING]), says(&[b""])];
    let text = Terminal::shown_by(&mut check(&servers, &[], "xterm"), 80);
    let line = format!("waiting for the greeting of {} and 2 more (", servers[0]);
    assert!(text.contains(&line), "{text:?}");
    assert!(!text.contains("to EHLO"), "{text:?}");
    assert!(text.contains("3 targets: 3 unreachable"), "{text:?}");
}

#[test]
fn pin_waits_visibly_too() {
    let home = tempfile::tempdir().expect("a directory");
    for all in [&[][..], &["--all"]] {
        let server = says(&[GREETING]);
        let mut command = program();
        command.args([
            "pin",
            &format!("smtp://{server}"),
            "--ehlo",
            "x",
            "--timeout",
            "3",
        ]);
        command.args(all).args(["--color", "never"]);
        command.env("TERM", "xterm").env("HOME", home.path());
        let text = Terminal::shown_by(&mut command, 80);
        let line = format!("{ERASE}waiting for the answer of {server} to EHLO (");
        assert!(text.contains(&line), "{all:?}: {text:?}");
        let (_, told) = text.rsplit_once(ERASE).expect("it is erased");
        assert!(told.contains("no answer"), "{all:?}: {text:?}");
    }
}

#[test]
fn it_is_not_shown_where_it_is_not_read() {
    let server = says(&[b""]);
    std::thread::scope(|scope| {
        for (args, term) in [(&["-q"][..], "xterm"), (&[], "dumb")] {
            scope.spawn(move || {
                let text = Terminal::shown_by(&mut check(&[server], args, term), 80);
                assert!(text.starts_with("UNREACHABLE"), "{args:?} {term}: {text:?}");
            });
        }
        scope.spawn(move || {
            let run = finish(&mut check(&[server], &[], "xterm"));
            assert_eq!(run.stderr, "");
        });
    });
}
