//! The real mail servers, each started from a configuration of its own on high ports of the
//! loopback, with everything it writes in a temporary directory. `tests/install` unpacks them.

mod exim;
mod opensmtpd;
mod postfix;

use crate::pki::Identity;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::fmt;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Postfix, from this machine's Debian release.
    Postfix,
    /// Exim with GnuTLS, from this machine's Debian release.
    Exim,
    /// OpenSMTPD, from Debian 13 in a root of its own.
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

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct Mta {
    place: Place,
    child: Child,
}

/// Where a server lives: its files and ports.
#[derive(Debug)]
struct Place {
    dir: TempDir,
    root: PathBuf,
    starttls: u16,
    smtps: u16,
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, content: &str, mode: u32) -> std::io::Result<()> {
        let path = self.path(name);
        std::fs::write(&path, content)?;
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode))
    }

    /// A directory that belongs to one of the server's accounts.
    fn directory(&self, name: &str, uid: Option<u32>) -> std::io::Result<()> {
        std::fs::create_dir_all(self.path(name))?;
        chown(self.path(name), uid, None)
    }
}

impl Mta {
    /// Starts one that presents `identity`, and waits for its greeting.
    pub fn start(kind: Kind, identity: &Identity) -> Result<Self, StartError> {
        let place = prepare(kind)?;
        let failed = |why: std::io::Error| StartError::Failed(format!("{kind}: {why}"));
        place
            .write("chain.pem", &identity.chain_pem(), 0o644)
            .map_err(failed)?;
        // Exim reads it as its own user.
        place
            .write("key.pem", &identity.key_pem, 0o600)
            .map_err(failed)?;
        let mut command = match kind {
            Kind::Postfix => postfix::configure(&place),
            Kind::Exim => exim::configure(&place),
            Kind::OpenSmtpd => opensmtpd::configure(&place),
        }
        .map_err(failed)?;
        let log = std::fs::File::create(place.path("output")).map_err(failed)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log)
            // A group of its own, so that all its processes can be ended at once.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let mut mta = Self { place, child };
        mta.wait_for_greeting(kind)?;
        Ok(mta)
    }

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

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.place.path(name)).unwrap_or_default();
        ["output", "log", "log/main", "log/panic"]
            .map(read)
            .concat()
    }

    /// Mail that was delivered so far, as one mailbox file (Postfix only).
    pub fn mailbox(&self) -> String {
        std::fs::read_to_string(self.place.path("mail/inbox")).unwrap_or_default()
    }

    fn wait_for_greeting(&mut self, kind: Kind) -> Result<(), StartError> {
        const PATIENCE: Duration = Duration::from_secs(30);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.child.try_wait() {
                let log = self.log();
                return Err(StartError::Failed(format!(
                    "{kind} ended with {status}: {log}"
                )));
            }
            if greets(self.place.starttls) && connects(self.place.smtps) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(StartError::Failed(format!(
            "{kind} does not greet: {}",
            self.log()
        )))
    }
}

impl Drop for Mta {
    fn drop(&mut self) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

fn prepare(kind: Kind) -> Result<Place, StartError> {
    let mta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mta");
    let home = mta.join(kind.to_string());
    if !home.join("done").exists() {
        return Err(StartError::NotInstalled(format!(
            "{kind} is not unpacked: run tests/install"
        )));
    }
    if !nix::unistd::geteuid().is_root() {
        return Err(StartError::NotInstalled(format!(
            "{kind} starts as root only"
        )));
    }
    let failed = |why: std::io::Error| StartError::Failed(format!("{kind}: {why}"));
    let root = home.join("root").canonicalize().map_err(failed)?;
    let dir = TempDir::with_prefix(format!("{kind}-")).map_err(failed)?;
    // The servers' own accounts must get in.
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).map_err(failed)?;
    let [starttls, smtps] = free_ports().map_err(failed)?;
    Ok(Place {
        dir,
        root,
        starttls,
        smtps,
    })
}

/// Two ports that are free at this moment; held together, so that they differ.
fn free_ports() -> std::io::Result<[u16; 2]> {
    let listeners = [
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    ];
    Ok([
        listeners[0].local_addr()?.port(),
        listeners[1].local_addr()?.port(),
    ])
}

fn connect(port: u16) -> Option<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()
}

fn connects(port: u16) -> bool {
    connect(port).is_some()
}

fn greets(port: u16) -> bool {
    use std::io::Write as _;
    let Some(mut stream) = connect(port) else {
        return false;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let greeting = crate::raw::read_line(&stream);
    let _ = stream.write_all(b"QUIT\r\n");
    greeting.starts_with("220")
}

fn account(name: &str) -> std::io::Result<nix::unistd::User> {
    let found = nix::unistd::User::from_name(name)?;
    found
        .ok_or_else(|| std::io::Error::other(format!("there is no user {name}: run tests/install")))
}
