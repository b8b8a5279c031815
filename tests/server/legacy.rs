//! Old servers, and keys and chains that rustls cannot take: what they present is read all the same.
//! OpenSSL and GnuTLS speak what they still can; the rest is written by hand, and so is what no
//! honest server sends.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files, sockets and the clock as they like"
)]

use serde_json::Value;
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use testkit::old::{self, OldServer};
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, problems, report};
use testkit::raw;
use testkit::user::{User, sha256};

/// The keys, with what OpenSSL needs to make them.
const RSA: &[&str] = &["-newkey", "rsa:2048"];
const DSA: &[&str] = &["-newkey", "dsa:dsa.pem"];

fn curve(name: &str) -> Vec<String> {
    let parameter = format!("ec_paramgen_curve:{name}");
    ["-newkey", "ec", "-pkeyopt", &parameter]
        .map(str::to_owned)
        .to_vec()
}

/// A directory with a self-signed certificate for `localhost`.
fn self_signed(key: &[impl AsRef<str>]) -> Dir {
    let dir = Dir::new();
    let key: Vec<&str> = key.iter().map(AsRef::as_ref).collect();
    if key == DSA {
        openssl::run(&dir, &["dsaparam", "-out", "dsa.pem", "1024"]);
    }
    let base = [
        "req",
        "-x509",
        "-nodes",
        "-days",
        "9",
        "-subj",
        "/CN=localhost",
    ];
    let rest = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ];
    openssl::run(&dir, &[&base[..], &rest, &key].concat());
    dir
}

/// Probes the server over STARTTLS and over implicit TLS. The certificate itself is the anchor,
/// which leaves the problems of the connection and the key.
fn look(name: &str, dir: &Dir, server: &OldServer) -> Value {
    let cert = dir.path().join("cert.pem");
    let look = |scheme: &str, address: SocketAddr| {
        let target = format!("{scheme}://localhost:{}", address.port());
        let connect = address.ip().to_string();
        let args = [&target, "--connect", &connect, "--no-hgrc", "--cacerts"];
        let args = args.map(std::ffi::OsStr::new);
        report(args.into_iter().chain([cert.as_os_str()]))
    };
    let (code, starttls) = look("smtp", server.behind_starttls());
    let (also, smtps) = look("smtps", server.address);
    assert_eq!((code, also), (5, 5), "{name}: {starttls:#}");
    for report in [&starttls, &smtps] {
        assert_eq!(report["outcome"], "tls-failed", "{name}");
        assert_eq!(report["connection"]["legacy"], true, "{name}: {report:#}");
        assert_eq!(report["connection"]["key_proven"], false, "{name}");
        assert_eq!(report["validation"]["trusted"], false, "{name}");
        let presented = report["chain"][0]["pem"].as_str().unwrap_or_default();
        let file = std::fs::read_to_string(&cert).expect("a certificate");
        assert!(
            !presented.is_empty() && file.starts_with(presented),
            "{name}: {report:#}"
        );
    }
    for field in ["tls_version", "cipher_suite", "key_exchange"] {
        assert_eq!(
            starttls["connection"][field], smtps["connection"][field],
            "{name}"
        );
    }
    assert_eq!(problems(&starttls), problems(&smtps), "{name}");
    assert!(starttls["connection"]["greeting"].is_string());
    starttls
}

/// Version and suite.
fn chosen(report: &Value) -> (&str, &str) {
    let text = |field: &str| report["connection"][field].as_str().unwrap_or_default();
    (text("tls_version"), text("cipher_suite"))
}

const OBSOLETE: [&str; 2] = ["obsolete-tls", "key-not-proven"];

