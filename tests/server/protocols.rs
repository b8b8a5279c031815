//! IMAP, POP3, ManageSieve and LMTP against servers that do as they like: what every answer,
//! silence, break and insult comes to, and that the answer comes in time.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock and sockets as they like"
)]

use crate::dialogue::{
    End, IDENTITY, Look, Script, bytewise_proxy, client_hello, flood, localhost, look,
};
use std::net::SocketAddr;
use std::time::Duration;
use testkit::raw::{listen, read_line, send, wait_for_end};
use testkit::server::{Behaviour, Server};
use testkit::service::Service;

/// The protocols that begin in the clear, beside SMTP.
const SERVICES: [Service; 4] = [Service::Imap, Service::Pop3, Service::Sieve, Service::Lmtp];

/// What a good server says, turn by turn, and the steps at which it does.
pub(crate) struct Good {
    pub(crate) service: Service,
    pub(crate) turns: &'static [&'static [u8]],
    pub(crate) steps: &'static [&'static str],
    /// The last command of a client.
    pub(crate) bye: &'static str,
    /// A line that could be an answer.
    pub(crate) line: &'static [u8],
}

pub(crate) const GOOD: [Good; 5] = [
    Good {
        service: Service::Imap,
        turns: &[
            b"* OK ready\r\n",
            b"* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n",
            b"b OK go\r\n",
        ],
        steps: &["greeting", "capabilities", "starttls"],
        bye: "c LOGOUT\r\n",
        line: b"* OK x\r\n",
    },
    Good {
        service: Service::Imap,
        turns: &[
            b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
            b"b OK go\r\n",
        ],
        steps: &["greeting", "starttls"],
        bye: "c LOGOUT\r\n",
        line: b"* OK x\r\n",
    },
    Good {
        service: Service::Pop3,
        turns: &[
            b"+OK ready\r\n",
            b"+OK\r\nUSER\r\nSTLS\r\n.\r\n",
            b"+OK go\r\n",
        ],
        steps: &["greeting", "capabilities", "starttls"],
        bye: "QUIT\r\n",
        line: b"+OK x\r\n",
    },
    Good {
        service: Service::Sieve,
        turns: &[
            b"\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n",
            b"OK \"go\"\r\n",
        ],
        steps: &["greeting", "starttls"],
        bye: "LOGOUT\r\n",
        line: b"\"X\" \"x\"\r\n",
    },
    Good {
        service: Service::Lmtp,
        turns: &[
            b"220 mx LMTP\r\n",
            b"250-mx\r\n250 STARTTLS\r\n",
            b"220 go\r\n",
        ],
        steps: &["greeting", "capabilities", "starttls"],
        bye: "QUIT\r\n",
        line: b"250-x\r\n",
    },
];

pub(crate) fn url(service: Service, address: SocketAddr) -> String {
    format!("{}://{}", service.scheme(), localhost(address.port()))
}

/// Probes with the scheme of the service.
#[track_caller]
fn look_at(deadline: f64, service: Service, address: SocketAddr) -> Look {
    look(deadline, &[&url(service, address)])
}

fn server(service: Service, behaviour: Behaviour) -> Server {
    Server::start(
        &IDENTITY,
        Behaviour {
            service,
            ..behaviour
        },
    )
}

// ---------------------------------------------------------------------------- a handshake

#[test]
fn every_protocol_gets_to_the_handshake_in_few_round_trips() {
    for (service, lists_in_greeting, before_tls) in [
        (Service::Imap, false, 3),
        (Service::Imap, true, 2),
        (Service::Pop3, false, 3),
        (Service::Sieve, false, 2),
        (Service::Lmtp, false, 3),
        (Service::Smtp, false, 3),
    ] {
        let behaviour = Behaviour {
            lists_in_greeting,
            mute_after_handshake: true,
            ..Behaviour::default()
        };
        let server = server(service, behaviour);
        let seen = look_at(5.0, service, server.address);
        seen.is_trusted("starttls");
        assert_eq!(seen.text("/connection/protocol"), service.protocol());
        // TLS 1.3 takes one more.
        assert_eq!(server.flights(), before_tls + 1, "{service:?}");
        let trips = seen.report["connection"]["round_trips"].as_u64();
        assert_eq!(trips, Some(u64::from(before_tls) + 1), "{service:?}");
    }
}

