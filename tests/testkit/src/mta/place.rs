//! Where a server lives: its files, its ports, its accounts.

use super::{Kind, StartError, ports};
use std::ffi::OsStr;
use std::io::{Error, Result};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Starts the program, and a watcher that kills the process group when the test's side of the pipe
/// closes, however the test ends, Ctrl-C included. It needs no namespace.
const WATCHED: &str = r#"exec 3<&0 </dev/null
{ read -r _ <&3; kill -KILL 0; } &
exec 3<&- "$@""#;

/// The directory of one running server.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) dir: TempDir,
    pub(super) root: PathBuf,
    pub(super) starttls: u16,
    pub(super) smtps: u16,
}

impl Place {
    pub(super) fn prepare(kind: Kind) -> std::result::Result<Self, StartError> {
        let mta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mta");
        let home = mta.join(kind.to_string());
        if !home.join("done").exists() {
            return Err(StartError::NotInstalled(format!(
                "{kind} is not unpacked: run tests/install"
            )));
        }
        // They bind nothing that needs it, but change to their accounts.
        if !nix::unistd::geteuid().is_root() {
            return Err(StartError::NotInstalled(format!(
                "{kind} starts as root only"
            )));
        }
        Self::make(kind, &home).map_err(|why| failed(kind, &why))
    }

    fn make(kind: Kind, home: &Path) -> Result<Self> {
        let root = home.join("root").canonicalize()?;
        let dir = TempDir::with_prefix(format!("{kind}-"))?;
        // The servers' own accounts must get in.
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755))?;
        let [starttls, smtps] = ports::free()?;
        Ok(Self {
            dir,
            root,
            starttls,
            smtps,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: &str, mode: u32) -> Result<()> {
        let path = self.path(name);
        std::fs::write(&path, content)?;
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode))
    }

    /// A directory that belongs to one of the server's accounts.
    pub(super) fn directory(&self, name: &str, uid: Option<u32>) -> Result<()> {
        std::fs::create_dir_all(self.path(name))?;
        std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o755))?;
        chown(self.path(name), uid, None)
    }

    /// A command that stops with the test; its arguments follow `program`.
    pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", WATCHED, "sh"]).arg(program);
        command
    }

    /// For `LD_LIBRARY_PATH`: `own`, and the libraries that the machine lacked.
    pub(super) fn libraries(&self, own: &str) -> Result<std::ffi::OsString> {
        let mut paths = vec![self.root.join(own)];
        for lib in ["lib", "usr/lib"] {
            let Ok(entries) = std::fs::read_dir(self.root.join(lib)) else {
                continue;
            };
            let triples = entries.flatten().map(|entry| entry.path());
            paths.extend(triples.filter(|path| path.to_string_lossy().contains("-linux-gnu")));
        }
        std::env::join_paths(paths).map_err(Error::other)
    }
}

pub(super) fn failed(kind: Kind, why: &Error) -> StartError {
    StartError::Failed(format!("{kind}: {why}"))
}

/// One of the accounts that `tests/install` has added.
pub(super) fn account(name: &str) -> Result<nix::unistd::User> {
    let found = nix::unistd::User::from_name(name)?;
    found.ok_or_else(|| Error::other(format!("there is no user {name}: run tests/install")))
}
