//! A test that cannot run fails in CI, and is counted and named elsewhere.

use std::io::Write as _;

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
