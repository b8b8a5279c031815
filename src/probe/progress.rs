//! What a probe has learned so far.

use super::capture::Capture;
use super::handshake::not_tls;
use super::names::tls_facts;
use super::options::Options;
use super::place::Place;
use super::route::Route;
use crate::observation::{Cause, Failure, Sighting, Staple};
use crate::raw_tls::Presented;
use crate::starttls::Dialogue;
use std::sync::Arc;

/// The progress of one probe, which outlives a run that the deadline cuts off.
#[derive(Default)]
pub(super) struct Progress {
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
}

impl Progress {
    /// The sighting so far, without time and failure.
    pub(super) fn finish(self) -> Sighting {
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
            seen.staple = Staple::NotSeen;
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
            return Cause::Smtp(refusal);
        }
        let head = self
            .capture
            .as_ref()
            .map(|capture| capture.lock().head.clone());
        match (head, self.seen.start) {
            (Some(head), Some(start)) if !head.is_empty() => not_tls(&head, start),
            _ => Cause::Timeout(options.timeout),
        }
    }

    /// A failure at this step.
    pub(super) fn fail(&self, cause: Cause) -> Failure {
        Failure {
            step: self.place.step(),
            cause,
        }
    }
}
