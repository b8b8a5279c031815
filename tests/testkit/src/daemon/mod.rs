//! A real server that runs on high ports of the loopback, with everything it writes in a temporary
//! directory, and ends with the test: what is the same for all of them.

pub(crate) mod home;
pub(crate) mod ports;
pub mod processes;
pub(crate) mod syslog;
#[cfg(test)]
mod taken;

use crate::skip;
use home::{Home, Starts};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Why a server does not run.
#[derive(Debug)]
pub enum StartError {
    /// It is not there, or cannot be run by this user.
    NotInstalled(String),
    /// It was started, and did not get to its greeting.
    Failed(String),
}

impl StartError {
    pub(crate) fn failed(name: &str, why: &dyn std::fmt::Display) -> Self {
        Self::Failed(format!("{name}: {why}"))
    }
}

/// What the servers log when they cannot have a port. We log it, too: Postfix of Debian 13 exits
/// silently.
const TAKEN: &str = "Address already in use";

/// Whether it says so; unbound writes it in lower case.
pub(crate) fn says_taken(log: &str) -> bool {
    let log = log.to_ascii_lowercase();
    log.contains(&TAKEN.to_ascii_lowercase())
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

/// Starts a server, and again when another process takes a port between its choice and its use.
pub(crate) fn start<T>(once: impl Fn() -> Result<T, StartError>) -> Result<T, StartError> {
    const ATTEMPTS: usize = 5;
    let mut taken = String::new();
    for _ in 0..ATTEMPTS {
        match once() {
            Err(StartError::Failed(why)) if says_taken(&why) => taken = why,
            outcome => return outcome,
        }
    }
    Err(StartError::Failed(taken))
}

/// The server for a test of that name; `None` when the test must be skipped.
///
/// # Panics
/// When the server is there and does not run, and in CI when it is not there.
pub(crate) fn for_test<T>(test: &str, started: Result<T, StartError>) -> Option<T> {
    match started {
        Ok(server) => Some(server),
        Err(StartError::NotInstalled(why)) => {
            skip::skip(test, &why);
            None
        }
        Err(StartError::Failed(why)) => panic!("{why}"),
    }
}

/// A server's package, as `tests/install` unpacks it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) starts: Starts,
    /// How many ports it listens on.
    pub(crate) ports: usize,
}

/// A running server; it ends with this value, and with the process that has started it.
#[derive(Debug)]
pub struct Daemon {
    pub(crate) home: Home,
    child: Child,
    /// Where it logs; what it prints is in `output`.
    logs: &'static [&'static str],
    /// How much of each log is about the start.
    skipped: Vec<usize>,
}

