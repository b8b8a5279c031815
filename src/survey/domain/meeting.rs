//! Meets a host at an address: looks at it, and looks again for a certificate with the other type of
//! key.

use crate::certificate::Certificate;
use crate::endpoint::{Endpoint, Host, MailPort, Protocol, Start};
use crate::observation::{KeyType, Possession, Sighting};
use crate::probe::{self, To, Turn, probe};
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use crate::survey::retry::{Look, probe_patiently};
use crate::survey::slots::Whom;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// One look at a host.
#[derive(Clone, Debug)]
pub struct HostLook {
    /// The address.
    pub address: IpAddr,
    /// The type of the leaf's key, which the second look asks for.
    pub key_type: Option<KeyType>,
    /// What was seen.
    pub seen: Sighting,
}

/// When the time of a look begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Since {
    /// At that moment: one deadline bounds all looks.
    Moment(Instant),
    /// At its own turn, as for a target of a list: and a busy host is tried again.
    ItsTurn,
}

/// What the looks at all addresses of a host share.
pub(super) struct Meeting {
    since: Since,
    pacer: Arc<Pacer>,
    options: Options,
    /// Set when an address of the host has answered.
    answered: watch::Sender<bool>,
}

impl Meeting {
    pub(super) fn new(since: Since, pacer: &Arc<Pacer>, options: Options) -> Self {
        Self {
            since,
            pacer: Arc::clone(pacer),
            options,
            answered: watch::Sender::new(false),
        }
    }

    /// What the host shows at an address.
    pub(super) async fn at(&self, address: SocketAddr) -> Vec<HostLook> {
        let endpoint = endpoint(address);
        let found = self.pacer.names.addresses(&endpoint, &self.options).await;
        let to = self.options.to(&endpoint, found.unwrap_or_default());
        let whom = || Whom::of(&to);
        match self.since {
            Since::Moment(since) => {
                let look = |options| look_since(since, &endpoint, to.clone(), options);
                let both = || self.with_each_key(address, look);
                self.pacer.in_turn(whom(), both).await
            }
            Since::ItsTurn => {
                let look = |options| self.in_turn(&endpoint, &to, whom(), options);
                self.with_each_key(address, look).await
            }
        }
    }

    /// Looks for the certificate that the host chooses, and for one with the other type of key.
    async fn with_each_key<F: Future<Output = Sighting>>(
        &self,
        address: SocketAddr,
        look: impl Fn(probe::Options) -> F,
    ) -> Vec<HostLook> {
        let one = |key_type, seen| HostLook {
            address: address.ip(),
            key_type,
            seen,
        };
        let first = look(self.options.probe.clone()).await;
        let key_type = key_type(&first);
        let other = key_type.map(KeyType::other);
        let second = match other {
            Some(other) => {
                let options = probe::Options {
                    key_type: Some(other),
                    // What only an old hello shows of one key, it may show of the other.
                    asks_once: !first.legacy,
                    ..self.options.probe.clone()
                };
                Some(one(other.into(), look(options).await))
            }
            None => None,
        };
        let second = second.filter(|second| shows_a_key(&second.seen));
        [Some(one(key_type, first)), second]
            .into_iter()
            .flatten()
            .collect()
    }

    async fn in_turn(
        &self,
        endpoint: &Endpoint,
        to: &To,
        whom: Vec<Whom>,
        options: probe::Options,
    ) -> Sighting {
        let look = Look {
            endpoint,
            options: &options,
            to,
            answered: Some(&self.answered),
        };
        let looking = || probe_patiently(&self.pacer, look);
        self.pacer.in_turn(whom, looking).await
    }
}

async fn look_since(
    since: Instant,
    endpoint: &Endpoint,
    to: To,
    options: probe::Options,
) -> Sighting {
    let turn = Turn {
        to,
        since,
        is_paced: true,
    };
    probe(endpoint, &options, turn).await
}

/// Mail is transferred over SMTP, with STARTTLS alone.
fn endpoint(address: SocketAddr) -> Endpoint {
    let port = MailPort {
        port: address.port(),
        start: Some(Start::Starttls),
        protocol: Some(Protocol::Smtp),
    };
    Endpoint::of_port(Host::Ip(address.ip()), port)
}

/// The type of the leaf's key.
fn key_type(seen: &Sighting) -> Option<KeyType> {
    let leaf = Certificate::new(seen.presented.first()?.clone());
    match leaf.facts().ok()?.public_key.algorithm.as_str() {
        "RSA" | "RSA-PSS" => Some(KeyType::Rsa),
        "EC" => Some(KeyType::Ecdsa),
        _ => None,
    }
}

/// Whether a look for the other type of key counts. No sender asks for one type alone, so that a server
/// that closes, stays silent, or is busy then is not worse for any of them.
fn shows_a_key(seen: &Sighting) -> bool {
    seen.failure.is_none() || seen.legacy || seen.possession == Possession::Refuted
}
