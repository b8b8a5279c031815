//! Looks at several ports of one name, each at every address: a plan, and what it shows.

use super::look::unresolved;
use super::options::Options;
use super::pace::Pacer;
use super::plan::Plan;
use super::visit::{Visit, walk};
use crate::endpoint::{Endpoint, Protocol};
use crate::observation::{Cause, Sighting, Survey};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// Where to look for several ports of one name.
pub struct PortPlan {
    /// The ports to connect to, in their order.
    ports: Vec<u16>,
    places: Places,
    /// Addresses that are not looked at.
    no_source: Vec<SocketAddr>,
    visits: Vec<Visit>,
}

/// The addresses of the name.
enum Places {
    /// There are none.
    Unresolved(Cause),
    /// The first that answers is enough.
    First,
    /// Each is looked at.
    Each(Plan),
}

impl PortPlan {
    /// Plans for these ports of one host, whose name is looked up once.
    pub async fn new(pacer: &Pacer, endpoints: &[Endpoint], options: &Options) -> Self {
        let ports = endpoints.iter().map(|port| options.destination(port).1);
        let mut plan = Self {
            ports: ports.collect(),
            places: Places::First,
            no_source: Vec::new(),
            visits: Vec::new(),
        };
        let Some(first) = endpoints.first() else {
            return plan;
        };
        let found = found(pacer, first, options).await;
        let found = found.and_then(|addresses| options.by_source(addresses));
        let addresses = match found {
            Ok((addresses, no_source)) => {
                plan.no_source = no_source;
                addresses
            }
            Err(cause) => {
                plan.places = Places::Unresolved(cause);
                return plan;
            }
        };
        let at = |endpoint, addresses: &[SocketAddr]| visit(endpoint, addresses, options);
        match Plan::of(&addresses, first, options) {
            None => plan.visits = endpoints.iter().map(|port| at(port, &addresses)).collect(),
            Some(each) => {
                for port in endpoints {
                    let there = each.chosen.chunks(1).map(|one| at(port, one));
                    plan.visits.extend(there);
                }
                plan.places = Places::Each(each);
            }
        }
        plan
    }

    /// The looks to take: for each port in its order, for each address.
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// Joins what the visits showed, in their order: what each port showed.
    pub fn surveys(self, seen: Vec<Sighting>, options: &Options) -> Vec<Survey> {
        let ports = self.ports.iter();
        let surveys: Vec<Survey> = match self.places {
            Places::Unresolved(cause) => {
                let unseen = |port: &u16| {
                    let protocol = Protocol::on_port(*port).unwrap_or_default();
                    unresolved(protocol, cause.clone(), options).into()
                };
                return ports.map(unseen).collect();
            }
            Places::First => seen.into_iter().map(Survey::from).collect(),
            Places::Each(plan) => {
                let (mut seen, each) = (seen.into_iter(), plan.chosen.len());
                let of_port = |port: &u16| {
                    let seen = seen.by_ref().take(each).collect();
                    plan.at_port(*port).survey(seen)
                };
                ports.map(of_port).collect()
            }
        };
        let with_excluded = |(survey, port): (Survey, &u16)| {
            options.with_excluded(survey, at_port(&self.no_source, *port))
        };
        let surveys = surveys.into_iter().zip(&self.ports);
        surveys.map(with_excluded).collect()
    }
}

fn visit(endpoint: &Endpoint, addresses: &[SocketAddr], options: &Options) -> Visit {
    let addresses = match &options.via {
        None => at_port(addresses, options.destination(endpoint).1),
        // The proxy's, which has a port of its own.
        Some(_) => addresses.to_vec(),
    };
    Visit {
        endpoint: endpoint.clone(),
        to: options.to(endpoint, addresses),
        key_type: options.probe.key_type,
        sni: options.probe.sni,
    }
}

/// The addresses, with another port.
fn at_port(addresses: &[SocketAddr], port: u16) -> Vec<SocketAddr> {
    let there = |address: &SocketAddr| SocketAddr::new(address.ip(), port);
    addresses.iter().map(there).collect()
}

/// Looks at several ports of one host, each at every address of its name: one connection at a time
/// to an address, in turns. The surveys are in the order of the ports.
pub async fn look_at_ports(
    pacer: &Arc<Pacer>,
    endpoints: &[Endpoint],
    options: &Options,
) -> Vec<Survey> {
    let plan = PortPlan::new(pacer, endpoints, options).await;
    let seen = walk(pacer, plan.visits(), &options.probe).await;
    plan.surveys(seen, options)
}

/// The addresses of the name, and a note of the wait for them.
async fn found(
    pacer: &Pacer,
    endpoint: &Endpoint,
    options: &Options,
) -> Result<Vec<SocketAddr>, Cause> {
    let Some((host, _)) = options.lookup(endpoint) else {
        return Ok(Vec::new());
    };
    let bound = options.probe.timeout;
    let watch = options.probe.watch.as_ref();
    let watched = watch.map(|watch| watch.begin(host.to_string(), Instant::now(), bound));
    let found = pacer.names.addresses(endpoint, options).await;
    drop(watched);
    found
}
