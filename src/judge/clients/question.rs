//! What a client is asked.

use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::judge::anchors::Anchors;
use crate::observation::Staple;
use time::OffsetDateTime;

/// A question: would a client accept this chain for this name, with these anchors?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The presented chain, the leaf first.
    pub presented: &'a [Certificate],
    /// The configured anchors, in the order of their files.
    pub anchors: &'a Anchors,
    /// The reference identifier (RFC 9525 §2).
    pub reference: &'a Host,
    /// The time to judge at.
    pub now: OffsetDateTime,
    /// Whether the server stapled an OCSP response.
    pub staple: Staple,
}