impl Daemon {
    /// Starts the server of a package with a command that `configure` makes for its ports, for a
    /// test of that name; `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub(crate) fn for_test(
        test: &str,
        package: &Package,
        configure: impl Fn(&Home, &[u16]) -> std::io::Result<Command>,
    ) -> Option<(Self, Vec<u16>)> {
        let once = || {
            let ports = ports::free(package.ports);
            let ports = ports.map_err(|why| StartError::failed(package.name, &why))?;
            let daemon = Self::start(package, &ports, &configure)?;
            Ok((daemon, ports))
        };
        for_test(&format!("{test} ({})", package.name), start(once))
    }

    /// As [`Daemon::for_test`], at ports that no other process uses: those of a namespace.
    ///
    /// # Panics
    /// As [`Daemon::for_test`].
    pub(crate) fn at(
        test: &str,
        package: &Package,
        ports: &[u16],
        configure: impl Fn(&Home, &[u16]) -> std::io::Result<Command>,
    ) -> Option<Self> {
        let started = Self::start(package, ports, &configure);
        for_test(&format!("{test} ({})", package.name), started)
    }

    fn start(
        package: &Package,
        ports: &[u16],
        mut configure: impl FnMut(&Home, &[u16]) -> std::io::Result<Command>,
    ) -> Result<Self, StartError> {
        let home = Home::prepare(package.name, package.starts)?;
        let command = configure(&home, ports);
        let command = command.map_err(|why| StartError::failed(package.name, &why))?;
        let mut daemon = Self::spawn(home, command, &["output", "log"])?;
        daemon.wait_for(ports, || true)?;
        daemon.forget();
        Ok(daemon)
    }

    /// Starts `command`; what it prints goes to the log `output`.
    pub(crate) fn spawn(
        home: Home,
        mut command: Command,
        logs: &'static [&'static str],
    ) -> Result<Self, StartError> {
        let mut spawn = || {
            let log = std::fs::File::create(home.path("output"))?;
            command
                .stdin(Stdio::piped())
                .stdout(log.try_clone()?)
                .stderr(log)
                // A process group, to stop all its processes at once.
                .process_group(0)
                .spawn()
        };
        let child = spawn().map_err(|why| StartError::failed(&home.name, &why))?;
        Ok(Self {
            home,
            child,
            logs,
            skipped: vec![0; logs.len()],
        })
    }

    /// Waits until the server, and no other process, listens on each port, and `ready` holds.
    pub(crate) fn wait_for(
        &mut self,
        ports: &[u16],
        ready: impl Fn() -> bool,
    ) -> Result<(), StartError> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            sleep(PAUSE);
            let ready = self.listens(ports) && ready();
            let ended = self.ended();
            // Some bind with SO_REUSEPORT: two of them would share a port. Others go on without it.
            let own = usize::from(ended.is_none());
            let shared = ports.iter().any(|port| ports::listeners(*port).len() > own);
            if shared || says_taken(&self.log()) {
                return Err(self.failed(TAKEN));
            }
            if let Some(status) = ended {
                return Err(self.failed(&format!("it ended with {status}")));
            }
            if ready {
                return Ok(());
            }
        }
        Err(self.failed("it does not greet"))
    }

    /// Whether it has all ports: a listener may be a stranger's.
    fn listens(&self, ports: &[u16]) -> bool {
        let listeners = ports.iter().map(|port| ports::listeners(*port));
        let listeners: Vec<_> = listeners.collect();
        if listeners.iter().any(Vec::is_empty) {
            return false;
        }
        let family = processes::family(self.pid());
        let mut all = listeners.iter().flatten();
        all.all(|inode| processes::have_socket(&family, inode))
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn failed(&self, why: &str) -> StartError {
        StartError::failed(&self.home.name, &format!("{why}: {}", self.log()))
    }

    /// Leaves what was logged so far out of the log.
    pub(crate) fn forget(&mut self) {
        self.skipped = self.logs().iter().map(Vec::len).collect();
    }

    /// What the server has logged since it was ready; a line may come a moment after its cause.
    pub fn log(&self) -> String {
        let logs = self.logs();
        let new = logs.iter().zip(&self.skipped);
        new.map(|(log, skipped)| String::from_utf8_lossy(log.get(*skipped..).unwrap_or_default()))
            .collect()
    }

    /// As [`Daemon::log`], waiting up to ten seconds for `text`, upper or lower case, to be in it.
    pub fn log_with(&self, text: &str) -> String {
        let text = text.to_lowercase();
        self.log_until(|log| log.to_lowercase().contains(&text))
    }

    /// As [`Daemon::log`], waiting up to ten seconds until it is good enough.
    pub fn log_until(&self, enough: impl Fn(&str) -> bool) -> String {
        wait_for(|| self.log(), |log: &String| enough(log))
    }

    /// The process that leads the server's group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The directory of everything that it writes.
    pub fn directory(&self) -> &Path {
        self.home.dir.path()
    }

    /// Has the server read its files again.
    pub(crate) fn reload(&self) -> std::io::Result<()> {
        let leader = i32::try_from(self.pid()).map_err(std::io::Error::other)?;
        kill(Pid::from_raw(leader), Signal::SIGHUP).map_err(Into::into)
    }

    fn logs(&self) -> Vec<Vec<u8>> {
        let read = |name: &&str| std::fs::read(self.home.path(name)).unwrap_or_default();
        self.logs.iter().map(read).collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Ok(group) = i32::try_from(self.pid()) {
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

/// Asks until the answer is good enough, for ten seconds at most.
pub(crate) fn wait_for<T>(get: impl Fn() -> T, enough: impl Fn(&T) -> bool) -> T {
    let start = Instant::now();
    loop {
        let found = get();
        if enough(&found) || start.elapsed() > Duration::from_secs(10) {
            return found;
        }
        sleep(PAUSE);
    }
}
