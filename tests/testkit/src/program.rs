//! The program, as a test runs it: in a clean environment, and with its JSON checked against the
//! schema.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// What a run of the program produced.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Where cargo puts it: in the folder above that of the tests.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().expect("the path of this program");
    let folder = test.ancestors().nth(2).expect("the folder of the profile");
    folder.join("smtp-certcheck")
});

/// The program in a clean environment: no trust store but what the test names.
pub fn program() -> Command {
    let mut command = Command::new(&*PROGRAM);
    for name in [
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NO_COLOR",
        "HGRCPATH",
        "TERM",
        "SMTP_CERTCHECK_CACERTS",
        "SMTP_CERTCHECK_CRL",
        "SMTP_CERTCHECK_TIMEOUT",
        "SMTP_CERTCHECK_EHLO",
        "SMTP_CERTCHECK_COLOR",
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

/// Waits for its end.
pub fn finish(command: &mut Command) -> Run {
    command.output().expect("the program starts").into()
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("the program exits"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// Runs it for JSON, and returns the exit code and the report, checked against the schema.
#[cfg(feature = "report")]
pub fn report<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> (i32, Value) {
    let run = finish(program().args(args).args(["--format", "json"]));
    assert_eq!(run.stderr, "", "nothing on standard error");
    check_characters(&run.stdout);
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

/// JSON that a terminal may show: no character in it is invisible or a control, by Unicode's lists.
#[cfg(feature = "report")]
pub fn check_characters(json: &str) {
    static UNSAFE: LazyLock<regex::Regex> = LazyLock::new(|| {
        const BLANK: &str = r"\x{2800}\x{16fe4}";
        const LISTED: &str = r"\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}";
        regex::Regex::new(&format!("[{LISTED}{BLANK}--\\n]")).expect("a class")
    });
    let found = UNSAFE.find(json);
    assert!(found.is_none(), "raw control characters in JSON: {found:?}");
}

/// A report is what the schema says.
#[cfg(feature = "report")]
pub fn check_schema(report: &Value) {
    static SCHEMA: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| schema("docs/report.schema.json"));
    check_against(&SCHEMA, report);
}

/// What `pin` prints as JSON, checked against its schema.
#[cfg(feature = "report")]
pub fn pins(json: &str) -> Value {
    static SCHEMA: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| schema("docs/pins.schema.json"));
    check_characters(json);
    let value: Value = serde_json::from_str(json).expect("JSON");
    check_against(&SCHEMA, &value);
    value
}

#[cfg(feature = "report")]
fn schema(path: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    let text = std::fs::read_to_string(path).expect("the schema");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::draft202012::new(&schema).expect("the schema is a schema")
}

#[cfg(feature = "report")]
fn check_against(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
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

/// The problems with the certificate that each is about: `expired 0`.
pub fn problems_by_certificate(report: &Value) -> Vec<String> {
    let problems = report["validation"]["problems"].as_array();
    problems
        .into_iter()
        .flatten()
        .map(|problem| {
            let code = problem["code"].as_str().unwrap_or_default();
            format!("{code} {}", problem["certificate"])
        })
        .collect()
}

/// The findings of an audit's report with their severities: `expired critical`.
pub fn findings(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let words =
        |finding: &Value| format!("{} {}", finding["code"], finding["severity"]).replace('"', "");
    findings.iter().map(words).collect()
}

/// The reports of JSON lines, each checked against the schema.
#[cfg(feature = "report")]
pub fn json_lines(text: &str) -> Vec<Value> {
    let parse = |line| {
        check_characters(line);
        serde_json::from_str(line).expect("JSON")
    };
    text.lines().map(parse).inspect(check_schema).collect()
}

/// The codes of its problems.
pub fn problems(report: &Value) -> Vec<String> {
    codes(report, "problems")
}

/// The codes of its notes.
pub fn notes(report: &Value) -> Vec<String> {
    codes(report, "notes")
}

/// A directory for one test.
#[derive(Debug)]
pub struct Dir(TempDir);

impl Dir {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "making one is an act")]
    pub fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    /// Where it is.
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
