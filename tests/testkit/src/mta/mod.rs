//! The real mail servers, each started with its own configuration on high ports of the loopback,
//! with everything it writes in a temporary directory. `tests/install` unpacks them.

mod exim;
pub mod fleet;
mod opensmtpd;
mod place;
mod postfix;
mod start;
#[cfg(test)]
mod taken;

use crate::daemon::ports::listeners;
use crate::daemon::{self, Daemon, wait_for};
use crate::pki::Identity;
use place::Place;
use std::fmt;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

pub use crate::daemon::StartError;

/// The servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Postfix, from this machine's Debian release.
    Postfix,
    /// Exim with GnuTLS, from this machine's Debian release.
    Exim,
    /// OpenSMTPD, from Debian 13, with its own root directory.
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

/// Has Exim deliver `message` by a transport of that configuration and name, for a test of that
/// name, and returns what it has logged; `None` when the test must be skipped.
///
/// # Panics
/// When Exim is there and does not run, and in CI when it is not there.
pub fn exim_sends(test: &str, transport: (&str, &str), message: &str) -> Option<String> {
    let place = daemon::for_test(test, Place::prepare(Kind::Exim))?;
    Some(exim::send(&place, transport, message).expect("Exim runs"))
}

/// Has Exim deliver a message to each of them by the DNS and DANE, for a test of that name, and
/// returns what it has logged; `None` when the test must be skipped.
///
/// # Panics
/// When Exim is there and does not run, and in CI when it is not there.
pub fn exim_delivers(test: &str, recipients: &[String]) -> Option<String> {
    let place = daemon::for_test(test, Place::prepare(Kind::Exim))?;
    Some(exim::deliver(&place, recipients).expect("Exim runs"))
}

/// A running server; it ends with this value, and with the process that has started it.
#[derive(Debug)]
pub struct Mta {
    daemon: Daemon,
    starttls: u16,
    smtps: u16,
}

impl Mta {
    /// As [`Mta::start`], for a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, kind: Kind, identity: &Identity) -> Option<Self> {
        daemon::for_test(&format!("{test} ({kind})"), Self::start(kind, identity))
    }

    /// An OpenSMTPD that relays all mail by this action, and trusts these certificates; `None` when
    /// the test must be skipped.
    ///
    /// # Panics
    /// As [`Mta::for_test`].
    pub fn relaying(test: &str, identity: &Identity, action: &str, store: &str) -> Option<Self> {
        let further = |place: &Place| {
            place.write(opensmtpd::ACTION, action, 0o644)?;
            place.write(opensmtpd::STORE, store, 0o644)
        };
        let started = Self::start_in(Kind::OpenSmtpd, identity, further);
        daemon::for_test(test, started)
    }

    /// An Exim that staples this OCSP response; `None` when the test must be skipped.
    ///
    /// # Panics
    /// As [`Mta::for_test`].
    pub fn stapling(test: &str, identity: &Identity, ocsp: &[u8]) -> Option<Self> {
        let further = |place: &Place| {
            let file = place.path(exim::OCSP);
            std::fs::write(&file, ocsp)?;
            // For Exim's own user, whatever the umask.
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644))
        };
        daemon::for_test(test, Self::start_in(Kind::Exim, identity, further))
    }

    /// The port that greets in the clear and offers STARTTLS.
    pub fn starttls_port(&self) -> u16 {
        self.starttls
    }

    /// The port of implicit TLS.
    pub fn smtps_port(&self) -> u16 {
        self.smtps
    }

    /// The mail that was delivered so far, a copy for each recipient, in any order; waits up to ten
    /// seconds for that many. Only Postfix accepts mail.
    pub fn delivered(&self, count: usize) -> Vec<String> {
        let inbox = self.daemon.home.path("mail/inbox/new");
        wait_for(|| messages(&inbox), |found| found.len() >= count)
    }

    /// Presents another identity at the same ports from now on, as after a renewal. Only Postfix
    /// reads its files again.
    pub fn renew(&self, identity: &Identity) -> std::io::Result<()> {
        self.daemon.home.identity("", identity)?;
        self.daemon.reload()
    }

    /// From a moment on, Postfix goes by these lines of `main.cf`, too.
    pub fn reconfigure(&self, lines: &str) -> std::io::Result<()> {
        postfix::add(&self.daemon.home, lines)?;
        self.daemon.reload()
    }

    /// From now on Postfix serves, besides, at ports where it demands the header of the PROXY
    /// protocol.
    ///
    /// # Panics
    /// It does not.
    pub fn demanding_headers(&self) -> Demanding {
        let ports = postfix::demand_headers(&self.daemon.home).expect("free ports");
        self.daemon.reload().expect("Postfix is told");
        let listen = || ports.iter().all(|port| listeners(*port).len() == 1);
        assert!(wait_for(listen, |listen| *listen), "{}", self.log());
        Demanding {
            smtp: ports[0],
            smtps: ports[1],
            postscreen: ports[2],
        }
    }

    /// One of Postfix' programs (`posttls-finger`, `smtp-source`), with this server's configuration.
    pub fn program(&self, name: &str) -> std::io::Result<Command> {
        postfix::program(&self.daemon.home, name)
    }
}

/// The ports where Postfix demands the header of the PROXY protocol.
#[derive(Clone, Copy, Debug)]
pub struct Demanding {
    /// Of smtpd, with STARTTLS.
    pub smtp: u16,
    /// Of smtpd, in implicit TLS.
    pub smtps: u16,
    /// Of postscreen, which hands its clients over to smtpd.
    pub postscreen: u16,
}

impl Deref for Mta {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}

/// The messages of a maildir: each appears there complete.
fn messages(inbox: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(inbox).into_iter().flatten().flatten();
    let contents = entries.filter_map(|entry| std::fs::read(entry.path()).ok());
    contents
        .map(|mail| String::from_utf8_lossy(&mail).into_owned())
        .collect()
}
