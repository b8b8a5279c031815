//! What is known of the TLSA records of a server: those that are published, those that are wanted, and
//! what it presents.

use super::question::Question;
use super::trial::{Shown, Trial};
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::records::tlsa::Tlsa;
use time::OffsetDateTime;

/// A chain that the server presents, and where.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The address and the type of key.
    pub place: String,
    /// The presented chain, the leaf first.
    pub chain: Vec<Certificate>,
    /// The path to a configured anchor; empty without one.
    pub path: Vec<Certificate>,
}

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The published records.
    pub published: &'a [Tlsa],
    /// Those that are to be published.
    pub wanted: &'a [Tlsa],
    /// What the server presents.
    pub presented: &'a [Presented],
    /// The names that count for usage 2.
    pub names: &'a [Host],
    /// The time to judge at.
    pub now: OffsetDateTime,
}

impl<'a> Known<'a> {
    /// What is asked of a chain about the published records.
    pub(super) fn question(&self, one: &'a Presented) -> Question<'a> {
        Question {
            records: self.published,
            presented: &one.chain,
            names: self.names,
            path: &one.path,
            now: self.now,
        }
    }

    /// What the server presents, to try records before it.
    pub(super) fn trial(&self) -> Trial<'a> {
        let shown = self.presented.iter().map(|one| Shown {
            presented: &one.chain,
            path: &one.path,
        });
        Trial {
            shown: shown.collect(),
            names: self.names.to_vec(),
            exim_looks: true,
            now: self.now,
        }
    }
}
