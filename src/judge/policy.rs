//! What a judgement depends on.

use super::anchors::Anchors;
use super::clients::Question;
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::observation::Staple;
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
}

impl<'a> Policy<'a> {
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
