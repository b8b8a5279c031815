//! Dovecot, Cyrus and Courier, with OpenSSL as the witness of what they present at each port.

use std::net::TcpStream;
use testkit::courier::Courier;
use testkit::cyrus::Cyrus;
use testkit::dovecot::{Dovecot, Setup};
use testkit::pki::{KeyKind, Pki, expired_leaf, leaf};
use testkit::raw;
use testkit::service::Service;

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
    let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(5)));
    let said = [raw::read_line(&stream), raw::read_line(&stream)];
    assert!(said[0].starts_with("b OK "), "{said:?}");
    assert!(said[1].starts_with("b NO STARTTLS failed"), "{said:?}");
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
}
