//! The dialogue against servers that do as they like: what every answer, silence, break and insult
//! of a server comes to, and that the answer comes in time.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock and sockets as they like"
)]

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, finish, program, report};
use testkit::raw::{closed_port, listen, read_line, send, up_to_starttls, wait_for_end};
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Dialogue", KeyKind::P256));
pub(crate) static IDENTITY: LazyLock<Identity> =
    LazyLock::new(|| PKI.identity(leaf(&["localhost", "127.0.0.1", "mx.example.org"])));

const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const OFFER: &[u8] = b"250-mx.test\r\n250 STARTTLS\r\n";
const NO_OFFER: &[u8] = b"250-mx.test\r\n250 SIZE\r\n";

/// The exit code, `error.step` and `error.code`.
pub(crate) type End = (i32, &'static str, &'static str);

const NOT_OFFERED: End = (4, "ehlo", "starttls-not-offered");
const INJECTION: &str = "starttls-injection";

/// What a run came to, and how long it took.
pub(crate) struct Look {
    pub(crate) code: i32,
    pub(crate) report: Value,
    pub(crate) took: Duration,
}

impl Look {
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.report
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.text("/error/message")
    }

    /// Checks how it ended; the outcome must fit the exit code.
    #[track_caller]
    pub(crate) fn ended(&self, name: &str, (code, step, error): End) -> &Self {
        let seen = (
            self.code,
            self.text("/error/step"),
            self.text("/error/code"),
        );
        assert_eq!(seen, (code, step, error), "{name}: {:#}", self.report);
        let outcome = match code {
            3 => "unreachable",
            4 => "smtp-refused",
            _ => "tls-failed",
        };
        assert_eq!(self.text("/outcome"), outcome, "{name}");
        self
    }

    #[track_caller]
    pub(crate) fn is_trusted(&self, mode: &str) -> &Self {
        let seen = (self.code, self.text("/outcome"), self.text("/target/tls"));
        assert_eq!(seen, (0, "trusted", mode), "{:#}", self.report);
        self
    }
}

/// Probes a target; the answer must come within a second of the deadline, given in seconds.
#[track_caller]
pub(crate) fn look(deadline: f64, args: &[&str]) -> Look {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let deadline_arg = deadline.to_string();
    let mut all = vec!["--timeout".as_ref(), deadline_arg.as_ref()];
    all.extend(["--cacerts".as_ref(), root.as_os_str()]);
    all.extend(args.iter().map(AsRef::<std::ffi::OsStr>::as_ref));
    let started = Instant::now();
    let (code, report) = report(all);
    let took = started.elapsed();
    assert!(
        took < Duration::from_secs_f64(deadline + 1.0),
        "{args:?} took {took:?}: {report:#}"
    );
    Look { code, report, took }
}

/// Probes `address` under the name `localhost` with STARTTLS: a silent server then remains silent.
#[track_caller]
fn look_at(deadline: f64, address: SocketAddr) -> Look {
    look(deadline, &["--tls", "starttls", &localhost(address.port())])
}

pub(crate) fn localhost(port: u16) -> String {
    format!("localhost:{port}")
}

/// A server that says its turns, one at the start and one after each line of the client.
pub(crate) struct Script {
    pub(crate) address: SocketAddr,
    heard: Receiver<Vec<String>>,
}

impl Script {
    pub(crate) fn new(turns: &[&[u8]]) -> Self {
        let turns: Vec<Vec<u8>> = turns.iter().map(|turn| turn.to_vec()).collect();
        let (sender, heard) = channel();
        let address = listen(move |mut stream| {
            let mut lines = Vec::new();
            for (index, turn) in turns.iter().enumerate() {
                if index > 0 {
                    lines.push(read_line(&stream));
                }
                send(&mut stream, turn);
            }
            let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
            loop {
                match read_line(&stream) {
                    line if line.is_empty() => break,
                    line => lines.push(line),
                }
            }
            let _ = sender.send(lines);
        });
        Self { address, heard }
    }

    /// All lines of one connection, once the client has gone.
    pub(crate) fn heard(&self) -> Vec<String> {
        let patience = Duration::from_secs(5);
        self.heard.recv_timeout(patience).expect("a connection")
    }
}

pub(crate) fn client_hello(stream: &mut TcpStream) -> Vec<u8> {
    let mut record = vec![0; 5];
    let _ = stream.read_exact(&mut record);
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body);
    record.extend(body);
    record
}

// ---------------------------------------------------------------------------- the greeting

#[test]
fn greetings_of_every_shape_are_accepted() {
    let long = [b"220 ".as_slice(), &[b'x'; 500], b"\r\n"].concat();
    for greeting in [
        GREETING,
        b"220-mx.test\r\n220-no spam here\r\n220 go on\r\n",
        b"220\r\n",
        b"220 \r\n",
        b"220 mx.test\n",
        b"220-mx.test\n220 bare\n",
        b"220 a\0b \xfc\xff\xe4\r\n",
        b"220 SFTPLUS and FTP are in the text, ESMTP\r\n",
        &long,
    ] {
        let server = Script::new(&[greeting, NO_OFFER]);
        let name = String::from_utf8_lossy(greeting).into_owned();
        look_at(5.0, server.address).ended(&name, NOT_OFFERED);
    }
    let server = Script::new(&[b"220-mx\r\n220 a\0\xff\r\n", NO_OFFER]);
    let seen = look_at(5.0, server.address);
    assert_eq!(seen.text("/connection/greeting"), "mx\na\0\u{fffd}");
    assert_eq!(seen.report["connection"]["capabilities"][0], "SIZE");
}

#[test]
fn refusals_instead_of_a_greeting_are_told_apart() {
    for (greeting, code) in [
        (&b"421 busy\r\n"[..], "temporary-refusal"),
        (b"450-busy\r\n450 greylisted\r\n", "temporary-refusal"),
        (b"554 no service for you\r\n", "greeting-refused"),
        (b"521\r\n", "greeting-refused"),
    ] {
        let server = Script::new(&[greeting]);
        let seen = look_at(5.0, server.address);
        let name = String::from_utf8_lossy(greeting);
        seen.ended(&name, (4, "greeting", code));
        assert!(seen.message().contains(&name[..3]), "{}", seen.message());
    }
}

