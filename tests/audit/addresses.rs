//! Names with several addresses: each is looked at, the name is as bad as its worst address, and
//! what a resolver shuffles changes nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "tests read and write files; a table of cases is long"
)]

use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use testkit::names::Names;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now};
use testkit::program::{Dir, Run, findings, finish, program};
use testkit::raw::{busy, listen_on, silent, without_starttls};
use testkit::server::{Behaviour, Server};

const NAME: &str = "mx.example";
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Addresses", KeyKind::P256));

fn good() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

fn block() -> (impl Fn(u8) -> String, u16) {
    testkit::names::block(44)
}

fn serve(ip: &str, port: u16, identity: &Identity) -> Server {
    Server::start_on(&format!("{ip}:{port}"), identity, Behaviour::default())
}

fn hosts(ips: &[String]) -> String {
    testkit::names::hosts(NAME, ips)
}

fn command(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let mut command = program();
    command
        .args(["audit", "--ehlo", "x", "--pause", "0", "--input"])
        .arg(dir.file("list", list))
        .arg("--cacerts")
        .arg(dir.file("root.pem", PKI.root_pem()))
        .args(args);
    command
}

fn audit(names: &Names, port: u16, args: &[&str]) -> Run {
    let list = format!("smtp://{NAME}:{port}\n");
    let dir = Dir::new();
    finish(&mut names.within(&command(&dir, &list, args)))
}

/// The only report.
fn report(run: &Run) -> Value {
    let mut lines = run.stdout.lines();
    let report = serde_json::from_str(lines.next().expect("a report")).expect("JSON");
    assert_eq!(lines.next(), None, "one target is one line");
    testkit::program::check_schema(&report);
    report
}

fn message<'a>(report: &'a Value, code: &str) -> &'a str {
    let found = report["findings"].as_array().expect("findings");
    let finding = found.iter().find(|finding| finding["code"] == code);
    finding.expect(code)["message"].as_str().expect("a message")
}

/// What the second address of a name may be, while the first is good.
enum Second {
    Serves(Identity),
    Raw(fn(std::net::TcpStream)),
    Dead,
}

