//! HAProxy in front of other servers: it passes TCP connections on, with the header of the PROXY
//! protocol (version 2) that says from where they come, or what it has taken out of TLS.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
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
        Self::start(test, servers, |home, fronts| {
            configure(home, servers, fronts)
        })
    }

    /// In front of this port, which knows no TLS: the clients' TLS ends here, and it presents each
    /// of these identities, which have the same name, to clients that can take its type of key.
    ///
    /// # Panics
    /// As [`HaProxy::for_test`].
    pub fn in_tls(test: &str, identities: &[&Identity], server: u16) -> Option<Self> {
        Self::in_tls_with(test, identities, server, "")
    }

    /// The same with further words of HAProxy's `bind`.
    ///
    /// # Panics
    /// As [`HaProxy::for_test`].
    pub fn in_tls_with(
        test: &str,
        identities: &[&Identity],
        server: u16,
        words: &str,
    ) -> Option<Self> {
        Self::start(test, &[server], |home, fronts| {
            let mut certificates = String::new();
            for (index, identity) in identities.iter().enumerate() {
                let name = format!("{index}.pem");
                let both = format!("{}{}", identity.key_pem, identity.chain_pem());
                home.write(&name, &both, 0o600)?;
                let _ = write!(certificates, " crt {}", home.path(&name).display());
            }
            let front = listener(
                server,
                fronts[0],
                &format!(" ssl{certificates} {words}"),
                "",
            );
            command(home, &front)
        })
    }

    /// In front of this port, which knows no TLS: it presents this identity, and staples this OCSP
    /// response.
    ///
    /// # Panics
    /// As [`HaProxy::for_test`].
    pub fn stapling(test: &str, identity: &Identity, ocsp: &[u8], server: u16) -> Option<Self> {
        Self::start(test, &[server], |home, fronts| {
            let both = format!("{}{}", identity.key_pem, identity.chain_pem());
            home.write("0.pem", &both, 0o600)?;
            std::fs::write(home.path("0.pem.ocsp"), ocsp)?;
            let bind = format!(" ssl crt {}", home.path("0.pem").display());
            command(home, &listener(server, fronts[0], &bind, ""))
        })
    }

    fn start(
        test: &str,
        servers: &[u16],
        configure: impl Fn(&Home, &[u16]) -> std::io::Result<Command>,
    ) -> Option<Self> {
        let (daemon, fronts) = Daemon::for_test(test, &package(servers.len()), configure)?;
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
    let pairs = servers.iter().zip(fronts);
    let listeners = pairs.map(|(server, front)| listener(*server, *front, "", " send-proxy-v2"));
    command(home, &listeners.collect::<String>())
}

/// Connections to `front` are passed on to `server`.
fn listener(server: u16, front: u16, bind: &str, pass: &str) -> String {
    format!(
        "listen before-{server}
  bind 127.0.0.1:{front}{bind}
  server s 127.0.0.1:{server}{pass}
"
    )
}

fn command(home: &Home, listeners: &str) -> std::io::Result<Command> {
    let configuration = format!(
        "global
  noreuseport
  log stderr format raw local0
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 60s
  timeout server 60s
{listeners}"
    );
    home.write("haproxy.cfg", &configuration, 0o644)?;
    let mut command = Home::command(home.root.join("usr/sbin/haproxy"));
    command
        .args(["-db", "-f"])
        .arg(home.path("haproxy.cfg"))
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?);
    Ok(command)
}

impl Deref for HaProxy {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