#[test]
fn other_protocols_are_named() {
    for (turns, protocol) in [
        (
            &[&b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"[..]][..],
            "HTTP",
        ),
        (&[b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"], "SSH"),
        (&[b"* OK [CAPABILITY IMAP4rev1] ready\r\n"], "IMAP"),
        (&[b"+OK POP3 ready <1.2@mx.test>\r\n"], "POP3"),
        (&[b"\x15\x03\x01\x00\x02\x02\x28"], "TLS"),
        (&[b"\x16\x03\x03\x00\x10"], "TLS"),
        (
            &[
                b"220 (vsFTPd 3.0.5)\r\n",
                b"530 Please login with USER and PASS.\r\n",
            ],
            "FTP",
        ),
        (
            &[b"220 ProFTPD Server\r\n", b"500 EHLO not understood\r\n"],
            "FTP",
        ),
        (&[b"hello there\r\n"], "hello there"),
        (&[b"\xff\xfe\x01 garbage\r\n"], "garbage"),
        (&[b"\r\n"], "not an SMTP server"),
        (&[b"250 mx.test\r\n"], "250 mx.test"),
        (&[b"354 go\r\n"], "354 go"),
    ] {
        let server = Script::new(turns);
        let url = format!("smtp://{}", localhost(server.address.port()));
        let seen = look(5.0, &[&url]);
        seen.ended(protocol, (4, "greeting", "not-smtp"));
        assert!(seen.message().contains(protocol), "{}", seen.message());
    }
}

#[test]
fn what_is_almost_a_reply_is_malformed() {
    let offer_mixed = b"250-mx.test\r\n251 STARTTLS\r\n".as_slice();
    for (turns, step) in [
        (&[&b"220-mx\r\n250 mx\r\n"[..]][..], "greeting"),
        (&[b"220x mx\r\n"], "greeting"),
        (&[b"2200 mx\r\n"], "greeting"),
        (&[b"220-mx\r\nhello\r\n"], "greeting"),
        (&[b"700 mx\r\n"], "greeting"),
        (&[GREETING, offer_mixed], "ehlo"),
        (&[GREETING, b"25\r\n"], "ehlo"),
        (&[GREETING, OFFER, b"220-go\r\n250 ahead\r\n"], "starttls"),
        (&[GREETING, OFFER, b"hello\r\n"], "starttls"),
    ] {
        let server = Script::new(turns);
        let name = format!("{:?}", String::from_utf8_lossy(turns[turns.len() - 1]));
        look_at(5.0, server.address).ended(&name, (4, step, "malformed-reply"));
    }
}

#[test]
fn replies_that_nobody_asked_for_are_noticed() {
    for (turns, step) in [
        (&[&b"220 mx\r\n220 mx\r\n"[..]][..], "greeting"),
        (&[b"220 mx\r\n25"], "greeting"),
        (&[GREETING, b"250-mx\r\n250 STARTTLS\r\n220 go\r\n"], "ehlo"),
    ] {
        let server = Script::new(turns);
        let seen = look_at(5.0, server.address);
        seen.ended("two replies", (4, step, "unsolicited-reply"));
        assert!(!server.heard().iter().any(|line| line.contains("STARTTLS")));
    }
}

/// The text of an answer to EHLO, or what looks like one, is cut into segments at arbitrary points:
/// an answer that goes on after its end is neither a missing offer nor a refusal.
#[test]
fn an_answer_in_two_replies_is_told_as_such_however_it_is_cut() {
    let rest = "250-STARTTLS\r\n250 OK\r\n";
    let cases: [(&[&[u8]], &str); 7] = [
        (&[b"250 mx.test\r\n250-STARTTLS\r\n250 OK\r\n"], "ehlo"),
        (&[b"250 mx.test\r\n", rest.as_bytes()], "ehlo"),
        (&[b"250 mx.test\r\n250-ST", b"ARTTLS\r\n250 OK\r\n"], "ehlo"),
        (
            &[b"250 mx.test\r", b"\n2", b"50-STARTTLS\r\n250 OK\r\n"],
            "ehlo",
        ),
        (
            &[b"250-mx.test\r\n250 SIZE\r\n", b"250 STARTTLS\r\n"],
            "ehlo",
        ),
        // A second greeting is taken for the answer to EHLO.
        (&[b"220 mx.test\r\n", OFFER], "ehlo"),
        // The offer is there, and the rest is taken for the answer to STARTTLS.
        (&[OFFER, b"250 OK\r\n", b"220 go\r\n"], "starttls"),
    ];
    for pause in [0, 200] {
        for (segments, step) in cases {
            let owned: Vec<Vec<u8>> = segments.iter().map(|part| part.to_vec()).collect();
            let address = listen(move |mut stream| {
                send(&mut stream, GREETING);
                read_line(&stream);
                for segment in &owned {
                    send(&mut stream, segment);
                    std::thread::sleep(Duration::from_millis(pause));
                }
                while !read_line(&stream).is_empty() {
                    send(&mut stream, b"221 bye\r\n");
                }
            });
            let name = format!("{:?}", segments.concat());
            // Without a pause, what comes next may be there when STARTTLS is due.
            let seen = look_at(5.0, address);
            let step = if pause == 0 {
                seen.text("/error/step").to_owned()
            } else {
                step.to_owned()
            };
            assert_ne!(step, "greeting", "{name}");
            let code = (seen.code, seen.text("/error/code"));
            assert_eq!(code, (4, "unsolicited-reply"), "{name}: {:#}", seen.report);
            assert_eq!(seen.text("/error/step"), step, "{name}");
            assert!(
                !seen.message().contains("does not offer"),
                "{}",
                seen.message()
            );
        }
    }
}

/// Octet by octet, over a second.
#[test]
fn a_slow_second_reply_is_waited_for() {
    let address = listen(|mut stream| {
        send(&mut stream, GREETING);
        read_line(&stream);
        for octet in b"250 mx.test\r\n250-STARTTLS\r\n250 OK\r\n" {
            send(&mut stream, &[*octet]);
            std::thread::sleep(Duration::from_millis(60));
        }
        wait_for_end(&mut stream);
    });
    let seen = look_at(10.0, address);
    seen.ended("octets", (4, "ehlo", "unsolicited-reply"));
    assert!(
        seen.message().contains("250-STARTTLS"),
        "{}",
        seen.message()
    );
}

/// Nothing more comes: what was said is what is meant.
#[test]
fn an_answer_to_quit_is_no_second_reply() {
    for bye in [
        &b"221 bye\r\n"[..],
        b"221-see\r\n221 you\r\n",
        b"500 what?\r\n",
        b"",
    ] {
        let bye = bye.to_vec();
        let address = listen(move |mut stream| {
            send(&mut stream, GREETING);
            read_line(&stream);
            send(&mut stream, NO_OFFER);
            read_line(&stream);
            send(&mut stream, &bye);
        });
        let seen = look_at(5.0, address);
        seen.ended("bye", NOT_OFFERED);
        assert!(seen.took < Duration::from_secs(1), "{:?}", seen.took);
    }
    // The deadline comes first, but the reason for the lack of TLS is known.
    let server = Script::new(&[GREETING, NO_OFFER]);
    look_at(0.5, server.address).ended("deadline", NOT_OFFERED);
}

// ---------------------------------------------------------------------------- silence, breaks

#[test]
fn silence_ends_at_the_deadline_and_names_its_step() {
    for (turns, step) in [
        (&[&b""[..]][..], "greeting"),
        (&[b"220-only half"], "greeting"),
        (&[GREETING], "ehlo"),
        (&[GREETING, b"250-half\r\n"], "ehlo"),
        (&[GREETING, OFFER], "starttls"),
        (&[GREETING, OFFER, b"220 go\r\n"], "tls"),
    ] {
        let server = Script::new(turns);
        let seen = look_at(0.6, server.address);
        seen.ended(step, (3, step, "timeout"));
        assert!(seen.took >= Duration::from_millis(600), "{:?}", seen.took);
    }
}

#[test]
fn a_connection_that_the_server_closes_names_its_step() {
    for (level, step, code) in [
        (0, "greeting", 3),
        (1, "ehlo", 3),
        (2, "starttls", 3),
        (3, "tls", 5),
    ] {
        let address = listen(move |mut stream| {
            for turn in [GREETING, OFFER, b"220 go\r\n"].iter().take(level) {
                send(&mut stream, turn);
                if turn.starts_with(b"220 go") {
                    client_hello(&mut stream);
                } else {
                    read_line(&stream);
                }
            }
        });
        look_at(5.0, address).ended(step, (code, step, "connection-closed"));
    }
    let address = listen(|mut stream| send(&mut stream, b"220-half a greet"));
    look_at(5.0, address).ended("half", (3, "greeting", "connection-closed"));
}

#[test]
fn a_connection_that_the_server_resets_names_its_step() {
    for (level, step, code) in [(1, "ehlo", 3), (2, "starttls", 3), (3, "tls", 5)] {
        let address = listen(move |mut stream| {
            let turns = [GREETING, OFFER, b"220 go\r\n"];
            for (index, turn) in turns.iter().take(level).enumerate() {
                send(&mut stream, turn);
                if index + 1 < level {
                    read_line(&stream);
                }
            }
            // To close with unread data resets the connection.
            let _ = stream.read_exact(&mut [0; 1]);
            std::thread::sleep(Duration::from_millis(50));
        });
        look_at(5.0, address).ended(step, (code, step, "connection-reset"));
    }
}

/// Passes everything on, the server's bytes one at a time.
pub(crate) fn bytewise_proxy(server: SocketAddr) -> SocketAddr {
    listen(move |mut client| {
        let mut upstream = TcpStream::connect(server).expect("the server");
        let mut back = upstream.try_clone().expect("a socket");
        let mut to_client = client.try_clone().expect("a socket");
        std::thread::spawn(move || {
            let mut byte = [0; 1];
            while matches!(back.read(&mut byte), Ok(1)) {
                if to_client.write_all(&byte).is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut client, &mut upstream);
        let _ = upstream.shutdown(std::net::Shutdown::Write);
    })
}

#[test]
fn one_byte_at_a_time_is_enough() {
    let starttls = Server::start(&IDENTITY, Behaviour::default());
    let address = bytewise_proxy(starttls.address);
    look(10.0, &[&localhost(address.port())]).is_trusted("starttls");
    let implicit = Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    };
    let smtps = Server::start(&IDENTITY, implicit);
    let address = bytewise_proxy(smtps.address);
    look(10.0, &["--tls", "smtps", &localhost(address.port())]).is_trusted("smtps");
}

fn trickle(stream: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes.iter().cycle() {
        if stream.write_all(&[*byte]).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}

#[test]
fn a_tarpit_ends_at_the_deadline() {
    let greeting = listen(|mut stream| trickle(&mut stream, b"220-wait\r\n"));
    look_at(1.5, greeting).ended("greeting", (3, "greeting", "timeout"));
    let ehlo = listen(|mut stream| {
        send(&mut stream, GREETING);
        read_line(&stream);
        trickle(&mut stream, b"250-wait\r\n");
    });
    look_at(1.5, ehlo).ended("ehlo", (3, "ehlo", "timeout"));
    let tls = listen(|mut stream| {
        up_to_starttls(&mut stream);
        send(&mut stream, b"220 go\r\n");
        client_hello(&mut stream);
        trickle(&mut stream, b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03");
    });
    look_at(1.5, tls).ended("tls", (3, "tls", "timeout"));
}

/// Sends `bytes` for as long as the client takes them.
pub(crate) fn flood(stream: &mut TcpStream, bytes: &[u8]) {
    let chunk = bytes.repeat(64 * 1024 / bytes.len());
    while stream.write_all(&chunk).is_ok() {}
}

#[test]
fn floods_in_the_clear_are_bounded() {
    for (turns, flooded, end) in [
        (&[][..], &b"2"[..], (4, "greeting", "malformed-reply")),
        (&[], b"220 x", (4, "greeting", "malformed-reply")),
        (&[], b"220-x\r\n", (4, "greeting", "malformed-reply")),
        (&[], b"\n", (4, "greeting", "not-smtp")),
        (&[], b"a", (4, "greeting", "not-smtp")),
        (&[], b"\0", (4, "greeting", "not-smtp")),
        (&[GREETING], b"250-x\r\n", (4, "ehlo", "malformed-reply")),
        (&[GREETING], b"2", (4, "ehlo", "malformed-reply")),
        (
            &[GREETING, OFFER],
            b"220-x\r\n",
            (4, "starttls", "malformed-reply"),
        ),
        (
            &[GREETING, OFFER, b"220 go\r\n"],
            b"x",
            (4, "tls", INJECTION),
        ),
    ] {
        let turns: Vec<Vec<u8>> = turns.iter().map(|turn: &&[u8]| turn.to_vec()).collect();
        let bytes = flooded.to_vec();
        let address = listen(move |mut stream| {
            for turn in &turns {
                send(&mut stream, turn);
                if turn.starts_with(b"220 go") {
                    client_hello(&mut stream);
                } else {
                    read_line(&stream);
                }
            }
            flood(&mut stream, &bytes);
        });
        let seen = look_at(3.0, address);
        seen.ended(&format!("{:?}", String::from_utf8_lossy(flooded)), end);
        assert!(seen.took < Duration::from_secs(2), "{:?}", seen.took);
    }
}

#[test]
fn the_limits_are_4_kib_a_line_and_256_lines() {
    let line = |length: usize| [b"220 ".as_slice(), &vec![b'x'; length - 4], b"\r\n"].concat();
    let lines = |count: usize| [b"220-x\r\n".repeat(count - 1), b"220 x\r\n".to_vec()].concat();
    for (greeting, accepted) in [
        (line(4096), true),
        (line(4097), false),
        // One line of the 256 belongs to the answer to EHLO.
        (lines(254), true),
        (lines(257), false),
    ] {
        let server = Script::new(&[&greeting, NO_OFFER]);
        let end = if accepted {
            NOT_OFFERED
        } else {
            (4, "greeting", "malformed-reply")
        };
        look_at(5.0, server.address).ended(&format!("{} octets", greeting.len()), end);
    }
}

// ---------------------------------------------------------------------------- EHLO, STARTTLS

#[test]
fn a_refused_ehlo_is_told_from_a_missing_offer() {
    for (answer, end) in [
        (&b"500 what?\r\n"[..], (4, "ehlo", "ehlo-refused")),
        (
            b"550-your name\r\n550 is not welcome\r\n",
            (4, "ehlo", "ehlo-refused"),
        ),
        (b"220 mx.test\r\n", (4, "ehlo", "ehlo-refused")),
        (b"421 later\r\n", (4, "ehlo", "temporary-refusal")),
        (b"451 later\r\n", (4, "ehlo", "temporary-refusal")),
        (b"250 mx.test\r\n", NOT_OFFERED),
        (b"250 STARTTLS\r\n", NOT_OFFERED),
        (b"250-STARTTLS\r\n250 SIZE\r\n", NOT_OFFERED),
        (b"250-mx.test\r\n250 STARTTLSX\r\n", NOT_OFFERED),
        (b"250-mx.test\r\n250 XXXXXXXA\r\n", NOT_OFFERED),
        (b"250-mx.test\r\n250 X-STARTTLS\r\n", NOT_OFFERED),
        (b"250-mx.test\r\n250 AUTH STARTTLS\r\n", NOT_OFFERED),
    ] {
        let server = Script::new(&[GREETING, answer]);
        let name = String::from_utf8_lossy(answer);
        look_at(5.0, server.address).ended(&name, end);
        let heard = server.heard();
        assert!(
            !heard.iter().any(|line| line.contains("STARTTLS")),
            "{name}: {heard:?}"
        );
    }
}

#[test]
fn the_offer_is_found_in_every_spelling() {
    for answer in [
        OFFER,
        b"250-mx.test\r\n250 starttls\r\n",
        b"250-mx.test\r\n250-StartTLS\r\n250 SIZE\r\n",
        b"250-mx.test\r\n250 STARTTLS \r\n",
        b"250-mx.test\n250 STARTTLS\n",
        b"250-\r\n250-STARTTLS REQUIRED\r\n250 \r\n",
    ] {
        let server = Script::new(&[GREETING, answer, b"454 no TLS now\r\n"]);
        let name = String::from_utf8_lossy(answer);
        look_at(5.0, server.address).ended(&name, (4, "starttls", "starttls-unavailable"));
    }
}

#[test]
fn tls_starts_only_after_220() {
    for (code, error) in [
        (250, "starttls-refused"),
        (235, "starttls-refused"),
        (334, "starttls-refused"),
        (421, "temporary-refusal"),
        (454, "starttls-unavailable"),
        (451, "starttls-unavailable"),
        (500, "starttls-refused"),
        (502, "starttls-refused"),
        (503, "starttls-refused"),
        (530, "starttls-refused"),
        (221, "starttls-refused"),
    ] {
        let answer = format!("{code} so it is\r\n");
        let server = Script::new(&[GREETING, OFFER, answer.as_bytes()]);
        let seen = look_at(5.0, server.address);
        seen.ended(&answer, (4, "starttls", error));
        assert!(
            seen.message().contains(answer.trim_end()),
            "{}",
            seen.message()
        );
        let heard = server.heard();
        assert!(!heard.iter().any(|line| line.contains('\x16')), "{heard:?}");
        assert_eq!(heard[1..], ["STARTTLS\r\n", "QUIT\r\n"]);
    }
}

#[test]
fn text_behind_the_220_is_an_injection_and_never_tls() {
    for go in [
        &b"220 go\r\n250 injected\r\n"[..],
        b"220 go\r\n220 go\r\n",
        b"220 go\r\nx",
        b"220 go\n\n",
    ] {
        let server = Script::new(&[GREETING, OFFER, go]);
        let name = String::from_utf8_lossy(go);
        look_at(5.0, server.address).ended(&name, (4, "starttls", INJECTION));
        let heard = server.heard();
        assert!(!heard.iter().any(|line| line.contains('\x16')), "{heard:?}");
    }
}

#[test]
fn text_before_the_server_hello_is_an_injection() {
    for text in [
        &b"250 injected\r\n"[..],
        b"x\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"nothing with a line end in it",
    ] {
        let bytes = text.to_vec();
        let address = listen(move |mut stream| {
            up_to_starttls(&mut stream);
            send(&mut stream, b"220 go\r\n");
            std::thread::sleep(Duration::from_millis(100));
            send(&mut stream, &bytes);
            wait_for_end(&mut stream);
        });
        let name = String::from_utf8_lossy(text);
        let seen = look_at(5.0, address);
        seen.ended(&name, (4, "tls", INJECTION));
        assert!(
            seen.message().contains(name.trim_end()),
            "{}",
            seen.message()
        );
    }
}

#[test]
fn an_injection_in_front_of_a_real_handshake_is_noticed() {
    let server = Server::start(&IDENTITY, Behaviour::default());
    let upstream = server.address;
    // Relays the dialogue, and adds a line before the ServerHello.
    let address = listen(move |mut client| {
        let mut server = TcpStream::connect(upstream).expect("the server");
        up_to_starttls(&mut client);
        for line in ["EHLO x\r\n", "STARTTLS\r\n"] {
            read_line(&server);
            send(&mut server, line.as_bytes());
        }
        while read_line(&server) != "220 go ahead\r\n" {}
        send(&mut client, b"220 go\r\n");
        let hello = client_hello(&mut client);
        send(&mut server, &hello);
        let mut flight = vec![0; 16 * 1024];
        let count = server.read(&mut flight).unwrap_or(0);
        send(&mut client, &[b"250 ok\r\n", &flight[..count]].concat());
        wait_for_end(&mut client);
    });
    let seen = look_at(5.0, address);
    seen.ended("injection", (4, "tls", INJECTION));
    assert_eq!(seen.report["chain"].as_array().map(Vec::len), Some(0));
}

// ---------------------------------------------------------------------------- manners

/// Whether the client says nothing for this long.
fn is_quiet(stream: &TcpStream, millis: u64) -> bool {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(millis)));
    let quiet = stream.peek(&mut [0; 1]).is_err();
    let _ = stream.set_read_timeout(None);
    quiet
}

#[test]
fn the_client_waits_for_each_reply() {
    let (sender, receiver) = channel();
    let address = listen(move |mut stream| {
        let mut quiet = vec![is_quiet(&stream, 1000)];
        send(&mut stream, b"220-mx.test\r\n");
        quiet.push(is_quiet(&stream, 300));
        send(&mut stream, b"220 mx.test\r\n");
        for answer in [
            &b"250-mx.test\r\n250-STARTTLS\r\n250 SIZE\r\n"[..],
            b"554 no\r\n",
        ] {
            read_line(&stream);
            quiet.push(is_quiet(&stream, 300));
            let (half, rest) = answer.split_at(answer.len() - 1);
            send(&mut stream, half);
            quiet.push(is_quiet(&stream, 200));
            send(&mut stream, rest);
        }
        let _ = sender.send((quiet, read_line(&stream)));
    });
    look_at(10.0, address).ended("patience", (4, "starttls", "starttls-refused"));
    let (quiet, last) = receiver.recv().expect("an answer");
    assert_eq!((quiet, last.as_str()), (vec![true; 6], "QUIT\r\n"));
}

#[test]
fn the_client_introduces_itself_by_a_name_that_others_may_know() {
    let ehlo = |address: &str, args: &[&str]| {
        let server = Script::new(&[GREETING, NO_OFFER]);
        let target = format!("{address}:{}", server.address.port());
        look(5.0, &[&[target.as_str()], args].concat()).ended(address, NOT_OFFERED);
        let line = server.heard().swap_remove(0);
        let name = line.strip_prefix("EHLO ").expect("EHLO");
        name.strip_suffix("\r\n").expect("a line end").to_owned()
    };
    assert_eq!(ehlo("localhost", &["--ehlo", "a.example"]), "a.example");
    assert_eq!(ehlo("127.0.0.1", &["--ehlo", "[192.0.2.7]"]), "[192.0.2.7]");
    let name = ehlo("localhost", &[]);
    assert!(
        name == "[127.0.0.1]"
            || name == "[IPv6:::1]"
            || (name.contains('.') && !name.contains("localhost") && !name.starts_with('[')),
        "{name}"
    );
}

#[test]
fn quit_is_said_after_a_refusal_and_nobody_waits_long_for_the_answer() {
    let commands = ["EHLO a.example\r\n", "STARTTLS\r\n", "QUIT\r\n"];
    for (turns, said) in [
        (&[&b"554 no\r\n"[..]][..], 0),
        (&[b"421 later\r\n"], 0),
        (&[GREETING, b"550 no\r\n"], 1),
        (&[GREETING, NO_OFFER], 1),
        (&[GREETING, OFFER, b"502 no\r\n"], 2),
    ] {
        let server = Script::new(turns);
        let target = localhost(server.address.port());
        let seen = look(10.0, &[&target, "--ehlo", "a.example"]);
        assert_eq!(seen.code, 4, "{:#}", seen.report);
        assert!(seen.took < Duration::from_secs(2), "{:?}", seen.took);
        let expected = [&commands[..said], &commands[2..]].concat();
        assert_eq!(server.heard(), expected);
    }
}

#[test]
fn nothing_more_is_said_to_what_is_no_smtp_server() {
    for turns in [
        &[&b"HTTP/1.1 400 Bad Request\r\n"[..]][..],
        &[b"220 mx\r\n220 mx\r\n"],
        &[b"220-a\r\n250 b\r\n"],
    ] {
        let server = Script::new(turns);
        assert_eq!(look_at(5.0, server.address).code, 4);
        assert_eq!(server.heard(), Vec::<String>::new());
    }
}

// ---------------------------------------------------------------------------- modes

fn implicit_tls() -> Server {
    let behaviour = Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    };
    Server::start(&IDENTITY, behaviour)
}

fn implicit_tls_is_found_behind_five_seconds_of_silence() {
    let server = implicit_tls();
    let seen = look(12.0, &[&localhost(server.port())]);
    seen.is_trusted("smtps");
    assert!(seen.took > Duration::from_secs(4), "{:?}", seen.took);
}

fn implicit_tls_is_named_where_starttls_was_asked_for() {
    let server = implicit_tls();
    let seen = look_at(12.0, server.address);
    seen.ended("--tls starttls", (4, "greeting", "not-smtp"));
    assert!(seen.message().contains("TLS"), "{}", seen.message());
    assert_eq!(seen.text("/target/tls"), "starttls");
}

fn a_silent_http_server_is_named() {
    let address = listen(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        send(
            &mut stream,
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        );
    });
    let seen = look(12.0, &[&localhost(address.port())]);
    seen.ended("HTTP", (4, "greeting", "not-smtp"));
    assert!(seen.message().contains("HTTP"), "{}", seen.message());
}

fn a_slow_greeting_is_waited_for() {
    let slow = Behaviour {
        greet_delay: Duration::from_millis(6500),
        ..Behaviour::default()
    };
    let server = Server::start(&IDENTITY, slow);
    look(12.0, &[&localhost(server.port())]).is_trusted("starttls");
}

#[test]
fn starttls_is_named_where_implicit_tls_was_asked_for() {
    let server = Server::start(&IDENTITY, Behaviour::default());
    let url = format!("smtps://localhost:{}", server.port());
    for args in [&["--tls", "smtps", &localhost(server.port())][..], &[&url]] {
        let seen = look(5.0, args);
        seen.ended("smtps", (5, "tls", "wrong-mode"));
        assert!(seen.message().contains("STARTTLS"), "{}", seen.message());
    }
    for (greeting, code) in [
        (&b"421 busy\r\n"[..], "wrong-mode"),
        (b"554-no\r\n554 no\r\n", "wrong-mode"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not-tls"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not-tls"),
        (b"* OK IMAP ready\r\n", "not-tls"),
        (b"hello\r\n", "not-tls"),
    ] {
        let server = Script::new(&[greeting]);
        let url = format!("smtps://localhost:{}", server.address.port());
        let name = String::from_utf8_lossy(greeting);
        look(5.0, &[&url]).ended(&name, (5, "tls", code));
    }
    // Without a scheme it may be any protocol.
    let server = Script::new(&[b"* OK IMAP ready\r\n"]);
    let seen = look(
        5.0,
        &["--tls", "implicit", &localhost(server.address.port())],
    );
    seen.ended("IMAP", (5, "tls", "wrong-mode"));
    assert!(seen.text("/error/advice").contains("imap://"));
}

#[test]
fn an_option_that_contradicts_the_scheme_is_not_ignored() {
    for (target, mode, hint) in [
        (
            "smtp://localhost:465",
            "implicit",
            "smtps://HOST:PORT says so",
        ),
        ("smtps://localhost", "starttls", "smtp://HOST:PORT says so"),
        ("imap://localhost", "implicit", "imaps://HOST:PORT says so"),
        ("sieve://localhost", "implicit", "leave --tls out"),
        ("lmtp+unix:/run/lmtp", "implicit", "leave --tls out"),
    ] {
        let pin: &[&str] = if target.starts_with("lmtp") {
            &[]
        } else {
            &["pin"]
        };
        for command in [&[][..], pin] {
            let mut args = command.to_vec();
            args.extend([target, "--no-hgrc", "--tls", mode]);
            let run = finish(program().args(args));
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
            let words = "--tls is for targets without a scheme";
            assert!(run.stderr.contains(words), "{}", run.stderr);
            assert!(run.stderr.contains(hint), "{}", run.stderr);
        }
    }
    // The same twice is no contradiction.
    let server = Server::start(&IDENTITY, Behaviour::default());
    let url = format!("smtp://localhost:{}", server.port());
    look(5.0, &["--tls", "starttls", &url]).is_trusted("starttls");
}

#[test]
fn the_advice_for_a_scheme_is_another_scheme() {
    let server = implicit_tls();
    let url = format!("smtp://localhost:{}", server.address.port());
    let seen = look(8.0, &[&url]);
    seen.ended("implicit TLS", (4, "greeting", "not-smtp"));
    assert_eq!(seen.text("/error/advice"), "use smtps://HOST:PORT");
    let server = Server::start(&IDENTITY, Behaviour::default());
    let url = format!("smtps://localhost:{}", server.port());
    let seen = look(5.0, &[&url]);
    assert_eq!(seen.text("/error/advice"), "use smtp://HOST:PORT");
}

#[test]
fn an_address_with_a_port_and_no_brackets_is_noted() {
    let note = |target: &str| {
        let args = [target, "--no-hgrc", "--timeout", "3"];
        finish(program().args(args)).stderr
    };
    let text = note("::1:587");
    assert!(text.contains("port 587 of ::1 is [::1]:587"), "{text}");
    assert_eq!(note("::1:5879"), "");
}

#[test]
fn port_465_begins_with_tls_and_falls_back_to_starttls() {
    let server = implicit_tls();
    let connect = server.address.to_string();
    let seen = look(5.0, &["localhost:465", "--connect", &connect]);
    seen.is_trusted("smtps");
    assert!(seen.took < Duration::from_secs(4), "{:?}", seen.took);
    assert_eq!(seen.report["target"]["port"], 465);

    let server = Server::start(&IDENTITY, Behaviour::default());
    let connect = server.address.to_string();
    let seen = look(5.0, &["localhost:465", "--connect", &connect]);
    seen.is_trusted("starttls");
    assert_eq!(seen.report["connection"]["round_trips"], 4);
    let args = ["localhost:465", "--tls", "smtps", "--connect", &connect];
    look(5.0, &args).ended("no fallback", (5, "tls", "wrong-mode"));
    let refusing = Script::new(&[b"554 no\r\n"]);
    let connect = refusing.address.to_string();
    look(5.0, &["localhost:465", "--connect", &connect])
        .ended("refused", (4, "greeting", "greeting-refused"));
}

/// Counts the connections of a server that never says a word.
fn silent_server() -> (SocketAddr, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let address = listen(move |mut stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        wait_for_end(&mut stream);
    });
    (address, count)
}

fn a_silent_port_other_than_25_and_587_is_asked_for_tls_once() {
    let (address, count) = silent_server();
    look(6.5, &[&localhost(address.port())]).ended("silence", (3, "greeting", "timeout"));
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

/// The target's port says what is served at the end, also through a tunnel.
fn is_never_talked_to_early(target: &str) {
    let (address, count) = silent_server();
    let seen = look(5.8, &[target, "--connect", &address.to_string()]);
    seen.ended(target, (3, "greeting", "timeout"));
    assert_eq!(count.load(Ordering::SeqCst), 1, "{target}");
}

#[test]
fn relays_and_submission_are_never_talked_to_early() {
    std::thread::scope(|scope| {
        scope.spawn(|| is_never_talked_to_early("localhost:25"));
        scope.spawn(|| is_never_talked_to_early("localhost:587"));
    });
}

/// Side by side: each waits for more than five seconds.
#[test]
fn a_silent_port_is_asked_whether_it_speaks_tls() {
    std::thread::scope(|scope| {
        for case in [
            implicit_tls_is_found_behind_five_seconds_of_silence,
            implicit_tls_is_named_where_starttls_was_asked_for,
            a_silent_http_server_is_named,
            a_slow_greeting_is_waited_for,
            a_silent_port_other_than_25_and_587_is_asked_for_tls_once,
        ] {
            scope.spawn(case);
        }
    });
}

// ---------------------------------------------------------------------------- connections

#[test]
fn a_closed_port_is_named_with_its_error() {
    let address = closed_port();
    let target = address.to_string();
    let seen = look(5.0, &[&target]);
    seen.ended("closed", (3, "connect", "connect-failed"));
    let attempt = &seen.report["connection"]["attempts"][0];
    assert_eq!(attempt["address"], target.as_str());
    let error = attempt["error"].as_str().unwrap_or_default();
    assert_eq!(error, "Connection refused");
    for part in [target.as_str(), error] {
        assert!(seen.message().contains(part), "{}", seen.message());
    }
    assert!(seen.report["connection"]["address"].is_null());
}

#[test]
fn the_address_that_failed_is_shown_beside_the_one_that_answered() {
    let server = Server::start(&IDENTITY, Behaviour::default());
    let seen = look(5.0, &[&localhost(server.port())]);
    seen.is_trusted("starttls");
    let attempts = seen.report["connection"]["attempts"].as_array();
    let attempts = attempts.map_or(&[][..], Vec::as_slice);
    let own = server.address.to_string();
    let (good, bad): (Vec<_>, Vec<_>) = attempts.iter().partition(|a| a["error"].is_null());
    assert_eq!(good.len(), 1, "{attempts:#?}");
    assert_eq!(good[0]["address"], own.as_str());
    assert_eq!(seen.text("/connection/address"), own);
    // Where localhost has an IPv6 address too, the first in line, it refused.
    let mut addresses = ("localhost", server.port())
        .to_socket_addrs()
        .expect("localhost");
    if addresses.next().is_some_and(|first| first.is_ipv6()) {
        assert_eq!(bad.len(), 1, "{attempts:#?}");
        assert!(bad[0]["error"].is_string());
    }
}

#[test]
fn the_family_option_is_obeyed() {
    let server = Server::start(&IDENTITY, Behaviour::default());
    let v4 = server.address.to_string();
    look(5.0, &["-4", &v4]).is_trusted("starttls");
    look(5.0, &["-6", &v4]).ended("-6", (3, "resolve", "no-address"));
    let v6 = format!("[::1]:{}", server.port());
    look(5.0, &["-4", &v6]).ended("-4", (3, "resolve", "no-address"));
    look(5.0, &["-6", "localhost", "--connect", &v4]).ended("-6", (3, "resolve", "no-address"));
}

#[test]
fn a_name_that_does_not_exist_is_a_dns_failure() {
    let seen = look(5.0, &["no-such-host.invalid:25"]);
    // A resolver that cannot be reached may take longer than we wait.
    if seen.text("/error/code") != "timeout" {
        seen.ended("DNS", (3, "resolve", "dns-failure"));
        assert!(!seen.message().contains("os error"), "{}", seen.message());
    }
    assert_eq!((seen.code, seen.text("/error/step")), (3, "resolve"));
    let seen = look(0.001, &["no-such-host.invalid"]);
    assert_eq!((seen.code, seen.text("/error/step")), (3, "resolve"));
}

#[test]
fn connect_goes_elsewhere_under_the_targets_name() {
    let server = Server::start(&IDENTITY, Behaviour::default());
    let connect = server.address.to_string();
    let seen = look(5.0, &["mx.example.org:2525", "--connect", &connect]);
    seen.is_trusted("starttls");
    assert_eq!(seen.text("/connection/address"), connect);
    assert_eq!(seen.text("/target/servername"), "mx.example.org");
    assert_eq!(seen.report["target"]["port"], 2525);
    // Without a port, the target's is used.
    let target = format!("mx.example.org:{}", server.port());
    look(5.0, &[&target, "--connect", "127.0.0.1"]).is_trusted("starttls");
    let named = look(5.0, &["--connect", &connect, "other.example.org"]);
    assert_eq!((named.code, named.text("/outcome")), (1, "untrusted"));
    assert_eq!(testkit::program::problems(&named.report), ["name-mismatch"]);
}

/// A port that neither accepts nor refuses: its queue is full.
fn unresponsive() -> (std::net::TcpListener, Vec<TcpStream>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let mut queue = Vec::new();
    while queue.len() < 5000 {
        match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            Ok(stream) => queue.push(stream),
            Err(_) => break,
        }
    }
    (listener, queue)
}

#[test]
fn an_unresponsive_address_is_bounded_by_both_time_outs() {
    let (listener, _queue) = unresponsive();
    let target = listener.local_addr().expect("an address").to_string();
    let seen = look(5.0, &[&target, "--connect-timeout", "0.3"]);
    seen.ended("--connect-timeout", (3, "connect", "connect-failed"));
    assert!(seen.message().contains("0.3 s"), "{}", seen.message());
    let seen = look(0.5, &[&target]);
    seen.ended("--timeout", (3, "connect", "timeout"));
    let attempt = &seen.report["connection"]["attempts"][0];
    assert_eq!(attempt["address"], target.as_str());
    assert!(attempt["error"].is_string());
}

/// Takes a vector with a length of `width` octets off.
fn vector<'a>(rest: &mut &'a [u8], width: usize) -> &'a [u8] {
    let (length, behind) = rest.split_at(width);
    let length = length.iter().fold(0, |n, b| n * 256 + usize::from(*b));
    let (body, behind) = behind.split_at(length);
    *rest = behind;
    body
}

