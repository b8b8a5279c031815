//! The TLS side against the embedded server: what is captured, what is proven, how many flights.

mod common;

use common::{Dir, notes, problems, report};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::server::{Behaviour, Server};

const TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

fn target(server: &Server) -> String {
    format!("localhost:{}", server.port())
}

#[test]
fn starttls_takes_four_round_trips_and_waits_for_nothing_more() {
    let pki = Pki::new("Flights", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let mute = Behaviour {
        mute_after_handshake: true,
        ..Behaviour::default()
    };
    let server = Server::start(&identity, mute);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let (code, report) = report([
        target(&server).as_ref(),
        "--cacerts".as_ref(),
        root.as_os_str(),
    ]);
    assert_eq!(
        (code, report["outcome"].as_str()),
        (0, Some("trusted")),
        "{report:#}"
    );
    assert_eq!(server.flights(), 4);
    assert_eq!(report["connection"]["round_trips"], 4);
}

#[test]
fn implicit_tls_takes_one_round_trip() {
    let pki = Pki::new("Flights", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let mute = Behaviour {
        implicit_tls: true,
        mute_after_handshake: true,
        ..Behaviour::default()
    };
    let server = Server::start(&identity, mute);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let target = format!("smtps://{}", target(&server));
    let (code, report) = report([target.as_ref(), "--cacerts".as_ref(), root.as_os_str()]);
    assert_eq!(
        (code, report["outcome"].as_str()),
        (0, Some("trusted")),
        "{report:#}"
    );
    assert_eq!(server.flights(), 1);
    assert_eq!(report["connection"]["round_trips"], 1);
}

#[test]
fn says_quit_over_starttls_and_nothing_over_implicit_tls() {
    let pki = Pki::new("Quit", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let starttls = Server::start(&identity, Behaviour::default());
    let smtps = Server::start(
        &identity,
        Behaviour {
            implicit_tls: true,
            ..Behaviour::default()
        },
    );
    report([target(&starttls), "--ehlo".into(), "probe.example".into()]);
    report([format!("smtps://{}", target(&smtps))]);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(starttls.lines(), ["EHLO probe.example", "STARTTLS", "QUIT"]);
    assert_eq!(smtps.lines(), Vec::<String>::new());
}

#[test]
fn both_versions_and_all_key_kinds_are_captured_and_proven() {
    for kind in [KeyKind::P256, KeyKind::Rsa2048, KeyKind::Ed25519] {
        for (versions, name) in [(rustls::ALL_VERSIONS, "TLSv1.3"), (TLS12, "TLSv1.2")] {
            let pki = Pki::new("Versions", kind);
            let identity = pki.identity(leaf(&["localhost"]));
            let behaviour = Behaviour {
                versions,
                ..Behaviour::default()
            };
            let server = Server::start(&identity, behaviour);
            let dir = Dir::new();
            let root = dir.file("root.pem", pki.root_pem());
            let (code, report) = report([
                target(&server).as_ref(),
                "--cacerts".as_ref(),
                root.as_os_str(),
            ]);
            assert_eq!(code, 0, "{kind:?} {name}: {report:#}");
            let connection = &report["connection"];
            assert_eq!(connection["tls_version"], name);
            assert_eq!(connection["key_proven"], true);
            let suite = connection["cipher_suite"].as_str().expect("a suite");
            assert!(
                suite.starts_with("TLS_") && suite.contains("_WITH_") == (name == "TLSv1.2"),
                "{suite}"
            );
            assert!(connection["key_exchange"].is_string(), "{connection:#}");
        }
    }
}

#[test]
fn the_chain_is_kept_as_presented() {
    let pki = Pki::new("Order", KeyKind::P256);
    let mut identity = pki.identity(leaf(&["localhost"]));
    // The leaf, the root, the intermediate, the intermediate again.
    identity.chain.insert(1, pki.root());
    identity.chain.push(pki.intermediate());
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let (code, report) = report([
        target(&server).as_ref(),
        "--cacerts".as_ref(),
        root.as_os_str(),
    ]);
    assert_eq!(code, 0, "{report:#}");
    let presented: Vec<&str> = report["chain"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|certificate| certificate["pem"].as_str())
        .collect();
    let sent: Vec<String> = identity
        .chain
        .iter()
        .map(|der| testkit::pki::to_pem(der))
        .collect();
    assert_eq!(presented, sent);
    assert_eq!(notes(&report), ["root-sent", "duplicate"]);
}

#[test]
fn a_client_certificate_is_not_needed_to_see_the_chain() {
    for (versions, name) in [(rustls::ALL_VERSIONS, "TLS 1.3"), (TLS12, "TLS 1.2")] {
        let pki = Pki::new("Clients", KeyKind::P256);
        let identity = pki.identity(leaf(&["localhost"]));
        let behaviour = Behaviour {
            versions,
            client_ca: Some(pki.root()),
            ..Behaviour::default()
        };
        let server = Server::start(&identity, behaviour);
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        let (code, report) = report([
            target(&server).as_ref(),
            "--cacerts".as_ref(),
            root.as_os_str(),
        ]);
        assert_eq!(code, 0, "{name}: {report:#}");
        assert_eq!(
            report["connection"]["client_certificate"], "required",
            "{name}"
        );
        assert_eq!(report["connection"]["key_proven"], true, "{name}");
        assert_eq!(notes(&report), ["client-certificate"], "{name}");
    }
}

#[test]
fn a_copied_certificate_is_not_proven_and_not_trusted() {
    for versions in [rustls::ALL_VERSIONS, TLS12] {
        let pki = Pki::new("Copies", KeyKind::P256);
        let honest = pki.identity(leaf(&["localhost"]));
        let mut impostor = pki.identity(leaf(&["localhost"]));
        impostor.chain.clone_from(&honest.chain);
        let server = Server::start(
            &impostor,
            Behaviour {
                versions,
                ..Behaviour::default()
            },
        );
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        let (code, report) = report([
            target(&server).as_ref(),
            "--cacerts".as_ref(),
            root.as_os_str(),
        ]);
        assert_eq!(
            (code, report["outcome"].as_str()),
            (5, Some("tls-failed")),
            "{report:#}"
        );
        assert_eq!(report["error"]["code"], "bad-handshake-signature");
        assert_eq!(report["connection"]["key_proven"], false);
        assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
        assert_eq!(report["validation"]["trusted"], false);
        assert_eq!(problems(&report), ["key-not-proven"]);
    }
}