#[test]
fn the_goodbye_in_tls_is_that_of_the_protocol() {
    for (service, expected) in [
        (Service::Imap, "c LOGOUT"),
        (Service::Pop3, "QUIT"),
        (Service::Sieve, "LOGOUT"),
        (Service::Lmtp, "QUIT"),
    ] {
        let server = server(service, Behaviour::default());
        look_at(5.0, service, server.address).is_trusted("starttls");
        let heard = || server.lines();
        for _ in 0..50 {
            if heard().last().map(String::as_str) == Some(expected) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(
            heard().last().map(String::as_str),
            Some(expected),
            "{service:?}"
        );
    }
}

#[test]
fn implicit_tls_needs_no_dialogue() {
    for (service, scheme) in [(Service::Imap, "imaps"), (Service::Pop3, "pop3s")] {
        let behaviour = Behaviour {
            implicit_tls: true,
            ..Behaviour::default()
        };
        let server = server(service, behaviour);
        let url = format!("{scheme}://{}", localhost(server.port()));
        let seen = look(5.0, &[&url]);
        seen.is_trusted("implicit");
        assert_eq!(seen.text("/connection/protocol"), service.protocol());
        assert_eq!(server.lines(), Vec::<String>::new(), "{service:?}");
    }
}

#[test]
fn one_byte_at_a_time_is_enough() {
    for service in SERVICES {
        let server = server(service, Behaviour::default());
        let address = bytewise_proxy(server.address);
        look_at(10.0, service, address).is_trusted("starttls");
    }
}

// ---------------------------------------------------------------------------- recognition

#[test]
fn the_greeting_decides_where_no_scheme_does() {
    for service in SERVICES {
        let server = server(service, Behaviour::default());
        for target in [localhost(server.port()), "localhost:143".to_owned()] {
            let connect = server.address.to_string();
            let seen = look(5.0, &[&target, "--connect", &connect]);
            seen.is_trusted("starttls");
            let protocol = seen.text("/connection/protocol");
            assert_eq!(protocol, service.protocol(), "{service:?} at {target}");
        }
    }
    // An SMTP server at LMTP's port.
    let smtp = server(Service::Smtp, Behaviour::default());
    let connect = smtp.address.to_string();
    let seen = look(5.0, &["localhost:24", "--connect", &connect]);
    assert_eq!(
        seen.is_trusted("starttls").text("/connection/protocol"),
        "smtp"
    );
}

#[test]
fn lmtp_is_found_in_the_connection_that_began_as_smtp() {
    let behaviour = Behaviour {
        mute_after_handshake: true,
        ..Behaviour::default()
    };
    let server = server(Service::Lmtp, behaviour);
    look(5.0, &["--ehlo", "a.example", &localhost(server.port())]).is_trusted("starttls");
    let expected = ["EHLO a.example", "LHLO a.example", "STARTTLS"];
    assert_eq!(server.lines()[..3], expected);
    // Each of the four answers, and the handshake.
    assert_eq!(server.flights(), 5);
    // With a scheme it stays what was asked for.
    let url = format!("smtp://{}", localhost(server.port()));
    let seen = look(5.0, &[&url]);
    seen.ended("smtp://", (4, "ehlo", "ehlo-refused"));
    assert!(
        seen.text("/error/advice").contains("lmtp://"),
        "{:#}",
        seen.report
    );
}

#[test]
fn a_scheme_is_not_left_and_what_was_met_is_named() {
    let greetings: [(&[u8], &str); 7] = [
        (b"220 mx ESMTP\r\n", "SMTP"),
        (b"* OK ready\r\n", "IMAP"),
        (b"+OK ready\r\n", "POP3"),
        (b"\"IMPLEMENTATION\" \"x\"\r\n", "ManageSieve"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"hello there\r\n", "hello there"),
    ];
    for service in [Service::Smtp, Service::Imap, Service::Pop3, Service::Sieve] {
        for (greeting, met) in greetings {
            if met.to_lowercase().ends_with(service.protocol()) {
                continue;
            }
            let server = Script::new(&[greeting]);
            let seen = look_at(5.0, service, server.address);
            let code = match service {
                Service::Smtp => "not-smtp",
                _ => "wrong-protocol",
            };
            seen.ended(met, (4, "greeting", code));
            assert!(
                seen.message().contains(met),
                "{service:?}: {}",
                seen.message()
            );
            assert_eq!(server.heard(), Vec::<String>::new());
            let advice = seen.text("/error/advice");
            let names_smtp = advice.contains("587");
            assert_eq!(
                names_smtp,
                service == Service::Smtp,
                "{service:?}: {advice}"
            );
        }
    }
}

#[test]
fn implicit_tls_is_not_the_way_where_the_server_greets() {
    for service in [Service::Imap, Service::Pop3] {
        let server = server(service, Behaviour::default());
        let connect = server.address.to_string();
        let (implicit, port) = match service {
            Service::Imap => ("imaps://localhost", "localhost:993"),
            _ => ("pop3s://localhost", "localhost:995"),
        };
        let seen = look(5.0, &[implicit, "--connect", &connect]);
        seen.ended(implicit, (5, "tls", "wrong-mode"));
        let advice = seen.text("/error/advice");
        assert!(advice.contains(service.scheme()), "{advice}");
        // The port only suggests it.
        look(5.0, &[port, "--connect", &connect]).is_trusted("starttls");
    }
}

// ---------------------------------------------------------------------------- refusals

const OFFERS_IMAP: &[u8] = b"* OK [CAPABILITY STARTTLS] ready\r\n";
const OFFERS_SIEVE: &[u8] = b"\"STARTTLS\"\r\nOK\r\n";
const OFFERS_POP3: &[u8] = b"+OK\r\nSTLS\r\n.\r\n";

/// The turns of a server, and the step, the code and a part of the message that they come to.
type Refused = (
    Service,
    &'static [&'static [u8]],
    &'static str,
    &'static str,
    &'static str,
);

