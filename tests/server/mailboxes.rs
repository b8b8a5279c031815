//! Dovecot, Cyrus and Courier, with OpenSSL as the witness of what they present at each port.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use std::net::TcpStream;
use std::time::Duration;
use testkit::courier::Courier;
use testkit::cyrus::Cyrus;
use testkit::daemon::Daemon;
use testkit::dovecot::{Dovecot, Setup};
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, report};
use testkit::raw;
use testkit::server::{Behaviour, Server};
use testkit::service::Service;

/// How a server differs from the others.
struct Habits {
    /// What it logs of a client that says goodbye; nothing where it does not.
    farewell: fn(Service) -> Option<&'static str>,
    /// Flights of the handshake.
    handshake: u32,
}

/// Flights waited for before the handshake: each of these servers says with its greeting what it
/// can, where the protocol has a way to.
fn dialogue(service: Service) -> u32 {
    match service {
        Service::Imap | Service::Sieve => 2,
        Service::Pop3 | Service::Lmtp | Service::Smtp => 3,
        Service::Smtps | Service::Imaps | Service::Pop3s => 0,
    }
}

/// Our report on each service equals what OpenSSL sees there, and the server hears a goodbye.
fn equals_openssl(
    pki: &Pki,
    server: &Daemon,
    services: impl Iterator<Item = (Service, u16)>,
    habits: &Habits,
) {
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let services: Vec<_> = services.collect();
    let mut targets: Vec<String> = services
        .iter()
        .map(|(service, port)| format!("{}://localhost:{port}", service.scheme()))
        .collect();
    // We do not wait for the answers to our goodbyes; while this one is looked at, they can come.
    let slow = Behaviour {
        greet_delay: Duration::from_secs(1),
        ..Behaviour::default()
    };
    let slow = Server::start(&pki.identity(leaf(&["localhost"])), slow);
    targets.push(format!("smtp://localhost:{}", slow.port()));
    let options = ["--no-hgrc", "--cacerts", root].map(str::to_owned);
    let (code, reports) = report([&targets[..], &options].concat());
    assert_eq!(code, 0, "{reports:#}");
    let reports = reports.as_array().expect("a report for each target");
    for ((service, _), report) in services.iter().zip(reports) {
        let connection = &report["connection"];
        assert_eq!(connection["protocol"], service.protocol(), "{service:?}");
        assert_eq!(connection["key_proven"], true, "{service:?}");
        let flights = dialogue(*service) + habits.handshake;
        assert_eq!(connection["round_trips"], flights, "{report:#}");
    }
    hears_goodbyes(server, &services, habits);
    for ((service, port), report) in services.iter().zip(reports) {
        openssl::same_chain(report, &service.presented(*port), &server.log());
    }
    let (service, port) = services[0];
    openssl::compare_chain(&reports[0], &service.presented(port), &server.log());
}

/// The server has had a goodbye at each port, before OpenSSL comes, which says none.
fn hears_goodbyes(server: &Daemon, services: &[(Service, u16)], habits: &Habits) {
    // With implicit TLS the server's greeting is not waited for: it hears nothing.
    let clear = services
        .iter()
        .filter(|(service, _)| !service.is_implicit());
    let farewells: Vec<&str> = clear
        .filter_map(|(service, _)| (habits.farewell)(*service))
        .collect();
    for text in &farewells {
        let expected = farewells.iter().filter(|other| other == &text).count();
        let log = server.log_until(|log| log.matches(text).count() >= expected);
        assert_eq!(log.matches(text).count(), expected, "{text}: {log}");
    }
    assert!(
        !server.log().contains("Lost connection"),
        "{}",
        server.log()
    );
}

/// A PKI and an identity of each kind of key.
fn identities() -> impl Iterator<Item = (Pki, Identity)> {
    [KeyKind::P256, KeyKind::Rsa2048].into_iter().map(|key| {
        let pki = Pki::new("Mailboxes", key);
        let identity = pki.identity(leaf(&["localhost", "mail.example.test"]));
        (pki, identity)
    })
}

#[test]
fn our_report_on_dovecot_equals_what_openssl_sees() {
    let logs = |service| {
        Some(match service {
            Service::Lmtp => "Logged out",
            _ => "Aborted login by logging out",
        })
    };
    let habits = Habits {
        farewell: logs,
        handshake: 1,
    };
    for (pki, identity) in identities() {
        if let Some(dovecot) = Setup::new(&identity).for_test("the report") {
            let services = Dovecot::services().map(|service| (service, dovecot.port(service)));
            equals_openssl(&pki, &dovecot, services, &habits);
        }
    }
}

