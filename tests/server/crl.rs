//! Revocation lists: those that the user names, and those that are fetched, from a real nginx
//! and from web servers that lie, flood and stall.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use serde_json::Value;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};
use testkit::der::octet_string;
use testkit::microsocks::Microsocks;
use testkit::nginx::Nginx;
use testkit::pki::{KeyKind, Pki, Revoked, ca, leaf, listed, now};
use testkit::program::{Dir, Run, finish, json_lines, notes, problems, program, report, run};
use testkit::raw;
use testkit::server::{Behaviour, Server};
use testkit::tinyproxy::Tinyproxy;
use time::Duration as Days;

const ROOT: u64 = 0x1111;
const LEAF: u64 = 0x2222;

/// A CA whose certificates name these places, and a mail server with one of them.
struct Setting {
    pki: Pki,
    server: SocketAddr,
    dir: Dir,
    root: PathBuf,
}

impl Setting {
    fn with_places(of_intermediate: &[&str], of_leaf: &[&str]) -> Self {
        let intermediate = listed(ca("Listed Intermediate"), ROOT, of_intermediate);
        let mut root = ca("Listed Root");
        root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pki = Pki::custom(root, intermediate, KeyKind::P256);
        let identity = pki.identity(listed(leaf(&["localhost"]), LEAF, of_leaf));
        let server = Server::start(&identity, Behaviour::default()).address;
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        Self {
            pki,
            server,
            dir,
            root,
        }
    }

    /// The URLs of the lists are those that `url` makes of `root.crl` and `ca.crl`.
    fn fetching_from(url: impl Fn(&str) -> String) -> Self {
        Self::with_places(&[&url("root.crl")], &[&url("ca.crl")])
    }

    fn root_list(&self) -> Vec<u8> {
        self.pki.root_crl(&Revoked::now(&[]))
    }

    /// The exit code and the report of a check below the user's own CA.
    fn look(&self, options: &[&str]) -> (i32, Value) {
        let target = format!("localhost:{}", self.server.port());
        let root = self.root.to_str().expect("UTF-8");
        let own = [&target, "--cacerts", root, "-4"];
        report([&own[..], options].concat())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.dir.file(name, content).to_string_lossy().into_owned()
    }

    fn audit(&self, list: &str, options: &[&str]) -> Run {
        let list = self.file("hosts.txt", list);
        let root = self.root.to_str().expect("UTF-8");
        let own = ["audit", "--input", &list, "--cacerts", root, "-4"];
        run([&own[..], options].concat())
    }
}

fn pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("X509 CRL", der))
}

/// The statuses of the path, the leaf's first.
fn statuses(report: &Value) -> Vec<&str> {
    let all = report["validation"]["revocation"]
        .as_array()
        .expect("a list");
    all.iter()
        .filter_map(|one| one["status"].as_str())
        .collect()
}

/// Why the leaf's status is not known.
fn why(report: &Value) -> &str {
    let first = &report["validation"]["revocation"][0];
    first["why"].as_str().unwrap_or_default()
}

/// A web server that hands each connection to a function, with the path that was asked for.
fn web(
    answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let address = raw::listen(move |mut stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        let request = raw::read_line(&stream);
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        while !raw::read_line(&stream).trim().is_empty() {}
        answer(&path, &mut stream);
    });
    (address, count)
}

fn url(address: SocketAddr, path: &str) -> String {
    format!("http://127.0.0.1:{}/{path}", address.port())
}