/// The host name in a `ClientHello` record (RFC 8446 §4.1.2, RFC 6066 §3).
fn sni(hello: &[u8]) -> Option<String> {
    let mut rest = hello.get(5 + 4 + 2 + 32..)?;
    for width in [1, 2, 1] {
        vector(&mut rest, width);
    }
    let mut extensions = vector(&mut rest, 2);
    while let [high, low, behind @ ..] = extensions {
        extensions = behind;
        let body = vector(&mut extensions, 2);
        if [*high, *low] == [0, 0] {
            return Some(String::from_utf8_lossy(&body[5..]).into_owned());
        }
    }
    None
}

#[test]
fn the_servers_name_is_sent_as_sni() {
    let (sender, receiver) = channel();
    let address = listen(move |mut stream| {
        up_to_starttls(&mut stream);
        send(&mut stream, b"220 go\r\n");
        let hello = client_hello(&mut stream);
        let _ = sender.send((hello.first() == Some(&0x16), sni(&hello)));
    });
    let connect = address.to_string();
    for (args, expected) in [
        (&["mx.example.org:2525"][..], Some("mx.example.org")),
        (&["mx.example.org.:2525"], Some("mx.example.org")),
        (&["MX.Example.ORG:2525"], Some("mx.example.org")),
        (&["bücher.example:2525"], Some("xn--bcher-kva.example")),
        (&["mx.example.org:2525", "--no-sni"], None),
        (
            &["mx.example.org:2525", "--servername", "a.example"],
            Some("a.example"),
        ),
        (
            &["mx.example.org:2525", "--servername", "A.Example."],
            Some("a.example"),
        ),
        (&["mx.example.org:2525", "--servername", "192.0.2.1"], None),
        (&["127.0.0.1:2525"], None),
        (&["[::1]:2525"], None),
        (
            &["127.0.0.1:2525", "--servername", "a.example"],
            Some("a.example"),
        ),
    ] {
        let args = [args, &["--connect", &connect]].concat();
        look(5.0, &args).ended("sni", (5, "tls", "connection-closed"));
        let expected = expected.map(str::to_owned);
        // The second, a small one, and that for what may be an old server name it just so.
        for hello in ["first", "small", "old"] {
            let sent = receiver.recv_timeout(Duration::from_secs(5));
            assert_eq!(sent, Ok((true, expected.clone())), "{hello}: {args:?}");
        }
    }
}