#[test]
fn our_report_on_cyrus_equals_what_openssl_sees() {
    // It knows P-256 only, and says so after our first ClientHello.
    let habits = Habits {
        farewell: |_| None,
        handshake: 2,
    };
    for (pki, identity) in identities() {
        if let Some(cyrus) = Cyrus::for_test("the report", &identity) {
            let services = Cyrus::services().map(|service| (service, cyrus.port(service)));
            equals_openssl(&pki, &cyrus, services, &habits);
        }
    }
}

#[test]
fn our_report_on_courier_equals_what_openssl_sees() {
    // Its TLS program ends at our close_notify, mostly before it has passed our goodbye on.
    let habits = Habits {
        farewell: |_| None,
        handshake: 1,
    };
    for (pki, identity) in identities() {
        if let Some(courier) = Courier::for_test("the report", &identity) {
            let services = Courier::services().map(|service| (service, courier.port(service)));
            equals_openssl(&pki, &courier, services, &habits);
        }
    }
}

/// A target without a scheme, at a port that is nobody's: what the server says decides.
#[test]
fn the_server_says_which_protocol_it_is() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let test = "recognition";
    let mut places = Vec::new();
    let dovecot = Setup::new(&identity).for_test(test);
    if let Some(dovecot) = &dovecot {
        places.extend(Dovecot::services().map(|service| (service, dovecot.port(service), 1)));
    }
    let cyrus = Cyrus::for_test(test, &identity);
    if let Some(cyrus) = &cyrus {
        places.extend(Cyrus::services().map(|service| (service, cyrus.port(service), 2)));
    }
    // Nothing in the clear says what is spoken within implicit TLS.
    places.retain(|(service, ..)| !service.is_implicit());
    for (service, port, handshake) in places {
        let (code, report) = report([&format!("localhost:{port}"), "--no-hgrc"]);
        assert_eq!(code, 1, "{service:?}: {report:#}");
        let connection = &report["connection"];
        assert_eq!(connection["protocol"], service.protocol(), "{service:?}");
        // LMTP greets as SMTP does, and refuses EHLO.
        let more = u32::from(service == Service::Lmtp);
        let flights = dialogue(service) + handshake + more;
        assert_eq!(connection["round_trips"], flights, "{service:?}");
        assert_eq!(report["chain"][0]["pem"], identity.chain_pem());
    }
}

#[test]
fn a_server_of_another_protocol_or_start_is_named() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let Some(dovecot) = Setup::new(&identity).for_test("another protocol") else {
        return;
    };
    // A greeting of LMTP is one of SMTP, too, so it is not here with "imap".
    for (scheme, service, code) in [
        ("imap", Service::Imaps, "wrong-protocol"),
        ("imaps", Service::Imap, "wrong-mode"),
        ("pop3s", Service::Pop3, "wrong-mode"),
        ("pop3", Service::Imap, "wrong-protocol"),
        ("sieve", Service::Pop3, "wrong-protocol"),
        ("lmtp", Service::Sieve, "wrong-protocol"),
        ("smtp", Service::Lmtp, "ehlo-refused"),
        ("smtp", Service::Imap, "not-smtp"),
    ] {
        let target = format!("{scheme}://localhost:{}", dovecot.port(service));
        let (_, report) = report([&target, "--no-hgrc"]);
        let error = &report["error"];
        assert_eq!(error["code"], code, "{scheme} {service:?}: {report:#}");
        let advice = error["advice"].as_str().unwrap_or_default();
        let right = format!("{}://", service.scheme());
        assert!(advice.contains(&right), "{scheme} {service:?}: {advice}");
    }
}

#[test]
fn dovecot_presents_to_each_protocol_its_own_chain() {
    let pki = Pki::new("Mailboxes", KeyKind::P256);
    let usual = pki.identity(leaf(&["localhost"]));
    let old = pki.identity(expired_leaf(&["localhost"]));
    let setup = Setup::new(&usual).with(Service::Sieve, &old);
    let Some(dovecot) = setup.for_test("a chain for each protocol") else {
        return;
    };
    for service in Dovecot::services() {
        let expected = if service == Service::Sieve {
            &old
        } else {
            &usual
        };
        let seen = service.presented(dovecot.port(service)).concat();
        assert_eq!(seen, expected.chain_pem(), "{service:?}: {}", dovecot.log());
    }
    let socket = dovecot.socket();
    let socket = socket.to_str().expect("UTF-8");
    let seen = Service::Lmtp.presented_to(&["-unix", socket]).concat();
    assert_eq!(seen, usual.chain_pem(), "{}", dovecot.log());
    dovecot
        .renew(Service::Sieve, &usual)
        .expect("Dovecot is told");
    let seen = Service::Sieve
        .presented(dovecot.port(Service::Sieve))
        .concat();
    assert_eq!(seen, usual.chain_pem(), "{}", dovecot.log());
}