#[test]
fn a_list_that_is_named_decides() {
    let setting = Setting::with_places(&[], &[]);
    let roots = setting.root_list();
    let good = setting.pki.crl(&Revoked::now(&[LEAF + 1]));
    let bad = setting.pki.crl(&Revoked::now(&[LEAF]));
    let old = setting.pki.crl(&Revoked {
        made: now() - Days::days(9),
        lasts: Days::days(7),
        serials: &[],
    });
    let files = [
        setting.file("roots.crl", &roots),
        setting.file("good.crl", &good),
        setting.file("bad.pem", pem(&bad)),
        setting.file("old.crl", &old),
        setting.file("both.pem", pem(&roots) + &pem(&good)),
    ];
    let [roots, good, bad, old, both] = files.each_ref().map(String::as_str);
    for (options, code, expected, found) in [
        (
            &["--crl", roots, "--crl", good][..],
            0,
            &["good", "good"][..],
            &[][..],
        ),
        (&["--crl", both], 0, &["good", "good"], &[]),
        (
            &["--crl", roots, "--crl", bad],
            1,
            &["revoked", "good"],
            &["certificate-revoked"],
        ),
        (
            &["--crl", good],
            1,
            &["good", "unknown"],
            &["revocation-unknown"],
        ),
        (
            &["--crl", roots],
            1,
            &["unknown", "good"],
            &["revocation-unknown"],
        ),
        (&["--crl", both, "--crl", old], 0, &["good", "good"], &[]),
        (
            &["--crl", old, "--crl", roots],
            1,
            &["stale", "good"],
            &["revocation-stale"],
        ),
        // Of that day, the list of now says nothing.
        (
            &["--crl", both, "--at", "+8d"],
            1,
            &["stale", "stale"],
            &["revocation-stale", "revocation-stale"],
        ),
        (&[], 0, &[], &[]),
    ] {
        let (exit, report) = setting.look(options);
        assert_eq!(statuses(&report), expected, "{options:?}: {report:#}");
        assert_eq!(problems(&report), found, "{options:?}: {report:#}");
        assert_eq!(exit, code, "{options:?}: {report:#}");
    }
    let (_, report) = setting.look(&["--crl", roots, "--crl", bad]);
    let leaf = &report["validation"]["revocation"][0];
    assert_eq!(leaf["reason"], "keyCompromise");
    assert_eq!(leaf["source"], bad);
    assert!(
        leaf["revoked_at"].is_string() && leaf["next_update"].is_string(),
        "{leaf:#}"
    );
}

#[test]
fn what_hg_would_do_never_depends_on_revocation() {
    let setting = Setting::with_places(&[], &[]);
    let bad = setting.file("bad.crl", setting.pki.crl(&Revoked::now(&[LEAF])));
    let port = setting.server.port();
    let root = setting.root.display();
    let hgrc = format!(
        "[smtp]\nhost = localhost\nport = {port}\ntls = starttls\n[web]\ncacerts = {root}\n"
    );
    let hgrc = setting.file("hgrc", hgrc);
    let (code, without) = setting.look(&["--hgrc", &hgrc]);
    let (with_list, with) = setting.look(&["--hgrc", &hgrc, "--crl", &bad]);
    assert_eq!((code, with_list), (0, 1), "{with:#}");
    assert_eq!(without["mercurial"]["accepts"], true, "{without:#}");
    assert_eq!(without["mercurial"], with["mercurial"]);
    assert_eq!(without["clients"], with["clients"]);
}

