//! tinyproxy, an HTTP proxy that knows CONNECT.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::ops::Deref;
use std::process::Command;

pub(crate) const PACKAGE: Package = Package {
    name: "tinyproxy",
    starts: Starts::AsAnyone,
    ports: 1,
};

/// A running tinyproxy.
#[derive(Debug)]
pub struct Tinyproxy {
    daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Tinyproxy {
    /// For a test of that name; `login` is the name and the password that clients need. `None` when
    /// the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, login: Option<(&str, &str)>) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| configure(home, login, ports);
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }
}

pub(crate) fn configure(
    home: &Home,
    login: Option<(&str, &str)>,
    ports: &[u16],
) -> std::io::Result<Command> {
    let login = login.map_or(String::new(), |(name, password)| {
        format!("BasicAuth {name} {password}\n")
    });
    let configuration = format!(
        "Port {}
Listen 127.0.0.1
Timeout 60
MaxClients 100
LogLevel Info
DisableViaHeader Yes
{login}",
        ports[0]
    );
    home.write("tinyproxy.conf", &configuration, 0o644)?;
    let mut command = Home::command(home.root.join("usr/bin/tinyproxy"));
    command.args(["-d", "-c"]).arg(home.path("tinyproxy.conf"));
    Ok(command)
}

impl Deref for Tinyproxy {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