const REFUSED: &[Refused] = &[
    (
        Service::Imap,
        &[b"* PREAUTH hello\r\n"],
        "greeting",
        "preauth",
        "hello",
    ),
    (
        Service::Imap,
        &[b"* BYE go away\r\n"],
        "greeting",
        "bye",
        "go away",
    ),
    (
        Service::Imap,
        &[b"* BYE [UNAVAILABLE] full\r\n"],
        "greeting",
        "temporary-refusal",
        "full",
    ),
    (
        Service::Imap,
        &[OFFERS_IMAP, b"b NO sorry\r\n"],
        "starttls",
        "starttls-refused",
        "NO sorry",
    ),
    (
        Service::Imap,
        &[OFFERS_IMAP, b"b NO [LIMIT] sorry\r\n"],
        "starttls",
        "temporary-refusal",
        "sorry",
    ),
    (
        Service::Imap,
        &[OFFERS_IMAP, b"b BAD what\r\n"],
        "starttls",
        "starttls-refused",
        "BAD what",
    ),
    (
        Service::Imap,
        &[OFFERS_IMAP, b"* BYE now\r\n"],
        "starttls",
        "bye",
        "now",
    ),
    (
        Service::Imap,
        &[b"* OK hi\r\n", b"a BAD no\r\n"],
        "capabilities",
        "capabilities-refused",
        "CAPABILITY",
    ),
    (
        Service::Imap,
        &[b"* OK hi\r\n", b"* CAPABILITY X\r\na OK\r\n"],
        "capabilities",
        "starttls-not-offered",
        "does not offer",
    ),
    (
        Service::Imap,
        &[b"* OK hi\r\n", b"a OK\r\n"],
        "capabilities",
        "malformed-reply",
        "the answer to CAPABILITY is not valid IMAP",
    ),
    (
        Service::Pop3,
        &[b"-ERR no\r\n"],
        "greeting",
        "greeting-refused",
        "-ERR no",
    ),
    (
        Service::Pop3,
        &[b"-ERR [IN-USE] no\r\n"],
        "greeting",
        "temporary-refusal",
        "IN-USE",
    ),
    (
        Service::Pop3,
        &[b"+OK\r\n", b"+OK\r\nUSER\r\n.\r\n"],
        "capabilities",
        "starttls-not-offered",
        "does not offer",
    ),
    (
        Service::Pop3,
        &[b"+OK\r\n", OFFERS_POP3, b"-ERR no\r\n"],
        "starttls",
        "starttls-refused",
        "STLS was refused: -ERR no",
    ),
    (
        Service::Pop3,
        &[b"+OK\r\n", OFFERS_POP3, b"-ERR [SYS/TEMP] no\r\n"],
        "starttls",
        "temporary-refusal",
        "SYS/TEMP",
    ),
    (
        Service::Pop3,
        &[b"+OK\r\n", b"-ERR what\r\n", b"-ERR what\r\n"],
        "starttls",
        "starttls-not-offered",
        "does not offer",
    ),
    (
        Service::Sieve,
        &[b"NO \"no\"\r\n"],
        "greeting",
        "greeting-refused",
        "no",
    ),
    (
        Service::Sieve,
        &[b"BYE \"go\"\r\n"],
        "greeting",
        "bye",
        "go",
    ),
    (
        Service::Sieve,
        &[b"\"A\"\r\nOK\r\n"],
        "greeting",
        "starttls-not-offered",
        "not offer",
    ),
    (
        Service::Sieve,
        &[OFFERS_SIEVE, b"NO (TRYLATER) \"no\"\r\n"],
        "starttls",
        "temporary-refusal",
        "TRYLATER",
    ),
    (
        Service::Sieve,
        &[OFFERS_SIEVE, b"NO \"no\"\r\n"],
        "starttls",
        "starttls-refused",
        "no",
    ),
    (
        Service::Lmtp,
        &[b"220 mx\r\n", b"500 what\r\n"],
        "capabilities",
        "capabilities-refused",
        "LHLO was refused: 500 what",
    ),
    (
        Service::Lmtp,
        &[b"220 mx\r\n", b"250 mx\r\n"],
        "capabilities",
        "starttls-not-offered",
        "not offer",
    ),
];

