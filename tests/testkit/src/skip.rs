//! A test that cannot run fails in CI, and is counted and named elsewhere.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Fails the test when `CI` is `true`; else adds a line to the file that `SMTP_CERTCHECK_SKIPPED`
/// names, from which `tests/run` counts.
///
/// # Panics
/// In CI.
pub fn skip(test: &str, reason: &str) {
    let line = format!("{test}: {reason}");
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "nothing may be skipped in CI: {line}"
    );
    let _ = writeln!(std::io::stderr(), "skipped: {line}");
    if let Some(path) = std::env::var_os("SMTP_CERTCHECK_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        let _ = file.and_then(|mut file| writeln!(file, "{line}"));
    }
}

/// Whether a program is installed; else the test is skipped.
///
/// # Panics
/// In CI, where it is not.
pub fn has(test: &str, program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        skip(test, &format!("{program} is not installed"));
    }
    found
}
