//! What is asked about TLSA records.

use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::records::tlsa::Tlsa;
use time::OffsetDateTime;

/// A question: what do the TLSA records of a host say of a chain that it presents?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The records, all of them.
    pub records: &'a [Tlsa],
    /// The presented chain, the leaf first.
    pub presented: &'a [Certificate],
    /// The names that count for usage 2 (RFC 7672 §3.2.2): first the base domain of the records, which
    /// alone counts for Exim, then the domain of the mail with what it is an alias of.
    pub names: &'a [Host],
    /// The path to a configured anchor, if there is one: it shows which anchor is not sent, and what
    /// Exim's own trust store accepts.
    pub path: &'a [Certificate],
    /// The time to judge at.
    pub now: OffsetDateTime,
}
