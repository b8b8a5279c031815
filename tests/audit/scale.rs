//! Thousands of servers, each on its own address in 127.0.0.0/8 and with a known outcome: no target
//! is lost, doubled or misjudged, and memory does not grow with the list.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use testkit::cost::Memory;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, program};
use testkit::raw::{busy, listen_on, relay, send, without_starttls};
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Farm", KeyKind::P256));

/// On every address of the loopback.
const ANYWHERE: &str = "0.0.0.0:0";

/// The kinds of servers: their ports.
struct Farm {
    good: u16,
    expired: u16,
    stranger: u16,
    flapping: u16,
    plain: u16,
    tarpit: u16,
}

static FARM: LazyLock<Farm> = LazyLock::new(|| {
    let start = |identity: &Identity| {
        Server::start_on(ANYWHERE, identity, Behaviour::default())
            .address
            .port()
    };
    let good = PKI.identity(leaf(&["localhost"]));
    let stranger = Pki::new("Stranger", KeyKind::P256).identity(leaf(&["localhost"]));
    let inner = Server::start(&good, Behaviour::default()).address;
    let greeted: Mutex<HashSet<Ipv4Addr>> = Mutex::default();
    let flapping = move |client: TcpStream| {
        let address = client.local_addr().expect("an address").ip();
        let IpAddr::V4(address) = address else {
            return;
        };
        // Busy for the first client of each address.
        if greeted.lock().expect("not poisoned").insert(address) {
            busy(client);
        } else {
            relay(client, inner);
        }
    };
    // An octet a second, and never a line.
    let tarpit = |mut client: TcpStream| {
        for _ in 0..60 {
            send(&mut client, b"2");
            std::thread::sleep(Duration::from_secs(1));
        }
    };
    Farm {
        good: start(&good),
        expired: start(&PKI.identity(expired_leaf(&["localhost"]))),
        stranger: start(&stranger),
        flapping: listen_on(ANYWHERE, flapping).port(),
        plain: listen_on(ANYWHERE, without_starttls).port(),
        tarpit: listen_on(ANYWHERE, tarpit).port(),
    }
});

/// A list of `count` targets, and the right outcome for each. Lists share no addresses: a server
/// that flaps does so once.
fn list(count: usize) -> (String, BTreeMap<String, &'static str>) {
    static NETWORKS: AtomicUsize = AtomicUsize::new(1);
    let network = u8::try_from(NETWORKS.fetch_add(1, Ordering::SeqCst)).expect("a few lists");
    let mut truth = BTreeMap::new();
    let mut list = String::new();
    for n in 0..count {
        let (port, outcome) = match n % 20 {
            0..=10 => (FARM.good, "trusted"),
            11 | 12 => (FARM.expired, "untrusted"),
            13 | 14 => (FARM.stranger, "untrusted"),
            15 | 16 => (FARM.flapping, "trusted"),
            17 => (FARM.plain, "smtp-refused"),
            // The port is closed.
            18 => (1, "unreachable"),
            _ if n % 100 == 19 => (FARM.tarpit, "unreachable"),
            _ => (FARM.good, "trusted"),
        };
        let [high, low] = u16::try_from(n).expect("a small farm").to_be_bytes();
        let target = format!("smtp://127.{network}.{high}.{low}:{port}");
        list += &target;
        list += " servername=localhost\n";
        truth.insert(target, outcome);
    }
    (list, truth)
}

fn command(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let root = dir.file("root.pem", PKI.root_pem());
    let list = dir.file("list", list);
    let mut command = program();
    command
        .args(["audit", "--ehlo", "x", "--cacerts"])
        .arg(root)
        .arg("--input")
        .arg(list)
        .args(args)
        .stdin(Stdio::null());
    command
}

/// Target and outcome of each line, in the order of coming.
fn outcomes(jsonl: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .map(|report: Value| (text(&report["target"]["input"]), text(&report["outcome"])))
        .collect()
}

fn is_true(jsonl: &str, truth: &BTreeMap<String, &'static str>) {
    let found = outcomes(jsonl);
    for (target, outcome) in &found {
        assert_eq!(truth.get(target), Some(&outcome.as_str()), "{target}");
    }
    let targets: HashSet<&String> = found.iter().map(|(target, _)| target).collect();
    assert_eq!((targets.len(), found.len()), (truth.len(), truth.len()));
}

