//! OpenSSH's server, with a host key and an account of its own, which may only be used for
//! `ssh -W`.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::io::{Error, Result};
use std::ops::Deref;
use std::process::Command;

/// The account that clients log in to.
const GUEST: &str = "certcheck-guest";

pub(crate) const PACKAGE: Package = Package {
    name: "sshd",
    starts: Starts::AsRoot,
    ports: 1,
};

/// A running server of OpenSSH's.
#[derive(Debug)]
pub struct Sshd {
    daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Sshd {
    /// For a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str) -> Option<Self> {
        if !crate::skip::has(test, "ssh") {
            return None;
        }
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }

    /// The command that goes through it to `to`, `HOST:PORT`: what ssh's `-W` takes.
    pub fn jump(&self, to: &str) -> String {
        let dir = self.directory().display();
        format!(
            "ssh -F none -q -i {dir}/guest -o UserKnownHostsFile={dir}/known \
             -o StrictHostKeyChecking=yes -o BatchMode=yes -p {} -W {to} {GUEST}@127.0.0.1",
            self.port
        )
    }
}

pub(crate) fn configure(home: &Home, ports: &[u16]) -> Result<Command> {
    let port = ports[0];
    for name in ["host", "guest"] {
        make_key(home, name)?;
    }
    let public = |name: &str| std::fs::read_to_string(home.path(&format!("{name}.pub")));
    home.write("authorized", &public("guest")?, 0o644)?;
    let known = format!("[127.0.0.1]:{port} {}", public("host")?);
    home.write("known", &known, 0o644)?;
    // The server gives up its rights to an account of that name, in a directory at a fixed place.
    home.accounts(&["sshd", GUEST])?;
    home.directory("over/run/sshd", None)?;
    let dir = home.dir.path().display();
    let text = format!(
        "Port {port}
ListenAddress 127.0.0.1
HostKey {dir}/host
AuthorizedKeysFile {dir}/authorized
AllowUsers {GUEST}
AuthenticationMethods publickey
PermitTTY no
PidFile none
UsePAM no
StrictModes no
"
    );
    home.write("sshd_config", &text, 0o644)?;
    let mut command = home.enclosed("/usr/sbin/sshd");
    command
        .args(["-D", "-e", "-f"])
        .arg(home.path("sshd_config"));
    Ok(command)
}

fn make_key(home: &Home, name: &str) -> Result<()> {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(home.path(name))
        .output()?;
    if made.status.success() {
        return Ok(());
    }
    Err(Error::other(
        String::from_utf8_lossy(&made.stderr).into_owned(),
    ))
}

impl Deref for Sshd {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
