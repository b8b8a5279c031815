//! What a probe knows so far.

use super::capture::Capture;
use super::handshake::not_tls;
use super::names::tls_facts;
use super::options::Options;
use crate::observation::{Cause, Failure, Sighting, Staple, Step};
use crate::raw_tls::Presented;
use crate::starttls::Dialogue;
use std::sync::Arc;

/// It outlives a run that the deadline cuts off.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) step: Step,
    pub(super) seen: Sighting,
    pub(super) capture: Option<Arc<Capture>>,
    /// What is said before TLS.
    pub(super) dialogue: Option<Box<dyn Dialogue>>,
    /// Why the handshake failed, while a second look is taken.
    pub(super) failed: Option<Failure>,
    /// What the second look showed.
    pub(super) legacy: Option<Presented>,
}

impl Progress {
    /// The sighting that comes of it, but for time and failure.
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

    /// Whether the handshake has ended well.
    pub(super) fn has_completed(&self) -> bool {
        let capture = self.capture.as_ref();
        capture.is_some_and(|capture| capture.lock().completed)
    }

    /// Why it is not complete at the deadline. An answer that did not come to its end says more than that time was up.
    pub(super) fn at_the_deadline(&self, options: &Options) -> Cause {
        if let Some(refusal) = self.dialogue.as_ref().and_then(|dialogue| dialogue.end()) {
            return Cause::Smtp(refusal);
        }
        let head = self
            .capture
            .as_ref()
            .map(|capture| capture.lock().head.clone());
        match (head, self.seen.mode) {
            (Some(head), Some(mode)) if !head.is_empty() => not_tls(&head, mode),
            _ => Cause::Timeout(options.timeout),
        }
    }

    /// A failure at this step.
    pub(super) fn fail(&self, cause: Cause) -> Failure {
        Failure {
            step: self.step,
            cause,
        }
    }
}
