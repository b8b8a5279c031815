//! Every code, alert and break of a connection, at every step: many servers in one run, so that all
//! of them can be tried.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock and sockets as they like"
)]

use serde_json::Value;
use std::io::Read as _;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use testkit::keyless;
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, report};
use testkit::raw::{listen, read_line, reset, says, send, up_to_starttls, wait_for_end};

const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const OFFER: &[u8] = b"250-mx.test\r\n250 STARTTLS\r\n";
const GO: &[u8] = b"220 go\r\n";

/// Probes all of them with STARTTLS; returns the reports in their order.
fn look(servers: &[SocketAddr], timeout: &str) -> Vec<Value> {
    let dir = Dir::new();
    let root = dir.file(
        "root.pem",
        Pki::new("None of theirs", KeyKind::P256).root_pem(),
    );
    let mut args = vec!["--no-hgrc".into(), "--tls".into(), "starttls".into()];
    args.extend(["--timeout".into(), timeout.into(), "--cacerts".into()]);
    args.push(root.into_os_string());
    args.extend(servers.iter().map(|address| address.to_string().into()));
    let (_, reports) = report(args);
    reports.as_array().expect("many reports").clone()
}

/// `error.step` and `error.code`.
fn error(report: &Value) -> (&str, &str) {
    let text = |field: &str| report["error"][field].as_str().unwrap_or_default();
    (text("step"), text("code"))
}

fn client_hello(stream: &mut TcpStream) {
    let mut head = [0; 5];
    let _ = stream.read_exact(&mut head);
    let _ = stream.read_exact(&mut vec![
        0;
        usize::from(u16::from_be_bytes([head[3], head[4]]))
    ]);
}

// ------------------------------------------------------------------------------------ reply codes

/// What a reply with this code comes to; NNTP greets with 200; RFC 5321 §4.2.1 has codes from 200 to 559.
fn expected(code: u16, place: usize) -> Option<&'static str> {
    match (code, place) {
        (220, 0 | 2) | (250, 1) => None,
        (200..=399, 0) => Some("not-smtp"),
        (500..=599, 0) => Some("greeting-refused"),
        (200..=399 | 500..=599, 1) => Some("ehlo-refused"),
        (200..=399 | 500..=599, _) => Some("starttls-refused"),
        (421, 2) => Some("temporary-refusal"),
        (400..=499, 2) => Some("starttls-unavailable"),
        (400..=499, _) => Some("temporary-refusal"),
        _ => Some("malformed-reply"),
    }
}

#[test]
fn every_reply_code_means_what_it_says_in_every_place() {
    let codes = || 100..=699_u16;
    let reply = |code: u16| format!("{code} so it is\r\n").into_bytes();
    for (place, step) in ["greeting", "ehlo", "starttls"].into_iter().enumerate() {
        let servers: Vec<SocketAddr> = codes()
            .map(|code| {
                let mut turns = [GREETING, OFFER].map(<[u8]>::to_vec)[..place].to_vec();
                turns.push(reply(code));
                says(&turns)
            })
            .collect();
        for (code, report) in codes().zip(look(&servers, "5")) {
            match expected(code, place) {
                Some(wrong) => {
                    assert_eq!(error(&report), (step, wrong), "{code}: {report:#}");
                    assert_eq!(report["outcome"], "smtp-refused", "{code}");
                    let message = report["error"]["message"].as_str().unwrap_or_default();
                    assert!(message.contains(&code.to_string()), "{code}: {message}");
                }
                // The dialogue goes on, and ends elsewhere.
                None => assert_ne!(report["error"]["code"], Value::Null, "{code}"),
            }
        }
    }
}

// ----------------------------------------------------------------------------------------- alerts

