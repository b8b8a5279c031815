//! A target that was looked at, on its way to the judge.

use crate::audit::Entry;
use crate::commands::assess::{Asked, Wish, rest};
use crate::observation::Survey;
use crate::survey::{DomainSurvey, Options};
use std::time::Duration;
use tokio::sync::oneshot;

/// A target of the list.
pub(super) struct ListTarget {
    pub(super) entry: Entry,
    /// Its place in the list, from 0.
    pub(super) position: u64,
}

/// A target that was looked at.
pub(super) struct Seen {
    pub(super) target: ListTarget,
    pub(super) shown: Shown,
    /// Takes the target back, with what must be fetched before it can be judged; `None`: nothing more is
    /// fetched for it.
    pub(super) back: Option<oneshot::Sender<(Seen, Vec<Wish>)>>,
}

/// What a target showed.
pub(super) enum Shown {
    /// One survey for each port that was looked at.
    Server {
        asked: Box<Asked>,
        surveys: Vec<Survey>,
    },
    /// The survey of a domain.
    Domain(Box<DomainSurvey>),
}

impl Shown {
    /// What is left of the target's deadline.
    pub(super) fn rest(&self, options: &Options) -> Duration {
        match self {
            Self::Server { surveys, .. } => rest(surveys, options),
            Self::Domain(survey) => options.probe.timeout.saturating_sub(survey.elapsed),
        }
    }
}
