//! The error of a start whose port is taken: it then tries others.

use super::home::Home;
use super::syslog::Syslog;
use super::{Daemon, Package, StartError, ports, says_taken};
use crate::dns::unbound;
use crate::pki::{Identity, KeyKind, Pki, leaf};
use crate::{courier, cyrus, dovecot, haproxy, microsocks, skip, sshd, tinyproxy};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

fn identity() -> Identity {
    Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256)
}

#[test]
fn dovecot_says_so() {
    let identity = identity();
    let setup = dovecot::Setup::new(&identity);
    fails(&dovecot::PACKAGE, |home, ports| {
        setup.configure(home, ports)
    });
}

#[test]
fn cyrus_says_so() {
    let identity = identity();
    let mut logs = Vec::new();
    fails(&cyrus::PACKAGE, |home, ports| {
        logs.push(Syslog::start(home)?);
        cyrus::configure(home, &identity, None, ports)
    });
}

#[test]
fn courier_says_so() {
    let identity = identity();
    fails(&courier::PACKAGE, |home, ports| {
        courier::configure(home, &identity, true, ports)
    });
}

#[test]
fn what_stands_between_says_so() {
    fails(&haproxy::package(2), |home, ports| {
        haproxy::configure(home, &[1, 2], ports)
    });
    fails(&microsocks::PACKAGE, |home, ports| {
        Ok(microsocks::configure(home, None, ports))
    });
    fails(&tinyproxy::PACKAGE, |home, ports| {
        tinyproxy::configure(home, None, ports)
    });
    fails(&sshd::PACKAGE, sshd::configure);
}

#[test]
fn unbound_says_so() {
    fails(&unbound::PACKAGE, |home, ports| {
        unbound::configure(home, ports[0], "", "")
    });
}

/// Each of the ports is taken once.
fn fails(package: &Package, mut configure: impl FnMut(&Home, &[u16]) -> std::io::Result<Command>) {
    for taken in 0..package.ports {
        // The tests beside this one look for free ports, too, and may be faster.
        let free = || {
            let ports = ports::free(package.ports).expect("free ports");
            let stranger = TcpListener::bind(("127.0.0.1", ports[taken])).ok()?;
            Some((ports, stranger))
        };
        let (ports, _stranger) = (0..10).find_map(|_| free()).expect("a free port");
        let start = Instant::now();
        let name = package.name;
        match Daemon::start(package, &ports, &mut configure) {
            Err(StartError::NotInstalled(why)) => {
                skip::skip(&format!("a taken port ({name})"), &why);
            }
            Err(StartError::Failed(why)) => assert!(says_taken(&why), "{why}"),
            Ok(_) => panic!("{name} started without its port {taken}"),
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{name}");
    }
}
