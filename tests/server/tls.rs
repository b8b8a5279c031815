//! The TLS side: what is captured, what is proven, how many flights. The embedded server does what
//! real ones will not do on demand; OpenSSL's serves the keys that rustls will not.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use rcgen::{BasicConstraints, CertificateParams, CustomExtension, IsCa};
use serde_json::Value;
use std::io::Read as _;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::der::{integer, seq};
use testkit::keyless;
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, ca, leaf};
use testkit::program::{Dir, finish, notes, problems, program, report};
use testkit::raw;
use testkit::server::{Behaviour, Server};

const TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

fn target(server: &Server) -> String {
    format!("localhost:{}", server.port())
}

/// The exit code and the report of a run that trusts `pki` alone.
fn under(pki: &Pki, target: &str, options: &[&str]) -> (i32, Value) {
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    report([&[target, "--cacerts", root], options].concat())
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
    let (code, report) = under(&pki, &target(&server), &[]);
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
    let target = format!("smtps://{}", target(&server));
    let (code, report) = under(&pki, &target, &[]);
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
            let (code, report) = under(&pki, &target(&server), &[]);
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
    let (code, report) = under(&pki, &target(&server), &[]);
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
    assert_eq!(notes(&report), ["root-sent", "duplicate", "out-of-order"]);
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
        let (code, report) = under(&pki, &target(&server), &[]);
        assert_eq!(
            report["connection"]["client_certificate"], "required",
            "{name}"
        );
        assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
        assert_eq!(notes(&report), ["client-certificate"], "{name}");
        // In TLS 1.2 the refusal comes before the server's Finished: nothing is proven without it.
        let whole = name == "TLS 1.3";
        assert_eq!(code, if whole { 0 } else { 5 }, "{name}: {report:#}");
        assert_eq!(report["connection"]["key_proven"], whole, "{name}");
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
        let (code, report) = under(&pki, &target(&server), &[]);
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

/// Someone in the middle relays to the true server and passes its signature on, but cannot complete
/// the handshake. So a good signature alone proves nothing.
#[test]
fn a_signature_that_was_passed_on_is_no_proof() {
    let pki = Pki::new("Relay", KeyKind::P256);
    let behaviour = Behaviour {
        implicit_tls: true,
        versions: TLS12,
        ..Behaviour::default()
    };
    let server = Server::start(&pki.identity(leaf(&["localhost"])), behaviour);
    let genuine = server.port();
    let relay = |stalls: bool| {
        raw::listen(move |mut client| {
            let mut server = TcpStream::connect(("127.0.0.1", genuine)).expect("the server");
            // ClientHello; the flight up to ServerHelloDone; nothing after that.
            pass_on(&mut client, &mut server, 1);
            pass_on(&mut server, &mut client, 14);
            let _ = client.read(&mut [0; 4096]);
            if stalls {
                raw::wait_for_end(&mut client);
            }
        })
    };
    for (port, code, proven) in [
        (genuine, 0, true),
        (relay(false).port(), 5, false),
        (relay(true).port(), 3, false),
    ] {
        let target = format!("smtps://localhost:{port}");
        let (exit, report) = under(&pki, &target, &["--timeout", "2"]);
        assert_eq!(exit, code, "{report:#}");
        assert_eq!(report["connection"]["key_proven"], proven, "{report:#}");
        assert_eq!(report["validation"]["trusted"], proven, "{report:#}");
        assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
    }
}

/// Passes handshake records on, up to the one that ends with a message of this type.
fn pass_on(from: &mut TcpStream, to: &mut TcpStream, last: u8) {
    loop {
        let mut record = vec![0; 5];
        from.read_exact(&mut record).expect("a record");
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        record.resize(5 + length, 0);
        from.read_exact(&mut record[5..]).expect("its content");
        raw::send(to, &record);
        // The messages of a record (RFC 5246 §7.4), which rustls does not split.
        let mut messages = &record[5..];
        let mut kind = 0;
        while let [found, high, middle, low, ..] = *messages {
            let length = u32::from_be_bytes([0, high, middle, low]) as usize;
            kind = found;
            messages = messages.get(4 + length..).unwrap_or_default();
        }
        if kind == last {
            return;
        }
    }
}

/// Whether the server insists on a client certificate shows only when it closes the connection; the
/// deadline may come before, and what was seen still counts.
#[test]
fn the_deadline_may_pass_while_a_server_keeps_silent_about_client_certificates() {
    let pki = Pki::new("Silent", KeyKind::P256);
    let behaviour = Behaviour {
        client_ca: Some(pki.root()),
        mute_after_handshake: true,
        ..Behaviour::default()
    };
    let server = Server::start(&pki.identity(leaf(&["localhost"])), behaviour);
    let start = Instant::now();
    let (code, report) = under(&pki, &target(&server), &["--timeout", "2"]);
    assert_eq!(
        (code, notes(&report)),
        (0, vec!["client-certificate".to_owned()])
    );
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn an_ocsp_staple_is_noticed() {
    let pki = Pki::new("Staple", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    for ocsp in [None, Some(b"a response".to_vec())] {
        let expected = ocsp.is_some();
        let behaviour = Behaviour {
            ocsp,
            ..Behaviour::default()
        };
        let server = Server::start(&identity, behaviour);
        let (_, report) = report([target(&server)]);
        assert_eq!(report["connection"]["ocsp_stapled"], expected);
    }
}

/// A certificate with the TLS features of these numbers (RFC 7633).
fn with_features(params: &mut CertificateParams, features: &[u8]) {
    let numbers: Vec<Vec<u8>> = features.iter().map(|n| integer([*n])).collect();
    let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], seq(numbers));
    params.custom_extensions.push(extension);
}

/// GnuTLS refuses the server; of the leaf, TLS has a place for the response, of an intermediate, TLS 1.2
/// has none.
#[test]
fn a_staple_that_a_certificate_demands_and_nobody_sends_is_a_finding() {
    let dir = Dir::new();
    let demanding = |params: CertificateParams| {
        let mut params = params;
        with_features(&mut params, &[5]);
        params
    };
    let mut other_feature = leaf(&["localhost"]);
    with_features(&mut other_feature, &[17]);
    let mut among_others = leaf(&["localhost"]);
    with_features(&mut among_others, &[17, 5]);
    let plain = Pki::new("Staple", KeyKind::P256);
    let mut root = ca("Strict Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let strict = Pki::custom(root, demanding(ca("Strict Intermediate")), KeyKind::P256);
    let plain_leaf = || leaf(&["localhost"]);
    for (pki, leaf, stapled, expected) in [
        (&plain, plain_leaf(), false, None),
        (&plain, demanding(plain_leaf()), false, Some(0)),
        (&plain, demanding(plain_leaf()), true, None),
        (&plain, among_others, false, Some(0)),
        (&plain, other_feature, false, None),
        (&strict, plain_leaf(), false, Some(1)),
        (&strict, demanding(plain_leaf()), true, Some(1)),
        (&strict, demanding(plain_leaf()), false, Some(0)),
    ] {
        let root = dir.file("root.pem", pki.root_pem());
        let root = root.to_str().expect("UTF-8");
        for versions in [TLS12, TLS13] {
            let behaviour = Behaviour {
                ocsp: stapled.then(|| b"a response".to_vec()),
                versions,
                ..Behaviour::default()
            };
            let server = Server::start(&pki.identity(leaf.clone()), behaviour);
            let (code, report) = report([&target(&server), "--cacerts", root]);
            assert_eq!(code, i32::from(expected == Some(0)), "{report:#}");
            let of = |kind: &str| report["validation"][kind].as_array().expect("findings");
            let notes: Vec<(&str, Option<u64>)> = of("problems")
                .iter()
                .chain(of("notes"))
                .map(|note| {
                    (
                        note["code"].as_str().expect("a code"),
                        note["certificate"].as_u64(),
                    )
                })
                .collect();
            // Octets that are no response prove nothing.
            let (invalid, notes): (Vec<_>, Vec<_>) = notes
                .into_iter()
                .partition(|(code, _)| *code == "staple-invalid");
            assert_eq!(invalid.len(), usize::from(stapled));
            let told: Option<u64> = expected;
            let expected: Vec<_> = told
                .iter()
                .flat_map(|at| [("staple-missing", Some(*at)), ("clients-differ", None)])
                // Whether a staple for the intermediate came with the leaf's is not seen, and who else
                // refuses what is not trusted is not said.
                .filter(|(code, _)| *code == "staple-missing" || !stapled && told != Some(0))
                .collect();
            assert_eq!(notes, expected, "stapled: {stapled}");
            for (index, certificate) in (0..).zip(report["chain"].as_array().expect("a chain")) {
                let demands = certificate["must_staple"].as_bool().expect("known");
                assert!(demands || told != Some(index), "{index}");
            }
            let list = dir.file("list", target(&server));
            let audit = ["audit", "--cacerts", root, "--format", "jsonl", "--input"];
            let audit = finish(program().args(audit).arg(list));
            let line: Value = serde_json::from_str(&audit.stdout).expect("JSON");
            let findings = line["findings"].as_array().expect("findings");
            let severity = findings
                .iter()
                .find(|finding| finding["code"] == "staple-missing")
                .map(|finding| finding["severity"].as_str().expect("a severity"));
            let expected = told.map(|at| if at == 0 { "critical" } else { "warning" });
            assert_eq!(severity, expected, "{}", audit.stdout);
        }
    }
}

/// A self-signed certificate of OpenSSL's.
fn odd_identity(dir: &Dir, request: &[&str]) -> Identity {
    let base = [
        "req",
        "-x509",
        "-nodes",
        "-days",
        "9",
        "-subj",
        "/CN=localhost",
    ];
    let out = ["-keyout", "key.pem", "-out", "cert.pem"];
    openssl::run(dir, &[&base[..], &out, request].concat());
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("a file");
    Identity::from_pem(&read("cert.pem"), &read("key.pem"))
}

#[test]
fn leaves_that_webpki_will_not_parse_are_captured_and_proven() {
    let san = "subjectAltName=DNS:localhost";
    let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let critical = [
        &p256[..],
        &["-addext", san, "-addext", "1.2.3.4=critical,ASN1:NULL"],
    ]
    .concat();
    for versions in [rustls::ALL_VERSIONS, TLS12] {
        let dir = Dir::new();
        // Without any extension OpenSSL makes version 1.
        dir.file("v1.cnf", "[req]\ndistinguished_name=dn\n[dn]\n");
        let v1 = [&p256[..], &["-config", "v1.cnf"]].concat();
        for (request, problem) in [
            (&critical, "critical-extension"),
            (&v1, "unsupported-version"),
        ] {
            let identity = odd_identity(&dir, request);
            let behaviour = Behaviour {
                versions,
                ..Behaviour::default()
            };
            let server = Server::start(&identity, behaviour);
            let (code, report) = report([target(&server)]);
            assert_eq!(code, 1, "{problem}: {report:#}");
            assert_eq!(
                report["connection"]["key_proven"], true,
                "{problem}: {report:#}"
            );
            assert!(
                problems(&report).contains(&problem.to_owned()),
                "{report:#}"
            );
        }
    }
}

/// `openssl s_server`, for keys that rustls will not serve; it ends with this value.
struct SServer(Child, u16);

impl SServer {
    fn start(dir: &Dir, options: &[&str]) -> Self {
        let port = testkit::raw::closed_port().port();
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-accept",
                &format!("127.0.0.1:{port}"),
                "-cert",
                "cert.pem",
                "-key",
                "key.pem",
            ])
            .args(["-cipher", "ALL:@SECLEVEL=0", "-quiet"])
            .args(options)
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        // It serves one connection after the other: this one shows that it is there.
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Self(child, port)
    }
}