/// What the second address is, the outcome, the exit code, and the findings.
type Case = (Second, &'static str, i32, &'static [&'static str]);

#[test]
fn a_name_is_as_bad_as_its_worst_address() {
    const TEST: &str = "a_name_is_as_bad_as_its_worst_address";
    let first = good();
    let later = {
        let mut params = leaf(&[NAME]);
        params.not_after = now() + time::Duration::days(80);
        PKI.renewed(&first, &params)
    };
    let lonely = PKI.lonely(leaf(&[NAME]));
    let self_signed = Pki::self_signed(&leaf(&[NAME]), KeyKind::P256);
    let cases: [Case; 11] = [
        (Second::Serves(first.clone()), "trusted", 0, &[]),
        (
            Second::Serves(good()),
            "trusted",
            0,
            &["addresses-differ warning"],
        ),
        (
            Second::Serves(later),
            "trusted",
            0,
            &["addresses-differ warning"],
        ),
        (
            Second::Serves(self_signed),
            "untrusted",
            1,
            &["self-signed critical", "addresses-differ warning"],
        ),
        (
            Second::Serves(PKI.identity(expired_leaf(&[NAME]))),
            "untrusted",
            1,
            &["expired critical", "addresses-differ warning"],
        ),
        (
            Second::Serves(PKI.identity(leaf(&["other.example"]))),
            "untrusted",
            1,
            &["name-mismatch critical", "addresses-differ warning"],
        ),
        (
            Second::Serves(lonely),
            "untrusted",
            1,
            &["missing-intermediate critical", "addresses-differ warning"],
        ),
        (Second::Dead, "trusted", 0, &["address-unreachable note"]),
        (
            Second::Raw(silent),
            "trusted",
            0,
            &["address-unreachable note"],
        ),
        (
            Second::Raw(busy),
            "trusted",
            0,
            &["temporary-refusal warning"],
        ),
        (
            Second::Raw(without_starttls),
            "smtp-refused",
            1,
            &["starttls-not-offered critical"],
        ),
    ];
    for (index, (second, outcome, code, expected)) in cases.into_iter().enumerate() {
        let (ip, port) = block();
        let ips = [ip(2), ip(3)];
        let Some(names) = Names::new(TEST, &hosts(&ips)) else {
            return;
        };
        let _first = serve(&ips[0], port, &first);
        match second {
            Second::Serves(identity) => drop(serve(&ips[1], port, &identity)),
            Second::Raw(handler) => drop(listen_on(&format!("{}:{port}", ips[1]), handler)),
            Second::Dead => {}
        }
        let run = audit(&names, port, &["--format", "jsonl", "--timeout", "3"]);
        let report = report(&run);
        assert_eq!(report["outcome"], outcome, "{index}: {report}");
        assert_eq!(run.code, code, "{index}: {}", run.stderr);
        assert_eq!(findings(&report), expected, "{index}: {report}");
        are_listed(&report, &ips, port);
        if expected.contains(&"addresses-differ warning") {
            let same = message(&report, "addresses-differ").contains("the same key");
            assert_eq!(same, index == 2, "{report}");
        }
    }
}

/// Both addresses are in the report, and what holds at one says at which.
fn are_listed(report: &Value, ips: &[String; 2], port: u16) {
    let addresses = report["addresses"].as_array().expect("addresses");
    let listed: Vec<&str> = addresses
        .iter()
        .map(|address| address["address"].as_str().expect("text"))
        .collect();
    assert_eq!(
        listed,
        ips.each_ref().map(|ip| format!("{ip}:{port}")),
        "{report}"
    );
    assert_eq!(addresses[0]["outcome"], "trusted", "{report}");
    assert_eq!(report["addresses_left_out"], 0);
    for finding in report["findings"].as_array().expect("findings") {
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains(&ips[1]), "{message}");
    }
}

#[test]
fn an_address_that_refuses_is_not_waited_for_while_others_answer() {
    const TEST: &str = "an_address_that_refuses_is_not_waited_for_while_others_answer";
    let (ip, port) = block();
    let Some(names) = Names::new(TEST, &hosts(&[ip(2), ip(3)])) else {
        return;
    };
    let server = serve(&ip(3), port, &good());
    let started = Instant::now();
    let run = audit(&names, port, &["--format", "jsonl", "--retries", "10"]);
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(report(&run)["outcome"], "trusted");
    // If no address answers, the servers may only be busy.
    let report = report(&audit(
        &names,
        server.port() + 1,
        &["--format", "jsonl", "--retries", "1"],
    ));
    assert_eq!(report["outcome"], "unreachable");
    assert_eq!(findings(&report), ["connect-failed critical"]);
    let text = message(&report, "connect-failed");
    assert_eq!(text, "no connection to any of its 2 addresses");
    let attempts = report["connection"]["attempts"]
        .as_array()
        .expect("attempts");
    assert_eq!(attempts.len(), 2);
}

#[test]
fn the_order_of_addresses_is_not_a_change() {
    const TEST: &str = "the_order_of_addresses_is_not_a_change";
    let (ip, port) = block();
    let ips = [ip(2), ip(3), ip(4)];
    let Some(names) = Names::new(TEST, &hosts(&ips)) else {
        return;
    };
    let (one, other) = (good(), good());
    let first = serve(&ips[0], port, &one);
    let _second = serve(&ips[1], port, &other);
    let _third = serve(&ips[2], port, &other);
    let dir = Dir::new();
    let run = audit(&names, port, &["--format", "jsonl"]);
    let before = report(&run);
    let baseline = dir.file("baseline", &run.stdout);
    let changes = |hosts: &[String]| {
        names.set(&self::hosts(hosts));
        let baseline = baseline.to_str().expect("UTF-8");
        let run = audit(&names, port, &["--format", "jsonl", "--baseline", baseline]);
        report(&run)
    };
    for order in [[2, 1, 0], [1, 0, 2], [0, 2, 1]] {
        let now = changes(&order.map(|index| ips[index].clone()));
        assert_eq!(now["changes"], json!([]), "{order:?}");
        // The days left may be one less by now.
        let as_served = |report: &Value| {
            let mut addresses = report["addresses"].clone();
            for address in addresses.as_array_mut().expect("them") {
                address["days_left"].take();
            }
            addresses
        };
        assert_eq!(as_served(&now), as_served(&before), "{order:?}");
        assert_eq!(now["findings"], before["findings"], "{order:?}");
        assert_eq!(now["chain"][0]["pem"], before["chain"][0]["pem"]);
        assert_eq!(
            now["connection"]["address"],
            before["connection"]["address"]
        );
    }
    // One address is silent, or only one answers: its certificate was served before.
    assert_eq!(changes(&[ip(4), ip(9)])["changes"], json!([]));
    assert_eq!(changes(&[ip(2)])["changes"], json!([]));
    // Another certificate at one of them is a change.
    let mut params = leaf(&[NAME]);
    params.not_after = now() + time::Duration::days(80);
    first.renew(&PKI.renewed(&one, &params));
    assert_eq!(changes(&ips)["changes"], json!(["renewed", "expiry"]));
    first.renew(&good());
    assert_eq!(changes(&ips)["changes"], json!(["new-key"]));
    first.renew(&PKI.identity(expired_leaf(&[NAME])));
    assert_eq!(
        changes(&ips)["changes"],
        json!(["new-key", "expiry", "worse"])
    );
}

#[test]
fn the_number_of_addresses_is_bounded_and_said() {
    const TEST: &str = "the_number_of_addresses_is_bounded_and_said";
    let (ip, port) = block();
    let ips: Vec<String> = (1..=20).map(&ip).collect();
    let Some(names) = Names::new(TEST, &hosts(&ips)) else {
        return;
    };
    let identity = good();
    let seen = Arc::new(AtomicU32::new(0));
    for ip in &ips {
        let inner = Server::start(&identity, Behaviour::default()).address;
        let seen = Arc::clone(&seen);
        listen_on(&format!("{ip}:{port}"), move |client| {
            seen.fetch_add(1, Ordering::SeqCst);
            proxy(client, inner);
        });
    }
    let report = report(&audit(&names, port, &["--format", "jsonl"]));
    assert_eq!(findings(&report), ["address-not-tried note"]);
    let text = message(&report, "address-not-tried");
    assert_eq!(text, "16 addresses were looked at, and 4 more were not");
    assert_eq!(report["addresses"].as_array().map(Vec::len), Some(16));
    assert_eq!(report["addresses_left_out"], 4);
    assert_eq!(seen.swap(0, Ordering::SeqCst), 16);
    let report = self::report(&audit(
        &names,
        port,
        &["--format", "jsonl", "--one-address"],
    ));
    assert_eq!(report["outcome"], "trusted");
    assert!(report.get("addresses").is_none(), "{report}");
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

/// Passes bytes on to a server, both ways.
fn proxy(client: std::net::TcpStream, server: SocketAddr) {
    let Ok(server) = std::net::TcpStream::connect(server) else {
        return;
    };
    let (Ok(mut client_read), Ok(mut server_read)) = (client.try_clone(), server.try_clone())
    else {
        return;
    };
    let (mut client, mut server) = (client, server);
    let up = std::thread::spawn(move || {
        let _ = std::io::copy(&mut client_read, &mut server);
        let _ = server.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut server_read, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Write);
    let _ = up.join();
}

#[test]
fn manners_hold_for_each_address() {
    const TEST: &str = "manners_hold_for_each_address";
    let (ip, port) = block();
    let names: Vec<String> = (0..6).map(|n| format!("mx{n}.example")).collect();
    let line = |ip: &str| format!("{ip} {}\n", names.join(" "));
    let Some(private) = Names::new(TEST, &[line(&ip(2)), line(&ip(3))].concat()) else {
        return;
    };
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let inner = Server::start(&PKI.identity(leaf(&texts)), Behaviour::default()).address;
    let counts = [2, 3].map(|last| {
        let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let all = Arc::new(AtomicU32::new(0));
        let counts = (Arc::clone(&most), Arc::clone(&all));
        listen_on(&format!("{}:{port}", ip(last)), move |client| {
            all.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(40));
            proxy(client, inner);
            now.fetch_sub(1, Ordering::SeqCst);
        });
        counts
    });
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{name}:{port}\n"))
        .collect();
    let list = lines.concat();
    let started = Instant::now();
    let dir = Dir::new();
    let args = ["--format", "jsonl", "--rate", "20"];
    let run = finish(&mut private.within(&command(&dir, &list, &args)));
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (0, 6),
        "{}",
        run.stderr
    );
    for (most, all) in counts {
        assert_eq!(all.load(Ordering::SeqCst), 6);
        // The server may see an end a moment later than the client.
        assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} at once");
    }
    // Twelve connections at twenty a second.
    assert!(
        started.elapsed() > Duration::from_millis(550),
        "{:?}",
        started.elapsed()
    );
    // All of them are one service, and have one key.
    let shared = run.stdout.matches("\"shared-key\"").count();
    assert_eq!(shared, 5, "{}", run.stdout);
}

