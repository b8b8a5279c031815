//! The real mail servers, with OpenSSL as the witness: what they present, and what they leave.
#![allow(clippy::disallowed_methods, reason = "tests use the clock and files")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::{ScopedJoinHandle, scope, sleep};
use std::time::{Duration, Instant};
use testkit::courier::Courier;
use testkit::cyrus::Cyrus;
use testkit::daemon::Daemon;
use testkit::daemon::processes::{family, processes};
use testkit::dovecot::Setup;
use testkit::haproxy::HaProxy;
use testkit::microsocks::Microsocks;
use testkit::mta::{Kind, Mta};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::raw;
use testkit::service::Service;
use testkit::sshd::Sshd;
use testkit::tinyproxy::Tinyproxy;

/// The certificates that a server presents to OpenSSL, as PEM.
fn presented(mta: &Mta, starttls: bool, version: &str) -> String {
    if starttls {
        let args = [version, "-name", "client.example.test"];
        openssl_sees(Service::Smtp, mta.starttls_port(), &args)
    } else {
        openssl_sees(Service::Smtps, mta.smtps_port(), &[version])
    }
}

fn openssl_sees(service: Service, port: u16, args: &[&str]) -> String {
    let address = format!("127.0.0.1:{port}");
    let args = [args, &["-connect", &address]].concat();
    service.presented_to(&args).concat()
}

fn presents(kind: Kind, mta: &Mta, identity: &Identity) {
    for starttls in [true, false] {
        for version in ["-tls1_2", "-tls1_3"] {
            let seen = presented(mta, starttls, version);
            let log = mta.log();
            assert_eq!(
                seen,
                identity.chain_pem(),
                "{kind} {starttls} {version}: {log}"
            );
        }
    }
}

fn some_identity() -> Identity {
    Pki::new("Some", KeyKind::P256).identity(leaf(&["localhost"]))
}

#[test]
fn each_server_presents_our_chain_and_nothing_else() {
    for key in [KeyKind::P256, KeyKind::Rsa2048] {
        let pki = Pki::new("Chain", key);
        for identity in [
            pki.identity(leaf(&["localhost"])),
            pki.lonely(leaf(&["localhost"])),
        ] {
            for kind in Kind::ALL {
                if let Some(mta) = Mta::for_test("our chain", kind, &identity) {
                    presents(kind, &mta, &identity);
                }
            }
        }
    }
}

#[test]
fn two_of_each_kind_run_side_by_side() {
    let start = |kind| {
        let identity = some_identity();
        let mta = Mta::for_test("side by side", kind, &identity)?;
        Some((kind, mta, identity))
    };
    let servers: Vec<_> = scope(|scope| {
        let kinds = Kind::ALL.into_iter().chain(Kind::ALL);
        let threads: Vec<_> = kinds.map(|kind| scope.spawn(move || start(kind))).collect();
        let started = threads.into_iter().map(ScopedJoinHandle::join);
        started.filter_map(|mta| mta.expect("a start")).collect()
    });
    for (kind, mta, identity) in &servers {
        presents(*kind, mta, identity);
    }
}

#[test]
fn the_log_has_the_clients_name_and_nothing_of_the_start() {
    for kind in Kind::ALL {
        let Some(mta) = Mta::for_test("the log", kind, &some_identity()) else {
            continue;
        };
        sleep(Duration::from_millis(300));
        assert_eq!(mta.log(), "", "{kind}");
        presented(&mta, true, "-tls1_3");
        let log = mta.log_with("client.example.test");
        assert!(log.contains("client.example.test"), "{kind}: {log}");
        let mut stream = TcpStream::connect(("127.0.0.1", mta.starttls_port())).expect("a server");
        raw::read_line(&stream);
        raw::send(&mut stream, b"QUIT\r\n");
        let farewell = match kind {
            Kind::Postfix => "quit=1",
            Kind::Exim => "closed by QUIT",
            Kind::OpenSmtpd => "reason=quit",
        };
        let log = mta.log_with(farewell);
        assert!(log.contains(farewell), "{kind}: {log}");
    }
}

/// Sends a line and returns the last line of the answer.
fn answer(stream: &mut TcpStream, line: &str) -> String {
    raw::send(stream, line.as_bytes());
    loop {
        let line = raw::read_line(stream);
        if line.as_bytes().get(3) != Some(&b'-') {
            return line;
        }
    }
}

#[test]
fn postfix_delivers_whatever_it_gets() {
    let Some(mta) = Mta::for_test("delivery", Kind::Postfix, &some_identity()) else {
        return;
    };
    let mut stream = TcpStream::connect(("127.0.0.1", mta.starttls_port())).expect("a server");
    assert!(answer(&mut stream, "").starts_with("220 "));
    for (line, code) in [
        ("EHLO client.example.test\r\n", "250 "),
        ("MAIL FROM:<me@example.test>\r\n", "250 "),
        ("RCPT TO:<you@elsewhere.example>\r\n", "250 "),
        ("RCPT TO:<root>\r\n", "250 "),
        ("DATA\r\n", "354 "),
        ("Subject: one\r\n\r\nFrom here on.\r\n.\r\n", "250 "),
        ("MAIL FROM:<me@example.test>\r\n", "250 "),
        ("RCPT TO:<you@elsewhere.example>\r\n", "250 "),
        ("DATA\r\n", "354 "),
        ("Subject: two\r\n\r\n\r\n.\r\n", "250 "),
    ] {
        let answer = answer(&mut stream, line);
        assert!(answer.starts_with(code), "{line}{answer}{}", mta.log());
    }
    let mail = mta.delivered(3);
    let with = |text: &str| mail.iter().filter(|mail| mail.contains(text)).count();
    assert_eq!(mail.len(), 3, "{}", mta.log());
    assert_eq!(with("\nSubject: one\n\nFrom here on.\n"), 2, "{mail:?}");
    assert_eq!(with("\nSubject: two\n"), 1, "{mail:?}");
    assert_eq!(with("Delivered-To: you@elsewhere.example\n"), 2, "{mail:?}");
}

