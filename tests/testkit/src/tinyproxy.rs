//! tinyproxy, an HTTP proxy that knows CONNECT.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, ports};
use std::ops::Deref;

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
        let configure = |home: &Home| {
            let ports = ports::free(1)?;
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
            Ok((command, ports))
        };
        let (daemon, ports) = Daemon::for_test(test, ("tinyproxy", Starts::AsAnyone), configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }
}

impl Deref for Tinyproxy {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