#[test]
fn a_name_is_looked_up_once_for_all_its_ports_and_round_robin_changes_nothing() {
    const TEST: &str = "a_name_is_looked_up_once_for_all_its_ports_and_round_robin_changes_nothing";
    let (ip, port) = block();
    let addresses: Vec<Ipv4Addr> = [2, 3, 4]
        .map(|last| ip(last).parse().expect("an address"))
        .to_vec();
    let server: Ipv4Addr = ip(53).parse().expect("an address");
    let Some(asked) = testkit::names::name_server(TEST, server, addresses.clone()) else {
        return;
    };
    let Some(names) = Names::new(TEST, "127.0.0.1 localhost\n") else {
        return;
    };
    let names = names.asking(server);
    let (one, other) = (good(), good());
    let identities = [&one, &other, &other];
    for (address, identity) in addresses.iter().zip(identities) {
        serve(&address.to_string(), port, identity);
    }
    let dir = Dir::new();
    // The other port is closed.
    let dead = port + 1;
    let list = format!("smtp://{NAME}:{port}\n{NAME}:{port}\nsmtp://{NAME}:{dead}\n");
    let args = ["--format", "jsonl", "--retries", "0"];
    let run = finish(&mut names.within(&command(&dir, &list, &args)));
    assert_eq!(run.stdout.lines().count(), 3, "{}", run.stderr);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let baseline = dir.file("baseline", &run.stdout);
    let baseline = baseline.to_str().expect("UTF-8");
    for turn in 2..=4 {
        let args = ["--format", "jsonl", "--baseline", baseline];
        let run = finish(&mut names.within(&command(&dir, &list, &args)));
        assert_eq!(asked.load(Ordering::SeqCst), turn);
        let changes = run.stdout.matches("\"changes\":[]").count();
        assert_eq!(changes, 3, "{}", run.stdout);
    }
}

