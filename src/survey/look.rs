//! Looks at a server: at every address of its name, or at the first that answers.

use super::options::Options;
use super::pace::Pacer;
use super::plan::Plan;
use super::retry::{Look, probe_patiently};
use crate::endpoint::{Endpoint, Protocol};
use crate::observation::{Cause, Failure, Sighting, Step, Survey};
use crate::probe::{Turn, probe};
use crate::resolve;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// Looks at one server immediately, at its addresses concurrently. One deadline bounds the lookup
/// and all addresses. Failures are part of the sightings.
pub async fn look(endpoint: &Endpoint, options: &Options) -> Survey {
    let since = Instant::now();
    let (host, port) = options.destination(endpoint);
    let bound = options.probe.timeout;
    let watch = options.probe.watch.as_ref();
    let watched = watch.map(|watch| watch.begin(host.to_string(), since, bound));
    let found = timeout(bound, resolve::addresses(host, port, options.family)).await;
    drop(watched);
    let cause = match found {
        Ok(Ok(addresses)) => return look_since(since, endpoint, options, addresses).await,
        Ok(Err(why)) => why.into_cause(),
        Err(_) => Cause::Timeout(bound),
    };
    let seen = Sighting {
        elapsed: since.elapsed(),
        ..unresolved(endpoint.first_protocol(), cause)
    };
    seen.into()
}

/// Looks at the addresses, under a deadline that runs since then.
async fn look_since(
    since: Instant,
    endpoint: &Endpoint,
    options: &Options,
    addresses: Vec<SocketAddr>,
) -> Survey {
    let Some(plan) = Plan::of(&addresses, endpoint, options) else {
        let turn = Turn {
            addresses,
            since,
            is_paced: false,
        };
        return probe(endpoint, &options.probe, turn).await.into();
    };
    let mut running = JoinSet::new();
    for &address in &plan.chosen {
        let (endpoint, options) = (endpoint.clone(), options.probe.clone());
        running.spawn(async move {
            let turn = Turn {
                addresses: vec![address],
                since,
                is_paced: true,
            };
            probe(&endpoint, &options, turn).await
        });
    }
    plan.survey(all(running).await)
}

/// Looks at one server in its turn: at every address of the name concurrently, or at the first that
/// answers. Each address waits for its own turn and then has the whole deadline, so a slow address
/// does not affect the others; the lookup of the name has its own deadline.
pub async fn look_in_turn(pacer: &Arc<Pacer>, endpoint: &Endpoint, options: &Options) -> Survey {
    let addresses = match pacer.names.addresses(endpoint, options).await {
        Ok(addresses) => addresses,
        Err(cause) => return unresolved(endpoint.first_protocol(), cause).into(),
    };
    let Some(plan) = Plan::of(&addresses, endpoint, options) else {
        let look = Look {
            endpoint,
            options: &options.probe,
            addresses: &addresses,
            answered: None,
        };
        return in_turn(pacer, look).await.into();
    };
    let seen = side_by_side(pacer, endpoint, options, &plan.chosen).await;
    plan.survey(seen)
}

async fn side_by_side(
    pacer: &Arc<Pacer>,
    endpoint: &Endpoint,
    options: &Options,
    addresses: &[SocketAddr],
) -> Vec<Sighting> {
    let answered = Arc::new(watch::Sender::new(false));
    let mut running = JoinSet::new();
    for &address in addresses {
        let (pacer, answered) = (Arc::clone(pacer), Arc::clone(&answered));
        let (endpoint, options) = (endpoint.clone(), options.probe.clone());
        running.spawn(async move {
            let look = Look {
                endpoint: &endpoint,
                options: &options,
                addresses: &[address],
                answered: Some(&answered),
            };
            in_turn(&pacer, look).await
        });
    }
    all(running).await
}

async fn all(mut running: JoinSet<Sighting>) -> Vec<Sighting> {
    let mut seen = Vec::new();
    while let Some(ended) = running.join_next().await {
        seen.extend(ended);
    }
    seen
}

/// Connects to the first address that answers, once all of them have a free slot.
async fn in_turn(pacer: &Pacer, look: Look<'_>) -> Sighting {
    let ips = look.addresses.iter().map(SocketAddr::ip).collect();
    pacer.in_turn(ips, || probe_patiently(pacer, look)).await
}

/// A sighting of a name without addresses.
pub(super) fn unresolved(protocol: Protocol, cause: Cause) -> Sighting {
    Sighting {
        failure: Some(Failure {
            step: Step::Resolve,
            protocol,
            cause,
        }),
        ..Sighting::default()
    }
}