#[test]
fn every_refusal_has_its_code_and_its_goodbye() {
    for (service, turns, step, code, text) in REFUSED {
        let server = Script::new(turns);
        let seen = look_at(5.0, *service, server.address);
        let name = format!("{service:?} {code}");
        seen.ended(&name, (4, step, code));
        assert!(seen.message().contains(text), "{name}: {}", seen.message());
        assert!(
            seen.took < Duration::from_secs(3),
            "{name}: {:?}",
            seen.took
        );
        let heard = server.heard();
        let good = GOOD.iter().find(|good| good.service == *service);
        let bye = good.map_or("", |good| good.bye);
        let says_goodbye = !matches!(*code, "bye" | "malformed-reply");
        let end = heard.last().map_or("", String::as_str);
        assert_eq!(end == bye, says_goodbye, "{name}: {heard:?}");
        assert!(
            !heard.iter().any(|line| line.contains('\x16')),
            "{name}: {heard:?}"
        );
    }
}

#[test]
fn what_is_not_offered_is_not_tried() {
    for (service, turns) in [
        (
            Service::Imap,
            &[&b"* OK [CAPABILITY X] STARTTLS\r\n"[..]][..],
        ),
        (
            Service::Imap,
            &[
                b"* OK x\r\n",
                b"* CAPABILITY XSTARTTLS\r\na OK STARTTLS\r\n",
            ],
        ),
        (
            Service::Pop3,
            &[b"+OK STLS\r\n", b"+OK STLS\r\n..STLS\r\n.\r\n"],
        ),
        (
            Service::Sieve,
            &[b"\"SIEVE\" \"STARTTLS\"\r\nOK \"STARTTLS\"\r\n"],
        ),
        (
            Service::Lmtp,
            &[b"220 mx\r\n", b"250-STARTTLS\r\n250 Ok NAME=<STARTTLS>\r\n"],
        ),
    ] {
        let server = Script::new(turns);
        let seen = look_at(5.0, service, server.address);
        assert_eq!(
            seen.text("/error/code"),
            "starttls-not-offered",
            "{service:?}"
        );
        let heard = server.heard();
        assert!(
            !heard
                .iter()
                .any(|line| line.contains("STARTTLS") || line.contains("STLS")),
            "{service:?}: {heard:?}"
        );
    }
}

