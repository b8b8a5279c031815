//! Meets a host at an address: looks at it, and looks again for a certificate with the other type of
//! key.

use crate::certificate::Certificate;
use crate::endpoint::{Endpoint, Host, MailPort, Protocol, Start};
use crate::observation::{Cause, KeyType, Sighting};
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
    /// The type of the leaf's key, or the one that was asked for.
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
        let asked = self.options.probe.key_type;
        let options = |key_type| probe::Options {
            key_type,
            ..self.options.probe.clone()
        };
        let one = |key_type, seen| HostLook {
            address: address.ip(),
            key_type,
            seen,
        };
        let first = look(options(asked)).await;
        let key_type = key_type(&first).or(asked);
        let mut looks = vec![one(key_type, first)];
        let other = key_type.filter(|_| asked.is_none()).map(KeyType::other);
        if let Some(other) = other {
            let seen = look(options(Some(other))).await;
            if !lacks_key(&seen) {
                looks.push(one(Some(other), seen));
            }
        }
        looks
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

/// Whether a server that has shown one certificate has none with the type of key that was asked for.
fn lacks_key(seen: &Sighting) -> bool {
    let cause = seen.failure.as_ref().map(|failure| &failure.cause);
    matches!(cause, Some(Cause::NoSuchKey(..) | Cause::Incompatible(_)))
}
