//! A sample over sockets: `gnutls-cli`, which sees the handshake, and Python's `ssl` as Mercurial
//! sets it up, and as Python 3.13 does by default.

use super::judges::{OpenSsl, Truth};
use super::models;
use smtp_certcheck::judge::clients::{Answer, Family};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use testkit::generate::{Case, Generator};
use testkit::pki::{Identity, now};
use testkit::server::{Behaviour, Server};

fn identity(case: &Case) -> Identity {
    let key = pem::parse(&case.key).expect("a key").into_contents();
    Identity {
        chain: case
            .presented
            .iter()
            .map(|der| der.clone().into())
            .collect(),
        key: rustls::pki_types::PrivatePkcs8KeyDer::from(key).into(),
        key_pem: case.key.clone(),
    }
}

/// A server that presents one case after the other.
struct Stage {
    server: Server,
    dir: tempfile::TempDir,
}

impl Stage {
    fn new(case: &Case) -> Self {
        let behaviour = Behaviour {
            implicit_tls: true,
            ..Behaviour::default()
        };
        Self {
            server: Server::start(&identity(case), behaviour),
            dir: tempfile::TempDir::new().expect("a directory"),
        }
    }

    fn present(&self, case: &Case) -> &Path {
        self.server.renew(&identity(case));
        case.write(self.dir.path()).expect("files");
        self.dir.path()
    }
}

/// Cases that can be served, whose keys rustls signs with, and whose dates bear a second's delay.
fn cases(generator: &Generator, seeds: std::ops::Range<u64>) -> impl Iterator<Item = Case> {
    seeds
        .map(|seed| generator.case(seed))
        .filter(|case| !case.on_the_edge && !case.key_is_odd)
}

/// The seeds of a sample; `LIVE=COUNT` makes it larger, and `SEED=N` another one.
fn sample(first: u64, count: u64) -> std::ops::Range<u64> {
    let first = super::number("SEED").unwrap_or(first);
    first..first + super::number("LIVE").unwrap_or(count)
}

#[test]
fn gnutls_cli_agrees() {
    let generator = Generator::new(now());
    let stage = Stage::new(&generator.case(0));
    let (mut asked, mut unknown) = (0, 0);
    for case in cases(&generator, sample(0, 120)) {
        let dir = stage.present(&case);
        let mut command = Command::new("gnutls-cli");
        command
            .args(["--x509cafile", "ca.pem", "--verify-hostname", &case.name])
            .args(["--port", &stage.server.port().to_string(), "127.0.0.1"])
            .current_dir(dir)
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        let output = command.output().expect("gnutls-cli");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let accepts = text.contains("- Status: The certificate is trusted.")
            && text.contains("- Handshake was completed");
        let refuses = text.contains("- Status: The certificate is NOT trusted.")
            || errors.contains("Key usage violation")
            || text.contains("*** PKI verification of server certificate failed...")
            || errors.contains("*** Fatal error")
            || errors.contains("Error setting the x509 trust file");
        assert!(accepts != refuses, "{}: {text}{errors}", case.seed);
        let said = models::verdicts(&case);
        let verdict = &said.of(Family::Gnutls);
        asked += 1;
        match verdict.answer {
            Answer::Unknown => unknown += 1,
            answer => {
                let same = answer.accepts() == Some(accepts);
                assert!(same, "{}: {verdict:?}, but {text}{errors}", case.seed);
            }
        }
    }
    println!("gnutls-cli: {asked} asked, {unknown} unknown");
    assert!(unknown * 50 <= asked, "{unknown} of {asked} are unknown");
}

/// A process that connects once for each request.
struct Python {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// Mercurial's context (`mercurial/sslutil.py`), or `ssl.create_default_context` of Python 3.13.
const SCRIPT: &str = r#"
import socket, ssl, sys
for line in sys.stdin:
    port, strict, cafile = line.rstrip("\n").split(" ", 2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if strict == "strict":
        context.verify_flags |= ssl.VERIFY_X509_STRICT | 0x80000
    try:
        context.load_verify_locations(cafile)
        with socket.create_connection(("127.0.0.1", int(port))) as plain:
            context.wrap_socket(plain, server_hostname="mail.example.test").close()
        print("yes", flush=True)
    except ssl.SSLError as error:
        print("no", error, flush=True)
"#;

impl Python {
    fn start() -> Self {
        // Debian's, which has Debian's OpenSSL.
        let mut child = Command::new("/usr/bin/python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self {
            child,
            stdin,
            stdout,
        }
    }

    fn ask(&mut self, port: u16, strict: bool, dir: &Path) -> String {
        let how = if strict { "strict" } else { "default" };
        let cafile = dir.join("ca.pem");
        writeln!(self.stdin, "{port} {how} {}", cafile.display()).expect("python3 listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("python3 answers");
        line.trim().to_owned()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn python_agrees() {
    let generator = Generator::new(now());
    let stage = Stage::new(&generator.case(0));
    let mut python = Python::start();
    let mut asked = 0;
    for case in cases(&generator, sample(1000, 120)) {
        let dir = stage.present(&case);
        let said = models::verdicts(&case);
        for (family, strict) in [(Family::Openssl, false), (Family::OpensslStrict, true)] {
            let verdict = said.of(family);
            // Mercurial compares the name itself: without the name, both are about the chain.
            let truth = OpenSsl::present().judge(dir, &case, strict);
            let is_about_the_name = matches!(&truth, Truth::No(why) if why.starts_with("62 ") || why.starts_with("64 "));
            if is_about_the_name || verdict.answer == Answer::Unknown {
                continue;
            }
            asked += 1;
            let answer = python.ask(stage.server.port(), strict, dir);
            let accepts = answer == "yes";
            assert_eq!(
                verdict.answer.accepts(),
                Some(accepts),
                "{}: {verdict:?}, but {answer}",
                case.seed
            );
        }
    }
    println!("Python: {asked} asked");
    assert!(asked > 150, "{asked}");
}
