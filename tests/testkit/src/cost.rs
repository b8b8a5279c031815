//! What a program costs: CPU time, and memory.

use nix::sys::resource::{UsageWho, getrusage};
use std::process::{Command, Stdio};

/// Whose CPU time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This process.
    Own,
    /// This thread.
    Thread,
    /// The children that have ended.
    Children,
}

/// User and system time so far, in milliseconds.
#[allow(clippy::cast_precision_loss, reason = "the seconds of a run fit")]
pub fn cpu_ms(whose: Whose) -> f64 {
    let usage = getrusage(match whose {
        Whose::Own => UsageWho::RUSAGE_SELF,
        Whose::Thread => UsageWho::RUSAGE_THREAD,
        Whose::Children => UsageWho::RUSAGE_CHILDREN,
    });
    let usage = usage.expect("usage");
    let times = [usage.user_time(), usage.system_time()];
    times.map(|time| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3)[..]
        .iter()
        .sum()
}

/// The CPU time of a program that ends well, in milliseconds. What it prints is thrown away.
pub fn cpu_of(command: &mut Command) -> f64 {
    let before = cpu_ms(Whose::Children);
    let status = silent(command).status().expect("the program starts");
    assert!(status.success(), "{command:?}");
    cpu_ms(Whose::Children) - before
}

/// The same program without input and output.
pub fn silent(command: &mut Command) -> &mut Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

/// The one in the middle: noise does not move it.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// What is resident now.
    Now,
    /// The most that was resident since the program was started. That of `getrusage` is no less than
    /// what the process had that started it.
    Peak,
}

impl Memory {
    /// In KiB; `None`: there is no such process any more.
    pub fn of(self, pid: u32) -> Option<u64> {
        self.read(&format!("/proc/{pid}/status"))
    }

    /// Of this process, in KiB.
    pub fn own(self) -> u64 {
        self.read("/proc/self/status").expect("Linux")
    }

    fn read(self, path: &str) -> Option<u64> {
        let status = std::fs::read_to_string(path).ok()?;
        let field = match self {
            Self::Now => "VmRSS:",
            Self::Peak => "VmHWM:",
        };
        let value = status.lines().find_map(|line| line.strip_prefix(field))?;
        value.split_whitespace().next()?.parse().ok()
    }
}
