//! The cost of a target of an audit: our CPU time against that of a bare loop of tokio and rustls
//! that connects, does STARTTLS, validates and hashes, and of `xargs -P` over `openssl s_client` and
//! over `posttls-finger`. With `curve` for lists of 10 to 100,000 targets, and what memory they need;
//! with `dead` how long those that never answer hold the others up; with `mail` what hosts with
//! several ports cost, against each of their ports as a target of its own. The bounds are in
//! benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files")]

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::cost::{Memory, Whose, cpu_ms, median};
use testkit::mta::{Kind, Mta};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::server::{Behaviour, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const TARGETS: usize = 2000;
/// Of a peer that starts a process for each.
const PROCESSES: usize = 100;
const CURVE: [usize; 5] = [10, 100, 1000, 10_000, 100_000];
const JOBS: usize = 64;
/// One address has 28,000 ports for the connections of a minute.
const SERVERS: usize = 16;
/// Servers with a certificate each: more than the program keeps in mind.
const STRANGERS: usize = 1000;

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
    let farm = Farm::new();
    let met = if args.iter().any(|arg| arg == "curve") {
        farm.curve()
    } else if args.iter().any(|arg| arg == "dead") {
        farm.dead()
    } else if args.iter().any(|arg| arg == "mail") {
        farm.hosts()
    } else {
        farm.peers()
    };
    ExitCode::from(u8::from(!met))
}

/// Servers on the loopback, and the CA of their certificate.
struct Farm {
    dir: TempDir,
    pki: Pki,
    ports: Vec<u16>,
}

impl Farm {
    fn new() -> Self {
        let pki = Pki::new("Bench", KeyKind::P256);
        let identity = pki.identity(leaf(&["localhost"]));
        let dir = TempDir::new().expect("a temporary directory");
        std::fs::write(dir.path().join("root.pem"), pki.root_pem()).expect("the CA is written");
        let start = |_| Server::start(&identity, Behaviour::default()).port();
        let ports = (0..SERVERS).map(start).collect();
        Self { dir, pki, ports }
    }

    /// Ports of servers that each present their own certificate.
    fn strangers(&self) -> Vec<u16> {
        let start = |_| {
            let identity = self.pki.identity(leaf(&["localhost"]));
            Server::start(&identity, Behaviour::default()).port()
        };
        (0..STRANGERS).map(start).collect()
    }

    fn root(&self) -> String {
        self.dir.path().join("root.pem").display().to_string()
    }

    fn audit(&self, lines: &str, more: &[&str]) -> Command {
        let list = self.dir.path().join("list");
        std::fs::write(&list, lines).expect("a list");
        let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-certcheck"));
        command.args(["audit", "--format", "jsonl", "--ehlo", "b.example", "-4"]);
        command.args(["--pause", "0", "--fail-on", "never"]);
        command.args(["--cacerts", &self.root(), "--input"]);
        command.arg(list).args(more);
        command
    }

    fn good(&self, ports: &[u16], count: usize) -> Command {
        let ports = ports.iter().cycle().take(count);
        let lines: Vec<String> = ports
            .map(|port| format!("smtp://localhost:{port}\n"))
            .collect();
        let jobs = JOBS.to_string();
        self.audit(&lines.concat(), &["--jobs", &jobs, "--per-address", &jobs])
    }

