//! The cost of a target of an audit: our CPU time against that of a bare loop of tokio and rustls
//! that connects, does STARTTLS, validates and hashes, and of `xargs -P openssl s_client`; and what
//! memory a long list needs. The bounds are in benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files")]

use nix::sys::resource::{UsageWho, getrusage};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::server::{Behaviour, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const TARGETS: usize = 2000;
const LONG: usize = 20_000;
const JOBS: usize = 64;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "bare") {
        bare(
            &args[at + 1],
            &args[at + 2],
            args[at + 3].parse().expect("a number"),
        );
        return ExitCode::SUCCESS;
    }
    let pki = Pki::new("Bench", KeyKind::P256);
    let server = Server::start(&pki.identity(leaf(&["localhost"])), Behaviour::default());
    let dir = tempfile::TempDir::new().expect("a temporary directory");
    let root = dir.path().join("root.pem");
    std::fs::write(&root, pki.root_pem()).expect("the CA is written");
    let root = root.to_str().expect("UTF-8").to_owned();
    let address = server.address.to_string();
    let list = |count: usize| {
        let path = dir.path().join(format!("list{count}"));
        let lines = format!("smtp://localhost:{}\n", server.port()).repeat(count);
        std::fs::write(&path, lines).expect("a list");
        path
    };
    let ours = |count: usize| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-certcheck"));
        let jobs = JOBS.to_string();
        command.args([
            "audit",
            "--format",
            "jsonl",
            "--ehlo",
            "b.example",
            "--pause",
            "0",
            "-4",
        ]);
        command.args([
            "--jobs",
            &jobs,
            "--per-address",
            &jobs,
            "--cacerts",
            &root,
            "--input",
        ]);
        command.arg(list(count));
        command
    };
    let mut loops = Command::new(std::env::current_exe().expect("this program"));
    loops.args(["bare", &address, &root, &TARGETS.to_string()]);
    let mut openssl = Command::new("sh");
    let line = format!(
        "yes | head -n 100 | xargs -P 4 -I@ sh -c 'openssl s_client -starttls smtp -CAfile {root} -connect {address} </dev/null >/dev/null 2>&1'"
    );
    openssl.args(["-c", &line]);

    let (mut our_times, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        our_times.push(cpu_of(&mut ours(TARGETS)).0);
        bare_times.push(cpu_of(&mut loops).0);
    }
    let [our, bare] = [our_times, bare_times].map(|times| median(times) / as_f64(TARGETS));
    let openssl = cpu_of(&mut openssl).0 / 100.0;
    let (_, small) = cpu_of(&mut ours(100));
    let (_, large) = cpu_of(&mut ours(LONG));
    println!("CPU time of one target, STARTTLS, P-256, {JOBS} at once:");
    println!("  bare loop of tokio and rustls   {bare:7.3} ms");
    println!("  smtp-certcheck audit            {our:7.3} ms");
    println!("  xargs openssl s_client          {openssl:7.3} ms");
    println!("Peak memory: {small} KiB for 100 targets, {large} KiB for {LONG}");
    let met = [
        bound("audit / bare loop", our / bare, 1.25),
        bound("audit / openssl", our / openssl, 1.0 / 15.0),
        bound("MiB more for a long list", (large - small) / 1024.0, 64.0),
    ];
    ExitCode::from(u8::from(met.contains(&false)))
}

fn bound(what: &str, value: f64, most: f64) -> bool {
    let met = value <= most;
    let word = if met { "met" } else { "MISSED" };
    println!("  {what:26} {value:6.3}, at most {most:.3}: {word}");
    met
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small number"))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// CPU time in milliseconds of a child and its children, and its peak memory in KiB.
fn cpu_of(command: &mut Command) -> (f64, f64) {
    let usage = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
        let ms = |time: nix::sys::time::TimeVal| {
            use nix::sys::time::TimeValLike as _;
            f64::from(i32::try_from(time.num_milliseconds()).expect("a short run"))
        };
        ms(usage.user_time()) + ms(usage.system_time())
    };
    let before = usage();
    // /proc is read before the child is gone.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    let mut peak = 0.0;
    let mut line = Vec::new();
    let mut count = 0;
    while output.read_until(b'\n', &mut line).expect("its output") > 0 {
        count += 1;
        if count % 50 == 0 {
            peak = peak_of(child.id()).unwrap_or(peak);
        }
        line.clear();
    }
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{command:?}");
    (usage() - before, peak)
}

fn peak_of(pid: u32) -> Option<f64> {
    let mut text = String::new();
    std::fs::File::open(format!("/proc/{pid}/status"))
        .ok()?
        .read_to_string(&mut text)
        .ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The peer: what the work costs without any of the rest.
fn bare(address: &str, root: &str, count: usize) {
    let address: SocketAddr = address.parse().expect("an address");
    let mut roots = rustls::RootCertStore::empty();
    for der in CertificateDer::pem_file_iter(root).expect("the CA") {
        roots.add(der.expect("a certificate")).expect("a CA");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut config = config;
    config.resumption = rustls::client::Resumption::disabled();
    let config = Arc::new(config);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let permits = Arc::new(tokio::sync::Semaphore::new(JOBS));
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..count {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("open");
            let config = Arc::clone(&config);
            running.spawn(async move {
                let digest = one(address, config).await;
                drop(permit);
                digest
            });
        }
        let mut out = std::io::stdout().lock();
        while let Some(digest) = running.join_next().await {
            writeln!(out, "{}", hex::encode(digest.expect("a digest"))).expect("output");
        }
    });
}

async fn one(address: SocketAddr, config: Arc<rustls::ClientConfig>) -> Vec<u8> {
    let mut stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let mut buffer = vec![0; 16 * 1024];
    for command in [&b"EHLO b.example\r\n"[..], b"STARTTLS\r\n"] {
        let _ = stream.read(&mut buffer).await.expect("a reply");
        stream.write_all(command).await.expect("a command");
    }
    let _ = stream.read(&mut buffer).await.expect("a reply");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut tls = rustls::ClientConnection::new(config, name).expect("a client");
    while tls.is_handshaking() {
        let mut out = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut out).expect("a vector");
        }
        stream.write_all(&out).await.expect("a flight");
        let count = stream.read(&mut buffer).await.expect("a flight");
        tls.read_tls(&mut &buffer[..count]).expect("records");
        tls.process_new_packets().expect("a handshake");
    }
    let chain = tls.peer_certificates().expect("a chain");
    let digests = chain.iter().flat_map(|der| Sha256::digest(der).to_vec());
    let digests: Vec<u8> = digests.collect();
    tls.send_close_notify();
    let mut out = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut out).expect("a vector");
    }
    stream.write_all(&out).await.expect("goodbye");
    digests
}
