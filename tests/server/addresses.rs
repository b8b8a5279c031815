//! A name with several addresses: the check looks at all of them, side by side, and says what each
//! shows; the audit says the same.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, LazyLock};
use testkit::mta::{Kind, Mta};
use testkit::names::{Names, block, hosts};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, Run, check_schema, finish, program};
use testkit::raw::{busy, listen_on, relay, silent, without_starttls};
use testkit::server::{Behaviour, Server};

const NAME: &str = "mx.example";
/// Of the addresses of this file.
const NET: u8 = 47;
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Several", KeyKind::P256));

fn good() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

fn serve(ip: &str, port: u16, identity: &Identity) -> Server {
    Server::start_on(&format!("{ip}:{port}"), identity, Behaviour::default())
}

/// Runs the program about the server; `args` come first.
fn run(names: &Names, port: u16, args: &[&str]) -> Run {
    let dir = Dir::new();
    let mut command: Command = program();
    command
        .args(args)
        .arg(format!("smtp://{NAME}:{port}"))
        .args(["--ehlo", "x", "--timeout", "3", "--cacerts"])
        .arg(dir.file("root.pem", PKI.root_pem()));
    finish(&mut names.within(&command))
}

fn check(names: &Names, port: u16, args: &[&str]) -> Run {
    run(names, port, &[&["--no-hgrc"], args].concat())
}

/// The exit code and the report of a check.
fn report(names: &Names, port: u16, args: &[&str]) -> (i32, Value) {
    let run = check(names, port, &[&["--format", "json"], args].concat());
    (run.code, parsed(&run))
}

fn parsed(run: &Run) -> Value {
    let report = serde_json::from_str(&run.stdout).expect(&run.stderr);
    check_schema(&report);
    report
}

/// The codes and severities of what no single address shows.
fn address_findings(report: &Value) -> Vec<String> {
    let found = report["address_findings"].as_array().expect("findings");
    let words = |one: &Value| format!("{} {}", one["code"], one["severity"]);
    found
        .iter()
        .map(|one| words(one).replace('"', ""))
        .collect()
}

/// What the second address of a name may be, while the first is good.
enum Second {
    Same,
    Serves(Identity),
    Raw(fn(TcpStream)),
    Dead,
}

/// What is expected of a check.
struct Expected {
    outcome: &'static str,
    exit: i32,
    plugin: i32,
    findings: &'static [&'static str],
    /// In the only line of `-q`; empty: there is none.
    quiet: &'static str,
    /// In the line of a plugin.
    line: &'static str,
}

fn cases() -> Vec<(Second, Expected)> {
    const DIFFER: &[&str] = &["addresses-differ warning"];
    let case = |second, (outcome, exit, plugin), findings, quiet, line| {
        let expected = Expected {
            outcome,
            exit,
            plugin,
            findings,
            quiet,
            line,
        };
        (second, expected)
    };
    vec![
        case(Second::Same, ("trusted", 0, 0), &[], "", "trusted, expires"),
        case(
            Second::Serves(good()),
            ("trusted", 0, 1),
            DIFFER,
            "; the addresses serve 2 different certificates (this one: ",
            "; the addresses serve 2 different certificates",
        ),
        case(
            Second::Serves(PKI.identity(expired_leaf(&[NAME]))),
            ("untrusted", 1, 2),
            DIFFER,
            "  address SECOND: expired\n",
            "address SECOND: expired: ",
        ),
        case(
            Second::Serves(Pki::self_signed(&leaf(&[NAME]), KeyKind::P256)),
            ("untrusted", 1, 2),
            DIFFER,
            "  address SECOND: self-signed\n",
            "address SECOND: self-signed: ",
        ),
        case(
            Second::Dead,
            ("trusted", 0, 0),
            &["address-unreachable note"],
            "; SECOND does not answer\n",
            "; SECOND does not answer |",
        ),
        case(
            Second::Raw(silent),
            ("trusted", 0, 0),
            &["address-unreachable note"],
            "; SECOND does not answer\n",
            "; SECOND does not answer |",
        ),
        // The server is busy, which may pass.
        case(
            Second::Raw(busy),
            ("trusted", 0, 0),
            &[],
            "",
            "trusted, expires",
        ),
        case(
            Second::Raw(without_starttls),
            ("smtp-refused", 4, 2),
            &[],
            "  address SECOND: ",
            "address SECOND: ",
        ),
    ]
}

