//! `pin --all` at a host of real servers: Postfix, Dovecot, and HAProxy with two types of key.
#![allow(clippy::disallowed_methods, reason = "tests write files")]

use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use testkit::haproxy::HaProxy;
use testkit::mail_host::MailHost;
use testkit::names::{self, Names};
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::raw;
use testkit::service::Service;
use testkit::skip::skip;

const NAME: &str = "real.example";
const NET: u8 = 58;

fn digest(identity: &Identity) -> String {
    Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
}

fn pin(host: &MailHost, dir: &Dir, words: &str) -> Run {
    pin_within(&host.names, dir, words)
}

fn pin_within(names: &Names, dir: &Dir, words: &str) -> Run {
    let mut command = program();
    command
        .args(["pin", NAME, "--all", "--no-hgrc", "--ehlo", "x"])
        .args(words.split_whitespace())
        .arg("--cacerts")
        .arg(dir.path().join("root.pem"));
    finish(&mut names.within(&command))
}

#[test]
fn every_certificate_of_the_real_servers_is_pinned() {
    let pki = Pki::new("Real", KeyKind::P256);
    let usual = pki.identity(leaf(&[NAME]));
    let front = pki.identity(leaf(&[NAME]));
    let rsa = pki.identity_of(KeyKind::Rsa2048, &leaf(&[NAME]));
    let old = pki.identity(leaf(&[NAME]));
    let test = "every certificate of real servers";
    let inner = raw::listen(raw::silent).port();
    let Some(haproxy) = HaProxy::in_tls(test, &[&front, &rsa], inner) else {
        return;
    };
    let smtps = haproxy.before(inner);
    let Some(host) = MailHost::for_test(test, (NAME, NET), &usual, &[(465, smtps)]) else {
        return;
    };
    // OpenSSL sees what HAProxy presents to each type of key.
    for (key, identity) in [("ECDSA", &front), ("RSA", &rsa)] {
        let address = format!("127.0.0.1:{smtps}");
        let suite = format!("ECDHE-{key}-AES128-GCM-SHA256");
        let args = [
            "-connect",
            &address,
            "-servername",
            NAME,
            "-tls1_2",
            "-cipher",
            &suite,
        ];
        let seen = openssl::s_client(&args);
        assert_eq!(openssl::chain(&seen).concat(), identity.chain_pem());
    }
    let dir = Dir::new();
    dir.file("root.pem", pki.root_pem());
    let expected = |identities: &[&Identity]| {
        let list: Vec<String> = identities.iter().map(|identity| digest(identity)).collect();
        format!("{NAME}:fingerprints = {}\n", list.join(", "))
    };
    let run = pin(&host, &dir, "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains(&expected(&[&usual, &front, &rsa])),
        "{}",
        run.stdout
    );
    // ManageSieve has the certificate of before still.
    host.dovecot
        .renew(Service::Sieve, &old)
        .expect("Dovecot is told");
    let run = pin(&host, &dir, "--mail");
    assert_eq!(run.code, 0, "{}", run.stderr);
    for identity in [&usual, &front, &rsa, &old] {
        assert!(run.stdout.contains(&digest(identity)), "{}", run.stdout);
    }
    let place = format!("4190 at {}", host.ip);
    assert!(run.stderr.contains(&place), "{}", run.stderr);
}

/// HAProxy takes the ECDSA certificate for a client that lists an ECDSA suite and signature, and looks
/// for a common suite only then.
#[test]
fn a_certificate_that_only_a_client_of_its_type_of_key_sees_is_pinned() {
    let pki = Pki::new("Trap", KeyKind::P256);
    let hidden = pki.identity(leaf(&[NAME]));
    let rsa = pki.identity_of(KeyKind::Rsa2048, &leaf(&[NAME]));
    let test = "a certificate that only a client of its type of key sees";
    let inner = raw::listen(raw::silent).port();
    let words = "ssl-max-ver TLSv1.2 ciphers ECDHE-RSA-AES128-GCM-SHA256";
    let Some(haproxy) = HaProxy::in_tls_with(test, &[&hidden, &rsa], inner, words) else {
        return;
    };
    let smtps = haproxy.before(inner);
    let dir = Dir::new();
    dir.file("root.pem", pki.root_pem());
    let (ip, _) = names::block(NET);
    let ips = [ip(1)];
    let Some(names) = Names::new(test, &names::hosts(NAME, &ips)) else {
        return;
    };
    if std::net::TcpListener::bind((ips[0].as_str(), 465)).is_err() {
        return skip(test, "port 465 of the loopback cannot be used here");
    }
    let server = std::net::SocketAddr::from(([127, 0, 0, 1], smtps));
    raw::listen_on(&format!("{}:465", ips[0]), move |client| {
        raw::relay(client, server);
    });
    let run = pin_within(&names, &dir, "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let list = format!("{NAME}:fingerprints = {}\n", digest(&rsa));
    assert!(run.stdout.contains(&list), "{}", run.stdout);
    assert!(
        !run.stderr.contains("showed no certificate"),
        "{}",
        run.stderr
    );
}
