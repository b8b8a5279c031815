//! The verdict on a chain, with its reasons.

use super::anchor::Anchor;
use super::clients::{Family, Verdict};
use super::revocation::CertificateStatus;
use super::staple::StapleStatus;
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
    /// What the revocation lists say of the certificates of the path but the anchor, the leaf first;
    /// where there is no path, of the one that the server most likely meant. Empty without lists.
    pub revocation: Vec<CertificateStatus>,
    /// What the stapled OCSP response says of the leaf.
    pub ocsp: StapleStatus,
    /// How the families of clients judge chain and name, in the order of [`Family::ALL`];
    /// empty until they are asked ([`judge_clients`](super::judge_clients)).
    pub clients: Vec<(Family, Verdict)>,
}

impl Judgement {
    /// What is judged of a path so far; empty and `None`: there is none.
    pub(super) fn of(path: Vec<Certificate>, anchor: Option<Anchor>) -> Self {
        Self {
            path,
            anchor,
            problems: Vec::new(),
            notes: Vec::new(),
            revocation: Vec::new(),
            ocsp: StapleStatus::NotSeen,
            clients: Vec::new(),
        }
    }

    /// Whether there is a path to an anchor and nothing is wrong.
    pub fn is_trusted(&self) -> bool {
        self.problems.is_empty() && self.anchor.is_some()
    }
}