/// A server that continues after what seemed the end, in a segment of its own.
#[test]
fn an_offer_after_the_end_of_the_list_is_not_overlooked() {
    for (service, greeting, answer, rest) in [
        (
            Service::Pop3,
            &b"+OK\r\n"[..],
            &b"+OK\r\n.\r\n"[..],
            &b"STLS\r\n.\r\n"[..],
        ),
        (
            Service::Imap,
            b"* OK\r\n",
            b"* CAPABILITY X\r\na OK\r\n",
            b"* CAPABILITY STARTTLS\r\n",
        ),
        (
            Service::Lmtp,
            b"220 mx\r\n",
            b"250 mx\r\n",
            b"250 STARTTLS\r\n",
        ),
    ] {
        let address = listen(move |mut stream| {
            send(&mut stream, greeting);
            read_line(&stream);
            send(&mut stream, answer);
            std::thread::sleep(Duration::from_millis(100));
            send(&mut stream, rest);
            wait_for_end(&mut stream);
        });
        let seen = look_at(5.0, service, address);
        seen.ended("more", (4, "capabilities", "unsolicited-reply"));
    }
}

#[test]
fn a_temporary_refusal_is_tried_again() {
    for (service, busy) in [
        (Service::Imap, &b"* BYE [UNAVAILABLE] later\r\n"[..]),
        (Service::Pop3, b"-ERR [SYS/TEMP] later\r\n"),
        (Service::Sieve, b"BYE (TRYLATER) \"later\"\r\n"),
    ] {
        let (sender, receiver) = std::sync::mpsc::channel();
        let address = listen(move |mut stream| {
            let _ = sender.send(());
            send(&mut stream, busy);
            wait_for_end(&mut stream);
        });
        let run = testkit::program::finish(
            testkit::program::program()
                .args(["audit", "--format", "jsonl", "--retries", "1"])
                .arg(url(service, address)),
        );
        assert!(run.stdout.contains("temporary-refusal"), "{}", run.stdout);
        assert_eq!(receiver.try_iter().count(), 2, "{service:?}");
    }
}

// ---------------------------------------------------------------------------- after the go-ahead

#[test]
fn nothing_after_the_go_ahead_is_read() {
    for (good, after, code) in [
        (0, &b"* BAD injected\r\n"[..], "starttls-injection"),
        (0, b"b OK injected\r\n", "starttls-broken"),
        (
            0,
            b"b NO STARTTLS failed: 500\r\n* NO x\r\n",
            "starttls-broken",
        ),
        (0, b"\x16\x03\x03", "starttls-injection"),
        (1, b"a OK x\r\n", "starttls-injection"),
        (2, b"+OK injected\r\n", "starttls-injection"),
        (2, b"-ERR STLS failed\r\n", "starttls-injection"),
        (3, b"NO \"injected\"\r\n", "starttls-injection"),
        (3, b"\"STARTTLS\"\r\n", "starttls-injection"),
        (4, b"250 injected\r\n", "starttls-injection"),
    ] {
        let good = &GOOD[good];
        let (go, before) = good.turns.split_last().expect("turns");
        let go = [go, after].concat();
        let turns = [before, &[go.as_slice()]].concat();
        let server = Script::new(&turns);
        let seen = look_at(5.0, good.service, server.address);
        let name = format!("{:?} {:?}", good.service, String::from_utf8_lossy(after));
        seen.ended(&name, (4, "starttls", code));
        let heard = server.heard();
        assert!(
            !heard.iter().any(|line| line.contains('\x16')),
            "{name}: {heard:?}"
        );
        if code == "starttls-broken" {
            let both = [
                "b OK go",
                after
                    .split(|&b| b == b'\r')
                    .next()
                    .map_or("", |line| std::str::from_utf8(line).expect("text")),
            ];
            assert!(
                both.iter().all(|line| seen.message().contains(line)),
                "{}",
                seen.message()
            );
        }
    }
}

