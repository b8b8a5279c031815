//! Looks at every place of a host: each address at each port, and what it presents to clients with
//! another type of key, or without SNI.

use super::super::gap::Gap;
use super::super::observer::Observer;
use super::super::places::Places;
use crate::certificate::Certificate;
use crate::commands::error::Error;
use crate::endpoint::Host;
use crate::fingerprint::Algorithm;
use crate::observation::{Attempt, Cause, ConnectError, Failure, Possession, Survey};
use crate::pin_set::{Ask, Asked, Further, Look, Place, Proof, further};
use crate::render::pin::problems;
use crate::report::{Assessment, Report, Target};
use crate::survey::{Limits, Pacer, PortPlan, To, Visit, walk};
use std::net::SocketAddr;
use std::sync::Arc;
use time::OffsetDateTime;

/// Addresses at a time.
const AT_ONCE: usize = 16;

/// A look that showed a certificate.
pub(super) struct Sight {
    /// The certificate, its place, and what it is worth there.
    pub(super) look: Look,
    /// All that was seen and judged.
    pub(super) assessment: Assessment,
    /// The target, with the port of the place.
    pub(super) target: Target,
}

/// All that the places of a host showed.
pub(super) struct Walk {
    /// The looks that showed a certificate.
    pub(super) sights: Vec<Sight>,
    /// Addresses and ports on which nothing listens.
    pub(super) closed: Vec<SocketAddr>,
    /// Places of which nothing is known.
    pub(super) missed: Vec<Missed>,
    /// Addresses that were not looked at.
    pub(super) gaps: Vec<Gap>,
    /// What was not asked for.
    pub(super) left_out: Vec<Ask>,
    /// The report on each port.
    pub(super) reports: Vec<Report>,
    /// The time of the judgement.
    pub(super) at: OffsetDateTime,
}

/// A place of which nothing is known.
pub(super) struct Missed {
    pub(super) at: Option<SocketAddr>,
    pub(super) failure: Failure,
}

/// A port of the host, and who judges what it shows.
struct Port<'a> {
    observer: Observer<'a>,
    port: u16,
}

/// Looks at every place once, one connection at a time to an address, and asks for what may stand
/// beside each new certificate.
pub(super) fn look(observer: &Observer<'_>, places: &Places) -> Result<Walk, Error> {
    let asked = &observer.asked;
    let is_named = asked.target.target.port.is_some();
    let ports = places.ports(asked.endpoint.port, is_named).into_iter();
    let ports = ports.map(|port| Port {
        observer: observer.at_port(port),
        port: port.port,
    });
    let ports: Vec<Port<'_>> = ports.collect();
    observer.run(whole(observer, &ports, places.further()))?
}

async fn whole(observer: &Observer<'_>, ports: &[Port<'_>], more: Further) -> Result<Walk, Error> {
    let pacer = Arc::new(Pacer::new(&Limits::for_few(AT_ONCE)));
    let options = &observer.options;
    let endpoints: Vec<_> = ports
        .iter()
        .map(|port| port.observer.asked.endpoint.clone())
        .collect();
    let plan = PortPlan::new(&pacer, &endpoints, options).await;
    let seen = walk(&pacer, plan.visits(), &options.probe).await;
    let mut found = Walk {
        sights: Vec::new(),
        closed: Vec::new(),
        missed: Vec::new(),
        gaps: Vec::new(),
        left_out: Vec::new(),
        reports: Vec::new(),
        at: observer.now(),
    };
    let sends_name = options.probe.sni && matches!(observer.asked.reference, Host::Name { .. });
    let mut asked = Vec::new();
    for (port, survey) in ports.iter().zip(plan.surveys(seen, options)) {
        found.gaps.extend(Gap::left_out(&survey));
        port.observer.fetch(&survey).await;
        let report = port.observer.report(survey)?;
        for look in report.looks() {
            let ask = look.address().map(|address| Ask {
                place: Place {
                    address: address.ip(),
                    port: port.port,
                    sni: sends_name,
                },
                key_type: options.probe.key_type,
            });
            asked.extend(found.enter(look, &report.target, ask, true));
        }
        found.reports.push(report);
    }
    let places = asked.len();
    loop {
        let (next, left_out) = further(&asked, places, more);
        found.left_out = left_out;
        if next.is_empty() {
            return Ok(found.settle());
        }
        for ask in next {
            let Some(port) = ports.iter().find(|port| port.port == ask.place.port) else {
                continue;
            };
            let visits = [visit(port, ask)];
            let mut seen = walk(&pacer, &visits, &options.probe).await;
            let Some(sighting) = seen.pop() else {
                continue;
            };
            let survey = Survey::from(sighting);
            port.observer.fetch(&survey).await;
            let report = port.observer.report(survey)?;
            let entered = found.enter(&report.representative, &report.target, Some(ask), false);
            asked.push(entered.unwrap_or(Asked {
                ask,
                leaf: None,
                refused: false,
            }));
        }
    }
}

