//! A process with a network and mounts of its own: this program, run again there. Nothing outside sees
//! what it does to them.

use crate::skip::skip;
use std::process::{Command, ExitStatus};

/// Set in the process inside, to the name of the namespace.
const INSIDE: &str = "SMTP_CERTCHECK_NAMESPACE";
const KINDS: [&str; 2] = ["--net", "--mount"];

/// Where this process is.
#[derive(Debug)]
pub enum Place {
    /// In the namespace.
    Inside,
    /// Outside; it was run again inside, with this exit status.
    Outside(ExitStatus),
    /// Outside, without a way in.
    Closed,
}

/// Whether this process is in the namespace of that name.
pub fn is_inside(name: &str) -> bool {
    std::env::var_os(INSIDE).is_some_and(|inside| inside == name)
}

/// Runs this program again, with `args`, in a namespace which `setup` prepares, lines of a shell;
/// there it returns [`Place::Inside`].
///
/// # Panics
/// When it cannot be run again.
pub fn enter(name: &str, setup: &str, args: &[&str]) -> Place {
    if is_inside(name) {
        return Place::Inside;
    }
    let Some(mut command) = again(name, setup) else {
        return Place::Closed;
    };
    Place::Outside(command.args(args).status().expect("unshare starts"))
}

/// Whether this process is in the namespace of the test (`module::name`), which `setup` prepares. If
/// not, the test runs there, and has passed when this returns, or was skipped.
///
/// # Panics
/// The test failed there; or, in CI, it cannot run.
pub fn alone_in(test: &str, setup: &str) -> bool {
    if is_inside(test) {
        return true;
    }
    let Some(mut command) = again(test, setup) else {
        skip(test, "this machine allows no network namespace (unshare)");
        return false;
    };
    command.args([test, "--exact", "--include-ignored", "--nocapture"]);
    let output = command.output().expect("unshare starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.contains("1 passed"), "no test {test}: {said}");
    print!("{said}{errors}");
    false
}

/// This program in a new namespace; `None` where there is none.
fn again(name: &str, setup: &str) -> Option<Command> {
    let tried = Command::new("unshare")
        .args(KINDS)
        .args(["ip", "link", "set", "lo", "up"])
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    let script = format!("set -e\nip link set lo up\n{setup}\nexec \"$@\"\n");
    let mut command = Command::new("unshare");
    command
        .args(KINDS)
        .args(["sh", "-c", &script, "sh"])
        .arg(std::env::current_exe().expect("the path of this program"))
        .env(INSIDE, name);
    Some(command)
}
