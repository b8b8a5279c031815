//! microsocks, a SOCKS5 proxy.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, ports};
use std::ops::Deref;

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
        let configure = |home: &Home| {
            let ports = ports::free(1)?;
            let mut command = Home::command(home.root.join("usr/bin/microsocks"));
            command.args(["-i", "127.0.0.1", "-p", &ports[0].to_string()]);
            if let Some((name, password)) = login {
                command.args(["-u", name, "-P", password]);
            }
            Ok((command, ports))
        };
        let (daemon, ports) = Daemon::for_test(test, ("microsocks", Starts::AsAnyone), configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }
}

impl Deref for Microsocks {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
