//! What NSEC records prove not to exist (RFC 4035 5.4), without the traps of RFC 6840 4.

use super::denial::{Denial, lacks};
use super::gap::Gap;
use super::signed_data::wildcard_of;
use hickory_proto::dnssec::rdata::NSEC;
use hickory_proto::rr::{Name, RecordType};

/// An NSEC record whose signature is valid.
#[derive(Debug)]
pub(super) struct Nsec<'m> {
    /// The name that was signed: where a wildcard made the record, that of the wildcard, and not the
    /// one on the wire (CVE-2017-15105).
    pub(super) owner: Name,
    pub(super) data: &'m NSEC,
}

impl Nsec<'_> {
    /// Whether the name is in the gap after the owner. Such a name may still be an empty
    /// non-terminal.
    fn covers(&self, name: &Name, apex: &Name) -> bool {
        let next = self.data.next_domain_name();
        // One that leads out of its zone is not of a chain (unbound passes over it, too).
        if self.owner >= *name || self.is_above(name) || !apex.zone_of(next) {
            return false;
        }
        // The last record of a zone leads back to the apex.
        *name < *next || (*next <= self.owner && next == apex)
    }

    /// Whether it says nothing about names below it, because another zone or name has them: it is
    /// that of a delegation or of a DNAME (RFC 6840 4.1, 4.2).
    fn is_above(&self, name: &Name) -> bool {
        let types = self.data.type_set();
        let elsewhere = types.contains(RecordType::DNAME)
            || (types.contains(RecordType::NS) && !types.contains(RecordType::SOA));
        elsewhere && self.owner.zone_of(name)
    }

    /// Whether the name has nothing but names below it.
    fn shows_empty(&self, name: &Name) -> bool {
        let next = self.data.next_domain_name();
        self.owner < *name && !self.is_above(name) && next != name && name.zone_of(next)
    }

    /// How many labels the closest name above has that exists, for a name that is covered.
    fn encloser(&self, name: &Name) -> usize {
        common(name, &self.owner).max(common(name, self.data.next_domain_name()))
    }
}

/// How many labels two names have in common, counted from the root.
fn common(one: &Name, other: &Name) -> usize {
    let labels = one.iter().rev().zip(other.iter().rev());
    labels
        .take_while(|(one, other)| one.eq_ignore_ascii_case(other))
        .count()
}

/// What the records prove about a name in the zone of `apex` and a type that it lacks.
pub(super) fn deny(
    records: &[Nsec<'_>],
    name: &Name,
    kind: RecordType,
    apex: &Name,
) -> Result<Denial, Gap> {
    if let Some(own) = records.iter().find(|record| record.owner == *name) {
        return lacks(own.data.type_set(), name, kind);
    }
    if records.iter().any(|record| record.shows_empty(name)) {
        return Ok(Denial::Empty);
    }
    let covering = records.iter().find(|record| record.covers(name, apex));
    let encloser = covering.ok_or(Gap::Name)?.encloser(name);
    let wildcard = wildcard_of(&name.trim_to(encloser)).ok_or(Gap::Wildcard)?;
    if let Some(own) = records.iter().find(|record| record.owner == wildcard) {
        lacks(own.data.type_set(), &wildcard, kind)?;
        return Ok(Denial::Wildcard);
    }
    if records.iter().any(|record| record.shows_empty(&wildcard)) {
        return Ok(Denial::Wildcard);
    }
    if records.iter().any(|record| record.covers(&wildcard, apex)) {
        Ok(Denial::NoName)
    } else {
        Err(Gap::Wildcard)
    }
}

/// Whether the records prove that neither this name nor one below it exists: the one below the
/// wildcard's parent, for records that a wildcard made (RFC 4035 5.3.4).
pub(super) fn deny_closer(records: &[Nsec<'_>], closer: &Name, apex: &Name) -> Result<(), Gap> {
    let missing = |record: &Nsec<'_>| record.covers(closer, apex) && !record.shows_empty(closer);
    if records.iter().any(missing) {
        Ok(())
    } else {
        Err(Gap::Name)
    }
}
