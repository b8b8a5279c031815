//! A host that takes mail: its addresses, its TLSA records, and what it presents at each address with
//! each type of key.

use super::addresses::Addresses;
use super::question::Asker;
use super::tlsa::TlsaSurvey;
use crate::certificate::Certificate;
use crate::endpoint::{Endpoint, Host, MailPort, Protocol, Resolver, Start};
use crate::observation::{Cause, KeyType, Sighting};
use crate::probe::{self, Turn, probe};
use crate::resolve::absolute;
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use crate::survey::plan::Plan;
use crate::survey::slots::Whom;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What was found out about a host.
#[derive(Clone, Debug)]
pub struct HostSurvey {
    /// Its name, in lower case and without the last dot.
    pub name: String,
    /// The port that was looked at.
    pub port: u16,
    /// Its addresses; `None`: no name of the DNS is written so.
    pub addresses: Option<Addresses>,
    /// Its TLSA records.
    pub tlsa: TlsaSurvey,
    /// What it showed, in the order of its addresses.
    pub looks: Vec<HostLook>,
    /// Addresses to which this machine has no route.
    pub no_route: Vec<SocketAddr>,
    /// Addresses of the family that `--source` has no address of.
    pub no_source: Vec<SocketAddr>,
    /// How many addresses it has beyond the maximum.
    pub left_out: usize,
}

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

impl HostSurvey {
    /// Surveys a host. Connections wait for their turns, and each address has the deadline of the
    /// probe from `asker.since` on, or from its turn on if that comes later and the pacer makes
    /// targets wait.
    pub(super) async fn of(
        host: &str,
        port: u16,
        asker: &Asker,
        pacer: &Arc<Pacer>,
        options: &Options,
    ) -> Self {
        let Ok(name) = absolute(host) else {
            return Self::unnamed(host, port);
        };
        let addresses = Addresses::of(asker, &name, options.family).await;
        let tlsa = TlsaSurvey::of(asker, host, &addresses, port).await;
        let mut survey = Self {
            addresses: None,
            tlsa,
            ..Self::unnamed(host, port)
        };
        survey
            .look(&addresses.all, asker.since, pacer, options)
            .await;
        survey.addresses = Some(addresses);
        survey
    }

    /// The resolvers that were heard about it.
    pub fn heard(&self) -> impl Iterator<Item = &Resolver> {
        let addresses = self.addresses.iter().map(|addresses| &addresses.found);
        let all = addresses.chain(&self.tlsa.found);
        all.flat_map(|found| &found.heard)
    }

    fn unnamed(host: &str, port: u16) -> Self {
        Self {
            name: host.to_owned(),
            port,
            addresses: None,
            tlsa: TlsaSurvey {
                found: None,
                base_domain: host.to_owned(),
                under_alias: false,
            },
            looks: Vec::new(),
            no_route: Vec::new(),
            no_source: Vec::new(),
            left_out: 0,
        }
    }

    /// Looks at the addresses side by side.
    async fn look(
        &mut self,
        ips: &[IpAddr],
        since: Instant,
        pacer: &Arc<Pacer>,
        options: &Options,
    ) {
        let Ok(reference) = self.tlsa.base_domain.parse::<Host>() else {
            return;
        };
        let there = ips.iter().map(|ip| SocketAddr::new(*ip, self.port));
        let (usable, no_source) = options.split_by_source(there);
        let plan = Plan::for_each(&usable, options.one_address);
        let mut probe_options = options.probe.clone();
        // RFC 7672 §8.1: the client asks for the base domain.
        probe_options.reference = reference;
        let options = Options {
            probe: probe_options,
            ..options.clone()
        };
        let mut running = JoinSet::new();
        for address in plan.chosen {
            let (pacer, options) = (Arc::clone(pacer), options.clone());
            running.spawn(async move { at_address(address, since, &pacer, &options).await });
        }
        let mut looks: Vec<HostLook> = running.join_all().await.into_iter().flatten().collect();
        // The sort is stable: the types of keys stay in the order of the looks.
        looks.sort_by_key(|look| look.address);
        self.looks = looks;
        self.no_route = plan.no_route;
        self.no_source = no_source;
        self.left_out = plan.left_out;
    }
}

/// Looks at one address, and again for a certificate with the other type of key.
async fn at_address(
    address: SocketAddr,
    since: Instant,
    pacer: &Pacer,
    options: &Options,
) -> Vec<HostLook> {
    let port = MailPort {
        port: address.port(),
        start: Some(Start::Starttls),
        protocol: Some(Protocol::Smtp),
    };
    let endpoint = Endpoint::of_port(Host::Ip(address.ip()), port);
    let found = pacer.names.addresses(&endpoint, options).await;
    let to = options.to(&endpoint, found.unwrap_or_default());
    let look = |key_type| {
        let options = probe::Options {
            key_type,
            ..options.probe.clone()
        };
        let turn = Turn {
            to: to.clone(),
            since,
            is_paced: true,
        };
        let endpoint = endpoint.clone();
        async move { probe(&endpoint, &options, turn).await }
    };
    pacer
        .in_turn(Whom::of(&to), || async {
            let first = look(options.probe.key_type).await;
            let key_type = key_type(&first).or(options.probe.key_type);
            let mut looks = vec![HostLook {
                address: address.ip(),
                key_type,
                seen: first,
            }];
            let other = key_type.filter(|_| options.probe.key_type.is_none());
            if let Some(other) = other.map(KeyType::other) {
                let seen = look(Some(other)).await;
                if !lacks_key(&seen) {
                    looks.push(HostLook {
                        address: address.ip(),
                        key_type: Some(other),
                        seen,
                    });
                }
            }
            looks
        })
        .await
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
