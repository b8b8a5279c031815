//! Hostile servers in every protocol, at every step: the program ends within the deadline and 64 MiB,
//! and shows nothing raw.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock and sockets as they like"
)]

use crate::dialogue::{client_hello, flood};
use crate::protocols::{GOOD, Good, url};
use smtp_certcheck::escape::is_unsafe;
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::program::Dir;
use testkit::raw::{listen, read_line, send, wait_for_end};
use testkit::service::Service;
use testkit::skip::has;

/// The most memory of the program, in KiB.
const MOST: u64 = 64 * 1024;
const DEADLINE: Duration = Duration::from_secs(2);

/// Orders for a terminal, an end of line within a line, a change of direction, and no UTF-8.
const INK: &[u8] = b"\x1b]0;x\x07\x1b[2J\x9b\r\x08\xe2\x80\xae\xff\0";

/// An insult, in place of the turn that is due.
type Insult = fn(&mut TcpStream, &Good, usize);

fn with_ink(stream: &mut TcpStream, before: &[u8], after: &[u8]) {
    send(stream, &[before, INK, after].concat());
}

/// The beginning and the end of a refusal.
fn refusal(good: &Good, count: usize) -> (&'static [u8], &'static [u8]) {
    match (good.service, count) {
        (Service::Imap, 0) => (b"* BYE ", b"\r\n"),
        (Service::Imap, _) if good.steps[count.min(good.steps.len() - 1)] == "capabilities" => {
            (b"a NO ", b"\r\n")
        }
        (Service::Imap, _) => (b"b NO ", b"\r\n"),
        (Service::Pop3, _) => (b"-ERR ", b"\r\n"),
        (Service::Sieve, _) => (b"NO \"", b"\"\r\n"),
        _ => (b"554 ", b"\r\n"),
    }
}

const INSULTS: &[Insult] = &[
    |stream, _, _| with_ink(stream, b"", b"\r\n"),
    |stream, good, count| {
        let (before, after) = refusal(good, count);
        with_ink(stream, before, after);
    },
    // More after the turn: in our turn, or in place of TLS.
    |stream, good, count| {
        with_ink(
            stream,
            good.turns.get(count).copied().unwrap_or_default(),
            b"\r\n",
        );
    },
    // Literals in a line that could be an answer.
    |stream, good, _| {
        let word: &[u8] = if good.service == Service::Imap {
            b"* X "
        } else {
            b"\"X\" "
        };
        let literal = [word, b"{30000}\r\n", &INK.repeat(2000)[..30000], b"\r\n"].concat();
        send(stream, &literal.repeat(4));
    },
    |stream, _, _| with_ink(stream, b"* X {18446744073709551616}\r\n", b"\r\n"),
    |stream, good, _| flood(stream, &[good.line, INK].concat()),
    |stream, _, _| flood(stream, b"\x1b"),
    |stream, _, _| send(stream, b""),
];

fn servers() -> Vec<String> {
    let mut all = Vec::new();
    for good in &GOOD {
        for count in 0..=good.steps.len() {
            for insult in INSULTS {
                all.push(url(good.service, server(good, count, *insult)));
            }
        }
    }
    all
}

fn server(good: &'static Good, count: usize, insult: Insult) -> SocketAddr {
    listen(move |mut stream| {
        for turn in &good.turns[..count] {
            send(&mut stream, turn);
            if turn == good.turns.last().expect("turns") {
                client_hello(&mut stream);
            } else {
                read_line(&stream);
            }
        }
        insult(&mut stream, good, count);
        wait_for_end(&mut stream);
    })
}

/// Runs a program and returns what it prints, and its most memory in KiB.
const MEASURE: &str = "import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
sys.stdout.buffer.write(done.stdout)
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))";

#[test]
fn a_hostile_server_of_any_protocol_is_bounded_and_shown_escaped() {
    if !has("hostile servers", "python3") {
        return;
    }
    let servers = servers();
    let dir = Dir::new();
    let list = dir.file("hosts.txt", servers.join("\n"));
    let list = list.to_str().expect("UTF-8");
    let deadline = DEADLINE.as_secs().to_string();
    for format in [
        &["audit", "--format", "jsonl"][..],
        &["audit", "--format", "table"],
        &["audit", "--format", "csv"],
        &["audit", "--format", "html"],
        &["audit", "--format", "prometheus"],
    ] {
        let started = Instant::now();
        let run = Command::new("python3")
            .args(["-c", MEASURE, env!("CARGO_BIN_EXE_smtp-certcheck")])
            .args(format)
            .args(["--input", list, "--timeout", &deadline])
            .args(["--jobs", "300", "--per-address", "300", "--retries", "0"])
            .stdin(Stdio::null())
            .output()
            .expect("python3");
        let took = started.elapsed();
        let shown = String::from_utf8(run.stdout).expect("UTF-8");
        let kib = String::from_utf8_lossy(&run.stderr);
        let kib: u64 = kib.parse().expect("a number of KiB");
        assert!(kib < MOST, "{format:?}: {kib} KiB");
        // All begin at once; a busy machine has some time of its own.
        assert!(took < 5 * DEADLINE, "{format:?}: {took:?}");
        let raw = shown.chars().find(|&c| c != '\n' && is_unsafe(c));
        assert_eq!(raw, None, "{format:?}");
        // What is left of an order for a terminal; metrics have no messages.
        let has_messages = !format.contains(&"prometheus");
        assert_eq!(shown.contains("]0;x"), has_messages, "{format:?}");
        let end = servers.last().expect("servers");
        let port = end.rsplit(':').next().unwrap_or_default();
        assert!(shown.contains(port), "{format:?}: {shown}");
    }
}

/// A report of one server has the whole dialogue.
#[test]
fn the_transcript_of_a_hostile_server_is_escaped() {
    for good in &GOOD {
        for count in 0..good.steps.len() {
            let target = url(good.service, server(good, count, INSULTS[1]));
            for format in [&["-v"][..], &["--format", "json"], &["--format", "nagios"]] {
                let run = testkit::program::finish(
                    testkit::program::program()
                        .arg(&target)
                        .args(["--no-hgrc", "--timeout", "5"])
                        .args(format),
                );
                assert_eq!(run.stderr, "");
                let raw = run.stdout.chars().find(|&c| c != '\n' && is_unsafe(c));
                assert_eq!(raw, None, "{target} {format:?}: {}", run.stdout);
            }
        }
    }
}
