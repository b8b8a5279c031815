//! A whole mail host: Postfix and Dovecot at the standard ports of an address of its own.

use crate::dovecot::{Dovecot, Setup};
use crate::mta::{Kind, Mta};
use crate::names::{self, Names};
use crate::pki::Identity;
use crate::raw::{listen_on, relay};
use crate::service::Service;
use crate::skip::skip;
use std::net::{SocketAddr, TcpListener};

/// A running host.
#[derive(Debug)]
pub struct MailHost {
    /// The namespace that has its name.
    pub names: Names,
    /// Its address.
    pub ip: String,
    /// What listens on 25, 465 and 587.
    pub postfix: Mta,
    /// What listens on 110, 143, 993, 995 and 4190.
    pub dovecot: Dovecot,
}

impl MailHost {
    /// One of that name, in the part of the loopback that is for the file of tests (`net`). Both
    /// servers present `identity`; what listens on one of the `others`, a standard port and a port
    /// of 127.0.0.1, is another server. `None`: the test of that name must be skipped.
    ///
    /// # Panics
    /// When a server is there and does not run, and in CI when it is not there.
    pub fn for_test(
        test: &str,
        (name, net): (&str, u8),
        identity: &Identity,
        others: &[(u16, u16)],
    ) -> Option<Self> {
        let (ip, _) = names::block(net);
        let ip = ip(1);
        let names = Names::new(test, &names::hosts(name, std::slice::from_ref(&ip)))?;
        let dovecot = Setup::new(identity).for_test(test)?;
        let postfix = Mta::for_test(test, Kind::Postfix, identity)?;
        if TcpListener::bind((ip.as_str(), 25)).is_err() {
            skip(test, "port 25 of the loopback cannot be used here");
            return None;
        }
        let usual = [
            (25, postfix.starttls_port()),
            (465, postfix.smtps_port()),
            (587, postfix.starttls_port()),
            (110, dovecot.port(Service::Pop3)),
            (143, dovecot.port(Service::Imap)),
            (993, dovecot.port(Service::Imaps)),
            (995, dovecot.port(Service::Pop3s)),
            (4190, dovecot.port(Service::Sieve)),
        ];
        for (port, usual) in usual {
            let other = others.iter().find(|(standard, _)| *standard == port);
            let server = other.map_or(usual, |(_, other)| *other);
            let server = SocketAddr::from(([127, 0, 0, 1], server));
            listen_on(&format!("{ip}:{port}"), move |client| relay(client, server));
        }
        Some(Self {
            names,
            ip,
            postfix,
            dovecot,
        })
    }
}