#[test]
fn cyrus_presents_its_chain() {
    for key in [KeyKind::P256, KeyKind::Rsa2048] {
        let identity = Pki::new("Cyrus", key).identity(leaf(&["localhost"]));
        let Some(cyrus) = Cyrus::for_test("a chain", &identity) else {
            return;
        };
        for service in Cyrus::services() {
            let seen = service.presented(cyrus.port(service)).concat();
            assert_eq!(seen, identity.chain_pem(), "{service:?}: {}", cyrus.log());
        }
        let log = cyrus.log_with("starttls: TLS");
        assert!(log.contains("starttls: TLS"), "{log}");
    }
}

#[test]
fn courier_presents_its_chain() {
    for key in [KeyKind::P256, KeyKind::Rsa2048] {
        let identity = Pki::new("Courier", key).identity(leaf(&["localhost"]));
        let Some(courier) = Courier::for_test("a chain", &identity) else {
            return;
        };
        for service in Courier::services() {
            let seen = service.presented(courier.port(service)).concat();
            assert_eq!(seen, identity.chain_pem(), "{service:?}: {}", courier.log());
        }
    }
}

#[test]
fn courier_without_its_tls_program_says_ok_and_then_no() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let Some(courier) = Courier::broken("no TLS program", &identity) else {
        return;
    };
    let port = courier.port(Service::Imap);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a server");
    assert!(raw::read_line(&stream).starts_with("* OK "));
    raw::send(&mut stream, b"b STARTTLS\r\n");
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let said = [raw::read_line(&stream), raw::read_line(&stream)];
    assert!(said[0].starts_with("b OK "), "{said:?}");
    assert!(said[1].starts_with("b NO STARTTLS failed"), "{said:?}");
    let (code, report) = report([&format!("imap://localhost:{port}"), "--no-hgrc"]);
    let error = &report["error"];
    assert_eq!((code, &error["code"]), (4, &"starttls-broken".into()));
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("b NO STARTTLS failed"), "{message}");
}

/// What `openssl s_client` says to a server that asks for a client's certificate.
const ASKED: &str = "Acceptable client certificate CA names";

#[test]
fn clients_are_asked_for_a_certificate_where_a_test_wants_it() {
    let pki = Pki::new("Clients", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let test = "client certificates";
    let setup = Setup::new(&identity);
    for (setup, expected) in [
        (setup.clone(), false),
        (setup.asking_clients(&pki.root_pem()), true),
    ] {
        let Some(dovecot) = setup.for_test(test) else {
            return;
        };
        for service in Dovecot::services() {
            let said = service.s_client(dovecot.port(service));
            assert_eq!(said.contains(ASKED), expected, "{service:?}: {said}");
        }
    }
    if let Some(cyrus) = Cyrus::requiring_clients(test, &identity, &pki.root_pem()) {
        let said = Service::Imaps.s_client(cyrus.port(Service::Imaps));
        assert!(said.contains(ASKED), "{said}");
        let log = cyrus.log_with("TLS negotiation failed");
        assert!(log.contains("TLS negotiation failed"), "{log}");
    }
}

#[test]
fn dovecot_serves_a_protocol_without_tls_where_a_test_wants_it() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let setup = Setup::new(&identity).without_tls(Service::Pop3);
    let Some(dovecot) = setup.for_test("without TLS") else {
        return;
    };
    for (service, expected) in [(Service::Pop3, ""), (Service::Imap, &*identity.chain_pem())] {
        let seen = service.presented(dovecot.port(service)).concat();
        assert_eq!(seen, expected, "{service:?}");
    }
    let target = format!("pop3://localhost:{}", dovecot.port(Service::Pop3));
    let (code, report) = report([&target, "--no-hgrc"]);
    let error = &report["error"];
    assert_eq!((code, &error["code"]), (4, &"starttls-not-offered".into()));
}