#[test]
fn thousands_are_judged_rightly_whatever_the_jobs() {
    for (count, jobs, timeout) in [(3000, "256", "12"), (1000, "1024", "15"), (200, "7", "5")] {
        let (list, truth) = list(count);
        let dir = Dir::new();
        let args = ["--format", "jsonl", "--jobs", jobs, "--timeout", timeout];
        let run = testkit::program::finish(&mut command(&dir, &list, &args));
        assert_eq!(run.code, 1, "{}", run.stderr);
        is_true(&run.stdout, &truth);
    }
}

#[test]
fn a_target_counts_as_often_as_it_stands_there() {
    let (list, truth) = list(10);
    let dir = Dir::new();
    let args = ["--format", "jsonl", "--pause", "0"];
    let run = testkit::program::finish(&mut command(&dir, &list.repeat(30), &args));
    let found = outcomes(&run.stdout);
    for target in truth.keys() {
        let times = found.iter().filter(|(found, _)| found == target).count();
        assert_eq!(times, 30, "{target}");
    }
}

/// A reader that does not read holds up the audit, and costs it no memory.
#[test]
fn a_slow_reader_costs_no_memory() {
    const COUNT: usize = 2000;
    let connections = Arc::new(AtomicUsize::new(0));
    let inner = SocketAddr::from((Ipv4Addr::LOCALHOST, FARM.good));
    let counted = Arc::clone(&connections);
    let port = listen_on(ANYWHERE, move |client| {
        counted.fetch_add(1, Ordering::SeqCst);
        relay(client, inner);
    })
    .port();
    let mut list = String::new();
    for n in 0..COUNT {
        let [high, low] = u16::try_from(n).expect("a small farm").to_be_bytes();
        let _ = writeln!(
            list,
            "smtp://127.200.{high}.{low}:{port} servername=localhost"
        );
    }
    let dir = Dir::new();
    let args = ["--format", "jsonl", "--jobs", "8", "--timeout", "60"];
    let start = || {
        let mut command = command(&dir, &list, &args);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().expect("it starts")
    };
    let read = |child: &mut Child| {
        let mut reader = BufReader::new(child.stdout.take().expect("its output"));
        let (mut lines, mut most, mut line) = (0, 0, String::new());
        while reader.read_line(&mut line).expect("a line") > 0 {
            lines += 1;
            if lines % 100 == 0 {
                most = Memory::Peak.of(child.id()).unwrap_or(most);
            }
            line.clear();
        }
        assert_eq!(
            (lines, child.wait().expect("it ends").code()),
            (COUNT, Some(0))
        );
        most
    };
    let quick = read(&mut start());

    connections.store(0, Ordering::SeqCst);
    let mut child = start();
    // Until it goes no further.
    let mut before = usize::MAX;
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let now = connections.load(Ordering::SeqCst);
        if now == before {
            break;
        }
        before = now;
    }
    // What fits into the pipe, into the queue, and what is in hand.
    assert!(
        (1..COUNT / 4).contains(&before),
        "{before} were connected to"
    );
    let slow = read(&mut child);
    assert!(slow < quick + 8 * 1024, "{slow} KiB instead of {quick}");
}

/// The bound for 100,000 is measured by `cargo bench --bench audit`; this one fails early.
#[test]
fn memory_does_not_grow_with_the_list() {
    let peak_for = |count: usize, format: &str| {
        let (list, _) = list(100);
        let good = list.lines().next().expect("a line").to_owned() + "\n";
        let dir = Dir::new();
        let limits = ["--jobs", "16", "--per-address", "16", "--pause", "0"];
        let args = [&["--format", format][..], &limits].concat();
        let mut command = command(&dir, &good.repeat(count), &args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut output = child.stdout.take().expect("its output");
        let reader = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        // A sorted table comes at the very end, when it is too late to ask.
        let mut most = 0;
        while let Some(now) = Memory::Peak.of(child.id()) {
            most = now;
            std::thread::sleep(Duration::from_millis(5));
        }
        child.wait().expect("it ends");
        reader.join().expect("a thread").expect("the output");
        assert_ne!(most, 0);
        most
    };
    for format in ["jsonl", "csv", "table"] {
        let (few, many) = (peak_for(200, format), peak_for(2000, format));
        // As many targets as these are in hand at once, at 5 KiB.
        assert!(many < few + 12 * 1024, "{format}: {few} and {many} KiB");
    }
}