// ---------------------------------------------------------------------------- several targets

#[test]
fn several_targets_are_reported_in_the_order_of_the_command_line() {
    let tarpit = listen(|mut stream| trickle(&mut stream, b"220-wait\r\n"));
    let good = Server::start(&IDENTITY, Behaviour::default());
    let expired = Server::start(
        &PKI.identity(expired_leaf(&["localhost"])),
        Behaviour::default(),
    );
    let refusing = Script::new(&[b"554 no\r\n"]);
    let closed = closed_port();
    let ports = [
        tarpit.port(),
        good.port(),
        refusing.address.port(),
        closed.port(),
        expired.port(),
    ];
    let targets: Vec<String> = ports.iter().map(|&port| localhost(port)).collect();
    let args: Vec<&str> = targets.iter().map(String::as_str).collect();
    let seen = look(1.5, &args);
    let outcomes: Vec<(&str, &str)> = seen
        .report
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|r| Some((r["target"]["input"].as_str()?, r["outcome"].as_str()?)))
        .collect();
    let outcome = [
        "unreachable",
        "trusted",
        "smtp-refused",
        "unreachable",
        "untrusted",
    ];
    let expected: Vec<_> = args.iter().copied().zip(outcome).collect();
    assert_eq!(outcomes, expected);
    assert_eq!(seen.code, 1, "any untrusted");
    assert_eq!(look(1.5, &args[..4]).code, 4, "else the largest");
    assert_eq!(look(1.5, &[args[3], args[1]]).code, 3);
    assert_eq!(look(1.5, &[args[1], args[1]]).code, 0);
    let elapsed = seen.report[1]["connection"]["elapsed_ms"].as_u64();
    assert!(elapsed.is_some_and(|ms| ms < 1200), "{elapsed:?}");
}