fn visit(port: &Port<'_>, ask: Ask) -> Visit {
    let asked = &port.observer.asked;
    let elsewhere = port.observer.options.connect_to.as_ref();
    let to = elsewhere.and_then(|(_, port)| *port);
    Visit {
        endpoint: asked.endpoint.clone(),
        to: To::Addresses(vec![SocketAddr::new(
            ask.place.address,
            to.unwrap_or(port.port),
        )]),
        key_type: ask.key_type,
        sni: ask.place.sni,
    }
}

impl Walk {
    /// Enters what a look showed. `is_first`: the place is looked at for the first time, and a
    /// failure says something of it. Returns what further looks depend on.
    fn enter(
        &mut self,
        look: &Assessment,
        target: &Target,
        ask: Option<Ask>,
        is_first: bool,
    ) -> Option<Asked> {
        let seen = look.seen.as_ref()?;
        let leaf = look.leaf().cloned();
        match (&leaf, &seen.failure) {
            (None, Some(failure)) if is_first => self.miss(failure, look),
            _ => {}
        }
        let ask = ask.filter(|_| seen.address.is_some())?;
        if let Some(leaf) = &leaf {
            let mut target = target.clone();
            target.tls = seen.start.or(target.tls);
            self.sights.push(Sight {
                look: Look {
                    leaf: leaf.clone(),
                    place: ask.place,
                    problems: problems(look.judgement.as_ref()),
                    anchor: trusted_by(look).map(|anchor| {
                        let digest = anchor.fingerprint(Algorithm::Sha256);
                        digest.hex()
                    }),
                    proof: proof(look),
                },
                assessment: look.clone(),
                target,
            });
        }
        let refused = seen.failure.as_ref().is_some_and(|failure| {
            matches!(
                failure.cause,
                Cause::Alert(_) | Cause::NoSuchKey(..) | Cause::Incompatible(_)
            )
        });
        Some(Asked { ask, leaf, refused })
    }

    /// A place that showed no certificate.
    fn miss(&mut self, failure: &Failure, look: &Assessment) {
        if let Cause::Connect(attempts) = &failure.cause {
            let is_refused = |attempt: &&Attempt| {
                let error = attempt.error.as_ref();
                error.is_some_and(ConnectError::is_refusal)
            };
            let (refused, other): (Vec<_>, Vec<_>) = attempts.iter().partition(is_refused);
            self.closed
                .extend(refused.iter().map(|attempt| attempt.address));
            if other.is_empty() {
                return;
            }
        }
        self.missed.push(Missed {
            at: look.address(),
            failure: failure.clone(),
        });
    }

    /// Forgets the failures of places that have shown a certificate since, to a client that asked
    /// for one type of key.
    fn settle(mut self) -> Self {
        let sights = &self.sights;
        self.missed.retain(|missed| {
            let is_place = |sight: &Sight| {
                let place = sight.look.place;
                let at = SocketAddr::new(place.address, place.port);
                missed.at == Some(at)
            };
            !sights.iter().any(is_place)
        });
        self
    }
}

/// The trust anchor of a chain that is trusted.
fn trusted_by(look: &Assessment) -> Option<&Certificate> {
    let judgement = look.judgement.as_ref();
    let is_trusted = judgement.is_some_and(|judgement| problems(Some(judgement)).is_empty());
    look.path().last().filter(|_| is_trusted)
}

fn proof(look: &Assessment) -> Proof {
    let Some(seen) = &look.seen else {
        return Proof::Missing;
    };
    match seen.possession {
        Possession::Proven if seen.failure.is_none() => Proof::Proven,
        Possession::Proven => Proof::Failed,
        Possession::NotSeen | Possession::NotCheckable => Proof::Missing,
        Possession::Refuted => Proof::Refuted,
    }
}
