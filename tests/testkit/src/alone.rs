//! Runs a test that measures or changes process-wide state (descriptors, memory) in its own
//! process.

use std::process::Command;

/// Set in that process.
const INSIDE: &str = "SMTP_CERTCHECK_ALONE";

/// Whether this process is the test's own. If not, the test (`module::name`) runs in one here, and
/// has passed when this returns.
///
/// # Panics
/// The test failed there.
pub fn alone(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some_and(|name| name == test) {
        return true;
    }
    let output = Command::new(std::env::current_exe().expect("the path of this program"))
        .args([test, "--exact", "--include-ignored", "--nocapture"])
        .env(INSIDE, test)
        .output()
        .expect("this program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.contains("1 passed"), "no test {test}: {said}");
    print!("{said}");
    false
}
