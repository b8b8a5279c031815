//! The step that a probe is at.

use super::waiting::Watched;
use crate::observation::Step;
use std::net::SocketAddr;

/// The step; someone may watch it.
#[derive(Default)]
pub(super) struct Place {
    step: Step,
    pub(super) watched: Option<Watched>,
}

impl Place {
    pub(super) fn step(&self) -> Step {
        self.step
    }

    /// The next step, with the address that it is about, if that is known.
    pub(super) fn move_to(&mut self, step: Step, address: Option<SocketAddr>) {
        if let Some(watched) = self.watched.as_ref().filter(|_| self.step != step) {
            watched.is_at(step, address);
        }
        self.step = step;
    }
}
