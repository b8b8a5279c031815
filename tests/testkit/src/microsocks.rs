//! microsocks, a SOCKS5 proxy.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::ops::Deref;
use std::process::Command;

pub(crate) const PACKAGE: Package = Package {
    name: "microsocks",
    starts: Starts::AsAnyone,
    ports: 1,
};

/// A running microsocks.
#[derive(Debug)]
pub struct Microsocks {
    daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Microsocks {
    /// For a test of that name; `login` is the name and the password that clients need. `None` when
    /// the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, login: Option<(&str, &str)>) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| Ok(configure(home, login, ports));
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }
}

pub(crate) fn configure(home: &Home, login: Option<(&str, &str)>, ports: &[u16]) -> Command {
    let mut command = Home::command(home.root.join("usr/bin/microsocks"));
    command.args(["-i", "127.0.0.1", "-p", &ports[0].to_string()]);
    if let Some((name, password)) = login {
        command.args(["-u", name, "-P", password]);
    }
    command
}

impl Deref for Microsocks {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
