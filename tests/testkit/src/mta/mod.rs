//! The real mail servers, each started with its own configuration on high ports of the loopback,
//! with everything it writes in a temporary directory. `tests/install` unpacks them.

mod exim;
mod opensmtpd;
mod place;
mod ports;
mod postfix;
mod start;
#[cfg(test)]
mod taken;

use crate::pki::Identity;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use place::Place;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Postfix, from this machine's Debian release.
    Postfix,
    /// Exim with GnuTLS, from this machine's Debian release.
    Exim,
    /// OpenSMTPD, from Debian 13, with its own root directory.
    OpenSmtpd,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postfix, Self::Exim, Self::OpenSmtpd];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postfix => "postfix",
            Self::Exim => "exim",
            Self::OpenSmtpd => "opensmtpd",
        })
    }
}

/// Why a server does not run.
#[derive(Debug)]
pub enum StartError {
    /// It is not there, or cannot be run by this user.
    NotInstalled(String),
    /// It was started, and did not get to its greeting.
    Failed(String),
}

/// Has Exim deliver `message` by a transport of that configuration and name, for a test of that
/// name, and returns what it has logged; `None` when the test must be skipped.
///
/// # Panics
/// When Exim is there and does not run, and in CI when it is not there.
pub fn exim_sends(test: &str, transport: (&str, &str), message: &str) -> Option<String> {
    match Place::prepare(Kind::Exim) {
        Ok(place) => Some(exim::send(&place, transport, message).expect("Exim runs")),
        Err(StartError::NotInstalled(why)) => {
            crate::skip::skip(test, &why);
            None
        }
        Err(StartError::Failed(why)) => panic!("{why}"),
    }
}

/// Where the servers log; their errors at the start go to `output`.
const LOGS: [&str; 5] = ["output", "log", "log/main", "log/reject", "log/panic"];
const PAUSE: Duration = Duration::from_millis(20);

/// A running server; it ends with this value, and with the process that has started it.
#[derive(Debug)]
pub struct Mta {
    place: Place,
    child: Child,
    /// How much of each log is about the start.
    skipped: [usize; LOGS.len()],
}

impl Mta {
    /// As [`Mta::start`], for a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, kind: Kind, identity: &Identity) -> Option<Self> {
        match Self::start(kind, identity) {
            Ok(mta) => Some(mta),
            Err(StartError::NotInstalled(why)) => {
                crate::skip::skip(&format!("{test} ({kind})"), &why);
                None
            }
            Err(StartError::Failed(why)) => panic!("{why}"),
        }
    }

    /// The port that greets in the clear and offers STARTTLS.
    pub fn starttls_port(&self) -> u16 {
        self.place.starttls
    }

    /// The port of implicit TLS.
    pub fn smtps_port(&self) -> u16 {
        self.place.smtps
    }

    /// What the server has logged since it was ready; a line may come a moment after its cause.
    pub fn log(&self) -> String {
        let logs = self.logs();
        let new = logs.iter().zip(self.skipped);
        new.map(|(log, skipped)| String::from_utf8_lossy(log.get(skipped..).unwrap_or_default()))
            .collect()
    }

    /// As [`Mta::log`], waiting up to ten seconds for `text`, upper or lower case, to be in it.
    pub fn log_with(&self, text: &str) -> String {
        let text = text.to_lowercase();
        wait_for(
            || self.log(),
            |log: &String| log.to_lowercase().contains(&text),
        )
    }

    /// The mail that was delivered so far, a copy for each recipient, in any order; waits up to ten
    /// seconds for that many. Only Postfix accepts mail.
    pub fn delivered(&self, count: usize) -> Vec<String> {
        let inbox = self.place.path("mail/inbox/new");
        wait_for(|| messages(&inbox), |found| found.len() >= count)
    }

    /// Presents another identity at the same ports from now on, as after a renewal. Only Postfix
    /// reads its files again.
    pub fn renew(&self, identity: &Identity) -> std::io::Result<()> {
        self.place
            .write("chain.pem", &identity.chain_pem(), 0o644)?;
        self.place.write("key.pem", &identity.key_pem, 0o600)?;
        self.reload()
    }

    /// From a moment on, Postfix goes by these lines of `main.cf`, too.
    pub fn reconfigure(&self, lines: &str) -> std::io::Result<()> {
        postfix::add(&self.place, lines)?;
        self.reload()
    }

    /// One of Postfix' programs (`posttls-finger`, `smtp-source`), with this server's configuration.
    pub fn program(&self, name: &str) -> std::io::Result<Command> {
        postfix::program(&self.place, name)
    }

    fn reload(&self) -> std::io::Result<()> {
        let master = i32::try_from(self.child.id()).map_err(std::io::Error::other)?;
        kill(Pid::from_raw(master), Signal::SIGHUP).map_err(Into::into)
    }

    /// The process that leads the server's group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The directory of everything that it writes.
    pub fn directory(&self) -> &Path {
        self.place.dir.path()
    }

    fn logs(&self) -> [Vec<u8>; LOGS.len()] {
        LOGS.map(|name| std::fs::read(self.place.path(name)).unwrap_or_default())
    }
}

impl Drop for Mta {
    fn drop(&mut self) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _ = self.child.wait();
        // Others of the group may be in the middle of writing a file still.
        for _ in 0..100 {
            match std::fs::remove_dir_all(self.directory()) {
                Err(error) if error.kind() != ErrorKind::NotFound => sleep(PAUSE),
                _ => break,
            }
        }
    }
}

fn wait_for<T>(get: impl Fn() -> T, enough: impl Fn(&T) -> bool) -> T {
    let start = Instant::now();
    loop {
        let found = get();
        if enough(&found) || start.elapsed() > Duration::from_secs(10) {
            return found;
        }
        sleep(PAUSE);
    }
}

/// The messages of a maildir: each appears there complete.
fn messages(inbox: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(inbox).into_iter().flatten().flatten();
    let contents = entries.filter_map(|entry| std::fs::read(entry.path()).ok());
    contents
        .map(|mail| String::from_utf8_lossy(&mail).into_owned())
        .collect()
}