/// As above, in a segment of its own, in place of the `ServerHello`.
#[test]
fn text_before_the_server_hello_is_told_by_what_it_is() {
    for (good, after, code) in [
        (0, &b"* BAD injected\r\n"[..], "starttls-injection"),
        (0, b"b NO STARTTLS failed\r\n", "starttls-broken"),
        (2, b"-ERR failed\r\n", "starttls-injection"),
        (3, b"NO\r\n", "starttls-injection"),
    ] {
        let good = &GOOD[good];
        let address = listen(move |mut stream| {
            for turn in good.turns {
                send(&mut stream, turn);
                if turn != good.turns.last().expect("turns") {
                    read_line(&stream);
                }
            }
            client_hello(&mut stream);
            send(&mut stream, after);
            wait_for_end(&mut stream);
        });
        let name = String::from_utf8_lossy(after);
        look_at(5.0, good.service, address).ended(&name, (4, "tls", code));
    }
}

// ---------------------------------------------------------------------------- silence, breaks

/// A server that breaks the dialogue after so many turns.
type Place = (&'static Good, usize, SocketAddr);

/// What breaks the dialogue, at each of its steps: `count` turns are said, then `then` is done.
fn at_each_step(then: fn(&mut std::net::TcpStream, &Good, usize)) -> Vec<Place> {
    let steps = GOOD
        .iter()
        .flat_map(|good| (0..=good.steps.len()).map(move |count| (good, count)));
    steps
        .map(|(good, count)| {
            let address = listen(move |mut stream| {
                for turn in &good.turns[..count] {
                    send(&mut stream, turn);
                    if turn == good.turns.last().expect("turns") {
                        client_hello(&mut stream);
                    } else {
                        read_line(&stream);
                    }
                }
                then(&mut stream, good, count);
            });
            (good, count, address)
        })
        .collect()
}

/// Looks at all of them, some at a time.
fn look_at_all(servers: &[Place], check: impl Fn(&Good, usize) -> End) {
    for servers in servers.chunks(10) {
        let urls = servers
            .iter()
            .map(|(good, _, address)| url(good.service, *address));
        let urls: Vec<String> = urls.collect();
        let mut args: Vec<&str> = urls.iter().map(String::as_str).collect();
        args.push("--no-hgrc");
        let seen = look(1.5, &args);
        let reports = seen.report.as_array().expect("many reports");
        assert_eq!(reports.len(), servers.len());
        for ((good, count, _), report) in servers.iter().zip(reports) {
            let (_, step, code) = check(good, *count);
            let text = |field: &str| report["error"][field].as_str().unwrap_or_default();
            let name = format!("{:?} after {count} turns: {report:#}", good.service);
            assert_eq!((text("step"), text("code")), (step, code), "{name}");
        }
    }
}

fn step(good: &Good, count: usize) -> &'static str {
    good.steps.get(count).copied().unwrap_or("tls")
}

#[test]
fn silence_and_breaks_name_their_step() {
    let silent = at_each_step(|stream, _, _| wait_for_end(stream));
    look_at_all(&silent, |good, count| (3, step(good, count), "timeout"));
    let closing = at_each_step(|_, _, _| {});
    look_at_all(&closing, |good, count| {
        (3, step(good, count), "connection-closed")
    });
    let half = at_each_step(|stream, good, count| {
        let turn = good.turns.get(count).copied().unwrap_or(b"\x16\x03");
        send(stream, &turn[..turn.len() - 2]);
    });
    look_at_all(&half, |good, count| {
        (3, step(good, count), "connection-closed")
    });
    let resetting = at_each_step(|stream, good, count| {
        // All that the client said was read, and the reset comes after what was said.
        let turn = good.turns.get(count).copied().unwrap_or(b"\x16\x03");
        send(stream, &turn[..1]);
        std::thread::sleep(Duration::from_millis(50));
        testkit::raw::reset(stream.try_clone().expect("a socket"));
    });
    look_at_all(&resetting, |good, count| {
        (3, step(good, count), "connection-reset")
    });
}

