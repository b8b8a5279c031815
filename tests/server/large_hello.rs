//! Servers after a device that drops a `ClientHello` of more than one TCP segment, as with a
//! post-quantum key share: they are tried again with a smaller one.
#![allow(clippy::disallowed_methods, reason = "tests use sockets and the clock")]

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, codes, finish, notes, program, report};
use testkit::raw;
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Hello", KeyKind::P256));

/// What happens to a `ClientHello`.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Closed,
    Reset,
    /// An alert of the level "fatal" with this number.
    Alert(u8),
    /// Nothing is heard any more.
    Dropped,
    /// It arrives after so many seconds.
    Late(u64),
}

/// A relay before a server, and how many connections it has had.
struct Middlebox {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Middlebox {
    /// `large` and `small`: what becomes of a hello of more and of less than 1,000 octets.
    fn new(behaviour: Behaviour, large: Fate, small: Option<Fate>) -> Self {
        let identity = PKI.identity(leaf(&["localhost"]));
        let server = Server::start(&identity, behaviour).address;
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let address = raw::listen(move |client| {
            counted.fetch_add(1, Ordering::SeqCst);
            // Either end may close it: that is not an error.
            let _ = relay(client, server, large, small);
        });
        Self {
            address,
            connections,
        }
    }

    fn report(&self, scheme: &str, timeout: &str) -> (i32, Value) {
        let dir = Dir::new();
        let root = dir.file("root.pem", PKI.root_pem());
        let target = format!("{scheme}://localhost:{}", self.address.port());
        let args = ["--ehlo", "a.example", "--timeout", timeout, "--cacerts"];
        let root = root.to_str().expect("UTF-8");
        report([&[target.as_str()], &args[..], &[root]].concat())
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn relay(
    mut client: TcpStream,
    server: SocketAddr,
    large: Fate,
    small: Option<Fate>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server)?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    let answers = std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return server.shutdown(Shutdown::Write);
        }
        // A record with the first handshake message, client_hello (RFC 8446 §5.1, §4).
        if let [0x16, 3, 1, high, low, 1, ..] = buffer[..count] {
            let length = u16::from_be_bytes([high, low]);
            let fate = if length > 1000 { Some(large) } else { small };
            match fate {
                None => {}
                Some(Fate::Closed) => return client.shutdown(Shutdown::Both),
                Some(Fate::Reset) => {
                    server.shutdown(Shutdown::Both)?;
                    // It holds the connection open, too.
                    let _ = answers.join();
                    raw::reset(client);
                    return Ok(());
                }
                Some(Fate::Alert(number)) => {
                    raw::send(&mut client, &[0x15, 3, 3, 0, 2, 2, number]);
                    return client.shutdown(Shutdown::Write);
                }
                Some(Fate::Dropped) => {
                    raw::wait_for_end(&mut client);
                    return Ok(());
                }
                Some(Fate::Late(seconds)) => std::thread::sleep(Duration::from_secs(seconds)),
            }
        }
        server.write_all(&buffer[..count])?;
    }
}

fn implicit() -> Behaviour {
    Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    }
}

#[track_caller]
fn is_trusted_by_a_small_one((code, report): (i32, Value), what: &str) {
    assert_eq!(code, 0, "{what}: {report:#}");
    let connection = &report["connection"];
    assert_eq!(connection["small_hello"], true, "{what}");
    assert_eq!(connection["legacy"], false, "{what}");
    assert_eq!(connection["key_proven"], true, "{what}");
    assert_eq!(connection["key_exchange"], "X25519", "{what}");
    assert_eq!(notes(&report), ["large-hello"], "{what}");
    assert_eq!(report["error"], Value::Null, "{what}");
}