impl Drop for SServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn keys_that_cannot_be_checked_are_shown_and_never_trusted() {
    let san = ["-addext", "subjectAltName=DNS:localhost"];
    let pss = ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"];
    for (name, key, version, problem) in [
        (
            "RSA 1024",
            &["-newkey", "rsa:1024"][..],
            "-tls1_3",
            "weak-key",
        ),
        ("RSA 1024", &["-newkey", "rsa:1024"], "-tls1_2", "weak-key"),
        (
            "Ed448",
            &["-newkey", "ed448"],
            "-tls1_3",
            "unsupported-algorithm",
        ),
        ("RSA-PSS", &pss, "-tls1_3", "unsupported-algorithm"),
    ] {
        let dir = Dir::new();
        odd_identity(&dir, &[key, &san].concat());
        let server = SServer::start(&dir, &[version]);
        let cert = dir.path().join("cert.pem");
        let target = format!("smtps://localhost:{}", server.1);
        let (code, report) = report([target.as_ref(), "--cacerts".as_ref(), cert.as_os_str()]);
        assert_eq!(code, 1, "{name} {version}: {report:#}");
        assert_eq!(
            report["connection"]["key_proven"], false,
            "{name} {version}"
        );
        assert_eq!(
            problems(&report),
            ["key-not-proven", problem],
            "{name} {version}: {report:#}"
        );
    }
}

