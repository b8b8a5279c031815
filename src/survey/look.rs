//! Looks at a server: at every address of its name, or at the first that answers.

use super::options::Options;
use super::pace::Pacer;
use super::plan::Plan;
use super::retry::{Look, probe_patiently};
use super::slots::Whom;
use crate::endpoint::{Endpoint, Protocol};
use crate::observation::{Cause, Failure, Sighting, Step, Survey};
use crate::probe::{To, Turn, probe};
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
    let Some((host, port)) = options.lookup(endpoint) else {
        let to = options.to(endpoint, Vec::new());
        return probe(endpoint, &options.probe, Turn::at(since, to))
            .await
            .into();
    };
    let bound = options.probe.timeout;
    let watch = options.probe.watch.as_ref();
    let watched = watch.map(|watch| watch.begin(host.to_string(), since, bound));
    let found = match options.known(port) {
        Some(known) => Ok(Ok(known)),
        None => timeout(bound, resolve::addresses(host, port, options.family)).await,
    };
    drop(watched);
    let found = match found {
        Ok(Ok(addresses)) => options.by_source(addresses),
        Ok(Err(why)) => Err(options.not_found(why.into_cause())),
        Err(_) => Err(Cause::Timeout(bound)),
    };
    let cause = match found {
        Ok((addresses, no_source)) => {
            let survey = look_since(since, endpoint, options, addresses).await;
            return options.with_excluded(survey, no_source);
        }
        Err(cause) => cause,
    };
    let seen = Sighting {
        elapsed: since.elapsed(),
        ..unresolved(endpoint.first_protocol(), cause, options)
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
        let to = options.to(endpoint, addresses);
        return probe(endpoint, &options.probe, Turn::at(since, to))
            .await
            .into();
    };
    let turn = |address| Turn {
        to: To::Addresses(vec![address]),
        since,
        is_paced: true,
    };
    // Boxed: a task is copied on the stack several times, and each page of it costs a fault.
    if let &[only] = plan.chosen.as_slice() {
        let seen = Box::pin(probe(endpoint, &options.probe, turn(only))).await;
        return plan.survey(vec![seen]);
    }
    let mut running = JoinSet::new();
    for &address in &plan.chosen {
        let (endpoint, options, turn) = (endpoint.clone(), options.probe.clone(), turn(address));
        running.spawn(Box::pin(
            async move { probe(&endpoint, &options, turn).await },
        ));
    }
    plan.survey(all(running).await)
}

/// Looks at one server in its turn: at every address of the name concurrently, or at the first that
/// answers. Each address waits for its own turn and then has the whole deadline, so a slow address
/// does not affect the others; the lookup of the name has its own deadline.
pub async fn look_in_turn(pacer: &Arc<Pacer>, endpoint: &Endpoint, options: &Options) -> Survey {
    let found = pacer.names.addresses(endpoint, options).await;
    let found = found.and_then(|addresses| options.by_source(addresses));
    let (addresses, no_source) = match found {
        Ok(found) => found,
        Err(cause) => return unresolved(endpoint.first_protocol(), cause, options).into(),
    };
    let Some(plan) = Plan::of(&addresses, endpoint, options) else {
        let look = Look {
            endpoint,
            options: &options.probe,
            to: &options.to(endpoint, addresses),
            answered: None,
        };
        return options.with_excluded(in_turn(pacer, look).await.into(), no_source);
    };
    let seen = side_by_side(pacer, endpoint, options, &plan.chosen).await;
    options.with_excluded(plan.survey(seen), no_source)
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
                to: &To::Addresses(vec![address]),
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
    pacer
        .in_turn(Whom::of(look.to), || probe_patiently(pacer, look))
        .await
}

/// A sighting of a name without addresses.
pub(super) fn unresolved(protocol: Protocol, cause: Cause, options: &Options) -> Sighting {
    Sighting {
        via: options.via.clone(),
        failure: Some(Failure {
            step: Step::Resolve,
            protocol,
            cause,
        }),
        ..Sighting::default()
    }
}
