//! What a probe has learned so far.

use super::capture::Capture;
use super::names::tls_facts;
use super::opening::{Opening, not_tls};
use super::options::Options;
use super::place::Place;
use super::route::Route;
use crate::endpoint::Protocol;
use crate::observation::{Cause, Failure, Sighting, Staple};
use crate::raw_tls::{Exchange, Presented};
use crate::starttls::{Dialogue, Refusal, Speech};
use std::sync::Arc;
use tokio::time::Instant;

/// The progress of one probe, which outlives a run that the deadline cuts off.
pub(super) struct Progress {
    /// What is expected to be spoken.
    pub(super) speech: Speech,
    pub(super) place: Place,
    pub(super) seen: Sighting,
    /// The way that led to the server.
    pub(super) route: Option<Route>,
    pub(super) capture: Option<Arc<Capture>>,
    /// The transcript before TLS.
    pub(super) dialogue: Option<Box<dyn Dialogue>>,
    /// Why the handshake failed, during a second look.
    pub(super) failed: Option<Failure>,
    /// What the second look showed.
    pub(super) legacy: Option<Presented>,
    /// What it showed of the exchange of keys.
    pub(super) exchange: Option<Exchange>,
}

impl Progress {
    /// Nothing has happened yet.
    pub(super) fn new(speech: Speech) -> Self {
        Self {
            speech,
            place: Place::default(),
            route: None,
            seen: Sighting::default(),
            capture: None,
            dialogue: None,
            failed: None,
            legacy: None,
            exchange: None,
        }
    }

    /// The protocol that is spoken, or the one that is expected.
    pub(super) fn protocol(&self) -> Protocol {
        self.seen.protocol.unwrap_or(self.speech.expected())
    }

    /// How TLS starts on the connection, once that is known.
    pub(super) fn opening(&self) -> Option<Opening> {
        let start = self.seen.start?;
        Some(Opening {
            start,
            protocol: self.protocol(),
            speech: self.speech,
        })
    }

    /// The sighting, with why it ended early, and the time since its beginning.
    pub(super) async fn conclude(self, mut failure: Option<Failure>, since: Instant) -> Sighting {
        if let (Some(failure), Some(route)) = (&mut failure, &self.route) {
            failure.cause = route.explain(failure.cause.clone()).await;
        }
        let mut seen = self.finish();
        seen.failure = failure;
        seen.elapsed = since.elapsed();
        seen
    }

    /// The sighting so far, without time and failure.
    fn finish(self) -> Sighting {
        let mut seen = self.seen;
        if let Some(dialogue) = self.dialogue {
            let said = dialogue.into_said();
            seen.greeting = said.greeting;
            seen.capabilities = said.capabilities;
            seen.transcript = said.transcript;
        }
        if let Some(capture) = self.capture {
            capture.report(&mut seen);
        }
        if let Some(presented) = self.legacy {
            seen.presented = presented.chain;
            seen.tls = Some(tls_facts(presented.chosen.version, presented.chosen.suite));
            seen.legacy = true;
            seen.exchange = self.exchange;
            seen.staple = Staple::NotSeen;
            seen.ocsp_response = Vec::new();
        }
        seen
    }

    /// Whether the handshake has succeeded.
    pub(super) fn has_completed(&self) -> bool {
        let capture = self.capture.as_ref();
        capture.is_some_and(|capture| capture.lock().completed)
    }

    /// Why the probe is incomplete at the deadline. A partial answer explains more than a time-out.
    pub(super) fn at_the_deadline(&self, options: &Options) -> Cause {
        if let Some(refusal) = self.dialogue.as_ref().and_then(|dialogue| dialogue.end()) {
            return Cause::Refused(refusal);
        }
        let head = self
            .capture
            .as_ref()
            .map(|capture| capture.lock().head.clone());
        match (head, self.opening()) {
            (Some(head), Some(opening)) if !head.is_empty() => {
                self.explained(not_tls(&head, opening))
            }
            _ => Cause::Timeout(options.timeout),
        }
    }

    /// A cause in the words of the dialogue, which knows what its protocol's servers do.
    pub(super) fn explained(&self, cause: Cause) -> Cause {
        match (cause, &self.dialogue) {
            (Cause::Refused(Refusal::Injection(text)), Some(dialogue)) => {
                Cause::Refused(dialogue.after_go_ahead(text))
            }
            (cause, _) => cause,
        }
    }

    /// A failure at this step, or at the one that a refusal belongs to.
    pub(super) fn fail(&self, cause: Cause) -> Failure {
        let protocol = self.protocol();
        let stage = match &cause {
            Cause::Refused(refusal) => refusal.stage(protocol),
            _ => None,
        };
        Failure {
            step: stage.map_or(self.place.step(), Into::into),
            protocol,
            cause,
        }
    }
}