#[test]
fn floods_are_bounded_at_each_step() {
    let lines = at_each_step(|stream, good, _| flood(stream, good.line));
    look_at_all(&lines, |good, count| match step(good, count) {
        "tls" => (4, "tls", "starttls-injection"),
        // The first of them answers.
        "greeting" if good.service == Service::Pop3 => (4, "greeting", "unsolicited-reply"),
        "starttls" if good.service == Service::Pop3 => (4, "starttls", "starttls-injection"),
        step => (4, step, "malformed-reply"),
    });
    let endless = at_each_step(|stream, good, count| {
        let turn = good.turns.get(count).copied().unwrap_or(b"text");
        send(stream, &turn[..turn.len() - 2]);
        flood(stream, b"x");
    });
    look_at_all(&endless, |good, count| match step(good, count) {
        "tls" => (4, "tls", "starttls-injection"),
        step => (4, step, "malformed-reply"),
    });
}

/// A second connection, for a server that ended the handshake, speaks the protocol that was found.
#[test]
fn a_second_look_speaks_the_same_protocol() {
    for good in &GOOD {
        let (sender, receiver) = std::sync::mpsc::channel();
        let address = listen(move |mut stream| {
            for (index, turn) in good.turns.iter().enumerate() {
                send(&mut stream, turn);
                if index + 1 < good.turns.len() {
                    read_line(&stream);
                }
            }
            let hello = client_hello(&mut stream);
            let _ = sender.send(hello.first() == Some(&0x16));
        });
        let targets = [url(good.service, address), localhost(address.port())];
        // LMTP is told from SMTP by an answer that this server does not give.
        let count = if good.service == Service::Lmtp { 1 } else { 2 };
        for target in &targets[..count] {
            look(5.0, &[target]).ended(target, (5, "tls", "connection-closed"));
            // The first, a small hello, and that for an old server.
            let hellos: Vec<bool> = receiver.try_iter().collect();
            assert_eq!(hellos, [true; 3], "{target}");
        }
    }
}

// ---------------------------------------------------------------------------- what is shown

#[test]
fn the_table_names_the_protocol_and_shows_the_dialogue() {
    for (service, name, line) in [
        (Service::Imap, "IMAP", "C: b STARTTLS"),
        (Service::Pop3, "POP3", "C: STLS"),
        (Service::Sieve, "ManageSieve", "S: OK \"go ahead\""),
        (Service::Lmtp, "LMTP", "C: LHLO "),
    ] {
        let server = server(service, Behaviour::default());
        let run = testkit::program::finish(testkit::program::program().args([
            "-v",
            "--no-hgrc",
            &url(service, server.address),
        ]));
        for part in [&format!("{name}, STARTTLS, TLSv1.3"), line] {
            assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
        }
    }
}

/// These servers greet at once, and do not block a client that talks early: silence may mean TLS.
#[test]
fn a_silent_port_of_another_protocol_is_asked_for_tls() {
    let behaviour = || Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    };
    std::thread::scope(|scope| {
        for (service, target) in [
            (Service::Imap, "localhost:143"),
            (Service::Pop3, "localhost:110"),
            (Service::Sieve, "localhost:4190"),
        ] {
            scope.spawn(move || {
                let server = server(service, behaviour());
                let connect = server.address.to_string();
                look(12.0, &[target, "--connect", &connect]).is_trusted("implicit");
            });
        }
        scope.spawn(|| {
            let server = server(Service::Imap, behaviour());
            let url = url(Service::Imap, server.address);
            let seen = look(12.0, &[&url]);
            seen.ended("imap://", (4, "greeting", "wrong-protocol"));
            let advice = seen.text("/error/advice");
            assert!(advice.contains("imaps://"), "{advice}");
        });
    });
}
