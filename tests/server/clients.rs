//! Client certificates: who asks, who gets the user's, and what is said to it.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use rcgen::ExtendedKeyUsagePurpose;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use testkit::dovecot;
use testkit::old::OldServer;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, report, run};
use testkit::raw;
use testkit::server::{Behaviour, Server};
use testkit::service::Service;

const TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];
static SERVERS: LazyLock<Pki> = LazyLock::new(|| Pki::new("Servers", KeyKind::P256));
static CLIENTS: LazyLock<Pki> = LazyLock::new(|| Pki::new("Clients", KeyKind::P256));

/// A client's certificate of this CA.
fn client(pki: &Pki) -> Identity {
    let mut params = leaf(&["client.example"]);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    pki.identity(params)
}

/// What a user has: the CA of the servers, and a client certificate.
struct Files {
    dir: Dir,
    root: PathBuf,
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(client: &Identity) -> Self {
        let dir = Dir::new();
        Self {
            root: dir.file("root.pem", SERVERS.root_pem()),
            cert: dir.file("cert.pem", client.chain_pem()),
            key: dir.file("key.pem", &client.key_pem),
            dir,
        }
    }

    fn look(&self, target: &str, options: &[&str]) -> (i32, Value) {
        let [root, cert, key] = [&self.root, &self.cert, &self.key];
        let [root, cert, key] = [root, cert, key].map(|path| path.to_str().expect("UTF-8"));
        let own = [target, "--cacerts", root, "--cert", cert, "--key", key];
        report([&own[..], options].concat())
    }
}

fn words(report: &Value) -> (Option<&str>, Option<&str>) {
    let connection = &report["connection"];
    (
        connection["client_certificate"].as_str(),
        connection["client_certificate_not_sent"].as_str(),
    )
}

/// A server that demands a client certificate.
fn demanding(versions: &'static [&'static rustls::SupportedProtocolVersion]) -> Server {
    let behaviour = Behaviour {
        versions,
        client_ca: Some(CLIENTS.root()),
        ..Behaviour::default()
    };
    Server::start(&SERVERS.identity(leaf(&["localhost"])), behaviour)
}

/// Counts the connections to a server.
fn counted(server: SocketAddr) -> (SocketAddr, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    let front = raw::listen(move |client| {
        counter.fetch_add(1, Ordering::SeqCst);
        raw::relay(client, server);
    });
    (front, count)
}