#[test]
fn the_check_is_as_bad_as_the_worst_address_and_agrees_with_the_audit() {
    const TEST: &str = "the_check_is_as_bad_as_the_worst_address_and_agrees_with_the_audit";
    for (index, (second, expected)) in cases().into_iter().enumerate() {
        let (ip, port) = block(NET);
        let ips = [ip(2), ip(3)];
        let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
            return;
        };
        let first = good();
        let _first = serve(&ips[0], port, &first);
        let second_at = format!("{}:{port}", ips[1]);
        match second {
            Second::Same => drop(serve(&ips[1], port, &first)),
            Second::Serves(identity) => drop(serve(&ips[1], port, &identity)),
            Second::Raw(handler) => drop(listen_on(&second_at, handler)),
            Second::Dead => {}
        }
        let (exit, mut report) = report(&names, port, &[]);
        assert_eq!(exit, expected.exit, "{index}: {report:#}");
        assert_eq!(report["outcome"], expected.outcome, "{index}");
        assert_eq!(address_findings(&report), expected.findings, "{index}");
        let audit = [
            "audit",
            "--format",
            "jsonl",
            "--pause",
            "0",
            "--retries",
            "0",
        ];
        let mut audited = parsed(&run(&names, port, &audit));
        // A day may end in between.
        for report in [&mut report, &mut audited] {
            let addresses = report["addresses"].as_array_mut().expect("addresses");
            for address in addresses {
                address.as_object_mut().expect("one").remove("days_left");
            }
        }
        for field in [
            "/outcome",
            "/chain/0/pem",
            "/addresses",
            "/addresses_left_out",
        ] {
            let [ours, theirs] = [&report, &audited].map(|report| report.pointer(field));
            assert_eq!(ours, theirs, "{index}: {field}");
        }
        is_said(&names, port, &ips[1], &expected);
    }
}

/// What `-q` and the plugin say.
fn is_said(names: &Names, port: u16, second: &str, expected: &Expected) {
    let quiet = check(names, port, &["-q"]);
    assert_eq!(quiet.code, expected.exit, "{}", quiet.stdout);
    assert_eq!(
        quiet.stdout.is_empty(),
        expected.quiet.is_empty(),
        "{}",
        quiet.stdout
    );
    let text = expected.quiet.replace("SECOND", second);
    assert!(quiet.stdout.contains(&text), "{text}: {}", quiet.stdout);
    let plugin = check(names, port, &["--format", "nagios"]);
    assert_eq!(plugin.code, expected.plugin, "{}", plugin.stdout);
    let text = expected.line.replace("SECOND", second);
    assert!(plugin.stdout.contains(&text), "{text}: {}", plugin.stdout);
}

/// Each address answers only once the other has been connected to.
#[test]
fn addresses_are_looked_at_side_by_side_and_each_once() {
    const TEST: &str = "addresses_are_looked_at_side_by_side_and_each_once";
    let (ip, port) = block(NET);
    let ips = [ip(2), ip(3)];
    let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
        return;
    };
    let identity = good();
    let both = Arc::new(Barrier::new(2));
    let connections = Arc::new(AtomicU32::new(0));
    let servers = ips.each_ref().map(|ip| {
        let mute = Behaviour {
            mute_after_handshake: true,
            ..Behaviour::default()
        };
        let server = Server::start(&identity, mute);
        let (inner, both): (SocketAddr, _) = (server.address, Arc::clone(&both));
        let connections = Arc::clone(&connections);
        listen_on(&format!("{ip}:{port}"), move |client| {
            connections.fetch_add(1, Ordering::SeqCst);
            both.wait();
            relay(client, inner);
        });
        server
    });
    let (code, report) = report(&names, port, &[]);
    assert_eq!(
        (code, &report["outcome"]),
        (0, &json!("trusted")),
        "{report:#}"
    );
    assert_eq!(connections.load(Ordering::SeqCst), 2);
    for server in servers {
        assert_eq!(server.flights(), 4);
    }
}

#[test]
fn one_address_is_one_connection_and_the_report_has_no_more_fields() {
    const TEST: &str = "one_address_is_one_connection_and_the_report_has_no_more_fields";
    let (ip, port) = block(NET);
    let ips = [ip(2), ip(3)];
    let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
        return;
    };
    let (one, other) = (good(), good());
    let servers = [serve(&ips[0], port, &one), serve(&ips[1], port, &other)];
    let connections = || -> usize {
        let greeted = |server: &Server| {
            let lines = server.lines();
            lines.iter().filter(|line| line.starts_with("EHLO")).count()
        };
        // One EHLO before STARTTLS.
        servers.iter().map(greeted).sum()
    };
    for args in [&["--one-address"][..], &["--connect", &ips[1]]] {
        let before = connections();
        let (code, report) = report(&names, port, args);
        assert_eq!((code, connections() - before), (0, 1), "{args:?}");
        for field in ["addresses", "addresses_left_out", "address_findings"] {
            assert!(report.get(field).is_none(), "{args:?}: {report:#}");
        }
        let run = check(&names, port, args);
        assert!(!run.stdout.contains("one of"), "{args:?}: {}", run.stdout);
    }
    names.set(&hosts(NAME, &ips[..1]));
    let before = connections();
    let (_, report) = report(&names, port, &[]);
    assert_eq!(connections() - before, 1);
    assert!(report.get("addresses").is_none(), "{report:#}");
}

