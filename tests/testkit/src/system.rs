//! Monitoring systems, unpacked from Debian's packages under `target/mta/` by `tests/install`.

use crate::skip::skip;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where a package is unpacked.
fn root(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mta");
    all.join(name).join("root")
}

/// A program of a package that was unpacked under a name, with the libraries that were unpacked with
/// it; `None` when a test must be skipped.
pub fn unpacked(test: &str, name: &str, program: &str) -> Option<Command> {
    let root = root(name);
    let path = root.join(program);
    if !path.exists() {
        skip(test, &format!("{program} is not there: run tests/install"));
        return None;
    }
    let mut command = Command::new(path);
    let libraries = root
        .join("usr/lib")
        .join(format!("{}-linux-gnu", std::env::consts::ARCH));
    command
        .env("LD_LIBRARY_PATH", libraries)
        .stdin(Stdio::null());
    Some(command)
}

/// Prometheus' own reader of metrics and rules, for a test of that name; `None` when it must be
/// skipped.
pub fn promtool(test: &str) -> Option<Command> {
    unpacked(test, "prometheus", "usr/bin/promtool")
}

/// A program that runs until this is dropped, with all processes of its group.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts it; what it prints goes to a file.
    ///
    /// # Panics
    /// It does not start.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = std::fs::File::create(log).expect("a log");
        let both = log.try_clone().expect("the same log");
        let command = command.stdout(log).stderr(both).process_group(0);
        Self(command.spawn().expect("it starts"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).map(Pid::from_raw);
        // It may have ended.
        let _ = group.map(|group| killpg(group, Signal::SIGKILL));
        let _ = self.0.wait();
    }
}
