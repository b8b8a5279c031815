//! The verdict on a domain: what each kind of sender does at each host, and what comes of it.

use super::dane::DaneAtHost;
use super::host::AtHost;
use super::result::{Arrival, Delivery, Kind, Outcome};
use super::sts::{State, StsAtHost};
use crate::finding::Finding;

/// The verdict.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What comes of it.
    pub outcome: Outcome,
    /// Of each kind of sender, in the order of [`Kind`].
    pub senders: Vec<SenderVerdict>,
    /// What was judged of each host, in the order of the facts.
    pub hosts: Vec<HostVerdict>,
    /// The state of MTA-STS; `None`: it was not asked for.
    pub sts: Option<State>,
    /// What is worth reporting, the worst first.
    pub findings: Vec<Finding>,
}

/// What a kind of sender does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderVerdict {
    /// The kind.
    pub sender: Kind,
    /// What it does with the mail of the domain.
    pub result: Arrival,
    /// What it does at each host.
    pub hosts: Vec<AtHost>,
}

/// What was judged of a host.
#[derive(Clone, Debug)]
pub struct HostVerdict {
    /// By its TLSA records.
    pub dane: DaneAtHost,
    /// By the policy.
    pub sts: StsAtHost,
}

impl Verdict {
    /// What a kind of sender does; `None`: it was left out.
    pub fn result(&self, kind: Kind) -> Option<Arrival> {
        let mut senders = self.senders.iter();
        senders
            .find(|verdict| verdict.sender == kind)
            .map(|verdict| verdict.result)
    }

    /// Whether a kind of sender cannot deliver at all.
    pub(super) fn is_deferred(&self, kind: Kind) -> bool {
        self.result(kind) == Some(Arrival::Mail(Delivery::Deferred))
    }
}