/// A server with IPv4 and IPv6, seen from a machine that has no IPv6: the test runs again where the
/// loopback is the only network.
#[test]
fn an_address_without_a_route_is_neither_a_failure_nor_fine() {
    const TEST: &str = "an_address_without_a_route_is_neither_a_failure_nor_fine";
    const INSIDE: &str = "SMTP_CERTCHECK_NO_IPV6";
    const FAR: &str = "2001:db8::25";
    if let Ok(near) = std::env::var(INSIDE) {
        return from_a_machine_without_ipv6(&near, FAR);
    }
    let (ip, _) = block(NET);
    let Some(names) = Names::new(TEST, &hosts(NAME, &[ip(2), FAR.to_owned()])) else {
        return;
    };
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args([&format!("addresses::{TEST}"), "--exact", "--nocapture"]);
    let run = finish(&mut names.alone().within(again.env(INSIDE, ip(2))));
    assert!(
        run.stdout.contains("1 passed"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

fn from_a_machine_without_ipv6(near: &str, far: &str) {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let server = serve(near, 0, &good());
    let check = |port: u16, args: &[&str]| {
        let target = format!("smtp://{NAME}:{port}");
        let mut command = program();
        command.args([&target, "--no-hgrc", "--ehlo", "x", "--cacerts"]);
        finish(command.arg(&root).args(args))
    };
    let port = server.port();
    let json = check(port, &["--format", "json"]);
    let report = parsed(&json);
    assert_eq!((json.code, &report["outcome"]), (0, &json!("trusted")));
    assert_eq!(address_findings(&report), ["address-not-tried note"]);
    let other = &report["addresses"][1];
    let seen = (&other["outcome"], &other["error"]["code"]);
    assert_eq!(seen, (&json!(null), &json!("no-route")));
    let line = format!("\n  not checked    {far}: this machine has no route to it\n");
    let table = check(port, &[]).stdout;
    assert!(table.contains(&line), "{table}");
    // It is nothing that the server's administrator could repair.
    let quiet = check(port, &["-q"]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""));
    let plugin = check(port, &["--format", "nagios"]);
    assert_eq!(plugin.code, 0, "{}", plugin.stdout);
    // Where the other address does not answer, the sum is a failure, and the rest is still said.
    let dead = check(1, &[]);
    assert_eq!(dead.code, 3, "{}", dead.stdout);
    assert!(dead.stdout.contains(&line), "{}", dead.stdout);
}

/// Two real servers behind one name, with one certificate, and with two.
#[test]
fn real_servers_behind_one_name() {
    const TEST: &str = "real_servers_behind_one_name";
    let (one, other) = (good(), PKI.identity(expired_leaf(&[NAME])));
    for (second, outcome, exit) in [(&one, "trusted", 0), (&other, "untrusted", 1)] {
        let (Some(postfix), Some(exim)) = (
            Mta::for_test(TEST, Kind::Postfix, &one),
            Mta::for_test(TEST, Kind::Exim, second),
        ) else {
            return;
        };
        let (ip, port) = block(NET);
        let ips = [ip(2), ip(3)];
        let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
            return;
        };
        for (ip, mta) in ips.iter().zip([&postfix, &exim]) {
            let inner = SocketAddr::from(([127, 0, 0, 1], mta.starttls_port()));
            listen_on(&format!("{ip}:{port}"), move |client| relay(client, inner));
        }
        let (code, report) = report(&names, port, &[]);
        assert_eq!(
            (code, &report["outcome"]),
            (exit, &json!(outcome)),
            "{report:#}"
        );
        let greeting = report["connection"]["greeting"].as_str().expect("text");
        assert!(
            greeting.contains(if exit == 0 { "Postfix" } else { "Exim" }),
            "{greeting}"
        );
        assert_eq!(report["addresses"].as_array().map(Vec::len), Some(2));
    }
}