#[test]
fn p_521_is_proven() {
    let dir = Dir::new();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"];
    odd_identity(
        &dir,
        &[&key[..], &["-addext", "subjectAltName=DNS:localhost"]].concat(),
    );
    // In TLS 1.2 OpenSSL ties it to the group P-521, which rustls does not offer.
    let server = SServer::start(&dir, &["-tls1_3"]);
    let cert = dir.path().join("cert.pem");
    let target = format!("smtps://localhost:{}", server.1);
    let (code, report) = report([target.as_ref(), "--cacerts".as_ref(), cert.as_os_str()]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["connection"]["key_proven"], true);
}

#[test]
fn a_server_too_old_is_said_to_be_too_old() {
    let dir = Dir::new();
    odd_identity(&dir, &["-newkey", "rsa:2048"]);
    let server = SServer::start(&dir, &["-tls1_1"]);
    let (code, report) = report([format!("smtps://localhost:{}", server.1)]);
    assert_eq!(
        (code, report["outcome"].as_str()),
        (5, Some("tls-failed")),
        "{report:#}"
    );
    let message = report["error"]["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("protocol_version") || message.contains("older than TLS 1.2"),
        "{message}"
    );
}

/// A copy of another server's certificate, with junk that is said to be a signature of a scheme
/// that cannot be checked, or that the key cannot make: it must not pass for a key that we do not
/// know.
#[test]
fn a_scheme_that_the_key_cannot_make_proves_that_it_is_a_copy() {
    let pki = Pki::new("Copied", KeyKind::P256);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let leaf = pki.identity(leaf(&["localhost"])).chain;
    let pin = smtp_certcheck::fingerprint::Fingerprint::compute(
        smtp_certcheck::fingerprint::Algorithm::Sha256,
        &leaf[0],
    );
    let hgrc = format!("[hostsecurity]\nlocalhost:fingerprints = {pin}\n");
    let hgrc = dir.file("hgrc", hgrc);
    for scheme in [0x0808, 0xfefe, 0x0401, 0x0503_u16] {
        let name = format!("{scheme:04x}");
        let version = &rustls::version::TLS13;
        let address = keyless::shake_hands_with(&leaf, version, scheme.into());
        let target = format!("smtps://localhost:{}", address.port());
        let args = [target.as_str(), "--connect", "127.0.0.1"];
        let (code, report) = report(
            args.map(std::ffi::OsStr::new)
                .into_iter()
                .chain(["--cacerts".as_ref(), root.as_os_str()])
                .chain(["--hgrc".as_ref(), hgrc.as_os_str()]),
        );
        let error = report["error"]["code"].as_str();
        assert_eq!(
            (code, error),
            (5, Some("bad-handshake-signature")),
            "{name}: {report:#}"
        );
        assert_eq!(report["connection"]["key_proven"], false, "{name}");
        assert_ne!(report["mercurial"]["accepts"], true, "{name}: {report:#}");
        let mut command = program();
        command
            .args(["pin", "--accept-unproven", "--cacerts"])
            .arg(&root);
        let run = finish(command.args(args).env("HGRCPATH", &hgrc));
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{name}");
        assert!(run.stderr.contains("not pinned"), "{name}: {}", run.stderr);
    }
}
