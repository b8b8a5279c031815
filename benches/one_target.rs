//! The cost of one target: our CPU time against that of `openssl s_client`, against the same server
//! in the same run. The bounds are in benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files")]

use nix::sys::resource::{UsageWho, getrusage};
use std::process::{Command, ExitCode, Stdio};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::server::{Behaviour, Server};

const RUNS: usize = 60;

fn main() -> ExitCode {
    let pki = Pki::new("Bench", KeyKind::P256);
    let server = Server::start(&pki.identity(leaf(&["localhost"])), Behaviour::default());
    let dir = tempfile::TempDir::new().expect("a temporary directory");
    let root = dir.path().join("root.pem");
    std::fs::write(&root, pki.root_pem()).expect("the CA is written");
    let root = root.to_str().expect("UTF-8");
    let target = format!("localhost:{}", server.port());

    // A copy, as an installation makes one: what the linker has just written lies scattered in the
    // page cache, which costs half a millisecond.
    let program = dir.path().join("smtp-certcheck");
    std::fs::copy(env!("CARGO_BIN_EXE_smtp-certcheck"), &program).expect("a copy");
    let ours = |args: &[&str]| {
        let mut command = Command::new(&program);
        command
            .args([&target, "--ehlo", "bench.example"])
            .args(args);
        command
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR");
        command
    };
    let mut openssl = Command::new("openssl");
    openssl.args([
        "s_client",
        "-starttls",
        "smtp",
        "-CAfile",
        root,
        "-connect",
        &target,
    ]);
    let mut private = ours(&["--cacerts", root]);
    let mut system = ours(&[]);

    // In turns: noise then affects all alike, and medians ignore the rest.
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        for (command, times) in [&mut openssl, &mut private, &mut system]
            .into_iter()
            .zip(&mut times)
        {
            times.push(cpu_of(command));
        }
    }
    let [openssl, private, system] = times.map(median);
    println!("CPU time of one target, median of {RUNS} runs, STARTTLS, P-256:");
    println!("  openssl s_client -CAfile       {openssl:7.2} ms");
    let met = [
        verdict("smtp-certcheck --cacerts", private, openssl, 0.5),
        verdict("smtp-certcheck, system store", system, openssl, 1.0),
    ];
    if met == [true, true] {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn verdict(name: &str, ours: f64, theirs: f64, bound: f64) -> bool {
    let ratio = ours / theirs;
    let met = ratio <= bound;
    let word = if met { "met" } else { "MISSED" };
    println!("  {name:<30} {ours:7.2} ms = {ratio:.2} of it (bound {bound}: {word})");
    met
}

/// User and system time of one run, in milliseconds.
fn cpu_of(command: &mut Command) -> f64 {
    let before = children();
    let run = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    run.status().expect("the program starts");
    children() - before
}

fn children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let milliseconds = |time: nix::sys::time::TimeVal| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "microseconds of a benchmark fit"
        )]
        let fraction = time.tv_usec() as f64 / 1e3;
        #[expect(clippy::cast_precision_loss, reason = "seconds of a benchmark fit")]
        let whole = time.tv_sec() as f64 * 1e3;
        whole + fraction
    };
    milliseconds(usage.user_time()) + milliseconds(usage.system_time())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
