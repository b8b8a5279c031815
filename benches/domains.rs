//! The cost of a list of domains that share their hosts: our CPU time for 10,000 domains of 100 hosts,
//! against that of the same questions to the DNS alone and of the same hosts alone. The bound is in
//! benches/README.md; a run that misses it fails. It needs port 25, so it runs in a network of its own.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and files"
)]

use smtp_certcheck::endpoint::Resolver;
use smtp_certcheck::records::{Anchors, Question, RecordType};
use smtp_certcheck::resolve::{Lookups, Trust, absolute};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use testkit::cost::{cpu_of, median};
use testkit::dns::key::Keys;
use testkit::dns::nsd::Nsd;
use testkit::dns::sign::Tree;
use testkit::dns::unbound::Unbound;
use testkit::dns::zone::Zone;
use testkit::namespace::{Place, enter};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::server::{Behaviour, Server};
use tokio::task::JoinSet;

const DOMAINS: usize = 10_000;
const HOSTS: usize = 100;
const ZONES: usize = 100;
/// Hosts of each domain.
const EACH: usize = 2;
const AT_ONCE: usize = 64;
const ROUNDS: usize = 3;
const MOST: f64 = 1.3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "dns") {
        dns_alone(args[at + 1].parse().expect("a port"), &args[at + 2]);
        return ExitCode::SUCCESS;
    }
    match enter(
        "bench",
        "",
        &args[1..].iter().map(String::as_str).collect::<Vec<_>>(),
    ) {
        Place::Inside => {}
        Place::Outside(status) => return ExitCode::from(u8::from(!status.success())),
        Place::Closed => {
            println!("this machine allows no network namespace (unshare): not measured");
            return ExitCode::FAILURE;
        }
    }
    let tree = Tree::new(&zones(), &Keys::default());
    let started = Nsd::for_test("benchmark", &tree).and_then(|nsd| {
        let resolver = Unbound::resolver("benchmark", &tree, nsd.port)?;
        Some((nsd, resolver))
    });
    let Some((_nsd, resolver)) = started else {
        return ExitCode::FAILURE;
    };
    let bench = Bench::new(&tree, resolver.port);
    ExitCode::from(u8::from(!bench.run()))
}

fn domain(number: usize) -> String {
    format!("d{}.z{}.lab", number / ZONES, number % ZONES)
}

fn host(number: usize) -> String {
    format!("mx{}.mail.lab", number % HOSTS)
}

fn zones() -> Vec<Zone> {
    let mut hosts = String::new();
    for number in 0..HOSTS {
        let _ = writeln!(hosts, "mx{number} A 127.0.1.{}", number + 1);
    }
    let below = (0..ZONES).map(|zone| {
        let mut records = String::new();
        for number in (zone..DOMAINS).step_by(ZONES) {
            for place in 0..EACH {
                let host = host(number + place);
                let _ = writeln!(records, "d{} MX {place} {host}.", number / ZONES);
            }
        }
        Zone::new(&format!("z{zone}.lab."), &records)
    });
    let above = [
        Zone::new(".", "").key(1),
        Zone::new("lab.", "").key(2),
        Zone::new("mail.lab.", &hosts).key(3),
    ];
    above.into_iter().chain(below).collect()
}

struct Bench {
    dir: TempDir,
    resolver: u16,
    anchors: String,
}

impl Bench {
    /// Starts the hosts, each with a certificate of either type of key.
    fn new(tree: &Tree, resolver: u16) -> Self {
        let pki = Pki::new("Bench", KeyKind::P256);
        for number in 0..HOSTS {
            let name = host(number);
            let [first, second] = [KeyKind::P256, KeyKind::Rsa2048]
                .map(|kind| pki.identity_of(kind, &leaf(&[&name])));
            let behaviour = Behaviour {
                second: Some(second),
                ..Behaviour::default()
            };
            Server::start_on(&format!("127.0.1.{}:25", number + 1), &first, behaviour);
        }
        let dir = TempDir::new().expect("a temporary directory");
        std::fs::write(dir.path().join("root.pem"), pki.root_pem()).expect("the CA is written");
        Self {
            dir,
            resolver,
            anchors: tree.anchor_file().display().to_string(),
        }
    }

