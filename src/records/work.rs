//! The work on one question: the replies so far, what was verified, and how much more may be.
//!
//! The validator begins again from the question whenever replies have come. What costs much is
//! remembered here, and so is done and counted once.

use super::bounds::Budget;
use super::failure::Failure;
use super::keys::Key;
use super::question::Question;
use super::replies::Replies;
use super::rr_set::{RrSet, Section};
use super::verify::{Signed, verify};
use super::zone::{Standing, Zone};
use super::zones::Zones;
use hickory_proto::dnssec::Nsec3HashAlgorithm;
use hickory_proto::rr::{Name, RecordType};
use std::borrow::Cow;
use std::collections::HashMap;

/// A set in a reply, and the zone that is to have signed it.
type SetOfReply = (Question, Section, Name, RecordType, Name);

/// A name, the salt and the iterations.
type ToHash = (Name, Vec<u8>, u16);

/// The work on one question.
#[derive(Debug)]
pub(super) struct Work<'z> {
    pub(super) zones: &'z Zones,
    pub(super) now: u32,
    pub(super) replies: Replies,
    budget: Budget,
    verified: HashMap<SetOfReply, Result<Signed, Failure>>,
    hashes: HashMap<ToHash, Option<Vec<u8>>>,
    standings: HashMap<Name, Standing>,
}

impl<'z> Work<'z> {
    pub(super) fn new(zones: &'z Zones, now: u32) -> Self {
        Self {
            zones,
            now,
            replies: Replies::default(),
            budget: Budget::default(),
            verified: HashMap::new(),
            hashes: HashMap::new(),
            standings: HashMap::new(),
        }
    }

    /// Whether a set of the reply to `source` is signed by `zone`.
    pub(super) fn signed(
        &mut self,
        source: &Question,
        set: &RrSet<'_>,
        zone: &Zone,
    ) -> Result<Signed, Failure> {
        self.signed_by(source, set, &zone.name, &zone.keys)
    }

    /// Whether a set of the reply to `source` is signed by one of these keys of `zone`.
    pub(super) fn signed_by(
        &mut self,
        source: &Question,
        set: &RrSet<'_>,
        zone: &Name,
        keys: &[Key],
    ) -> Result<Signed, Failure> {
        let (source, name, zone_name) = (source.clone(), set.name.clone(), zone.clone());
        let key = (source, set.section, name, set.kind, zone_name);
        if let Some(known) = self.verified.get(&key) {
            return known.clone();
        }
        let result = verify(set, zone, keys, self.now, &mut self.budget);
        self.verified.insert(key, result.clone());
        result
    }

    /// The hash of a name for NSEC3, unless that is too much work.
    pub(super) fn hash(&mut self, name: &Name, salt: &[u8], iterations: u16) -> Option<Vec<u8>> {
        let key = (name.clone(), salt.to_vec(), iterations);
        if let Some(known) = self.hashes.get(&key) {
            return known.clone();
        }
        let hash = if self.budget.may_hash() {
            Nsec3HashAlgorithm::SHA1.hash(salt, name, iterations).ok()
        } else {
            None
        };
        let hash = hash.map(|hash| hash.as_ref().to_vec());
        self.hashes.insert(key, hash.clone());
        hash
    }

    /// What is known of a name that may be the apex of a zone.
    pub(super) fn known(&self, name: &Name) -> Option<Standing> {
        let here = self.standings.get(name).cloned();
        here.or_else(|| self.zones.get(name, self.now))
    }

    /// What is known of the zone at a name or nearest above it, but for what is above an anchor: that
    /// says nothing of an island of trust below.
    pub(super) fn nearest(&self, name: &Name) -> Option<Standing> {
        let anchor = self.zones.anchors().nearest(name);
        let island = anchor.map_or(0, |anchor| anchor.iter().len());
        let mut above = Cow::Borrowed(name);
        loop {
            let known = self.known(&above);
            let is_zone =
                |known: &Standing| matches!(known, Standing::Secure(_) | Standing::Lacking(_));
            if known.as_ref().is_some_and(is_zone) || above.iter().len() <= island {
                return known.filter(is_zone);
            }
            above = Cow::Owned(above.base_name());
        }
    }

    /// Remembers what was found.
    pub(super) fn keep(&mut self, name: &Name, standing: &Standing) {
        self.zones.keep(name, standing, self.now);
        self.standings.insert(name.clone(), standing.clone());
    }
}
