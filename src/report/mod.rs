//! All that a renderer may know of one target: what was seen at each look, what is thought of it, and
//! the outcome that follows.

mod assessment;
mod exit;
mod outcome;
mod representative;

pub use assessment::Assessment;
pub use exit::Exit;
pub use outcome::Outcome;

use crate::certificate::Certificate;
use crate::endpoint::Start;
use crate::finding::Finding;
use crate::judge::Judgement;
use crate::mercurial::{Decision, Lint};
use crate::observation::{Failure, Sighting};
use representative::{Weight, representative};
use std::net::SocketAddr;
use time::OffsetDateTime;

/// The report on one target: one look, or one for each address, key type and server name.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was looked at.
    pub target: Target,
    /// The look that speaks for the target.
    pub representative: Assessment,
    /// All others, in the order of their addresses.
    pub others: Vec<Assessment>,
    /// The addresses that were not looked at.
    pub skipped: Skipped,
    /// The time that it was judged at.
    pub at: OffsetDateTime,
    /// The user chose that time: it is not now.
    pub at_was_chosen: bool,
}

/// The target as the user gave it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As typed.
    pub input: String,
    /// The host; `None` for a saved chain.
    pub host: Option<String>,
    /// The port; `None` for a saved chain.
    pub port: Option<u16>,
    /// `host:port`, or the file: what to call it in a line.
    pub label: String,
    /// The mode that was used in the end, else the one that was asked for.
    pub tls: Option<Start>,
    /// The reference identifier.
    pub servername: String,
}

/// Addresses of the name of which nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Those to which this machine has no route.
    pub no_route: Vec<SocketAddr>,
    /// How many were left out: there is a bound.
    pub left_out: usize,
}

impl Report {
    /// The report of a single look.
    pub fn single(target: Target, look: Assessment, at: OffsetDateTime) -> Self {
        Self {
            target,
            representative: look,
            others: Vec::new(),
            skipped: Skipped::default(),
            at,
            at_was_chosen: false,
        }
    }

    /// The report of several looks, the worst of which speaks for the target; `None`: there is none.
    /// `target` is told the mode that was used.
    pub fn of(target: Target, looks: Vec<Assessment>, at: OffsetDateTime) -> Option<Self> {
        let (first, others) = representative(looks)?;
        Some(Self {
            others,
            ..Self::single(target, first, at)
        })
    }

    /// Every look, the representative first.
    pub fn looks(&self) -> impl Iterator<Item = &Assessment> {
        std::iter::once(&self.representative).chain(&self.others)
    }

    /// Whether the name has several addresses, as far as it is known.
    pub fn has_several_addresses(&self) -> bool {
        !self.others.is_empty() || self.skipped != Skipped::default()
    }

    /// What the representative saw on the wire; `None`: a saved chain was judged.
    pub fn seen(&self) -> Option<&Sighting> {
        self.representative.seen.as_ref()
    }

    /// The chain that the representative was presented, the leaf first.
    pub fn chain(&self) -> &[Certificate] {
        &self.representative.chain
    }

    /// What is thought of that chain; `None`: there is none.
    pub fn judgement(&self) -> Option<&Judgement> {
        self.representative.judgement.as_ref()
    }

    /// The configured fingerprints.
    pub fn pins(&self) -> &crate::mercurial::Pins {
        &self.representative.pins
    }

    /// What `hg email` would do; `None`: no configuration of Mercurial is about this host.
    pub fn mercurial(&self) -> Option<&Decision> {
        self.representative.mercurial.as_ref()
    }

    /// Lines of Mercurial's configuration about this host that do not do what they seem to.
    pub fn lints(&self) -> &[Lint] {
        &self.representative.lints
    }

    /// See [`Assessment::failure`].
    pub fn failure(&self) -> Option<&Failure> {
        self.representative.failure()
    }

    /// See [`Assessment::leaf`].
    pub fn leaf(&self) -> Option<&Certificate> {
        self.representative.leaf()
    }

    /// See [`Assessment::problems`].
    pub fn problems(&self) -> &[Finding] {
        self.representative.problems()
    }

    /// See [`Assessment::notes`].
    pub fn notes(&self) -> &[Finding] {
        self.representative.notes()
    }

    /// See [`Assessment::path`].
    pub fn path(&self) -> &[Certificate] {
        self.representative.path()
    }

    /// See [`Assessment::is_proven`].
    pub fn is_proven(&self) -> bool {
        self.representative.is_proven()
    }

    /// See [`Assessment::outcome`].
    pub fn outcome(&self) -> Outcome {
        self.representative.outcome()
    }

    /// See [`Assessment::pin_warning`].
    pub fn pin_warning(&self) -> Option<&Finding> {
        self.representative.pin_warning()
    }

    /// See [`Assessment::hg_is_safe`].
    pub fn hg_is_safe(&self) -> bool {
        self.representative.hg_is_safe()
    }

    /// The exit code: that of the outcome, but for a warning that the user asked for.
    pub fn exit(&self) -> Exit {
        match self.pin_warning() {
            Some(_) => Exit::FAILURE,
            None => self.outcome().exit(),
        }
    }
}

impl Assessment {
    /// Whether the address does not answer, so that clients try the next one.
    pub fn is_silent(&self) -> bool {
        Weight::of(self).is_silent()
    }
}
