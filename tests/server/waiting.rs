//! The line on a terminal that says what is waited for.

use std::net::SocketAddr;
use testkit::program::program;
use testkit::raw::{listen, read_line, send, wait_for_end};
use testkit::terminal::Terminal;

const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const OFFER: &[u8] = b"250-mx.test\r\n250 STARTTLS\r\n";
const GO: &[u8] = b"220 go\r\n";

/// Says these, each after a line of the client but the first, and then nothing.
fn says(turns: &[&'static [u8]]) -> SocketAddr {
    let turns = turns.to_vec();
    listen(move |mut stream| {
        for (index, turn) in turns.iter().enumerate() {
            if index > 0 {
                read_line(&stream);
            }
            send(&mut stream, turn);
        }
        wait_for_end(&mut stream);
    })
}

/// All that a terminal shows of a run, standard output or not.
fn shown(targets: &[SocketAddr], args: &[&str], term: &str, has_output: bool) -> String {
    let mut terminal = Terminal::new(24, 80);
    let mut command = program();
    command.args(targets.iter().map(|at| format!("smtp://{at}")));
    command
        .args(["--no-hgrc", "--ehlo", "x", "--timeout", "3"])
        .args(args);
    command.env("TERM", term).stderr(terminal.end());
    if has_output {
        command.stdout(terminal.end());
    } else {
        command.stdout(std::process::Stdio::null());
    }
    let mut child = command.spawn().expect("the program starts");
    drop(command);
    terminal.started();
    child.wait().expect("it ends");
    terminal.until_closed()
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
                let text = shown(&[server], &[], "xterm", true);
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
fn several_targets_share_one_line() {
    let servers = [says(&[b""]), says(&[GREETING]), says(&[b""])];
    let text = shown(&servers, &[], "xterm", true);
    let line = format!(
        "waiting for the greeting of {} and 2 more (1 s of 3 s)",
        servers[0]
    );
    assert!(text.contains(&line), "{text:?}");
    assert!(!text.contains("to EHLO"), "{text:?}");
    assert!(text.contains("3 targets: 3 unreachable"), "{text:?}");
}

#[test]
fn who_does_not_read_it_does_not_get_it() {
    let server = says(&[b""]);
    std::thread::scope(|scope| {
        for (args, term, has_output) in [
            (&["-q"][..], "xterm", true),
            (&[], "dumb", true),
            (&[], "xterm", false),
        ] {
            scope.spawn(move || {
                let text = shown(&[server], args, term, has_output);
                assert!(!text.contains("waiting"), "{args:?} {term}: {text:?}");
                assert!(!text.contains(ERASE), "{args:?} {term}: {text:?}");
            });
        }
    });
}
