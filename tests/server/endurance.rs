//! Hostile connections by the thousand in one process: each ends in time, none is trusted, and
//! neither memory nor file descriptors grow.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests use clock, files and sockets as they like, and who runs this by hand wants numbers"
)]

use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Endpoint, Host, Source};
use smtp_certcheck::escape::is_unsafe;
use smtp_certcheck::judge::{Anchors, Policy, judge_server};
use smtp_certcheck::render::style::Style;
use smtp_certcheck::render::{json, pem, table};
use smtp_certcheck::report::{Assessment, Outcome, Report, Target};
use smtp_certcheck::survey::{Family, Options, ProbeOptions, look};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use testkit::alone::alone;
use testkit::cost::Memory;
use testkit::der::{Issuer, common_name, dns_sans, extension};
use testkit::keyless;
use testkit::pki::now;
use testkit::raw::{self, send};

static ROOT: LazyLock<Issuer> = LazyLock::new(|| Issuer::root("Endurance"));

/// The deadline of a probe.
const DEADLINE: Duration = Duration::from_secs(2);
/// How many probes run at once.
const AT_ONCE: usize = 16;

#[test]
fn a_thousand_hostile_connections_leave_nothing_behind() {
    endure("a_thousand_hostile_connections_leave_nothing_behind", 1_000);
}

#[test]
#[ignore = "takes minutes; CONTRIBUTING.md has the command"]
fn fifty_thousand_hostile_connections_leave_nothing_behind() {
    endure(
        "fifty_thousand_hostile_connections_leave_nothing_behind",
        50_000,
    );
}

fn endure(test: &str, connections: usize) {
    // The counts are of the complete process.
    if !alone(&format!("endurance::{test}")) {
        return;
    }
    let servers = servers();
    let mut anchors = Anchors::new("the test");
    anchors.add(ROOT.der(), "the test").expect("an anchor");
    let anchors = Arc::new(anchors);
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut rest = 0..connections;
    let mut run = |count: usize| {
        let numbers: Vec<usize> = rest.by_ref().take(count).collect();
        runtime.block_on(async {
            look_at_all(&servers, &anchors, numbers).await;
            // The last goodbyes take a second.
            tokio::time::sleep(Duration::from_secs(2)).await;
        });
        Holding::now()
    };
    // A quarter of the way every pool and every arena has been in use.
    let early = run(connections / 4);
    let late = run(connections);
    drop(runtime);
    let seconds = started.elapsed().as_secs_f64();
    println!("{connections} connections in {seconds:.1} s: {early:?}, then {late:?}");
    assert!(
        late.descriptors <= early.descriptors,
        "descriptors: {early:?}, then {late:?}"
    );
    let growth = late.kib.saturating_sub(early.kib);
    assert!(growth < 16 * 1024, "memory: {early:?}, then {late:?}");
}

/// What the process holds.
#[derive(Debug)]
struct Holding {
    descriptors: usize,
    /// Resident memory.
    kib: u64,
}

impl Holding {
    fn now() -> Self {
        Self {
            descriptors: std::fs::read_dir("/proc/self/fd").expect("Linux").count(),
            kib: Memory::Now.own(),
        }
    }
}

