//! The cost of one target: our CPU time against that of `openssl s_client`, against the same server
//! in the same run; with `instructions` the instructions of both, as valgrind counts them. The bounds
//! are in benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files")]

use rcgen::{CertifiedIssuer, KeyPair};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use tempfile::TempDir;
use testkit::cost::{cpu_of, median, silent};
use testkit::pki::{Identity, ca, leaf};
use testkit::server::{Behaviour, Server};

const RUNS: usize = 60;

/// The same question for both programs.
struct Pair {
    /// Where the anchors are.
    anchors: &'static str,
    openssl: Command,
    ours: Command,
    /// At most so much of the CPU time of the other.
    ratio: f64,
    /// At most so many millions of instructions.
    millions: f64,
}

/// A server whose CA is the only anchor, or one in the system's trust store.
struct Bench {
    dir: TempDir,
    pairs: [Pair; 2],
    _server: Server,
}

impl Bench {
    fn new() -> Self {
        let (root_pem, identity) = below_root();
        let server = Server::start(&identity, Behaviour::default());
        let target = format!("localhost:{}", server.port());
        let dir = TempDir::new().expect("a temporary directory");
        let (root, store) = (dir.path().join("root.pem"), dir.path().join("store.pem"));
        let system = openssl_probe::probe().cert_file.expect("a trust store");
        let system = std::fs::read_to_string(system).expect("it is read");
        std::fs::write(&root, &root_pem).expect("the CA is written");
        std::fs::write(&store, system + &root_pem).expect("the store is written");
        let pairs = pairs(dir.path(), &target, [&root, &store]);
        Self {
            dir,
            pairs,
            _server: server,
        }
    }

    fn cpu_time(&mut self) -> bool {
        // In turns: noise then affects all alike, and medians ignore the rest.
        let mut times = [const { [const { Vec::new() }; 2] }; 2];
        for _ in 0..RUNS {
            for (pair, [theirs, ours]) in self.pairs.iter_mut().zip(&mut times) {
                theirs.push(cpu_of(&mut pair.openssl));
                ours.push(cpu_of(&mut pair.ours));
            }
        }
        println!("CPU time of one target, median of {RUNS} runs, STARTTLS, P-256:");
        let judged = self.pairs.iter().zip(times).map(|(pair, times)| {
            let [theirs, ours] = times.map(median);
            let (ratio, bound) = (ours / theirs, pair.ratio);
            let word = word(ratio <= bound);
            println!(
                "  {:<16} {ours:6.2} ms, openssl s_client {theirs:6.2} ms: {ratio:.2} of it (bound {bound}: {word})",
                pair.anchors
            );
            ratio <= bound
        });
        // Every pair is shown.
        let met: Vec<bool> = judged.collect();
        met.iter().all(|met| *met)
    }

    fn instructions(&mut self) -> bool {
        let log = self.dir.path().join("log");
        println!("Millions of instructions of one target, STARTTLS, P-256:");
        let judged = self.pairs.iter_mut().map(|pair| {
            let [theirs, ours] = [&pair.openssl, &pair.ours].map(|command| counted(command, &log));
            let bound = pair.millions;
            println!(
                "  {:<16} {ours:6.2}, openssl s_client {theirs:6.2} (bound {bound}: {})",
                pair.anchors,
                word(ours <= bound)
            );
            ours <= bound
        });
        // Every pair is shown.
        let met: Vec<bool> = judged.collect();
        met.iter().all(|met| *met)
    }
}

/// A CA, and a server's certificate that it has issued itself: a path of two, of which both programs
/// verify one signature. An intermediate costs each of them one more.
fn below_root() -> (String, Identity) {
    let key = || KeyPair::generate().expect("a key");
    let root = CertifiedIssuer::self_signed(ca("Bench Root"), key()).expect("a root");
    let own = key();
    let leaf = leaf(&["localhost"]).signed_by(&own, &root).expect("a leaf");
    let identity = Identity::from_pem(&leaf.pem(), &own.serialize_pem());
    (root.pem(), identity)
}

/// What both programs are asked, in this directory: with one CA, and with all.
fn pairs(dir: &Path, target: &str, [root, store]: [&Path; 2]) -> [Pair; 2] {
    // A copy, as an installation makes one: what the linker has just written lies scattered in the
    // page cache, which costs half a millisecond.
    let program = dir.join("smtp-certcheck");
    std::fs::copy(env!("CARGO_BIN_EXE_smtp-certcheck"), &program).expect("a copy");
    let ours = || {
        let mut command = Command::new(&program);
        command.args([target, "--ehlo", "bench.example"]);
        command
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR");
        command
    };
    let openssl = |anchors: &Path| {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-starttls", "smtp", "-connect", target]);
        command.arg("-CAfile").arg(anchors);
        command
    };
    let (mut alone, mut among_all) = (ours(), ours());
    alone.arg("--cacerts").arg(root);
    among_all.env("SSL_CERT_FILE", store);
    [
        Pair {
            anchors: "one CA",
            openssl: openssl(root),
            ours: alone,
            ratio: 0.42,
            millions: 5.0,
        },
        Pair {
            anchors: "the trust store",
            openssl: openssl(store),
            ours: among_all,
            ratio: 0.30,
            millions: 12.0,
        },
    ]
}

fn main() -> ExitCode {
    let mut bench = Bench::new();
    let met = if std::env::args().any(|arg| arg == "instructions") {
        bench.instructions()
    } else {
        bench.cpu_time()
    };
    ExitCode::from(u8::from(!met))
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// The instructions of one run in user space, in millions, from the dynamic loader to the end.
fn counted(command: &Command, log: &PathBuf) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", log.display()))
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => valgrind.env(name, value),
            None => valgrind.env_remove(name),
        };
    }
    let run = silent(&mut valgrind).status();
    let ended = run.expect("valgrind starts: apt-get install valgrind");
    assert!(ended.success(), "it trusts the server: {command:?}");
    let said = std::fs::read_to_string(log).expect("a log");
    let count = said.split_once("Collected : ").map(|(_, count)| count);
    let count = count.and_then(|count| count.lines().next()?.trim().parse::<u64>().ok());
    #[expect(clippy::cast_precision_loss, reason = "a count of millions fits")]
    let count = count.expect("a count") as f64;
    count / 1e6
}