#[test]
fn quiet_prints_one_line_for_each_target_that_is_not_fine() {
    let good = Server::start(&IDENTITY, Behaviour::default());
    let refusing = Script::new(&[b"554-no\r\n554-never\n554 ever\r\n"]);
    let closed = closed_port();
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let targets = [refusing.address.port(), good.port(), closed.port()].map(localhost);
    let run = finish(
        program()
            .arg("-q")
            .args(&targets)
            .arg("--cacerts")
            .arg(root),
    );
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((run.code, lines.len()), (4, 2), "{}", run.stdout);
    let expected = [("SMTP REFUSED", &targets[0]), ("UNREACHABLE", &targets[2])];
    for (line, (verdict, target)) in lines.iter().zip(expected) {
        assert!(
            line.starts_with(verdict) && line.contains(target.as_str()),
            "{line}"
        );
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn more_targets_than_are_probed_at_once_all_get_their_turn() {
    let (address, _) = silent_server();
    let target = localhost(address.port());
    let args = vec![target.as_str(); 20];
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let started = Instant::now();
    let run = finish(
        program()
            .args(args)
            .args(["-q", "--timeout", "0.5", "--cacerts"])
            .arg(root),
    );
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (3, 20),
        "{}",
        run.stdout
    );
    assert!(started.elapsed() < Duration::from_secs(3));
}

// ---------------------------------------------------------------------------- wrong usage

#[test]
fn wrong_usage_is_exit_2_with_a_message_and_nothing_on_standard_output() {
    for (args, expected) in [
        (&[][..], "usage: smtp-certcheck HOST[:PORT]"),
        (&["help", "--no-hgrc"], "explain options"),
        (
            &["help", "nosuchcommand"],
            "commands are config, pin, audit",
        ),
        (&["mx.example.org:0"], "port"),
        (&["mx.example.org:65536"], "port"),
        (&["mx.example.org:http"], "port"),
        (&["a b.example"], "host name"),
        (&[""], "empty"),
        (&["http://mx.example.org"], "http://"),
        (&["smtp://mx.example.org/inbox"], "/inbox"),
        (&["[::1"], "brackets"),
        (&["fe80::1%eth0"], "zone"),
        (&["127.1"], "IPv4"),
        (&["a.example", "--timeout", "0"], "seconds"),
        (&["a.example", "--timeout", "soon"], "seconds"),
        (&["a.example", "--timeout", "1e9"], "seconds"),
        (&["a.example", "--connect-timeout", "-1"], "-1"),
        (&["a.example", "--ehlo", "a\r\nMAIL"], "--ehlo"),
        (&["a.example", "--ehlo", ""], "--ehlo"),
        (&["a.example", "--connect", "smtps://a.example"], "scheme"),
        (&["a.example", "-4", "-6"], "-6"),
        (&["a.example", "-q", "-v"], "--verbose"),
        (&["a.example", "--tls", "ssl"], "starttls"),
        (&["a.example", "--format", "xml"], "json"),
        (&["a.example", "--frobnicate"], "--frobnicate"),
        (&["a.example", "--servername", "*.example"], "host name"),
        (&["--chain", "saved.pem"], "--servername"),
        (
            &[
                "--chain",
                "saved.pem",
                "--servername",
                "a.example",
                "b.example",
            ],
            "TARGET",
        ),
    ] {
        let run = finish(program().args(args));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(
            run.stderr.starts_with("error: "),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(expected), "{args:?}: {}", run.stderr);
    }
}

/// The plugin guidelines of Monitoring Plugins: 2 would be "critical", and standard error is not
/// read.
#[test]
fn wrong_usage_of_a_monitoring_plugin_is_unknown() {
    for args in [
        &["mx.example.org", "--format", "nagios", "--frobnicate"][..],
        &["mx.example.org:0", "--format=nagios"],
        &["audit", "--format", "nagios"],
        &["a.example", "--format", "nagios", "--warning", "soon"],
    ] {
        let run = finish(program().args(args));
        assert_eq!(run.code, 3, "{args:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert!(
            matches!(lines[..], [line] if line.starts_with("SMTP CERT UNKNOWN - ")),
            "{args:?}: {}",
            run.stdout
        );
    }
    let run = finish(program().args(["--format", "nagios", "--help"]));
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_mistyped_command_is_told_from_a_server() {
    for (word, command) in [
        ("pni", Some("pin")),
        ("Audti", Some("audit")),
        ("complétions", None),
        ("completion", Some("completions")),
        ("nosuchhost", None),
    ] {
        let run = finish(program().args([word, "--no-hgrc", "--timeout", "5"]));
        assert_eq!(run.code, 3, "{word}: {}", run.stderr);
        let note = command.map(|command| {
            format!(
                "note: \"{word}\" was taken for a server; did you mean `smtp-certcheck {command}`?\n"
            )
        });
        assert_eq!(run.stderr, note.unwrap_or_default(), "{word}");
    }
}

// ---------------------------------------------------------------------------- hostile text

const HOSTILE: &str = "\x1b[2J\x1b]0;owned\x07 \u{9b}31m \u{202e}gpj.exe \u{2066}\u{200b}\u{feff}\
                       \x08\x7f\r\x1b[1A\0 \u{2028} \u{e0041}";

/// Everything the program prints for a target in one format.
fn shown(address: SocketAddr, format: &[&str]) -> String {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let target = localhost(address.port());
    let args = ["--tls", "starttls", "--timeout", "5", "--cacerts"];
    let run = finish(program().arg(&target).args(format).args(args).arg(root));
    assert!(run.code >= 3, "{format:?}: {}", run.stdout);
    // Only the format that cannot hold the verdict prints it beside the data.
    assert_eq!(
        run.stderr.is_empty(),
        !format.contains(&"pem"),
        "{}",
        run.stderr
    );
    run.stdout + &run.stderr
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    let line = |code: &str| format!("{code}{HOSTILE}\r\n").into_bytes();
    let (greeting, ehlo) = (line("220 "), line("250-"));
    let ehlo = [ehlo, b"250 STARTTLS\r\n".to_vec()].concat();
    let bad_ehlo = [line("250-"), line("250 ")].concat();
    let (no, mal, temporary) = (line("554 "), line("2"), line("451 "));
    let go = [b"220 go\r\n".to_vec(), line("")].concat();
    for (turns, expected) in [
        (&[no.as_slice()][..], "gpj.exe"),
        (&[&temporary], "gpj.exe"),
        (&[&mal], "gpj.exe"),
        (&[&line("")], "owned"),
        (&[&[greeting.as_slice(), &greeting].concat()], "gpj.exe"),
        (&[&greeting, &bad_ehlo], "STARTTLS"),
        (&[&greeting, &no], "gpj.exe"),
        (&[&greeting, &mal], "gpj.exe"),
        (&[&greeting, &ehlo, &no], "gpj.exe"),
        (&[&greeting, &ehlo, &go], "owned"),
    ] {
        for format in [
            &[][..],
            &["-v"],
            &["-q"],
            &["--format", "json"],
            &["--format", "pem"],
        ] {
            let server = Script::new(turns);
            let text = shown(server.address, format);
            let raw = text
                .chars()
                .find(|&c| c != '\n' && smtp_certcheck::escape::is_unsafe(c));
            assert_eq!(raw, None, "{format:?}: {text:?}");
            if format == ["-q"] {
                assert_eq!(text.lines().count(), 1, "{text:?}");
            }
            if format != ["--format", "pem"] {
                assert!(text.contains(expected), "{format:?} {expected}: {text}");
            }
        }
    }
}

#[test]
fn the_dialogue_is_shown_with_its_hostile_parts_escaped() {
    let greeting = format!("220 {HOSTILE}\r\n").into_bytes();
    let server = Script::new(&[&greeting, NO_OFFER]);
    let text = shown(server.address, &["-v"]);
    for part in [
        "C: EHLO",
        "S: 220 \\x1b[2J",
        "S: 250 SIZE",
        "\\u{202e}",
        "\\r\\x1b[1A",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_message_stays_short_however_much_the_server_says() {
    let lines = [b"554-".to_vec(), vec![b'x'; 3000], b"\r\n".to_vec()].concat();
    let refusal = [lines.repeat(15), b"554 no\r\n".to_vec()].concat();
    let garbage = [b"25".to_vec(), vec![b'x'; 4000], b"\r\n".to_vec()].concat();
    for turns in [
        &[refusal.as_slice()][..],
        &[GREETING, &refusal],
        &[GREETING, &garbage],
    ] {
        let server = Script::new(turns);
        let text = shown(server.address, &["-q"]);
        assert!(text.len() < 2000, "a verdict line of {} octets", text.len());
    }
}

// ---------------------------------------------------------------------------- standard output

#[test]
fn a_reader_that_leaves_is_no_error() {
    let refusing = Script::new(&[b"554 no\r\n"]);
    let target = localhost(refusing.address.port());
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    for args in [&["-v"][..], &["-q"], &["--format", "json"]] {
        let mut command = program();
        command.arg(&target).args(args).arg("--cacerts").arg(&root);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(4), "{args:?}");
    }
}

// ---------------------------------------------------------------------------- TLS garbage

/// A server that answers the `ClientHello` after STARTTLS with `bytes`.
fn after_client_hello(bytes: &[u8]) -> SocketAddr {
    let bytes = bytes.to_vec();
    listen(move |mut stream| {
        up_to_starttls(&mut stream);
        send(&mut stream, b"220 go\r\n");
        client_hello(&mut stream);
        send(&mut stream, &bytes);
        wait_for_end(&mut stream);
    })
}

#[test]
fn alerts_have_the_names_of_the_registry() {
    for (number, name) in [
        (0, "close_notify"),
        (10, "unexpected_message"),
        (40, "handshake_failure"),
        (42, "bad_certificate"),
        (46, "certificate_unknown"),
        (47, "illegal_parameter"),
        (48, "unknown_ca"),
        (49, "access_denied"),
        (50, "decode_error"),
        (51, "decrypt_error"),
        (70, "protocol_version"),
        (71, "insufficient_security"),
        (80, "internal_error"),
        (86, "inappropriate_fallback"),
        (109, "missing_extension"),
        (110, "unsupported_extension"),
        (112, "unrecognized_name"),
        (113, "bad_certificate_status_response"),
        (115, "unknown_psk_identity"),
        (116, "certificate_required"),
        (120, "no_application_protocol"),
        (121, "ech_required"),
        (200, "200"),
    ] {
        let address = after_client_hello(&[0x15, 3, 3, 0, 2, 2, number]);
        let seen = look_at(5.0, address);
        seen.ended(name, (5, "tls", "tls-alert"));
        let (message, last) = (seen.message(), seen.message().split(' ').next_back());
        assert_eq!(last, Some(name), "{message}");
    }
}

#[test]
fn garbage_in_the_handshake_is_a_breach_of_the_protocol() {
    let application_data = b"\x17\x03\x03\x00\x04abcd";
    for (bytes, code) in [
        (&b"\x16\x03\x03\x00\x04\x02\x00\x00\x00"[..], "tls-error"),
        (b"\x16\x03\x03\xff\xff\x02\x00\x00\x00", "tls-error"),
        (b"\x16\x09\x09\x00\x04\x02\x00\x00\x00", "tls-error"),
        (b"\x14\x03\x03\x00\x01\x02", "tls-error"),
        (b"\x16\x03\x03\x00\x04\x01\x00\x00\x00", "tls-error"),
        (application_data, "tls-error"),
        // An alert of three octets.
        (b"\x15\x03\x03\x00\x03\x02\x28\x00", "tls-error"),
    ] {
        let address = after_client_hello(bytes);
        let seen = look_at(5.0, address);
        seen.ended(&format!("{bytes:?}"), (5, "tls", code));
        assert!(seen.took < Duration::from_secs(3), "{:?}", seen.took);
    }
    // Half a record, then nothing.
    let address = after_client_hello(b"\x16\x03\x03\x40\x00\x02");
    look_at(0.6, address).ended("a stall", (3, "tls", "timeout"));
}

/// The same over implicit TLS, and again and again.
fn flooding(bytes: &[u8]) -> SocketAddr {
    let bytes = bytes.to_vec();
    listen(move |mut stream| {
        client_hello(&mut stream);
        flood(&mut stream, &bytes);
    })
}

#[test]
fn floods_in_the_handshake_are_bounded_in_time_and_memory() {
    // A handshake message of 16 MiB in records of 16 KiB.
    let mut endless = vec![0x16, 3, 3, 0x40, 0];
    endless.extend([2, 0xff, 0xff, 0xff]);
    endless.resize(5 + 0x4000, 0);
    let mut certificates = vec![0x16, 3, 3, 0x40, 0];
    certificates.extend([11, 0xff, 0xff, 0xff]);
    certificates.resize(5 + 0x4000, 0);
    for (name, bytes) in [
        ("empty handshake records", &b"\x16\x03\x03\x00\x00"[..]),
        ("empty data records", b"\x17\x03\x03\x00\x00"),
        ("empty alerts", b"\x15\x03\x03\x00\x00"),
        ("warnings", b"\x15\x03\x03\x00\x02\x01\x5a"),
        ("change_cipher_spec", b"\x14\x03\x03\x00\x01\x01"),
        ("HelloRequest", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"),
        ("an endless ServerHello", &endless),
        ("an endless Certificate", &certificates),
    ] {
        let target = format!("smtps://{}", flooding(bytes));
        let seen = look(4.0, &[&target]);
        assert_eq!(
            (seen.code, seen.text("/error/step")),
            (5, "tls"),
            "{name}: {:#}",
            seen.report
        );
        assert!(
            seen.took < Duration::from_secs(2),
            "{name}: {:?}",
            seen.took
        );
        assert_eq!(within_128_mib(&target), Some(5), "{name}");
    }
}

/// The exit code of a run with so little memory, its code and libraries included; a measurement
/// would show what this process has, too.
fn within_128_mib(target: &str) -> Option<i32> {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 131072; exec \"$@\"", "sh"])
        .arg(program().get_program())
        .args([
            target,
            "-q",
            "--timeout",
            "4",
            "--ehlo",
            "a.example",
            "--cacerts",
        ])
        .arg(&root)
        .output();
    output.expect("a shell").status.code()
}

/// Stops the child if it runs for longer than `patience`; returns its exit code, or says that it
/// was stopped.
fn wait(mut child: Child, patience: Duration) -> Option<i32> {
    let started = Instant::now();
    while started.elapsed() < patience {
        if let Ok(Some(status)) = child.try_wait() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// A TLS server whose first flight ends in `close_notify`, followed by `junk` octets.
fn closes_in_its_first_flight(junk: usize) -> SocketAddr {
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .expect("TLS 1.3")
    .with_no_client_auth()
    .with_single_cert(IDENTITY.chain.clone(), IDENTITY.key.clone_key())
    .expect("an identity");
    let config = Arc::new(config);
    listen(move |mut stream| {
        let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a server");
        let mut flight = Vec::new();
        // A second ClientHello may come, after a HelloRetryRequest.
        while tls.negotiated_cipher_suite().is_none() || flight.is_empty() {
            tls.read_tls(&mut stream).expect("a ClientHello");
            tls.process_new_packets().expect("a ClientHello");
            while tls.wants_write() {
                tls.write_tls(&mut flight).expect("a vector takes all");
            }
        }
        tls.send_close_notify();
        while tls.wants_write() {
            tls.write_tls(&mut flight).expect("a vector takes all");
        }
        flight.resize(flight.len() + junk, 0x17);
        send(&mut stream, &flight);
        wait_for_end(&mut stream);
    })
}

#[test]
fn a_close_notify_with_more_behind_it_does_not_hang_the_client() {
    for junk in [0, 100, 8 * 1024, 64 * 1024] {
        let target = format!(
            "smtps://localhost:{}",
            closes_in_its_first_flight(junk).port()
        );
        let dir = Dir::new();
        let root = dir.file("root.pem", PKI.root_pem());
        let mut command = program();
        command
            .args([&target, "-q", "--timeout", "2", "--cacerts"])
            .arg(&root);
        let child = command
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let code = wait(child, Duration::from_secs(4));
        // Anything after close_notify is to be ignored (RFC 8446 §6.1); `None` is a hang.
        assert_eq!(code, Some(0), "{junk} octets behind close_notify");
    }
}

#[test]
fn an_unfinished_greeting_that_is_no_smtp_is_named_at_the_deadline() {
    for (banner, protocol) in [(&b"SSH-2.0-Open"[..], "SSH"), (b"HTTP/1.1 400", "HTTP")] {
        let address = listen(move |mut stream| {
            send(&mut stream, banner);
            wait_for_end(&mut stream);
        });
        let look = look_at(1.0, address);
        let error = &look.report["error"];
        assert_eq!(
            (&error["code"], look.code),
            (&"not-smtp".into(), 4),
            "{error}"
        );
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(protocol), "{message}");
    }
}