/// Whether all of them are dead, in a moment at most.
fn gone(family: &HashSet<u32>) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if !processes().iter().any(|(pid, _)| family.contains(pid)) {
            return true;
        }
        sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn nothing_is_left_of_a_dropped_server() {
    for kind in Kind::ALL {
        let Some(mta) = Mta::for_test("nothing is left", kind, &some_identity()) else {
            continue;
        };
        // A visitor inside TLS: its process has to go, too.
        let mut visitor = Command::new("openssl")
            .args(["s_client", "-quiet", "-connect"])
            .arg(format!("127.0.0.1:{}", mta.smtps_port()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        let mut greeting = String::new();
        let stdout = visitor.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut greeting)
            .expect("text");
        assert!(greeting.starts_with("220 "), "{kind}: {greeting}");
        let directory = mta.directory().to_owned();
        let family = family(mta.pid());
        assert!(family.len() > 1 && directory.exists(), "{kind}");
        drop(mta);
        assert!(!directory.exists(), "{kind}: {}", directory.display());
        assert!(gone(&family), "{kind}: {family:?}");
        visitor.wait().expect("an end");
    }
}

/// Drops a server with a visitor at one of its ports: nothing is left of either.
fn ends<T: Deref<Target = Daemon>>(server: Option<T>, port: impl Fn(&T) -> u16) {
    let Some(server) = server else {
        return;
    };
    let visitor = TcpStream::connect(("127.0.0.1", port(&server))).expect("a server");
    visitor
        .set_read_timeout(Some(Duration::from_secs(1)))
        .expect("a socket");
    // What has a greeting has a process for us now.
    raw::read_line(&visitor);
    let directory = server.directory().to_owned();
    let family = family(server.pid());
    assert!(directory.exists());
    drop(server);
    assert!(!directory.exists(), "{}", directory.display());
    assert!(gone(&family), "{}: {family:?}", directory.display());
    let port = visitor.peer_addr().expect("a peer");
    assert!(TcpStream::connect(port).is_err(), "{}", directory.display());
}

#[test]
fn nothing_is_left_of_a_dropped_server_of_another_kind() {
    let (identity, test) = (some_identity(), "nothing is left");
    let imap = Service::Imap;
    ends(Setup::new(&identity).for_test(test), |server| {
        server.port(imap)
    });
    ends(Cyrus::for_test(test, &identity), |server| server.port(imap));
    ends(Courier::for_test(test, &identity), |server| {
        server.port(imap)
    });
    ends(Courier::for_test(test, &identity), |server| {
        server.port(Service::Imaps)
    });
    ends(HaProxy::for_test(test, &[1]), |server| server.before(1));
    ends(Microsocks::for_test(test, None), |server| server.port);
    ends(Tinyproxy::for_test(test, None), |server| server.port);
    ends(Sshd::for_test(test), |server| server.port);
}

const SITTER: &str = "CERTCHECK_TEST_SITTER";

/// No test, but the other process of the next one.
#[test]
fn sit_until_killed() {
    if std::env::var_os(SITTER).is_none() {
        return;
    }
    let identity = some_identity();
    let start = |kind| Mta::start(kind, &identity).ok();
    let mtas: Vec<Mta> = Kind::ALL.into_iter().filter_map(start).collect();
    let dovecot = Setup::new(&identity).for_test("a killed test");
    let courier = Courier::for_test("a killed test", &identity);
    let mut servers: Vec<&Daemon> = mtas.iter().map(|mta| &**mta).collect();
    servers.extend(dovecot.as_deref());
    servers.extend(courier.as_deref());
    let mut stderr = std::io::stderr();
    for server in servers {
        let line = format!("server {} {}", server.pid(), server.directory().display());
        writeln!(stderr, "{line}").expect("a pipe");
    }
    writeln!(stderr, "ready").expect("a pipe");
    sleep(Duration::from_mins(1));
}

#[test]
fn servers_end_with_a_killed_test() {
    let mut sitter = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "sit_until_killed", "--nocapture"])
        .env(SITTER, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program");
    let stderr = BufReader::new(sitter.stderr.take().expect("a pipe"));
    let lines = stderr.lines().map_while(Result::ok);
    let lines: Vec<String> = lines.take_while(|line| line != "ready").collect();
    let servers = lines.iter().filter_map(|line| {
        let (pid, directory) = line.strip_prefix("server ")?.split_once(' ')?;
        Some((family(pid.parse().ok()?), PathBuf::from(directory)))
    });
    let servers: Vec<_> = servers.collect();
    sitter.kill().expect("a kill");
    sitter.wait().expect("an end");
    for (family, directory) in servers {
        assert!(gone(&family), "{family:?}");
        std::fs::remove_dir_all(directory).expect("a directory");
    }
}
