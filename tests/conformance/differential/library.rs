//! The judges' libraries, each in one process that answers many questions: what their programs do,
//! without a start for each question. The programs themselves are asked about a part.

use super::judges::{Outcome, Truth, decided_by_level, next_root};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use testkit::generate::Case;

/// A process that answers a line with a line.
pub struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().expect("the judge starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self {
            child,
            stdin,
            stdout,
        }
    }

    fn ask(&mut self, question: &str) -> Truth {
        match self.answer(question).as_str() {
            "0" => Truth::Yes,
            why => Truth::No(why.to_owned()),
        }
    }

    /// The answer as it is.
    pub fn answer(&mut self, question: &str) -> String {
        writeln!(self.stdin, "{question}").expect("the judge listens");
        let mut answer = String::new();
        self.stdout
            .read_line(&mut answer)
            .expect("the judge answers");
        let answer = answer.trim();
        assert!(!answer.is_empty(), "the judge has ended: {question}");
        answer.to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The judges, compiled once.
fn compiled() -> &'static [PathBuf; 2] {
    static COMPILED: OnceLock<[PathBuf; 2]> = OnceLock::new();
    COMPILED.get_or_init(|| {
        [
            ("libcrypto", "libcrypto.so.3"),
            ("libgnutls", "libgnutls.so.30"),
        ]
        .map(|(name, library)| compile(&format!("differential/{name}"), &[library]))
    })
}

/// Compiles `tests/conformance/NAME.c` with these libraries.
pub fn compile(name: &str, libraries: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/conformance").join(format!("{name}.c"));
    let program = root
        .join("target/differential-judges")
        .join(source.file_stem().expect("a name"));
    std::fs::create_dir_all(program.parent().expect("a directory")).expect("a directory");
    let new = program.with_extension(std::process::id().to_string());
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-o"]).arg(&new).arg(source);
    cc.args(libraries.iter().map(|library| format!("-l:{library}")));
    assert!(cc.status().expect("cc").success(), "cc {name}.c");
    // Another run may have one in use.
    std::fs::rename(new, &program).expect("a program");
    program
}

/// All judges.
pub struct Libraries {
    openssl: Process,
    next: Option<Process>,
    gnutls: Process,
}

impl Libraries {
    pub fn start() -> Self {
        let [libcrypto, libgnutls] = compiled();
        let next = next_root().map(|root| {
            let mut command = Command::new(root.join("lib64/ld-linux-x86-64.so.2"));
            let libraries = root.join("usr/lib/x86_64-linux-gnu");
            Process::start(command.arg("--library-path").args([&libraries, libcrypto]))
        });
        Self {
            openssl: Process::start(&mut Command::new(libcrypto)),
            next,
            gnutls: Process::start(&mut Command::new(libgnutls)),
        }
    }

    /// What they say of a case.
    pub fn all(&mut self, dir: &Path, case: &Case) -> Outcome {
        case.write(dir).expect("files");
        let openssl = verify(&mut self.openssl, dir, case, false);
        let strict = verify(&mut self.openssl, dir, case, true);
        let releases = self.next.as_mut().map(|next| {
            let next = [false, true].map(|strict| verify(next, dir, case, strict));
            let [default, strictly] = next;
            vec![(openssl.clone(), default), (strict.clone(), strictly)]
        });
        let at = case.at.unix_timestamp();
        let question = format!("{} {at} {}", case.name, dir.display());
        Outcome {
            openssl,
            strict,
            gnutls: Some(self.gnutls.ask(&question)),
            releases: releases.unwrap_or_default(),
        }
    }
}

fn verify(process: &mut Process, dir: &Path, case: &Case, strict: bool) -> Truth {
    let kind = if case.is_address() { "ip" } else { "hostname" };
    let (name, at, strict) = (&case.name, case.at.unix_timestamp(), u8::from(strict));
    decided_by_level(|level| {
        process.ask(&format!(
            "{strict} {level} {kind} {name} {at} {}",
            dir.display()
        ))
    })
}