/// Another name server with the same answers, each a little later.
fn delay(slow: Ipv4Addr, server: Ipv4Addr) {
    let socket = Arc::new(UdpSocket::bind((slow, 53)).expect("the port"));
    std::thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query) {
            let (query, socket) = (query[..length].to_vec(), Arc::clone(&socket));
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(30));
                let asks = UdpSocket::bind((server, 0)).expect("a port");
                asks.send_to(&query, (server, 53)).expect("it is sent");
                let mut answer = [0; 512];
                let length = asks.recv(&mut answer).expect("an answer");
                let _ = socket.send_to(&answer[..length], client);
            });
        }
    });
}

/// Each lookup needs descriptors: a shortage on this machine is not the fault of a name.
#[test]
fn many_names_are_looked_up_with_few_files() {
    const TEST: &str = "many_names_are_looked_up_with_few_files";
    let (ip, port) = block();
    let server: Ipv4Addr = ip(53).parse().expect("an address");
    let address: Ipv4Addr = ip(2).parse().expect("an address");
    let Some(asked) = testkit::names::name_server(TEST, server, vec![address]) else {
        return;
    };
    let Some(names) = Names::new(TEST, "127.0.0.1 localhost\n") else {
        return;
    };
    let slow: Ipv4Addr = ip(54).parse().expect("an address");
    delay(slow, server);
    let names = names.asking(slow);
    let _server = serve(&ip(2), port, &good());
    let list: Vec<String> = (0..300)
        .map(|n| format!("smtp://n{n}.example:{port} servername={NAME}\n"))
        .collect();
    let dir = Dir::new();
    let command = command(&dir, &list.concat(), &["--format", "jsonl"]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    let run = finish(&mut names.within(&limited));
    let good = run.stdout.matches("\"outcome\":\"trusted\"").count();
    assert_eq!((run.code, good), (0, 300), "{}", run.stderr);
    assert_eq!(asked.load(Ordering::SeqCst), 300);
}

#[test]
fn both_families_are_looked_at() {
    const TEST: &str = "both_families_are_looked_at";
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        testkit::skip::skip(TEST, "this machine has no IPv6 loopback");
        return;
    }
    let (ip, port) = block();
    let Some(names) = Names::new(TEST, &hosts(&["::1".to_owned(), ip(2)])) else {
        return;
    };
    let _v4 = serve(&ip(2), port, &good());
    let _v6 = serve("[::1]", port, &PKI.identity(expired_leaf(&[NAME])));
    for (args, outcome, addresses) in [
        (&["--format", "jsonl"][..], "untrusted", 2),
        (&["--format", "jsonl", "-4"], "trusted", 0),
        (&["--format", "jsonl", "-6"], "untrusted", 0),
    ] {
        let report = report(&audit(&names, port, args));
        assert_eq!(report["outcome"], outcome, "{args:?}");
        let listed = report["addresses"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, addresses, "{args:?}");
    }
}