#[test]
fn who_answers_only_a_small_hello_is_seen_all_the_same() {
    const DECODE_ERROR: u8 = 50;
    for fate in [Fate::Closed, Fate::Reset, Fate::Alert(DECODE_ERROR)] {
        for (scheme, behaviour) in [("smtp", Behaviour::default()), ("smtps", implicit())] {
            let middlebox = Middlebox::new(behaviour, fate, None);
            let what = format!("{fate:?} {scheme}");
            is_trusted_by_a_small_one(middlebox.report(scheme, "10"), &what);
            assert_eq!(middlebox.connections(), 2, "{what}");
        }
    }
}

/// A second try needs time: with little of it a slow server is waited for instead.
#[test]
fn who_never_answers_a_large_hello_is_asked_again_after_ten_seconds() {
    std::thread::scope(|scope| {
        for (scheme, behaviour) in [("smtp", Behaviour::default()), ("smtps", implicit())] {
            scope.spawn(move || {
                let middlebox = Middlebox::new(behaviour, Fate::Dropped, None);
                let started = Instant::now();
                is_trusted_by_a_small_one(middlebox.report(scheme, "25"), scheme);
                let took = started.elapsed();
                assert!((10..15).contains(&took.as_secs()), "{took:?}");
            });
        }
        scope.spawn(|| {
            let middlebox = Middlebox::new(Behaviour::default(), Fate::Dropped, None);
            let (code, report) = middlebox.report("smtp", "5");
            assert_eq!(code, 3, "{report:#}");
            assert_eq!(report["error"]["step"], "tls");
            assert_eq!(middlebox.connections(), 1);
        });
        scope.spawn(|| {
            let dead = Middlebox::new(Behaviour::default(), Fate::Dropped, Some(Fate::Dropped));
            let (code, report) = dead.report("smtp", "21");
            assert_eq!(code, 3, "{report:#}");
            let message = report["error"]["message"].as_str().expect("a text");
            assert!(message.contains("within 21 s"), "{message}");
            assert_eq!(report["connection"]["small_hello"], false);
            assert_eq!(dead.connections(), 2);
        });
    });
}

/// A server that is as slow with a small one is slow: that says nothing about sizes.
#[test]
fn slowness_is_not_taken_for_it() {
    let slow = Middlebox::new(Behaviour::default(), Fate::Late(11), Some(Fate::Late(8)));
    let (code, report) = slow.report("smtp", "40");
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["connection"]["small_hello"], false);
    assert_eq!(notes(&report), Vec::<String>::new());
    assert_eq!(slow.connections(), 2);
}

/// The first failure is reported if a smaller one fares no better.
#[test]
fn who_answers_neither_is_reported_as_before() {
    for (fate, code, class) in [
        (Fate::Closed, 5, "connection-closed"),
        (Fate::Reset, 5, "connection-reset"),
        (Fate::Alert(80), 5, "tls-alert"),
    ] {
        let deaf = Middlebox::new(Behaviour::default(), fate, Some(fate));
        let (ended, report) = deaf.report("smtp", "10");
        assert_eq!(ended, code, "{fate:?}: {report:#}");
        assert_eq!(report["error"]["code"], class, "{fate:?}");
        assert_eq!(report["connection"]["small_hello"], false);
        assert_eq!(report["chain"], Value::Array(Vec::new()));
    }
}

/// Modern programs do not reach it: an audit warns.
#[test]
fn an_audit_warns_of_it() {
    let middlebox = Middlebox::new(Behaviour::default(), Fate::Closed, None);
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let list = dir.file(
        "list",
        format!("smtp://localhost:{}\n", middlebox.address.port()),
    );
    let mut command = program();
    command.args(["audit", "--format", "jsonl", "--ehlo", "a.example", "-4"]);
    command.arg("--cacerts").arg(root).arg("--input").arg(list);
    let run = finish(command.args(["--fail-on", "warning"]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report: Value = serde_json::from_str(run.stdout.trim()).expect("one line");
    let found = report["findings"].as_array().expect("findings");
    let is_warning =
        |finding: &&Value| finding["code"] == "large-hello" && finding["severity"] == "warning";
    assert_eq!(found.iter().filter(is_warning).count(), 1, "{found:?}");
    assert_eq!(codes(&report, "notes"), ["large-hello"]);
}