    /// Against what others would use.
    fn peers(&self) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], self.ports[0])).to_string();
        let root = self.root();
        let mut loops = Command::new(std::env::current_exe().expect("this program"));
        loops.args(["bare", &address, &root, &TARGETS.to_string()]);
        // The usual way to write it: s_client reads its input until the input ends.
        let mut openssl = Command::new("sh");
        let line = format!(
            "openssl s_client -starttls smtp -CAfile {root} -connect {address} </dev/null >/dev/null 2>&1"
        );
        let mut openssl = each(openssl.args(["-c", &line]));
        // Postfix' own program, with its own configuration.
        let identity = Pki::new("Postfix", KeyKind::P256).identity(leaf(&["localhost"]));
        let mta = Mta::for_test("posttls-finger", Kind::Postfix, &identity);
        let mut finger = mta.as_ref().and_then(|mta| {
            let mut finger = mta.program("posttls-finger").ok()?;
            // It asks the DNS alone, which does not know localhost.
            let server = format!("[127.0.0.1]:{}", self.ports[0]);
            finger.args(["-c", "-l", "secure", "-F", &root, &server, "localhost"]);
            let output = finger.output().ok()?;
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(said.contains("Verified TLS connection"), "{said}");
            Some(each(&finger))
        });
        let strangers = self.strangers();
        let (mut our_times, mut bare_times) = (Vec::new(), Vec::new());
        let mut stranger_times = Vec::new();
        let (mut openssl_times, mut finger_times) = (Vec::new(), Vec::new());
        // In turns, because a busy machine then slows all of them.
        for _ in 0..5 {
            let of_each = |ports| cpu_of(&mut self.good(ports, TARGETS)).0 / as_f64(TARGETS);
            our_times.push(of_each(&self.ports));
            stranger_times.push(of_each(&strangers));
            bare_times.push(cpu_of(&mut loops).0 / as_f64(TARGETS));
            openssl_times.push(cpu_of(&mut openssl).0 / as_f64(PROCESSES));
            if let Some(finger) = &mut finger {
                finger_times.push(cpu_of(finger).0 / as_f64(PROCESSES));
            }
        }
        let times = [our_times, stranger_times, bare_times, openssl_times];
        let [our, stranger, bare, openssl] = times.map(median);
        println!("CPU time of one target, STARTTLS, P-256, {JOBS} at once:");
        println!("  bare loop of tokio and rustls   {bare:7.3} ms");
        println!("  smtp-certcheck audit            {our:7.3} ms");
        println!("  the same, all chains different  {stranger:7.3} ms");
        println!("  xargs openssl s_client          {openssl:7.3} ms");
        let mut met = bound("audit / bare loop", our / bare, 1.25);
        met &= bound("all different / bare loop", stranger / bare, 1.25);
        met &= bound("audit / openssl", our / openssl, 1.0 / 15.0);
        if finger_times.is_empty() {
            println!("  posttls-finger is not installed: not compared");
        } else {
            let finger = median(finger_times);
            println!("  xargs posttls-finger            {finger:7.3} ms");
            met &= bound("audit / posttls-finger", our / finger, 1.0 / 20.0);
        }
        met
    }

    /// Lists of every length.
    fn curve(&self) -> bool {
        println!("| targets | CPU time | of each | peak memory |");
        println!("|---:|---:|---:|---:|");
        let mut points = Vec::new();
        for count in CURVE {
            let (cpu, peak) = cpu_of(&mut self.good(&self.ports, count));
            let each = cpu / as_f64(count);
            println!(
                "| {count} | {:.2} s | {each:.3} ms | {:.1} MiB |",
                cpu / 1000.0,
                peak / 1024.0
            );
            points.push((count, each, peak));
        }
        let of = |wanted: usize| {
            *points
                .iter()
                .find(|(count, ..)| *count == wanted)
                .expect("a point")
        };
        let (_, thousand, _) = of(1000);
        let (_, most, large) = of(100_000);
        let (_, _, small) = of(100);
        let flat = bound("each of 100,000 / 1,000", most / thousand, 1.2);
        flat & bound("MiB more for 100,000", (large - small) / 1024.0, 64.0)
    }

    /// Hosts with as many ports as a mail host has, against the same ports one by one.
    fn hosts(&self) -> bool {
        const PORTS: usize = 8;
        let jobs = JOBS.to_string();
        let limits = ["--jobs", &jobs, "--per-address", &jobs];
        let ports: Vec<String> = self.ports[..PORTS].iter().map(u16::to_string).collect();
        let host = format!("localhost ports=smtp:{}\n", ports.join(",smtp:"));
        let hosts = host.repeat(TARGETS / PORTS);
        let (mut together, mut apart) = (Vec::new(), Vec::new());
        for _ in 0..7 {
            let alone = cpu_of(&mut self.good(&self.ports[..PORTS], TARGETS));
            apart.push(alone.0 / as_f64(TARGETS));
            let whole = cpu_of(&mut self.audit(&hosts, &limits));
            together.push(whole.0 / as_f64(TARGETS));
        }
        let (together, apart) = (median(together), median(apart));
        println!("CPU time of one port, {PORTS} of each host, {JOBS} hosts at once:");
        println!("  as targets of their own         {apart:7.3} ms");
        println!("  as hosts                        {together:7.3} ms");
        bound("hosts / the sum of their ports", together / apart, 1.15)
    }

    /// Two thousand, one in ten of which never answers.
    fn dead(&self) -> bool {
        const DEADLINE: f64 = 10.0;
        let silent = testkit::raw::listen_on("0.0.0.0:0", |mut client| {
            testkit::raw::wait_for_end(&mut client);
        });
        let mut lines = String::new();
        for n in 0..TARGETS {
            let [high, low] = u16::try_from(n).expect("a port's width").to_be_bytes();
            let line = if n % 10 == 3 {
                format!("smtp://127.1.{high}.{low}:{}\n", silent.port())
            } else {
                format!("smtp://localhost:{}\n", self.ports[n % SERVERS])
            };
            lines.push_str(&line);
        }
        let deadline = DEADLINE.to_string();
        let limits = ["--timeout", &deadline, "--per-address", "64"];
        let mut command = self.audit(&lines, &limits);
        let started = std::time::Instant::now();
        cpu_of(&mut command);
        let took = started.elapsed().as_secs_f64();
        println!(
            "{TARGETS} targets, {} of them dead: {took:.2} s",
            TARGETS / 10
        );
        bound("wall time / one deadline", took / DEADLINE, 1.2)
    }
}

/// A process for each target, four at once.
fn each(command: &Command) -> Command {
    let line = format!("yes | head -n {PROCESSES} | xargs -P 4 -I@ \"$@\" >/dev/null 2>&1");
    let mut xargs = Command::new("sh");
    xargs
        .args(["-c", &line, "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        xargs.env(name, value.unwrap_or_default());
    }
    xargs
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

/// CPU time in milliseconds of a child and its children, and its peak memory in KiB.
fn cpu_of(command: &mut Command) -> (f64, f64) {
    let before = cpu_ms(Whose::Children);
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
            peak = Memory::Peak
                .of(child.id())
                .map_or(peak, |kib| as_f64(usize::try_from(kib).expect("memory")));
        }
        line.clear();
    }
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{command:?}");
    (cpu_ms(Whose::Children) - before, peak)
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
