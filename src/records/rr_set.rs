//! The record sets of a section of a message, with their signatures.

use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG};
use hickory_proto::op::Message;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use std::collections::HashMap;

/// The section of a message in which a set is. A message may have different sets of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Answer,
    Authority,
}

/// All records of a name and a type, and the signatures of them.
#[derive(Clone, Debug)]
pub(super) struct RrSet<'m> {
    pub(super) section: Section,
    pub(super) name: &'m Name,
    pub(super) kind: RecordType,
    pub(super) records: Vec<&'m Record>,
    pub(super) signatures: Vec<&'m RRSIG>,
}

impl RrSet<'_> {
    /// The zones that sign it by its own account, those farthest down first.
    pub(super) fn signers(&self) -> Vec<Name> {
        let mut signers: Vec<Name> = Vec::new();
        for signature in &self.signatures {
            let signer = &signature.input().signer_name;
            if signer.zone_of(self.name) && !signers.contains(signer) {
                signers.push(signer.clone());
            }
        }
        signers.sort_by_key(|signer| std::cmp::Reverse(signer.num_labels()));
        signers
    }

    /// The time to live: the smallest, where they differ (RFC 2181 5.2).
    pub(super) fn ttl(&self) -> u32 {
        let ttls = self.records.iter().map(|record| record.ttl);
        ttls.min().unwrap_or_default()
    }
}

/// The record sets of a section, in the order of their first records. Signatures alone are no set.
pub(super) fn sets(message: &Message, section: Section) -> Vec<RrSet<'_>> {
    let records = match section {
        Section::Answer => &message.answers,
        Section::Authority => &message.authorities,
    };
    let mut sets: Vec<RrSet<'_>> = Vec::new();
    let mut places: HashMap<(&Name, RecordType), usize> = HashMap::new();
    let here = || {
        records
            .iter()
            .filter(|record| record.dns_class == DNSClass::IN)
    };
    for record in here().filter(|record| signature(record).is_none()) {
        let (name, kind) = (&record.name, record.record_type());
        let place = *places.entry((name, kind)).or_insert(sets.len());
        if place == sets.len() {
            sets.push(RrSet {
                section,
                name,
                kind,
                records: Vec::new(),
                signatures: Vec::new(),
            });
        }
        sets[place].records.push(record);
    }
    for record in here() {
        let Some(rrsig) = signature(record) else {
            continue;
        };
        if let Some(&place) = places.get(&(&record.name, rrsig.input().type_covered)) {
            sets[place].signatures.push(rrsig);
        }
    }
    sets
}

/// The set of this name and type.
pub(super) fn find<'s, 'm>(
    sets: &'s [RrSet<'m>],
    name: &Name,
    kind: RecordType,
) -> Option<&'s RrSet<'m>> {
    sets.iter().find(|set| set.kind == kind && set.name == name)
}

/// Whether a message has any signature.
pub(super) fn has_signatures(message: &Message) -> bool {
    let mut records = message.answers.iter().chain(&message.authorities);
    records.any(|record| signature(record).is_some())
}

fn signature(record: &Record) -> Option<&RRSIG> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) => Some(rrsig),
        _ => None,
    }
}