    fn run(&self) -> bool {
        let domains: String = (0..DOMAINS)
            .map(domain)
            .flat_map(|name| ["mx:".to_owned(), name, "\n".to_owned()])
            .collect();
        let mut servers = String::new();
        for number in 0..HOSTS {
            for key in ["", " label=again"] {
                let name = host(number);
                let _ = writeln!(
                    servers,
                    "smtp://127.0.1.{} servername={name}{key}",
                    number + 1
                );
            }
        }
        let (mut ours, mut dns, mut hosts) = (Vec::new(), Vec::new(), Vec::new());
        // In turns, because a busy machine then slows all of them.
        for _ in 0..ROUNDS {
            ours.push(cpu_of(&mut self.audit(&domains)));
            dns.push(cpu_of(&mut self.dns()));
            hosts.push(cpu_of(&mut self.audit(&servers)));
        }
        let [ours, dns, hosts] = [ours, dns, hosts].map(median);
        println!("CPU time of {DOMAINS} domains that share {HOSTS} hosts:");
        println!("  smtp-certcheck audit           {ours:9.1} ms");
        println!("  the questions alone            {dns:9.1} ms");
        println!("  the hosts alone                {hosts:9.1} ms");
        let ratio = ours / (dns + hosts);
        let is_met = ratio <= MOST;
        let word = if is_met { "met" } else { "MISSED" };
        println!("  audit / questions and hosts {ratio:6.3}, at most {MOST:.3}: {word}");
        is_met
    }

    fn audit(&self, lines: &str) -> Command {
        let list = self.dir.path().join("list");
        std::fs::write(&list, lines).expect("a list");
        let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-certcheck"));
        command
            .args(["audit", "--format", "jsonl", "--ehlo", "b.example"])
            .args(["--pause", "0", "--fail-on", "never", "--jobs", "64"])
            .arg(format!("--resolver=127.0.0.1:{}", self.resolver))
            .args(["--trust-anchor", &self.anchors, "--cacerts"])
            .arg(self.dir.path().join("root.pem"))
            .arg("--input")
            .arg(list);
        command
    }

    fn dns(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["dns", &self.resolver.to_string(), &self.anchors]);
        command
    }
}

/// The peer: the questions about the domains and the hosts, and none of the rest.
fn dns_alone(port: u16, anchors: &str) {
    let anchors: Anchors = std::fs::read_to_string(anchors)
        .expect("the anchors")
        .parse()
        .expect("anchors");
    let server = Resolver(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let lookups = Lookups::new(vec![server], anchors, Trust::NoResolver, Lookups::AT_ONCE);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let hosts = (0..HOSTS).flat_map(|number| {
            let name = host(number);
            let tlsa = (format!("_25._tcp.{name}"), RecordType::TLSA);
            [
                (name.clone(), RecordType::A),
                (name, RecordType::AAAA),
                tlsa,
            ]
        });
        let domains = (0..DOMAINS).flat_map(|number| {
            let name = domain(number);
            let texts = ["_mta-sts", "_smtp._tls"];
            let texts = texts.map(|label| (format!("{label}.{name}"), RecordType::TXT));
            [(name, RecordType::MX)].into_iter().chain(texts)
        });
        let mut running = JoinSet::new();
        for (name, kind) in hosts.chain(domains) {
            let lookups = Arc::clone(&lookups);
            running.spawn(async move { ask(&lookups, &name, kind).await });
            if running.len() >= AT_ONCE {
                running.join_next().await;
            }
        }
        running.join_all().await;
    });
}

async fn ask(lookups: &Arc<Lookups>, name: &str, kind: RecordType) {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let now = u32::try_from(since.as_secs()).expect("before 2106");
    let question = Question::new(absolute(name).expect("a name"), kind);
    let found = lookups
        .look_up(question, now, Duration::from_secs(30))
        .await;
    assert!(found.answer.rcode.is_some(), "{:?}", found.answer.reason);
}
