//! The real HAProxy, SOCKS5 proxy, HTTP proxy and sshd, with OpenSSL as the witness that each leads to
//! the server; what we make of them is in `through`.

use std::process::{Command, Stdio};
use testkit::dovecot::{Dovecot, Setup};
use testkit::haproxy::HaProxy;
use testkit::microsocks::Microsocks;
use testkit::mta::{Kind, Mta};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::service::Service;
use testkit::sshd::Sshd;
use testkit::tinyproxy::Tinyproxy;

fn identity() -> Identity {
    Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256)
}

#[test]
fn haproxy_says_to_dovecot_and_postfix_where_its_clients_are() {
    let identity = identity();
    let test = "HAProxy before";
    let Some(dovecot) = Setup::new(&identity).for_test(test) else {
        return;
    };
    let Some(postfix) = Mta::for_test(test, Kind::Postfix, &identity) else {
        return;
    };
    let demanding = postfix.demanding_headers();
    let mut places: Vec<_> = Dovecot::services()
        .map(|service| (service, dovecot.proxied(service)))
        .collect();
    places.push((Service::Smtp, demanding.smtp));
    places.push((Service::Smtp, demanding.postscreen));
    places.push((Service::Smtps, demanding.smtps));
    let ports: Vec<u16> = places.iter().map(|(_, port)| *port).collect();
    let Some(haproxy) = HaProxy::for_test(test, &ports) else {
        return;
    };
    // Without the header there is no TLS; each takes its time to say so.
    std::thread::scope(|scope| {
        for (service, port) in places.clone() {
            scope.spawn(move || assert!(service.presented(port).is_empty(), "{service:?}"));
        }
    });
    for (service, port) in places {
        let seen = service.presented(haproxy.before(port)).concat();
        let logs = [dovecot.log(), postfix.log(), haproxy.log()].concat();
        assert_eq!(seen, identity.chain_pem(), "{service:?}: {logs}");
    }
}

#[test]
fn each_way_leads_to_the_server() {
    let identity = identity();
    let Some(dovecot) = Setup::new(&identity).for_test("ways") else {
        return;
    };
    let to = format!("127.0.0.1:{}", dovecot.port(Service::Imap));
    if let Some(proxy) = Tinyproxy::for_test("CONNECT", None) {
        let proxy_at = format!("127.0.0.1:{}", proxy.port);
        let seen = Service::Imap.presented_to(&["-proxy", &proxy_at, "-connect", &to]);
        assert_eq!(seen.concat(), identity.chain_pem(), "{}", proxy.log());
        let log = proxy.log_with(&format!("CONNECT {to}"));
        assert!(log.contains(&format!("CONNECT {to}")), "{log}");
    }
    if let Some(proxy) = Microsocks::for_test("SOCKS5", None) {
        let proxy_at = format!("socks5h://127.0.0.1:{}", proxy.port);
        let line = format!("curl -s -m 5 -x {proxy_at} telnet://{to}");
        greets(&line);
        let log = proxy.log_with(&to);
        assert!(log.contains(&to), "{log}");
    }
    if let Some(sshd) = Sshd::for_test("ssh") {
        greets(&sshd.jump(&to));
        let log = sshd.log_with("Accepted publickey");
        assert!(log.contains("Accepted publickey"), "{log}");
    }
}

/// The command's standard output begins with Dovecot's greeting.
fn greets(line: &str) {
    let output = Command::new("sh")
        .args([
            "-c",
            &format!("{{ sleep 1; echo x LOGOUT; sleep 1; }} | {line}"),
        ])
        .stdin(Stdio::null())
        .output()
        .expect("sh");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with("* OK [CAPABILITY "),
        "{line}: {said}{errors}"
    );
}
