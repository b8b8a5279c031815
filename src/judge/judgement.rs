//! The verdict on a chain, with its reasons.

use super::anchor::Anchor;
use super::clients::{Family, Verdict};
use crate::certificate::Certificate;
use crate::finding::Finding;

/// The verdict with its reasons.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The validated path, the leaf first and the anchor last; empty if there is none.
    pub path: Vec<Certificate>,
    /// Where the path's anchor was configured.
    pub anchor: Option<Anchor>,
    /// What is wrong. Empty: the chain is trusted.
    pub problems: Vec<Finding>,
    /// What is worth knowing.
    pub notes: Vec<Finding>,
    /// How the families of clients judge chain and name, in the order of [`Family::ALL`];
    /// empty until they are asked ([`judge_clients`](super::judge_clients)).
    pub clients: Vec<(Family, Verdict)>,
}

impl Judgement {
    /// Whether there is a path to an anchor and nothing is wrong.
    pub fn is_trusted(&self) -> bool {
        self.problems.is_empty() && self.anchor.is_some()
    }
}