#[test]
fn openssl_configured_down_is_seen_and_said_to_be_obsolete() {
    let dir = self_signed(RSA);
    openssl::run(&dir, &["dhparam", "-dsaparam", "-out", "dh.pem", "1024"]);
    for (options, version, suite) in [
        (
            &["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..],
            "TLSv1.0",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            "TLSv1.1",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            &["-tls1", "-cipher", "AES256-SHA:@SECLEVEL=0"],
            "TLSv1.0",
            "TLS_RSA_WITH_AES_256_CBC_SHA",
        ),
        (
            &["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
            "TLSv1.2",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            &["-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"],
            "TLSv1.2",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
        ),
        (
            &[
                "-tls1_2",
                "-dhparam",
                "dh.pem",
                "-cipher",
                "DHE-RSA-AES256-SHA:@SECLEVEL=0",
            ],
            "TLSv1.2",
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        ),
        (
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0"],
            "TLSv1.2",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            &["-tls1_2", "-cipher", "NULL-SHA:@SECLEVEL=0"],
            "TLSv1.2",
            "TLS_RSA_WITH_NULL_SHA",
        ),
    ] {
        let server = OldServer::openssl(dir.path(), options);
        let report = look(&format!("{options:?}"), &dir, &server);
        assert_eq!(chosen(&report), (version, suite), "{options:?}");
        assert_eq!(problems(&report), OBSOLETE, "{options:?}");
        assert!(report["connection"]["key_exchange"].is_null());
    }
}

#[test]
fn gnutls_configured_down_is_seen_and_said_to_be_obsolete() {
    if !old::has_gnutls("gnutls_configured_down_is_seen_and_said_to_be_obsolete") {
        return;
    }
    let dir = self_signed(RSA);
    for (priority, version, suite) in [
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.0",
            "TLSv1.0",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.1",
            "TLSv1.1",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA",
            "TLSv1.2",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.0:-KX-ALL:+RSA:-CIPHER-ALL:+3DES-CBC",
            "TLSv1.0",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.0:-KX-ALL:+RSA:-CIPHER-ALL:+ARCFOUR-128",
            "TLSv1.0",
            "TLS_RSA_WITH_RC4_128_SHA",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC",
            "TLSv1.2",
            "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-CIPHER-ALL:+AES-256-GCM",
            "TLSv1.2",
            "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        ),
    ] {
        let server = OldServer::gnutls(dir.path(), priority);
        let report = look(priority, &dir, &server);
        assert_eq!(chosen(&report), (version, suite), "{priority}");
        assert_eq!(problems(&report), OBSOLETE, "{priority}");
    }
}

#[test]
fn keys_that_rustls_does_not_know_are_seen() {
    for name in [
        "P-224",
        "P-521",
        "secp256k1",
        "brainpoolP256r1",
        "brainpoolP512r1",
    ] {
        let dir = self_signed(&curve(name));
        // TLS 1.3 knows P-521, and so does rustls there; the others lead OpenSSL to TLS 1.2.
        let options: &[&str] = match name {
            "P-521" => &["-no_tls1_3"],
            _ => &["-cipher", "ALL:@SECLEVEL=0"],
        };
        let server = OldServer::openssl(dir.path(), options);
        let report = look(name, &dir, &server);
        let expected = ("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(chosen(&report), expected, "{name}");
        let key = &report["chain"][0]["public_key"]["curve"];
        assert_eq!(key, name, "{report:#}");
        let problems = problems(&report);
        assert_eq!(problems[0], "key-not-proven", "{name}: {problems:?}");
    }
    let dir = self_signed(DSA);
    let server = OldServer::openssl(dir.path(), &["-cipher", "ALL:@SECLEVEL=0"]);
    let report = look("DSA", &dir, &server);
    assert_eq!(report["chain"][0]["public_key"]["algorithm"], "DSA");
    // DSA needs suites that are obsolete themselves.
    assert_eq!(
        chosen(&report),
        ("TLSv1.2", "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256")
    );
    assert_eq!(
        problems(&report),
        ["obsolete-tls", "key-not-proven", "weak-key"]
    );
}

/// A chain of more than 64 KiB: the leaf, and others that have nothing to do with it.
fn large(dir: &Dir, count: usize) -> Vec<Vec<u8>> {
    let pki = Pki::new("Large", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    dir.file("cert.pem", testkit::pki::to_pem(&identity.chain[0]));
    dir.file("key.pem", &identity.key_pem);
    dir.file("root.pem", pki.root_pem());
    let mut chain = vec![identity.chain[1].to_vec()];
    chain.extend((1..count).map(|_| pki.lonely(leaf(&["other.example"])).chain[0].to_vec()));
    let pem = chain.iter().fold(String::new(), |mut pem, der| {
        let _ = write!(pem, "{}", testkit::pki::to_pem(der));
        pem
    });
    dir.file("chain.pem", pem);
    chain
}

#[test]
fn a_chain_over_64_kib_is_seen_and_not_called_obsolete() {
    let dir = Dir::new();
    let chain = large(&dir, 300);
    let size: usize = chain.iter().map(Vec::len).sum();
    assert!(size > 100_000, "{size}");
    for options in [
        &[][..],
        &["-no_tls1_3"],
        // The suites had been agreed upon before; the second look is not about them.
        &[
            "-serverpref",
            "-cipher",
            "AES128-SHA:ECDHE-ECDSA-AES128-SHA:ALL",
        ],
    ] {
        let options = [&["-cert_chain", "chain.pem"], options].concat();
        let server = OldServer::openssl(dir.path(), &options);
        let report = look("large", &dir, &server);
        let presented = report["chain"].as_array().expect("a chain");
        assert_eq!(presented.len(), 1 + chain.len());
        for (ours, der) in presented[1..].iter().zip(&chain) {
            assert_eq!(ours["pem"], testkit::pki::to_pem(der));
        }
        assert_eq!(report["error"]["code"], "message-too-large");
        let problems = problems(&report);
        assert_eq!(problems[0], "key-not-proven", "{problems:?}");
        assert!(!problems.contains(&"obsolete-tls".to_owned()));
    }
}

static IDENTITY: LazyLock<Identity> =
    LazyLock::new(|| Pki::new("Old", KeyKind::P256).identity(leaf(&["localhost"])));

/// A server that answers its connections in turn, the last answer again and again; and what its
/// clients began with.
struct Scripted {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    hellos: Arc<Mutex<Vec<Vec<u8>>>>,
}

type Script = Box<dyn Fn(&mut TcpStream) + Send + Sync>;

impl Scripted {
    fn start(scripts: Vec<Script>) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        let hellos = Arc::new(Mutex::new(Vec::new()));
        let (counted, heard) = (Arc::clone(&connections), Arc::clone(&hellos));
        let address = raw::listen(move |mut stream| {
            let index = counted.fetch_add(1, Ordering::SeqCst);
            let mut hello = vec![0; 4096];
            let count = stream.read(&mut hello).unwrap_or(0);
            hello.truncate(count);
            heard.lock().expect("not poisoned").push(hello);
            scripts[index.min(scripts.len() - 1)](&mut stream);
            raw::wait_for_end(&mut stream);
        });
        Self {
            address,
            connections,
            hellos,
        }
    }

    /// Probes it over implicit TLS, with a deadline in seconds; returns how long that took.
    fn look(&self, deadline: &str, options: &[&str]) -> (i32, Value, Duration) {
        let start = Instant::now();
        let target = format!("smtps://localhost:{}", self.address.port());
        let base = [
            &target,
            "--connect",
            "127.0.0.1",
            "--no-hgrc",
            "--timeout",
            deadline,
        ];
        let (code, report) = report([&base[..], options].concat());
        (code, report, start.elapsed())
    }
}

fn says(bytes: Vec<u8>) -> Script {
    Box::new(move |stream| raw::send(stream, &bytes))
}

/// The alert `protocol_version`.
fn refuses() -> Script {
    says(old::record(21, 0, &[2, 70]))
}

fn presents(version: u8, suite: u16) -> Vec<u8> {
    let messages = [
        old::server_hello(version, suite),
        old::certificate(&IDENTITY.chain),
    ]
    .concat();
    // In small records, as old servers do.
    let records = messages
        .chunks(200)
        .map(|chunk| old::record(22, version, chunk));
    records.collect::<Vec<_>>().concat()
}

#[test]
fn ssl_3_and_suites_that_no_library_has_any_more_are_seen() {
    for (version, suite, names) in [
        (0, 0x0004, ("SSLv3", "TLS_RSA_WITH_RC4_128_MD5")),
        (0, 0x000a, ("SSLv3", "TLS_RSA_WITH_3DES_EDE_CBC_SHA")),
        (1, 0x0003, ("TLSv1.0", "TLS_RSA_EXPORT_WITH_RC4_40_MD5")),
        (3, 0x0005, ("TLSv1.2", "TLS_RSA_WITH_RC4_128_SHA")),
        (3, 0xfefe, ("TLSv1.2", "0xfefe")),
    ] {
        // It answers with an alert, in its own version at once, or not at all.
        let first: [(Script, &str); 4] = [
            (refuses(), "tls-alert"),
            (says(old::record(21, 0, &[2, 40])), "tls-alert"),
            (says(presents(version, suite)), ""),
            (
                Box::new(|stream| drop(stream.shutdown(std::net::Shutdown::Both))),
                "connection-closed",
            ),
        ];
        for (first, error) in first {
            // rustls takes such a suite for a breach of the protocol.
            if error.is_empty() && version == 3 {
                continue;
            }
            let server = Scripted::start(vec![first, says(presents(version, suite))]);
            let (code, report, _) = server.look("10", &[]);
            assert_eq!(
                (code, &report["outcome"]),
                (5, &"tls-failed".into()),
                "{names:?}"
            );
            assert_eq!(chosen(&report), names, "{report:#}");
            assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
            assert_eq!(problems(&report)[..2], OBSOLETE);
            // A server that hangs up may only need a smaller hello: that is tried before an old
            // one.
            let connections = if error == "connection-closed" { 3 } else { 2 };
            assert_eq!(server.connections.load(Ordering::SeqCst), connections);
            let error = if error.is_empty() {
                "tls-incompatible"
            } else {
                error
            };
            assert_eq!(report["error"]["code"], error, "{names:?}: {report:#}");
        }
    }
}

#[test]
fn the_second_hello_names_the_server_unless_it_must_not() {
    let sent = |options: &[&str]| {
        let server = Scripted::start(vec![refuses(), says(presents(1, 5))]);
        server.look("10", options);
        let hellos = server.hellos.lock().expect("not poisoned");
        assert_eq!(hellos.len(), 2);
        hellos[1].clone()
    };
    let holds = |hello: &[u8], name: &str| hello.windows(name.len()).any(|w| w == name.as_bytes());
    assert!(holds(&sent(&[]), "localhost"));
    assert!(holds(
        &sent(&["--servername", "mail.example"]),
        "mail.example"
    ));
    assert!(!holds(&sent(&["--no-sni"]), "localhost"));
}

/// Bytes again and again, until the client has gone.
fn without_end(bytes: Vec<u8>) -> Script {
    Box::new(move |stream| {
        use std::io::Write as _;
        while stream.write_all(&bytes).is_ok() {}
    })
}

#[test]
fn a_hostile_second_answer_leaves_the_first_failure_and_ends_in_time() {
    let hello = || old::record(22, 1, &old::server_hello(1, 5));
    let with = |data: &[u8]| [hello(), old::record(22, 1, data)].concat();
    let good = presents(1, 5);
    let huge = old::certificate(&[vec![0; 2_000_000]]);
    let huge: Vec<u8> = huge
        .chunks(16384)
        .flat_map(|c| old::record(22, 1, c))
        .collect();
    let many = old::certificate(&vec![b""; 5000]);
    let many: Vec<u8> = many
        .chunks(16384)
        .flat_map(|c| old::record(22, 1, c))
        .collect();
    let drip: Script = {
        let bytes = good.clone();
        Box::new(move |stream| {
            for byte in &bytes {
                raw::send(stream, &[*byte]);
                std::thread::sleep(Duration::from_millis(50));
            }
        })
    };
    let closes = |bytes: Vec<u8>| -> Script {
        Box::new(move |stream| {
            raw::send(stream, &bytes);
            let _ = stream.shutdown(std::net::Shutdown::Both);
        })
    };
    // Whether the deadline ends it, rather than we.
    let scripts: Vec<(&str, Script, bool)> = vec![
        (
            "garbage",
            says(b"\x99garbage, and more of it".to_vec()),
            false,
        ),
        ("a greeting", says(b"220 mx.test ESMTP\r\n".to_vec()), false),
        ("an alert", refuses(), false),
        ("nothing", closes(Vec::new()), false),
        (
            "half a record",
            closes(good[..good.len() / 2].to_vec()),
            false,
        ),
        ("no certificate", closes(hello()), false),
        (
            "a truncated hello",
            says(old::record(22, 1, &old::message(2, &[3, 1, 0]))),
            false,
        ),
        (
            "an empty chain",
            says(with(&old::certificate(&[b""; 0]))),
            false,
        ),
        (
            "a broken list",
            says(with(&old::message(11, &[0, 0, 9, 0, 0, 200, 1, 2, 3]))),
            false,
        ),
        (
            "a message of 16 MB",
            says(with(&[11, 0xff, 0xff, 0xff])),
            false,
        ),
        ("a list of 2 MB", says([hello(), huge].concat()), false),
        ("5000 certificates", says([hello(), many].concat()), false),
        (
            "endless empty records",
            without_end(old::record(22, 1, &[])),
            false,
        ),
        (
            "endless warnings",
            without_end(old::record(21, 1, &[1, 112])),
            false,
        ),
        (
            "an oversized record",
            says(b"\x16\x03\x01\xff\xff".to_vec()),
            false,
        ),
        ("silence", says(Vec::new()), true),
        ("silence behind the hello", says(hello()), true),
        ("a byte in a while", drip, true),
    ];
    for (name, script, waits) in scripts {
        let server = Scripted::start(vec![refuses(), script]);
        let (code, report, took) = server.look("2", &[]);
        assert_eq!(code, 5, "{name}: {report:#}");
        assert_eq!(report["error"]["code"], "tls-alert", "{name}");
        assert_eq!(report["connection"]["legacy"], false, "{name}");
        assert_eq!(report["chain"], Value::Array(Vec::new()), "{name}");
        assert!(report["connection"]["tls_version"].is_null(), "{name}");
        assert_eq!(server.connections.load(Ordering::SeqCst), 2, "{name}");
        assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        assert_eq!(took > Duration::from_secs(2), waits, "{name}: {took:?}");
    }
}

#[test]
fn a_refusal_on_the_second_connection_leaves_the_first_failure() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let address = raw::listen(move |mut stream| {
        if counted.fetch_add(1, Ordering::SeqCst) > 0 {
            raw::send(&mut stream, b"421 too many connections\r\n");
        } else {
            raw::up_to_starttls(&mut stream);
            raw::send(&mut stream, b"220 go ahead\r\n");
            let _ = stream.read(&mut [0; 4096]);
            raw::send(&mut stream, &old::record(21, 1, &[2, 40]));
        }
        raw::wait_for_end(&mut stream);
    });
    let target = format!("smtp://127.0.0.1:{}", address.port());
    let (code, report) = report([&target, "--no-hgrc"]);
    assert_eq!(
        (code, &report["error"]["code"]),
        (5, &"tls-alert".into()),
        "{report:#}"
    );
    assert_eq!(report["connection"]["greeting"], "mx.test ESMTP");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[test]
fn other_failures_are_not_looked_at_again() {
    for (name, script, error) in [
        (
            "unrecognized_name",
            says(old::record(21, 1, &[2, 112])),
            "tls-alert",
        ),
        (
            "access_denied",
            says(old::record(21, 1, &[2, 49])),
            "tls-alert",
        ),
        (
            "no TLS",
            says(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            "not-tls",
        ),
        ("silence", says(Vec::new()), "timeout"),
    ] {
        let server = Scripted::start(vec![script, says(presents(1, 5))]);
        let (_, report, _) = server.look("1", &[]);
        assert_eq!(report["error"]["code"], error, "{name}");
        assert_eq!(report["connection"]["legacy"], false, "{name}");
        assert_eq!(server.connections.load(Ordering::SeqCst), 1, "{name}");
    }
}

/// Whichever key was asked for.
#[test]
fn a_key_type_does_not_hide_an_old_server() {
    let dir = self_signed(RSA);
    let options = ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"];
    let server = OldServer::openssl(dir.path(), &options);
    let target = format!("smtps://localhost:{}", server.address.port());
    let look = |key: &str| {
        let base = [&target, "--connect", "127.0.0.1", "--no-hgrc", "--key-type"];
        report([&base[..], &[key]].concat())
    };
    let (code, report) = look("rsa");
    let alert = report["error"]["code"].as_str();
    assert_eq!((code, alert), (5, Some("tls-alert")), "{report:#}");
    assert_eq!(report["connection"]["legacy"], true);
    assert!(problems(&report).contains(&"obsolete-tls".to_owned()));
    let (code, report) = look("ecdsa");
    let alert = report["error"]["code"].as_str();
    assert_eq!((code, alert), (5, Some("no-such-key")), "{report:#}");
    assert_eq!(report["connection"]["legacy"], false);
}

#[test]
fn whatever_an_old_server_says_to_a_new_hello_it_is_looked_at_again() {
    let mut answers: Vec<(String, Vec<u8>)> = [10, 20, 22, 40, 47, 50, 70, 71, 80, 86, 100, 110]
        .map(|alert| (format!("alert {alert}"), old::record(21, 1, &[2, alert])))
        .to_vec();
    // It chooses a suite that was not offered.
    let hello = old::record(22, 3, &old::server_hello(3, 0x0005));
    answers.push(("an old suite at once".to_owned(), hello));
    for (name, answer) in answers {
        let server = Scripted::start(vec![says(answer), says(presents(1, 5))]);
        let (_, report, _) = server.look("5", &[]);
        assert_eq!(report["connection"]["legacy"], true, "{name}: {report:#}");
        assert_eq!(chosen(&report).0, "TLSv1.0", "{name}");
    }
    // TLS 1.3 in the answer to a hello that does not offer it is not an answer.
    let new = presents(3, 0x1301);
    let server = Scripted::start(vec![refuses(), says(new)]);
    let (_, report, _) = server.look("5", &[]);
    assert_eq!(report["connection"]["legacy"], false, "{report:#}");
}

#[test]
fn people_are_told_that_it_is_old() {
    let server = Scripted::start(vec![refuses(), says(presents(0, 4))]);
    let target = format!("smtps://127.0.0.1:{}", server.address.port());
    let run = testkit::program::run([&target, "--no-hgrc"]);
    let (verdict, rest) = run.stdout.split_once('\n').expect("lines");
    assert!(verdict.starts_with("TLS FAILED"), "{verdict}");
    assert!(
        verdict.contains("obsolete-tls: the server speaks nothing newer than SSLv3"),
        "{verdict}"
    );
    assert!(verdict.contains("alert protocol_version"), "{verdict}");
    for text in [
        "update the server",
        "read from a second connection",
        "NOT proven",
        "\nPresented chain\n",
    ] {
        assert!(rest.contains(text), "{text}: {rest}");
    }
}

#[test]
fn what_is_not_proven_is_not_pinned() {
    use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
    let pin = Fingerprint::compute(Algorithm::Sha256, &IDENTITY.chain[0]).to_string();
    let dir = Dir::new();
    let hgrc = dir.file("hgrc", "[ui]\n");
    let file = hgrc.to_str().expect("UTF-8");
    for options in [
        &[][..],
        &["--accept-untrusted"],
        &["--expect", &pin],
        &["--write", "--yes", "--expect", &pin, "--accept-untrusted"],
    ] {
        let server = Scripted::start(vec![refuses(), says(presents(1, 5))]);
        let target = format!("smtps://localhost:{}", server.address.port());
        let base = ["pin", &target, "--connect", "127.0.0.1", "--hgrc", file];
        let run = testkit::program::run([&base[..], options].concat());
        assert_eq!((run.code, &*run.stdout), (5, ""), "{options:?}: {run:?}");
        assert!(run.stderr.contains("obsolete-tls"), "{options:?}: {run:?}");
        let kept = std::fs::read_to_string(&hgrc).expect("the file");
        assert_eq!(kept, "[ui]\n", "{options:?}");
    }
}

/// Mercurial's verdict on a scripted server of this version, for lines of `[hostsecurity]`.
fn hg_verdict(version: u8, lines: &str) -> Value {
    hg_verdict_with(version, lines, &[])
}

fn hg_verdict_with(version: u8, lines: &str, options: &[&str]) -> Value {
    use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
    let pin = Fingerprint::compute(Algorithm::Sha256, &IDENTITY.chain[0]);
    let dir = Dir::new();
    let hgrc = dir.file(
        "hgrc",
        format!("[hostsecurity]\nlocalhost:fingerprints={pin}\n{lines}"),
    );
    let server = Scripted::start(vec![refuses(), says(presents(version, 5))]);
    let target = format!("smtps://localhost:{}", server.address.port());
    let args = [&target, "--connect", "127.0.0.1", "--hgrc"].map(std::ffi::OsStr::new);
    let options = options.iter().map(std::ffi::OsStr::new);
    let args = args.into_iter().chain([hgrc.as_os_str()]).chain(options);
    let (code, report) = report(args);
    // A pin counts for a certificate whose key was proven.
    assert_eq!((code, &report["outcome"]), (5, &"tls-failed".into()));
    assert_eq!(report["pins"]["matched"], true);
    report["mercurial"].clone()
}

/// hg before 7.0 takes TLS 1.1 where `ciphers` let its OpenSSL do so.
#[test]
fn the_default_protocol_is_that_of_the_release() {
    let ciphers = "ciphers=DEFAULT:@SECLEVEL=0\n";
    for (version, release, accepts) in [
        (2, Some("6.9.5"), Value::Null),
        (2, Some("7.0"), Value::Bool(false)),
        (2, None, Value::Null),
        (1, Some("6.9.5"), Value::Bool(false)),
        (1, None, Value::Bool(false)),
    ] {
        let options = release.map(|release| ["--hg-version", release]);
        let options = options.iter().flatten().copied().collect::<Vec<_>>();
        let verdict = hg_verdict_with(version, ciphers, &options);
        assert_eq!(verdict["accepts"], accepts, "3.{version}: {verdict:#}");
        let reason = verdict["reason"].as_str().expect("a reason");
        let names = release.is_some() || reason.contains("7.0");
        assert!(names, "{reason}");
    }
}

#[test]
fn mercurials_minimum_protocol_counts() {
    for (version, lines, accepts) in [
        (0, "", Some(false)),
        (1, "", Some(false)),
        (2, "", Some(false)),
        (2, "minimumprotocol=tls1.2\n", Some(false)),
        (1, "minimumprotocol=tls1.1\n", Some(false)),
        (0, "minimumprotocol=tls1.0\n", Some(false)),
        (
            1,
            "minimumprotocol=tls1.0\nlocalhost:minimumprotocol=tls1.2\n",
            Some(false),
        ),
        (3, "minimumprotocol=tls1.3\n", Some(false)),
        (0, "[defaults]\nemail=--insecure\n", Some(false)),
        // What is left depends on hg's OpenSSL.
        (1, "minimumprotocol=tls1.0\n", None),
        (2, "minimumprotocol=tls1.0\n", None),
        (
            2,
            "minimumprotocol=tls1.2\nlocalhost:minimumprotocol=tls1.1\n",
            None,
        ),
        (3, "", None),
        (1, "[defaults]\nemail=--insecure\n", None),
    ] {
        let verdict = hg_verdict(version, lines);
        let expected = accepts.map_or(Value::Null, Value::Bool);
        assert_eq!(
            verdict["accepts"], expected,
            "3.{version} {lines:?}: {verdict:#}"
        );
        let ground = if accepts.is_some() {
            "settings"
        } else {
            "fingerprints"
        };
        assert_eq!(
            verdict["decided_by"], ground,
            "3.{version} {lines:?}: {verdict:#}"
        );
    }
}

#[test]
fn a_real_postfix_of_tls_1_0_and_the_real_hg_email() {
    const TEST: &str = "a_real_postfix_of_tls_1_0_and_the_real_hg_email";
    let identity = Pki::new("Old Postfix", KeyKind::Rsa2048).identity(leaf(&["localhost"]));
    let (Some(hg), Some(mta)) = (
        testkit::hg::hg(TEST),
        testkit::mta::Mta::for_test(TEST, testkit::mta::Kind::Postfix, &identity),
    ) else {
        return;
    };
    let old = "smtpd_tls_protocols = TLSv1\ntls_medium_cipherlist = ALL:@SECLEVEL=0\n";
    mta.reconfigure(old).expect("another configuration");
    let user = User::new(hg);
    let pin = sha256(&identity);
    let mut delivered = 0;
    for (lines, sends, accepts) in [
        ("ciphers=DEFAULT:@SECLEVEL=0\n", false, Some(false)),
        (
            "ciphers=DEFAULT:@SECLEVEL=0\nminimumprotocol=tls1.1\n",
            false,
            Some(false),
        ),
        // By Debian's security level; on another system it would send.
        ("minimumprotocol=tls1.0\n", false, None),
        (
            "ciphers=DEFAULT:@SECLEVEL=0\nminimumprotocol=tls1.0\n",
            true,
            None,
        ),
        ("[defaults]\nemail=--insecure\n", true, None),
    ] {
        let port = mta.starttls_port();
        let hgrc = user.home.file(
            ".hgrc",
            format!("[extensions]\npatchbomb=\n[ui]\ninteractive=no\n[patchbomb]\nconfirm=no\n[smtp]\nhost=localhost\nport={port}\ntls=starttls\n[hostsecurity]\nlocalhost:fingerprints={pin}\n{lines}"),
        );
        let hgrc = hgrc.to_str().expect("UTF-8");
        let mut seen = Value::Null;
        // The reload takes a moment.
        for _ in 0..100 {
            seen = report(["--hgrc", hgrc]).1;
            if seen["connection"]["legacy"] == true {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(chosen(&seen).0, "TLSv1.0", "{seen:#}");
        assert_eq!(problems(&seen)[..2], OBSOLETE, "{seen:#}");
        assert_eq!(seen["chain"].as_array().map(Vec::len), Some(2));
        let expected = accepts.map_or(Value::Null, Value::Bool);
        assert_eq!(seen["mercurial"]["accepts"], expected, "{lines}: {seen:#}");
        let email = user.email();
        assert_eq!(email.code == 0, sends, "{lines}: {email:?}");
        delivered += usize::from(sends);
        assert_eq!(
            mta.delivered(delivered).len(),
            delivered,
            "{lines}: {email:?}"
        );
    }
}