#[test]
fn an_address_without_a_route_is_said_not_to_have_been_tried() {
    const TEST: &str = "an_address_without_a_route_is_said_not_to_have_been_tried";
    let hosts = format!("127.0.0.2 {NAME}\n2001:db8::25 {NAME}\n");
    let Some(names) = Names::new(TEST, &hosts) else {
        return;
    };
    let args = ["--format", "jsonl", "--retries", "0"];
    let report = report(&audit(&names.alone(), 25, &args));
    assert_eq!(
        findings(&report),
        ["connect-failed critical", "address-not-tried note"]
    );
    let text = message(&report, "address-not-tried");
    assert_eq!(text, "this machine has no route to 2001:db8::25");
    assert_eq!(report["addresses"][1]["error"]["code"], "no-route");
    assert_eq!(report["addresses"][1]["outcome"], Value::Null);
}

#[test]
fn every_format_shows_the_address_that_is_bad() {
    const TEST: &str = "every_format_shows_the_address_that_is_bad";
    let (ip, port) = block();
    let Some(names) = Names::new(TEST, &hosts(&[ip(2), ip(3)])) else {
        return;
    };
    let _good = serve(&ip(2), port, &good());
    let _bad = serve(
        &ip(3),
        port,
        &Pki::self_signed(&leaf(&[NAME]), KeyKind::P256),
    );
    let at = format!("at {}: ", ip(3));
    for format in ["table", "csv", "junit", "html", "jsonl"] {
        let run = audit(&names, port, &["--format", format]);
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        assert!(run.stdout.contains(&at), "{format}: {}", run.stdout);
        assert!(
            run.stdout.contains("addresses-differ"),
            "{format}: {}",
            run.stdout
        );
    }
    let run = audit(&names, port, &["--format", "prometheus"]);
    let place = format!("target=\"smtp://{NAME}:{port}\",host=\"{NAME}\",port=\"{port}\"");
    let labels = format!("{place},servername=\"{NAME}\",label=\"\"");
    let line = format!("smtp_certcheck_trusted{{{labels}}} 0\n");
    assert!(run.stdout.contains(&line), "{}", run.stdout);
}