/// OpenSSL reads the same.
#[test]
fn embedded_timestamps_are_shown_and_not_judged() {
    let mut params = leaf(&["localhost"]);
    let logs = [(0x11_u8, 1_798_761_600_000_u64), (0xfe, 1_798_761_600_123)];
    let scts = logs.iter().flat_map(|(log, at)| {
        let fields = [
            &[0][..],
            &[*log; 32],
            &at.to_be_bytes(),
            &[0, 0, 4, 3, 0, 2, 5, 6],
        ]
        .concat();
        [
            &[0, u8::try_from(fields.len()).expect("short")][..],
            &fields,
        ]
        .concat()
    });
    let scts: Vec<u8> = scts.collect();
    let list = [&[0, u8::try_from(scts.len()).expect("short")][..], &scts].concat();
    let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];
    let extension = rcgen::CustomExtension::from_oid_content(&oid, octet_string(list));
    params.custom_extensions.push(extension);
    let pki = Pki::new("Transparent", KeyKind::P256);
    let identity = pki.identity(params);
    let dir = Dir::new();
    let path = |name: &str, text: String| dir.file(name, text).to_string_lossy().into_owned();
    let (root, chain) = (
        path("root.pem", pki.root_pem()),
        path("chain.pem", identity.chain_pem()),
    );
    let args = [
        "--chain",
        &chain,
        "--servername",
        "localhost",
        "--cacerts",
        &root,
    ];
    let (code, report) = report(args);
    assert_eq!(code, 0, "{report:#}");
    let leaf = &report["chain"][0];
    assert_eq!(leaf["sct_count"], 2);
    let expected = serde_json::json!([
        { "log_id": "ERERERERERERERERERERERERERERERERERERERERERE=", "at": "2027-01-01T00:00:00Z" },
        { "log_id": "/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4=", "at": "2027-01-01T00:00:00.123Z" },
    ]);
    assert_eq!(leaf["scts"], expected);
    let shown = run([&args[..], &["-v"]].concat()).stdout;
    assert!(
        shown.contains("2027-01-01T00:00:00.123Z, log /v7+"),
        "{shown}"
    );
    let text = Command::new("openssl")
        .args(["x509", "-noout", "-text", "-in", &chain])
        .output();
    let text = String::from_utf8_lossy(&text.expect("openssl").stdout).into_owned();
    for line in [
        "Jan  1 00:00:00.000 2027 GMT",
        "Jan  1 00:00:00.123 2027 GMT",
        "FE:FE:FE:FE",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_directory_holds_lists_or_is_an_error() {
    let setting = Setting::with_places(&[], &[]);
    let lists = setting.dir.path().join("lists");
    std::fs::create_dir(&lists).expect("a directory");
    let directory = lists.to_str().expect("UTF-8");
    let refused = |options: &[&str], words: &[&str]| {
        let run = run([&["localhost:1"][..], options].concat());
        assert_eq!(run.code, 2, "{options:?}: {}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{options:?}: {}", run.stderr);
        }
    };
    refused(
        &["--crl", directory],
        &["no file in it holds a revocation list", "hint:", ".crl"],
    );
    std::fs::write(lists.join("ca.pem"), setting.pki.root_pem()).expect("a file");
    refused(
        &["--crl", directory],
        &["no file in it holds a revocation list"],
    );
    std::fs::write(lists.join("ca.crl.off"), setting.root_list()).expect("a file");
    refused(
        &["--crl", directory],
        &["left out for the name", "ca.crl.off"],
    );
    let root = setting.root.to_str().expect("UTF-8");
    refused(&["--crl", root], &["cannot use", "hint:"]);
    refused(
        &["--crl", "/nonexistent"],
        &["cannot use \"/nonexistent\"", "hint:"],
    );
    std::fs::write(lists.join("3f94a23e.r0"), setting.root_list()).expect("a file");
    let list = setting.pki.crl(&Revoked::now(&[]));
    std::fs::write(lists.join("ca.crl"), pem(&list)).expect("a file");
    let (code, report) = setting.look(&["--crl", directory]);
    assert_eq!(statuses(&report), ["good", "good"], "{report:#}");
    assert_eq!(code, 0);
    std::fs::write(lists.join("broken.crl"), &list[..list.len() - 9]).expect("a file");
    refused(&["--crl", directory], &["broken.crl"]);
}