#[test]
fn a_server_accepts_the_certificate_or_refuses_it() {
    for versions in [TLS12, TLS13] {
        let server = demanding(versions);
        let target = format!("localhost:{}", server.port());
        let files = Files::of(&client(&CLIENTS));
        let (code, report) = files.look(&target, &[]);
        assert_eq!(words(&report), (Some("accepted"), None), "{report:#}");
        assert_eq!((code, report["outcome"].as_str()), (0, Some("trusted")));
        assert_eq!(report["connection"]["key_proven"], true);
        // One of another CA.
        let files = Files::of(&client(&SERVERS));
        let (code, report) = files.look(&target, &[]);
        assert_eq!(words(&report), (Some("refused"), None), "{report:#}");
        let error = &report["error"];
        let code = (code, error["code"].as_str());
        assert_eq!(code, (5, Some("client-certificate-refused")), "{report:#}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("unknown_ca"), "{message}");
        assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn a_server_that_does_not_ask_gets_nothing() {
    let server = Server::start(
        &SERVERS.identity(leaf(&["localhost"])),
        Behaviour::default(),
    );
    let (front, count) = counted(server.address);
    let files = Files::of(&client(&CLIENTS));
    let (code, report) = files.look(&format!("localhost:{}", front.port()), &[]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(words(&report), (Some("not-asked"), Some("not-asked")));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

/// The server's chain is of a CA that is not configured, or it is for another name.
#[test]
fn a_server_that_is_not_trusted_gets_nothing() {
    for versions in [TLS12, TLS13] {
        let behaviour = Behaviour {
            versions,
            client_ca: Some(CLIENTS.root()),
            ..Behaviour::default()
        };
        let strange = Pki::new("Strange", KeyKind::P256).identity(leaf(&["localhost"]));
        let misnamed = SERVERS.identity(leaf(&["other.example"]));
        for identity in [strange, misnamed] {
            let server = Server::start(&identity, behaviour.clone());
            let (front, count) = counted(server.address);
            let files = Files::of(&client(&CLIENTS));
            let (code, report) = files.look(&format!("localhost:{}", front.port()), &[]);
            assert_ne!(code, 0, "{report:#}");
            let expected = (Some("required"), Some("not-trusted"));
            assert_eq!(words(&report), expected, "{report:#}");
            assert_eq!(count.load(Ordering::SeqCst), 1);
        }
    }
}

/// The second connection reaches another server, whose certificate is as good.
#[test]
fn another_server_gets_nothing() {
    for versions in [TLS12, TLS13] {
        let server = demanding(versions);
        let identities = [0; 2].map(|_| SERVERS.identity(leaf(&["localhost"])));
        server.alternate(&identities.each_ref());
        let files = Files::of(&client(&CLIENTS));
        let (_, report) = files.look(&format!("localhost:{}", server.port()), &[]);
        let expected = (Some("required"), Some("other-server"));
        assert_eq!(words(&report), expected, "{report:#}");
    }
}

/// It has a copy of the certificate of the first, and not its key.
#[test]
fn a_server_without_the_key_gets_nothing() {
    for versions in [TLS12, TLS13] {
        let server = demanding(versions);
        let honest = SERVERS.identity(leaf(&["localhost"]));
        let mut impostor = SERVERS.identity(leaf(&["localhost"]));
        impostor.chain.clone_from(&honest.chain);
        server.alternate(&[&honest, &impostor]);
        let files = Files::of(&client(&CLIENTS));
        let (_, report) = files.look(&format!("localhost:{}", server.port()), &[]);
        let expected = (Some("required"), Some("not-reached"));
        assert_eq!(words(&report), expected, "{report:#}");
    }
}

#[test]
fn a_pinned_server_gets_the_certificate() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let behaviour = Behaviour {
        client_ca: Some(CLIENTS.root()),
        ..Behaviour::default()
    };
    let server = Server::start(&identity, behaviour);
    let files = Files::of(&client(&CLIENTS));
    let digest = testkit::user::sha256(&identity);
    let hgrc = format!("[hostsecurity]\nlocalhost:fingerprints = {digest}\n");
    let hgrc = files.dir.file("hgrc", hgrc);
    let hgrc = hgrc.to_str().expect("UTF-8");
    let target = format!("localhost:{}", server.port());
    let (code, report) = files.look(&target, &["--hgrc", hgrc]);
    assert_eq!(words(&report), (Some("accepted"), None), "{report:#}");
    assert_eq!((code, report["outcome"].as_str()), (0, Some("pinned")));
}

#[test]
fn openssl_and_dovecot_say_the_same() {
    let identity = SERVERS.identity(leaf(&["localhost"]));
    let (good, bad) = (client(&CLIENTS), client(&SERVERS));
    let dir = Dir::new();
    dir.file("cert.pem", identity.chain_pem());
    dir.file("key.pem", &identity.key_pem);
    dir.file("ca.pem", CLIENTS.root_pem());
    for version in ["-tls1_2", "-tls1_3"] {
        let options = ["-cert_chain", "cert.pem", "-CAfile", "ca.pem", "-rev"];
        let demands = ["-Verify", "2", "-verify_return_error", version];
        let server = OldServer::openssl(dir.path(), &[&options[..], &demands].concat());
        let target = format!("smtp://localhost:{}", server.behind_starttls().port());
        for (identity, word) in [(&good, "accepted"), (&bad, "refused")] {
            let (_, report) = Files::of(identity).look(&target, &[]);
            assert_eq!(words(&report), (Some(word), None), "{version} {report:#}");
        }
    }
    let setup = dovecot::Setup::new(&identity).asking_clients(&CLIENTS.root_pem());
    let Some(dovecot) = setup.for_test("client certificates (Dovecot)") else {
        return;
    };
    for service in [Service::Imaps, Service::Imap] {
        let target = format!("{}://localhost:{}", service.scheme(), dovecot.port(service));
        let (code, report) = Files::of(&good).look(&target, &[]);
        assert_eq!(words(&report), (Some("accepted"), None), "{report:#}");
        assert_eq!(code, 0);
    }
}

#[test]
fn unusable_files_are_errors_before_any_connection() {
    let files = Files::of(&client(&CLIENTS));
    let dir = Dir::new();
    let encrypted = dir.path().join("encrypted.pem");
    let legacy = dir.path().join("legacy.pem");
    for (command, out) in [
        (&["pkcs8", "-topk8", "-v2", "aes-256-cbc"][..], &encrypted),
        (&["ec", "-aes256"], &legacy),
    ] {
        let mut openssl = Command::new("openssl");
        openssl.args(command).arg("-in").arg(&files.key);
        openssl.arg("-out").arg(out).args(["-passout", "pass:word"]);
        assert!(openssl.output().expect("openssl").status.success());
    }
    let other = dir.file("other.pem", &client(&CLIENTS).key_pem);
    let text = dir.file("text", "nothing");
    let (front, count) = counted(raw::closed_port());
    let target = format!("localhost:{}", front.port());
    let cert = files.cert.to_str().expect("UTF-8");
    for (key, expected) in [
        (&encrypted, "openssl pkey -in "),
        (&legacy, "openssl pkey -in "),
        (&other, "is not that of the certificate"),
        (&text, "it has no private key"),
        (&files.cert, "it has no private key"),
        (&dir.path().join("missing"), "No such file"),
    ] {
        let key = key.to_str().expect("UTF-8");
        let run = run([&target, "--cert", cert, "--key", key]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{key}");
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    let run = run([&target, "--cert", cert]);
    assert_eq!(run.code, 2);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}
