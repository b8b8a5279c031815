//! A host that takes mail: its addresses, its TLSA records, and what it presents at each address with
//! each type of key.

use super::addresses::Addresses;
use super::meeting::{HostLook, Meeting, Since};
use super::question::Asker;
use super::tlsa::TlsaSurvey;
use crate::endpoint::{Host, Resolver};
use crate::resolve::absolute;
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use crate::survey::plan::Plan;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::task::JoinSet;

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

impl HostSurvey {
    /// Surveys a host. Connections wait for their turns.
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
        let asker = &asker.for_a_host();
        let addresses = Addresses::of(asker, &name, options.family).await;
        let tlsa = TlsaSurvey::of(asker, host, &addresses, port).await;
        let ips = addresses.all.clone();
        let mut survey = Self {
            addresses: Some(addresses),
            tlsa,
            ..Self::unnamed(host, port)
        };
        let since = if asker.in_turns {
            Since::ItsTurn
        } else {
            Since::Moment(asker.since)
        };
        survey.look(&ips, since, pacer, options).await;
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
                ignored: None,
            },
            looks: Vec::new(),
            no_route: Vec::new(),
            no_source: Vec::new(),
            left_out: 0,
        }
    }

    /// Looks at the addresses side by side.
    async fn look(&mut self, ips: &[IpAddr], since: Since, pacer: &Arc<Pacer>, options: &Options) {
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
        let meeting = Arc::new(Meeting::new(since, pacer, options));
        let mut running = JoinSet::new();
        for address in plan.chosen {
            let meeting = Arc::clone(&meeting);
            running.spawn(async move { meeting.at(address).await });
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