#[test]
fn the_environment_and_a_saved_chain_have_lists() {
    let setting = Setting::with_places(&[], &[]);
    let bad = setting.file("bad.crl", setting.pki.crl(&Revoked::now(&[LEAF])));
    let target = format!("localhost:{}", setting.server.port());
    let root = setting.root.to_str().expect("UTF-8");
    let mut by_default = program();
    by_default.env("SMTP_CERTCHECK_CRL", &bad);
    let run = finish(by_default.args([&target, "--cacerts", root, "--format", "json"]));
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(problems(&report)[0], "certificate-revoked", "{report:#}");
    assert_eq!(
        report["defaults"],
        serde_json::json!(["SMTP_CERTCHECK_CRL"])
    );
    let chain = setting.look(&[]).1["chain"].clone();
    let chain: String = (0..2)
        .map(|index| chain[index]["pem"].as_str().expect("PEM").to_owned())
        .collect();
    let saved = setting.file("saved.pem", chain);
    let of_chain = [
        "--chain",
        &saved,
        "--servername",
        "localhost",
        "--cacerts",
        root,
        "--crl",
        &bad,
    ];
    let (code, report) = testkit::program::report(of_chain);
    assert_eq!((code, statuses(&report)[0]), (1, "revoked"), "{report:#}");
    let run = testkit::program::run([&of_chain[..6], &["--fetch-crl"]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn nginx_is_asked_once_for_each_list() {
    let Some(nginx) = Nginx::for_test("lists are fetched") else {
        return;
    };
    let setting = Setting::fetching_from(|name| nginx.url(&format!("/{name}")));
    nginx.put("root.crl", &setting.root_list());
    nginx.put(
        "ca.crl",
        pem(&setting.pki.crl(&Revoked::now(&[1]))).as_bytes(),
    );
    let (code, report) = setting.look(&["--fetch-crl"]);
    assert_eq!(
        (code, statuses(&report)),
        (0, vec!["good", "good"]),
        "{report:#}"
    );
    let source = &report["validation"]["revocation"][0]["source"];
    assert_eq!(*source, nginx.url("/ca.crl"));
    nginx.put("ca.crl", &setting.pki.crl(&Revoked::now(&[LEAF])));
    let (code, report) = setting.look(&["--fetch-crl"]);
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["certificate-revoked".to_owned()]),
        "{report:#}"
    );
    assert_eq!(nginx.requests().len(), 4);

    // An audit asks for all of its servers once, and a name of several places, too.
    let line = format!("localhost:{}", setting.server.port());
    let list = format!("{line}\n").repeat(20);
    let run = setting.audit(&list, &["--fetch-crl", "--format", "jsonl"]);
    let reports = json_lines(&run.stdout);
    assert_eq!(reports.len(), 20, "{}", run.stderr);
    for report in &reports {
        assert_eq!(statuses(report), ["revoked", "good"], "{report:#}");
        assert_eq!(report["findings"][0]["code"], "certificate-revoked");
    }
    assert_eq!(nginx.requests().len(), 6, "{:?}", nginx.requests());
}

/// Targets at other addresses are looked at side by side, and ask while the list is on its way.
#[test]
fn side_by_side_a_list_is_fetched_once() {
    let answer = Arc::new(OnceLock::<Vec<u8>>::new());
    let list = Arc::clone(&answer);
    let (address, count) = web(move |_, stream| {
        std::thread::sleep(Duration::from_millis(700));
        raw::send(stream, b"HTTP/1.1 200 OK\r\n\r\n");
        raw::send(stream, list.get().expect("it is set"));
    });
    let hosts: Vec<String> = (2..10).map(|host| format!("127.0.0.{host}")).collect();
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let pki = Pki::new("Side by side", KeyKind::P256);
    let identity = pki.identity(listed(leaf(&names), LEAF, &[&url(address, "ca.crl")]));
    answer.set(pki.crl(&Revoked::now(&[LEAF]))).expect("once");
    let start =
        |host: &String| Server::start_on(&format!("{host}:0"), &identity, Behaviour::default());
    let targets = hosts
        .iter()
        .map(|host| format!("{}\n", start(host).address));
    let dir = Dir::new();
    let hosts = dir.file("hosts.txt", targets.collect::<String>());
    let root = dir.file("root.pem", pki.root_pem());
    let mut audit = program();
    audit.args(["audit", "--fetch-crl", "--format", "jsonl", "--input"]);
    let run = finish(audit.arg(hosts).arg("--cacerts").arg(root));
    let reports = json_lines(&run.stdout);
    assert_eq!(reports.len(), 8, "{}", run.stderr);
    for report in &reports {
        assert_eq!(statuses(report)[0], "revoked", "{report:#}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn what_nginx_does_not_hand_out_is_a_note_that_says_why() {
    let Some(nginx) = Nginx::for_test("lists that are not there") else {
        return;
    };
    for (place, expected) in [
        ("moved", "a redirect to \"http://127.0.0.1:"),
        ("gone", "the server answers 410 Gone"),
        ("cut", "the server closed the connection without an answer"),
        ("none", "the server answers 404 Not Found"),
    ] {
        let setting = Setting::with_places(&[], &[&nginx.url(&format!("/{place}/ca.crl"))]);
        nginx.put("ca.crl", &setting.pki.crl(&Revoked::now(&[LEAF])));
        let (code, report) = setting.look(&["--fetch-crl"]);
        assert_eq!(
            statuses(&report),
            ["unknown", "unknown"],
            "{place}: {report:#}"
        );
        assert!(why(&report).contains(expected), "{place}: {report:#}");
        assert!(
            notes(&report).contains(&"revocation-unknown".to_owned()),
            "{report:#}"
        );
        assert_eq!(
            (code, problems(&report).len()),
            (0, 0),
            "{place}: {report:#}"
        );
        // Where the user names lists, too, what is not known is a problem.
        let roots = setting.file("roots.crl", setting.root_list());
        let (code, report) = setting.look(&["--fetch-crl", "--crl", &roots]);
        assert_eq!(
            (code, statuses(&report)),
            (1, vec!["unknown", "good"]),
            "{report:#}"
        );
    }
    let setting = Setting::with_places(&[], &[&nginx.url("/chunks/ca.crl")]);
    nginx.put("ca.crl", &setting.pki.crl(&Revoked::now(&[LEAF])));
    assert_eq!(statuses(&setting.look(&["--fetch-crl"]).1)[0], "revoked");
    // At 16 octets a second it takes half a minute.
    let setting = Setting::with_places(&[], &[&nginx.url("/slow/ca.crl")]);
    nginx.put("ca.crl", &setting.pki.crl(&Revoked::now(&[LEAF])));
    let since = Instant::now();
    let (_, report) = setting.look(&["--fetch-crl", "--timeout", "2"]);
    assert!(since.elapsed() < Duration::from_secs(4));
    assert!(
        why(&report).contains("it did not come within the time limit"),
        "{report:#}"
    );
}

#[test]
fn a_server_that_lies_floods_or_stalls_yields_no_list() {
    let (address, _) = web(|path, stream| {
        let head = "HTTP/1.1 200 OK\r\n";
        let answer = match path {
            "/longer" => format!("{head}Content-Length: 1000\r\n\r\n0"),
            "/huge" => format!("{head}Content-Length: 99999999999\r\n\r\n0"),
            "/fields" => format!("{head}{}", "A: b\r\n".repeat(5_000)),
            "/extension" => format!(
                "{head}Transfer-Encoding: chunked\r\n\r\n5;{}",
                "x".repeat(100_000)
            ),
            "/html" => format!("{head}Content-Type: text/html\r\n\r\n<html>hello</html>"),
            "/ssh" => "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
            _ => {
                raw::wait_for_end(stream);
                String::new()
            }
        };
        raw::send(stream, answer.as_bytes());
    });
    for (path, expected) in [
        ("longer", "the connection ended after 1 octets"),
        ("huge", "larger than 64 MiB"),
        ("fields", "the head of the answer does not end"),
        ("extension", "a line between chunks does not end"),
        ("html", "it holds no revocation list"),
        ("ssh", "does not speak HTTP/1"),
        ("stall", "it did not come within the time limit"),
    ] {
        let setting = Setting::with_places(&[], &[&url(address, path)]);
        let (code, report) = setting.look(&["--fetch-crl", "--timeout", "2"]);
        assert_eq!(
            (code, statuses(&report)[0]),
            (0, "unknown"),
            "{path}: {report:#}"
        );
        assert!(why(&report).contains(expected), "{path}: {report:#}");
    }
}

#[test]
fn nothing_is_fetched_that_must_not_be() {
    let (address, count) = web(|_, stream| raw::send(stream, b"HTTP/1.1 404 No\r\n\r\n"));
    let place = url(address, "ca.crl");
    let setting = Setting::with_places(&[], &[&place]);
    // Not asked for.
    setting.look(&[]);
    // Not trusted: another CA.
    let other = setting.file("other.pem", Pki::new("Other", KeyKind::P256).root_pem());
    let target = format!("localhost:{}", setting.server.port());
    report([&target, "--cacerts", &other, "--fetch-crl"]);
    // Trusted by the system: its CAs have no business on this machine.
    let mut command = program();
    command.env("SSL_CERT_FILE", &setting.root);
    let run = finish(command.args([&target, "--fetch-crl", "--format", "json"]));
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(run.code, 0, "{report:#}");
    assert!(
        why(&report).contains("127.0.0.1 is not on the public internet"),
        "{report:#}"
    );
    assert_eq!(count.load(Ordering::SeqCst), 0);
    // Other schemes.
    for (place, expected) in [
        ("ldap:///CN=CA?certificateRevocationList", "not \"ldap:\""),
        ("https://localhost/ca.crl", "only http: is"),
        ("file:///etc/passwd", "not \"file:\""),
    ] {
        let setting = Setting::with_places(&[], &[place]);
        let (_, report) = setting.look(&["--fetch-crl"]);
        assert!(why(&report).contains(expected), "{place}: {report:#}");
    }
    // The second place has it, and the first is not asked twice.
    setting.look(&["--fetch-crl"]);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn lists_come_by_the_way_that_leads_to_the_server() {
    let Some(nginx) = Nginx::for_test("lists through proxies") else {
        return;
    };
    let setting = Setting::with_places(&[], &[&nginx.url("/ca.crl")]);
    nginx.put("ca.crl", &setting.pki.crl(&Revoked::now(&[LEAF])));
    let through = |options: &[&str]| {
        let (_, report) = setting.look(&[&["--fetch-crl"][..], options].concat());
        assert_eq!(statuses(&report)[0], "revoked", "{options:?}: {report:#}");
    };
    if let Some(proxy) = Tinyproxy::for_test("lists through HTTP", None) {
        through(&["--via", &format!("http://127.0.0.1:{}", proxy.port)]);
        let asked = format!("GET {}", nginx.url("/ca.crl"));
        let log = proxy.log_with(&asked);
        assert!(log.contains(&asked), "{log}");
    }
    if let Some(proxy) = Microsocks::for_test("lists through SOCKS", None) {
        through(&["--via", &format!("socks5://127.0.0.1:{}", proxy.port)]);
        let to = format!("localhost:{}", nginx.port);
        let log = proxy.log_with(&to);
        assert!(log.contains(&to), "{log}");
    }
}

#[test]
fn every_format_of_an_audit_names_the_revoked() {
    static BAD: LazyLock<Setting> = LazyLock::new(|| Setting::with_places(&[], &[]));
    let roots = BAD.file("roots.crl", BAD.root_list());
    let bad = BAD.file("bad.crl", BAD.pki.crl(&Revoked::now(&[LEAF])));
    let target = format!("localhost:{}", BAD.server.port());
    let list = format!(
        "{target} label=all\n{target} label=own crl=\"{bad}\"\n{target} label=none crl=/nonexistent\n"
    );
    for format in [
        "table",
        "jsonl",
        "csv",
        "prometheus",
        "junit",
        "html",
        "nagios",
    ] {
        let run = BAD.audit(&list, &["--crl", &roots, "--crl", &bad, "--format", format]);
        for code in ["certificate-revoked", "revocation-unknown", "bad-crl-file"] {
            // A plugin names the first of each target.
            let is_shown = format != "nagios" || code != "revocation-unknown";
            assert!(
                run.stdout.contains(code) == is_shown,
                "{format}: {code}: {}",
                run.stdout
            );
        }
    }
    let run = BAD.audit(
        &list,
        &[
            "--crl", &roots, "--crl", &bad, "--format", "jsonl", "--sort", "input",
        ],
    );
    let reports = json_lines(&run.stdout);
    let codes = |index: usize| -> Vec<&str> {
        let found = reports[index]["findings"].as_array().expect("findings");
        found
            .iter()
            .filter_map(|one| one["code"].as_str())
            .collect()
    };
    assert_eq!(codes(0), ["certificate-revoked"]);
    assert_eq!(codes(1), ["certificate-revoked", "revocation-unknown"]);
    assert_eq!(codes(2), ["bad-crl-file"]);
    let run = run_check(&target, &["--crl", &roots, "--crl", &bad]);
    for text in [
        "UNTRUSTED",
        "certificate-revoked",
        "0: REVOKED on ",
        "(keyCompromise)",
        "1: not revoked, by",
    ] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    let run = run_check(
        &target,
        &["--crl", &bad, "--crl", &roots, "--format", "nagios"],
    );
    assert_eq!(run.code, 2, "{}", run.stdout);
    let run = finish(
        program()
            .args(["pin", &target, "--crl", &bad, "--cacerts"])
            .arg(&BAD.root),
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("certificate-revoked"), "{}", run.stderr);

    fn run_check(target: &str, options: &[&str]) -> Run {
        let root = BAD.root.to_str().expect("UTF-8");
        testkit::program::run([&[target, "--cacerts", root], options].concat())
    }
}