#[test]
fn every_alert_ends_the_handshake_and_is_named() {
    let alerting = |level: u8, number: u8| {
        listen(move |mut stream| {
            up_to_starttls(&mut stream);
            send(&mut stream, GO);
            client_hello(&mut stream);
            // A warning first, which does not end the connection.
            send(&mut stream, &[0x15, 3, 3, 0, 2, 1, 112]);
            send(&mut stream, &[0x15, 3, 3, 0, 2, level, number]);
            wait_for_end(&mut stream);
        })
    };
    let servers: Vec<SocketAddr> = (0..=255).map(|number| alerting(2, number)).collect();
    for (number, report) in look(&servers, "5").iter().enumerate() {
        assert_eq!(error(report), ("tls", "tls-alert"), "{number}: {report:#}");
        assert_eq!(report["outcome"], "tls-failed", "{number}");
        let message = report["error"]["message"].as_str().unwrap_or_default();
        // Alerts of the registry that rustls has no name for are reported by number.
        let named = message.split(' ').next_back().unwrap_or_default();
        let is_name =
            named.contains('_') && named.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let by_number = message.ends_with(&format!("number {number}"));
        assert!(is_name || by_number, "{number}: {message}");
    }
}

// ----------------------------------------------------------------------------------------- breaks

/// A place of the dialogue: how far the server goes, and where the probe is then.
struct Place {
    name: &'static str,
    /// What is said, each after something of the client (a line, at last the hello), the first at
    /// the start.
    turns: Vec<Vec<u8>>,
    step: &'static str,
}

fn places() -> Vec<Place> {
    let pki = Pki::new("Breaks", KeyKind::P256);
    let chain = pki.identity(leaf(&["localhost"])).chain;
    let messages = keyless::flight_by_message(&chain);
    let hello = &messages[0];
    let certificate = &messages[1];
    let place = |name, turns: &[&[u8]], step| Place {
        name,
        turns: turns.iter().map(|turn| turn.to_vec()).collect(),
        step,
    };
    let flight = |bytes: &[u8]| [GREETING, OFFER, GO, bytes].map(<[u8]>::to_vec).to_vec();
    let in_tls = |name, bytes: &[u8]| Place {
        name,
        turns: flight(bytes),
        step: "tls",
    };
    let half = &certificate[..certificate.len() / 2];
    vec![
        place("before the greeting", &[b""], "greeting"),
        place("in the greeting", &[b"220-mx.te"], "greeting"),
        place("behind the greeting", &[GREETING, b""], "ehlo"),
        place(
            "in the reply to EHLO",
            &[GREETING, b"250-mx.test\r\n250 STA"],
            "ehlo",
        ),
        place("behind the offer", &[GREETING, OFFER, b""], "starttls"),
        place("in the 220", &[GREETING, OFFER, b"220 g"], "starttls"),
        place("behind the 220", &[GREETING, OFFER, GO, b""], "tls"),
        in_tls("in the header of a record", &hello[..3]),
        in_tls("in ServerHello", &hello[..20]),
        in_tls("behind ServerHello", hello),
        in_tls("in Certificate", &[hello, half].concat()),
        in_tls("behind Certificate", &messages[..2].concat()),
        in_tls("behind ServerKeyExchange", &messages[..3].concat()),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Break {
    Reset,
    /// The server says no more, and listens.
    HalfClose,
    Stall,
}

fn breaks(turns: Vec<Vec<u8>>, how: Break) -> SocketAddr {
    listen(move |mut stream| {
        for (index, turn) in turns.iter().enumerate() {
            match index {
                0 => {}
                3 => client_hello(&mut stream),
                _ => {
                    read_line(&stream);
                }
            }
            send(&mut stream, turn);
        }
        // What was said has arrived before the reset does.
        std::thread::sleep(Duration::from_millis(100));
        match how {
            Break::Reset => return reset(stream),
            Break::HalfClose => {
                let _ = stream.shutdown(Shutdown::Write);
            }
            Break::Stall => {}
        }
        wait_for_end(&mut stream);
    })
}

#[test]
fn a_break_in_every_place_names_its_step() {
    for (how, code) in [
        (Break::Reset, "connection-reset"),
        (Break::HalfClose, "connection-closed"),
        (Break::Stall, "timeout"),
    ] {
        let places = places();
        let servers: Vec<SocketAddr> = places
            .iter()
            .map(|place| breaks(place.turns.clone(), how))
            .collect();
        let started = Instant::now();
        let reports = look(&servers, "2");
        assert!(started.elapsed() < Duration::from_secs(8), "{how:?}");
        for (place, report) in places.iter().zip(reports) {
            let name = place.name;
            assert_eq!(
                error(&report),
                (place.step, code),
                "{how:?} {name}: {report:#}"
            );
            assert_eq!(report["connection"]["key_proven"], false, "{how:?} {name}");
        }
    }
}
