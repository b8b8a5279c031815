//! Looks at a server: at the first address that answers, or at all of them.

use super::options::Options;
use super::pace::Pacer;
use super::plan::Plan;
use super::retry::{Look, probe_patiently};
use crate::endpoint::Endpoint;
use crate::observation::{Cause, Failure, Sighting, Step, Survey};
use crate::probe::{Turn, probe};
use crate::resolve;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// Looks at one server immediately, under one deadline. Failures are part of the sighting.
pub async fn look(endpoint: &Endpoint, options: &Options) -> Sighting {
    let since = Instant::now();
    let (host, port) = options.destination(endpoint);
    let bound = options.probe.timeout;
    let found = timeout(bound, resolve::addresses(host, port, options.family)).await;
    let cause = match found {
        Ok(Ok(addresses)) => {
            let turn = Turn {
                addresses,
                since,
                is_paced: false,
            };
            return probe(endpoint, &options.probe, turn).await;
        }
        Ok(Err(why)) => why.into_cause(),
        Err(_) => Cause::Timeout(bound),
    };
    Sighting {
        elapsed: since.elapsed(),
        ..unresolved(cause)
    }
}

/// Looks at one server when its turn comes. The deadline runs from then on, so a slow server takes
/// no time from another; the lookup of the name has its own deadline.
pub async fn any_address(pacer: &Pacer, endpoint: &Endpoint, options: &Options) -> Sighting {
    match pacer.names.addresses(endpoint, options).await {
        Ok(addresses) => {
            let look = Look {
                endpoint,
                options: &options.probe,
                addresses: &addresses,
                answered: None,
            };
            in_turn(pacer, look).await
        }
        Err(cause) => unresolved(cause),
    }
}

/// Looks at every address of the name concurrently. Each waits for its own turn and then has the
/// whole deadline, so a slow address does not affect the others.
pub async fn every_address(pacer: &Arc<Pacer>, endpoint: &Endpoint, options: &Options) -> Survey {
    let addresses = match pacer.names.addresses(endpoint, options).await {
        Ok(addresses) => addresses,
        Err(cause) => return unresolved(cause).into(),
    };
    let plan = (addresses.len() > 1).then(|| Plan::new(&addresses));
    // Without a route to any of them, connecting gives the reason.
    let Some(plan) = plan.filter(|plan| !plan.chosen.is_empty()) else {
        let look = Look {
            endpoint,
            options: &options.probe,
            addresses: &addresses,
            answered: None,
        };
        return in_turn(pacer, look).await.into();
    };
    let mut seen = side_by_side(pacer, endpoint, options, &plan.chosen).await;
    seen.sort_by_key(Sighting::peer);
    Survey {
        seen: unconnected(&seen).map_or(seen, |one| vec![one]),
        no_route: plan.no_route,
        left_out: plan.left_out,
    }
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

fn unresolved(cause: Cause) -> Sighting {
    Sighting {
        failure: Some(Failure {
            step: Step::Resolve,
            cause,
        }),
        ..Sighting::default()
    }
}

/// Merges the sightings into one, if every connection failed.
fn unconnected(seen: &[Sighting]) -> Option<Sighting> {
    let mut attempts = Vec::new();
    for each in seen {
        let Cause::Connect(failed) = &each.failure.as_ref()?.cause else {
            return None;
        };
        if each.address.is_some() {
            return None;
        }
        attempts.extend_from_slice(failed);
    }
    let mut one = seen.iter().max_by_key(|seen| seen.elapsed)?.clone();
    one.attempts.clone_from(&attempts);
    one.failure.as_mut()?.cause = Cause::Connect(attempts);
    Some(one)
}
