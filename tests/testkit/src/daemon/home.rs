//! Where a server lives: the package that it comes from, and the directory of everything that it
//! writes.

use super::StartError;
use crate::pki::Identity;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{Error, Result, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, chown, fchown};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::{NamedTempFile, TempDir};

/// Starts the program, and a watcher that kills the process group when the test's side of the pipe
/// closes, however the test ends, Ctrl-C included. It needs no namespace.
const WATCHED: &str = r#"exec 3<&0 </dev/null
{ read -r _ <&3; kill -KILL 0; } &
exec 3<&- "$@""#;

/// Lays the package over `/usr`, and what the test has written under `over/` over the directories
/// of the same names. `unshare` has made the mounts private: no other process sees them.
const OVERLAID: &str = r#"set -e
cd "$ROOT"
mount -t overlay overlay -o lowerdir=usr:/usr /usr
if [ -d "$PLACE/over" ]; then
    cd "$PLACE/over"
    for name in *; do
        mount -t overlay overlay -o "lowerdir=$name:/$name" "/$name"
    done
fi
cd "$PLACE"
exec "$@""#;

/// Who may start a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starts {
    /// Root only: it changes to its accounts, or needs mounts.
    AsRoot,
    /// Any user.
    AsAnyone,
}

/// The directory of one running server, and the unpacked package.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) name: String,
    pub(crate) dir: TempDir,
    pub(crate) root: PathBuf,
}

impl Home {
    /// For the package that `tests/install` unpacks under `name`.
    pub(crate) fn prepare(name: &str, starts: Starts) -> std::result::Result<Self, StartError> {
        let mta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mta");
        let package = mta.join(name);
        if !package.join("done").exists() {
            return Err(StartError::NotInstalled(format!(
                "{name} is not unpacked: run tests/install"
            )));
        }
        if starts == Starts::AsRoot && !nix::unistd::geteuid().is_root() {
            return Err(StartError::NotInstalled(format!(
                "{name} starts as root only"
            )));
        }
        Self::make(name, &package).map_err(|why| StartError::failed(name, &why))
    }

    fn make(name: &str, package: &Path) -> Result<Self> {
        let root = package.join("root").canonicalize()?;
        let dir = TempDir::with_prefix(format!("{name}-"))?;
        // The servers' own accounts must get in.
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755))?;
        let name = name.to_owned();
        Ok(Self { name, dir, root })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str, mode: u32) -> Result<()> {
        // Whole or not at all: a process of the server may read it now, and Postfix starts none for a
        // minute after one that could not.
        let path = self.path(name);
        let mut file = NamedTempFile::new_in(self.dir.path())?;
        file.write_all(content.as_bytes())?;
        let permissions = PermissionsExt::from_mode(mode);
        file.as_file().set_permissions(permissions)?;
        if let Ok(before) = path.metadata() {
            fchown(file.as_file(), Some(before.uid()), Some(before.gid()))?;
        }
        file.persist(path)?;
        Ok(())
    }

    /// The files `NAMEchain.pem` and `NAMEkey.pem`.
    pub(crate) fn identity(&self, name: &str, identity: &Identity) -> Result<()> {
        self.write(&format!("{name}chain.pem"), &identity.chain_pem(), 0o644)?;
        self.write(&format!("{name}key.pem"), &identity.key_pem, 0o600)
    }

    /// A directory that belongs to one of the server's accounts.
    pub(crate) fn directory(&self, name: &str, uid: Option<u32>) -> Result<()> {
        std::fs::create_dir_all(self.path(name))?;
        std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o755))?;
        chown(self.path(name), uid, None)
    }

    /// A command that stops with the test; its arguments follow `program`.
    pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", WATCHED, "sh"]).arg(program);
        command
    }

    /// A command that stops with the test, of a program whose package stands where it was built to
    /// be; its arguments follow `program`.
    pub(crate) fn overlaid(&self, program: impl AsRef<OsStr>) -> Command {
        self.unshared(&[], program.as_ref())
    }

    /// As [`Home::overlaid`], for a program whose processes leave their group: they are in a
    /// namespace that ends with the first of them.
    pub(crate) fn enclosed(&self, program: impl AsRef<OsStr>) -> Command {
        self.unshared(&["--pid", "--fork", "--kill-child"], program.as_ref())
    }

    fn unshared(&self, more: &[&str], program: &OsStr) -> Command {
        let mut command = Self::command("unshare");
        command
            .args(["--mount", "--propagation", "private"])
            .args(more)
            .args(["sh", "-c", OVERLAID, "sh"])
            .arg(program)
            .env("ROOT", &self.root)
            .env("PLACE", self.dir.path());
        command
    }

    /// Accounts that an overlaid program finds besides the machine's, all of them with the rights
    /// of `nobody`.
    pub(crate) fn accounts(&self, names: &[&str]) -> Result<()> {
        let nobody = account("nobody")?;
        let (uid, gid) = (nobody.uid, nobody.gid);
        self.directory("over/etc", None)?;
        let mut users = std::fs::read_to_string("/etc/passwd")?;
        let mut groups = std::fs::read_to_string("/etc/group")?;
        for name in names {
            let _ = writeln!(users, "{name}:*:{uid}:{gid}::/:/bin/sh");
            let _ = writeln!(groups, "{name}:*:{gid}:");
        }
        self.write("over/etc/passwd", &users, 0o644)?;
        self.write("over/etc/group", &groups, 0o644)
    }

    /// For `LD_LIBRARY_PATH`: `own`, and the libraries that the machine lacked.
    pub(crate) fn libraries(&self, own: &str) -> Result<std::ffi::OsString> {
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

/// One of the machine's accounts; `tests/install` has added those of the mail servers.
pub(crate) fn account(name: &str) -> Result<nix::unistd::User> {
    let found = nix::unistd::User::from_name(name)?;
    found.ok_or_else(|| Error::other(format!("there is no user {name}: run tests/install")))
}
