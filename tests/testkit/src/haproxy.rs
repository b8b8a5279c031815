//! HAProxy in front of other servers: it passes TCP connections on, with the header of the PROXY
//! protocol (version 2) that says from where they come.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::fmt::Write as _;
use std::ops::Deref;
use std::process::Command;

/// A running HAProxy.
#[derive(Debug)]
pub struct HaProxy {
    daemon: Daemon,
    fronts: Vec<(u16, u16)>,
}

impl HaProxy {
    /// In front of these ports, which demand the header, for a test of that name: `None` when the
    /// test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, servers: &[u16]) -> Option<Self> {
        let package = package(servers.len());
        let configure = |home: &Home, fronts: &[u16]| configure(home, servers, fronts);
        let (daemon, fronts) = Daemon::for_test(test, &package, configure)?;
        let fronts = servers.iter().copied().zip(fronts).collect();
        Some(Self { daemon, fronts })
    }

    /// The port in front of this one.
    ///
    /// # Panics
    /// It was not named at the start.
    pub fn before(&self, server: u16) -> u16 {
        let front = self.fronts.iter().find(|(port, _)| *port == server);
        front.expect("a port that was named at the start").1
    }
}

pub(crate) fn package(ports: usize) -> Package {
    Package {
        name: "haproxy",
        starts: Starts::AsAnyone,
        ports,
    }
}

pub(crate) fn configure(home: &Home, servers: &[u16], fronts: &[u16]) -> std::io::Result<Command> {
    home.write("haproxy.cfg", &configuration(servers, fronts), 0o644)?;
    let mut command = Home::command(home.root.join("usr/sbin/haproxy"));
    command
        .args(["-db", "-f"])
        .arg(home.path("haproxy.cfg"))
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?);
    Ok(command)
}

fn configuration(servers: &[u16], fronts: &[u16]) -> String {
    let mut text = "global
  noreuseport
  log stderr format raw local0
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"
    .to_owned();
    for (server, front) in servers.iter().zip(fronts) {
        let _ = write!(
            text,
            "listen before-{server}
  bind 127.0.0.1:{front}
  server s 127.0.0.1:{server} send-proxy-v2
"
        );
    }
    text
}

impl Deref for HaProxy {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
