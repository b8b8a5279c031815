//! Runs the program, and checks all JSON that it prints against the schema.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "each test binary uses a part of this, and tests read files"
)]

pub mod openssl;
pub mod user;

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program in a clean environment: no trust store but what the test names.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smtp-certcheck"));
    for name in [
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NO_COLOR",
        "HGRCPATH",
        "TERM",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs it with `args`.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    finish(program().args(args))
}

pub fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    Run {
        code: output.status.code().expect("the program exits"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// Runs it for JSON, and returns the exit code and the report, checked against the schema.
pub fn report<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> (i32, Value) {
    let run = finish(program().args(args).args(["--format", "json"]));
    assert_eq!(run.stderr, "", "nothing on standard error");
    assert!(
        !run.stdout
            .chars()
            .any(|c| c != '\n' && smtp_certcheck::escape::is_unsafe(c)),
        "raw control characters in JSON"
    );
    let value: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let reports = match &value {
        Value::Array(reports) => reports.as_slice(),
        report => std::slice::from_ref(report),
    };
    for report in reports {
        check_schema(report);
    }
    (run.code, value)
}

pub fn check_schema(report: &Value) {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
        let text = std::fs::read_to_string(path).expect("the schema");
        let schema = serde_json::from_str(&text).expect("the schema is JSON");
        jsonschema::draft202012::new(&schema).expect("the schema is a schema")
    });
    let errors: Vec<String> = SCHEMA
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "against the schema: {errors:#?}");
}

/// The codes of the problems (or of the `notes`) of a report.
pub fn codes(report: &Value, kind: &str) -> Vec<String> {
    let findings = report["validation"][kind].as_array();
    findings
        .into_iter()
        .flatten()
        .map(|finding| finding["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

pub fn problems(report: &Value) -> Vec<String> {
    codes(report, "problems")
}

pub fn notes(report: &Value) -> Vec<String> {
    codes(report, "notes")
}

/// A directory for one test.
pub struct Dir(TempDir);

impl Dir {
    pub fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("a file is written");
        path
    }
}