async fn look_at_all(
    servers: &[(String, &'static str)],
    anchors: &Arc<Anchors>,
    numbers: Vec<usize>,
) {
    let mut running = tokio::task::JoinSet::new();
    for number in numbers {
        if running.len() >= AT_ONCE {
            running
                .join_next()
                .await
                .expect("a probe")
                .expect("no panic");
        }
        let (target, what) = servers[number % servers.len()].clone();
        running.spawn(look_at(target, what, Arc::clone(anchors)));
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

/// Ends after that time, of which what this thread has lost to a busy machine is no part: a step
/// begins when the one before it has been noticed.
async fn own_time(time: Duration) {
    const STEP: Duration = Duration::from_millis(100);
    for _ in 0..time.as_millis() / STEP.as_millis() {
        tokio::time::sleep(STEP).await;
    }
}

async fn look_at(target: String, what: &'static str, anchors: Arc<Anchors>) {
    let endpoint = Endpoint::from_target(target.parse().expect("a target"), None);
    let reference: Host = "localhost".parse().expect("a host");
    let options = Options {
        connect_to: None,
        family: Family::Any,
        known: None,
        one_address: true,
        via: None,
        probe: ProbeOptions {
            key_type: None,
            reference: reference.clone(),
            sni: true,
            timeout: DEADLINE,
            connect_timeout: DEADLINE,
            asks_once: false,
            ehlo: None,
            source: Source::default(),
            proxy_protocol: false,
            client: None,
            watch: None,
        },
    };
    let mut survey = tokio::select! {
        survey = look(&endpoint, &options) => survey,
        () = own_time(DEADLINE + Duration::from_secs(1)) => panic!("{what}: over the deadline"),
    };
    let mut seen = survey.seen.pop().expect("a sighting");
    let at = now();
    let policy = Policy::new(&anchors, &reference, at);
    let presented = std::mem::take(&mut seen.presented).into_iter();
    let chain: Vec<Certificate> = presented.map(Certificate::new).collect();
    let judgement = (!chain.is_empty()).then(|| judge_server(&chain, &seen, &policy));
    let target = Target {
        input: target.clone(),
        host: None,
        port: None,
        label: target,
        protocol: None,
        tls: None,
        servername: "localhost".to_owned(),
    };
    let look = Assessment {
        chain,
        seen: Some(seen),
        judgement,
        ..Assessment::default()
    };
    check(what, &Report::single(target, look, at));
}

/// Not trusted, and safe to show in every format.
fn check(what: &str, report: &Report) {
    let outcome = report.outcome();
    let good = [Outcome::Trusted, Outcome::Pinned];
    assert!(!good.contains(&outcome), "{what}: {outcome:?}");
    let style = Style {
        color: false,
        width: Some(80),
        ascii: false,
        verbose: true,
    };
    let json = json::host(report);
    serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
    for output in [json, table::render(report, style), pem::render(report)] {
        let raw = output.chars().find(|&c| c != '\n' && is_unsafe(c));
        assert_eq!(raw, None, "{what}: {output}");
    }
}

/// Servers, each hostile in its own way: the targets, and what to call them.
fn servers() -> Vec<(String, &'static str)> {
    let hostile = ROOT.leaf(|f| f.subject = common_name("\u{1b}]0;x\u{7}\u{202e}\n[hooks]"));
    let sound = ROOT.leaf(|_| ());
    let names: Vec<String> = (0..2000).map(|n| format!("host{n}.example.org")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let names = ROOT.leaf(|f| f.extensions = vec![dns_sans(&names)]);
    let nested = (0..4000).fold(Vec::new(), |inner, _| testkit::der::seq([inner]));
    let deep = ROOT.leaf(|f| f.extensions.push(extension("1.2.3.4", false, nested)));
    let garbage = vec![0x30; 2000];
    let chain = [sound.to_vec(), garbage.clone(), hostile.to_vec()];
    let implicit =
        |flight: Vec<u8>| raw::listen(move |mut stream| keyless::answer(&mut stream, &flight));
    let tls = |address: SocketAddr| format!("smtps://{address}");
    let smtp = |address: SocketAddr| format!("smtp://{address}");
    let mut all = vec![
        (
            tls(implicit(keyless::flight(&chain))),
            "garbage in the middle",
        ),
        (
            tls(implicit(keyless::flight(std::slice::from_ref(&garbage)))),
            "garbage",
        ),
        (
            tls(implicit(keyless::flight(&vec![sound.to_vec(); 100]))),
            "a hundred",
        ),
        (tls(implicit(keyless::flight(&[names]))), "2,000 names"),
        (tls(implicit(keyless::flight(&[deep]))), "4,000 levels"),
        (tls(implicit(keyless::flight(&[vec![0; 1 << 20]]))), "1 MiB"),
        (
            tls(implicit(keyless::flight::<Vec<u8>>(&[]))),
            "no certificate",
        ),
        (tls(altered(keyless::flight(&chain))), "altered"),
        (tls(altered(keyless::flight(&[hostile]))), "altered"),
        (
            tls(keyless::shake_hands(
                &[garbage.into()],
                &rustls::version::TLS12,
            )),
            "junk, TLS 1.2",
        ),
        (
            tls(keyless::shake_hands(
                &[vec![0; 2].into()],
                &rustls::version::TLS13,
            )),
            "junk, TLS 1.3",
        ),
        (
            tls(implicit(b"\x15\x03\x03\x00\x02\x02\x28".to_vec())),
            "an alert",
        ),
        (tls(implicit(b"220 \x1b[2J\x07\r\n".to_vec())), "no TLS"),
        (
            smtp(after_starttls(keyless::flight(&chain))),
            "behind STARTTLS",
        ),
        (
            smtp(after_starttls(b"250 injected\r\n".to_vec())),
            "an injection",
        ),
        (
            smtp(says(b"220 a\x1b]0;x\x07\xe2\x80\xae\r\n500 no\r\n")),
            "two replies at once",
        ),
        (smtp(says(b"554 \x9b\xff go away\r\n")), "a refusal"),
        (smtp(says(b"")), "closes"),
        (smtp(says(&[b'2'; 5000])), "a long line"),
        (smtp(floods()), "floods"),
        (smtp(stays_silent()), "silent"),
    ];
    all.extend(in_other_protocols());
    all
}

/// The same in the other protocols.
fn in_other_protocols() -> Vec<(String, &'static str)> {
    let in_protocol = |scheme: &str, address: SocketAddr| format!("{scheme}://{address}");
    vec![
        (
            in_protocol("imap", says(b"* OK \x1b]0;x\x07\r\n* BYE \x9b\xff\r\n")),
            "IMAP, BYE",
        ),
        (
            in_protocol(
                "imap",
                says(&[b"* OK x\r\n* X {60000}\r\n".as_slice(), &[0x1b; 60000]].concat()),
            ),
            "IMAP, a literal",
        ),
        (
            in_protocol(
                "imap",
                says(b"* OK [CAPABILITY STARTTLS]\r\nb OK go\r\nb NO \x1b\r\n"),
            ),
            "IMAP, out of turn",
        ),
        (
            in_protocol(
                "pop3",
                says(&[b"+OK \x1b\r\n".as_slice(), &b"\x07\r\n".repeat(9000)].concat()),
            ),
            "POP3, two answers",
        ),
        (
            in_protocol(
                "sieve",
                says(&b"\"\x1b\" {5}\r\n\x9b\r\n\"a\r\n".repeat(3000)),
            ),
            "ManageSieve, a list without an end",
        ),
        (
            in_protocol("lmtp", says(b"220 \x1b\r\n500 no\r\n")),
            "LMTP, closes",
        ),
        (
            format!("{}", says(b"* PREAUTH \x1b]0;x\x07\r\n")),
            "PREAUTH",
        ),
    ]
}

/// The flight with some octets altered, otherwise each time.
fn altered(flight: Vec<u8>) -> SocketAddr {
    static SEED: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);
    raw::listen(move |mut stream| {
        let mut state = SEED.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 1).unwrap_or(0) % below
        };
        let mut flight = flight.clone();
        for _ in 0..=next(4) {
            let at = next(flight.len());
            flight[at] = u8::try_from(next(256)).expect("an octet");
        }
        keyless::answer(&mut stream, &flight);
    })
}

fn after_starttls(flight: Vec<u8>) -> SocketAddr {
    raw::listen(move |mut stream| {
        raw::up_to_starttls(&mut stream);
        send(&mut stream, b"220 go\r\n");
        keyless::answer(&mut stream, &flight);
    })
}

fn says(text: &[u8]) -> SocketAddr {
    let text = text.to_vec();
    raw::listen(move |mut stream| send(&mut stream, &text))
}

/// Until the client has gone.
fn floods() -> SocketAddr {
    raw::listen(
        |mut stream| {
            while std::io::Write::write_all(&mut stream, b"220-again and again\r\n").is_ok() {}
        },
    )
}

/// Says nothing until the client has gone. Most servers say at least something, which limits the
/// time that this takes.
fn stays_silent() -> SocketAddr {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    raw::listen(|mut stream: TcpStream| {
        if COUNT.fetch_add(1, Ordering::Relaxed).is_multiple_of(20) {
            raw::wait_for_end(&mut stream);
        }
    })
}
