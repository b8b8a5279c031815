//! What senders with MTA-STS do at a host (RFC 8461 §5), and the state of a policy.

use super::facts::{Look, MailHost, MtaSts, Seen};
use super::fetched::Fetched;
use super::host::{AtHost, Step, offered, opportunistic};
use super::result::Delivery;
use crate::records::mta_sts::{Mode, Policy, StsRecords};

/// The state of a domain's MTA-STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A policy that is enforced.
    Enforce,
    /// A policy that is tried.
    Testing,
    /// A policy that says there is none.
    None,
    /// No record announces a policy.
    Absent,
    /// A record or a policy does not count: for a sender that has none cached it is as if there were
    /// none.
    Broken,
}

impl State {
    const ALL: [Self; 5] = [
        Self::Enforce,
        Self::Testing,
        Self::None,
        Self::Absent,
        Self::Broken,
    ];

    /// The one of that word.
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|state| state.as_str() == word)
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
            Self::Absent => "absent",
            Self::Broken => "broken",
        }
    }

    /// The state.
    pub fn of(sts: &MtaSts) -> Self {
        let is_known = sts.lookup.status.is_known();
        match (&sts.records, &sts.fetched) {
            (StsRecords::Absent, _) if is_known => Self::Absent,
            (StsRecords::One(_), Some(Fetched::Body(Ok(policy)))) if is_known => {
                match policy.mode {
                    Mode::Enforce => Self::Enforce,
                    Mode::Testing => Self::Testing,
                    Mode::None => Self::None,
                }
            }
            _ => Self::Broken,
        }
    }
}

/// What a policy says of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsAtHost {
    /// The first pattern that covers it.
    pub covered_by: Option<String>,
    /// Whether every chain that it presents is trusted for its name; `None`: it presents none.
    pub trusted: Option<bool>,
}

impl StsAtHost {
    pub(super) fn of(host: &MailHost, policy: Option<&Policy>) -> Self {
        let patterns = policy
            .map(|policy| policy.mx.as_slice())
            .unwrap_or_default();
        let covered_by = patterns.iter().find(|pattern| pattern.covers(&host.name));
        let trusted = host.looks.iter().filter_map(|look| match &look.seen {
            Seen::Chain(chain) => Some(chain.distrust.is_none()),
            _ => None,
        });
        Self {
            covered_by: covered_by.map(ToString::to_string),
            trusted: trusted.reduce(|all, one| all && one),
        }
    }

    /// What the senders do.
    pub(super) fn verdict(&self, host: &MailHost, state: State) -> AtHost {
        if state != State::Enforce {
            return opportunistic(host);
        }
        if self.covered_by.is_none() {
            let reason = "the policy does not cover it".to_owned();
            return AtHost::new(host, (Delivery::Deferred, reason));
        }
        AtHost::worst(host, |_, look| enforced(look))
    }
}

fn enforced(look: &Look) -> Step {
    let place = super::dane::place(look);
    match &look.seen {
        Seen::Chain(chain) => match &chain.distrust {
            None => (
                Delivery::Authenticated,
                format!("the certificate {place} is trusted"),
            ),
            Some(why) => (
                Delivery::Deferred,
                format!("the certificate {place} is not trusted: {why}"),
            ),
        },
        Seen::NoStarttls | Seen::TlsFailed(_) => (Delivery::Deferred, offered(look).1),
        Seen::Unreachable(_) => offered(look),
    }
}
