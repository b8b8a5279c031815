//! What a judgement depends on.

use super::anchors::Anchors;
use super::clients::Question;
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::observation::Staple;
use crate::revocation::Lists;
use time::OffsetDateTime;

/// Everything that a judgement depends on besides the chain.
#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// The trust anchors.
    pub anchors: &'a Anchors,
    /// The reference identifier (RFC 9525 §2).
    pub reference: &'a Host,
    /// The time to judge at.
    pub now: OffsetDateTime,
    /// The user chose that time: what the server staples is of another.
    pub at_was_chosen: bool,
    /// The revocation lists; `None`: nothing is asked about revocation.
    pub revocation: Option<&'a Lists>,
}

impl<'a> Policy<'a> {
    /// The policy of a judgement at the time of the look, in which nothing is asked about revocation.
    pub fn new(anchors: &'a Anchors, reference: &'a Host, now: OffsetDateTime) -> Self {
        Self {
            anchors,
            reference,
            now,
            at_was_chosen: false,
            revocation: None,
        }
    }

    /// What the families of clients are asked of a chain.
    pub(super) fn question(&self, presented: &'a [Certificate], staple: Staple) -> Question<'a> {
        Question {
            presented,
            anchors: self.anchors,
            reference: self.reference,
            now: self.now,
            staple,
        }
    }
}
