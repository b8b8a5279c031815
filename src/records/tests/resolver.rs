//! A resolver that knows all zones, follows aliases, and does not validate: the answers that one
//! gives to a question with DO and CD.

use super::super::Question;
use super::world::{Denies, World, Zone};
use hickory_proto::dnssec::Nsec3HashAlgorithm;
use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC, NSEC3};
use hickory_proto::op::{Edns, Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};

/// A message as it grows.
#[derive(Default)]
struct Draft {
    answers: Vec<Record>,
    authorities: Vec<Record>,
    missing: bool,
}

impl World {
    pub(super) fn resolve(&self, question: &Question) -> Message {
        let mut draft = Draft::default();
        let mut name = question.name.clone();
        for _ in 0..20 {
            match self.step(&mut draft, &name, question.kind) {
                Some(target) => name = target,
                None => break,
            }
        }
        let mut message = Message::response(1, OpCode::Query);
        message.answers = draft.answers;
        message.authorities = draft.authorities;
        if draft.missing {
            message.metadata.response_code = ResponseCode::NXDomain;
        }
        let mut edns = Edns::new();
        edns.set_dnssec_ok(true);
        message.edns = Some(edns);
        message
    }

    /// Adds what is at a name, and returns where it leads.
    fn step(&self, draft: &mut Draft, name: &Name, kind: RecordType) -> Option<Name> {
        let place = match kind {
            RecordType::DS if !name.is_root() => name.base_name(),
            _ => name.clone(),
        };
        let zone = self.zone(&self.holding(&place).expect("a zone"));
        if let Some(set) = zone.set(name, kind) {
            draft.answers.extend(zone.signed(set));
            return None;
        }
        if let Some(target) = zone.dname(draft, name) {
            return Some(target);
        }
        if let Some(set) = zone.set(name, RecordType::CNAME) {
            draft.answers.extend(zone.signed(set));
            return target(&set[0]);
        }
        if zone.exists(name) && zone.is_in_chain(name) {
            draft.deny(zone, std::slice::from_ref(name));
            return None;
        }
        if zone.exists(name) {
            // An unsigned delegation that is left out, or an empty name above one.
            let closer = zone.left_out(name);
            draft.deny(zone, &[closer.base_name(), closer]);
            return None;
        }
        let encloser = zone.encloser(name);
        let closer = name.trim_to(encloser.iter().len() + 1);
        let wildcard = encloser.prepend_label("*").expect("a short name");
        for kind in [kind, RecordType::CNAME] {
            if let Some(set) = zone.set(&wildcard, kind) {
                draft.answers.extend(zone.expanded(set, name));
                draft.prove(zone, &[closer]);
                return target(&set[0]);
            }
        }
        draft.missing = !zone.exists(&wildcard);
        match zone.denies {
            Denies::Nsec => draft.deny(zone, &[closer, wildcard]),
            Denies::Nsec3 { .. } => draft.deny(zone, &[encloser, closer, wildcard]),
        }
        None
    }
}

fn target(record: &Record) -> Option<Name> {
    match &record.data {
        RData::CNAME(target) => Some(target.0.clone()),
        _ => None,
    }
}

impl Draft {
    /// A negative answer, for which these names must match or be covered.
    fn deny(&mut self, zone: &Zone, names: &[Name]) {
        let soa = zone.set(&zone.apex, RecordType::SOA).expect("a SOA");
        self.authorities.extend(zone.signed(soa));
        self.prove(zone, names);
    }

    fn prove(&mut self, zone: &Zone, names: &[Name]) {
        for name in names {
            for record in zone.denial(name).into_iter().flatten() {
                if !self.authorities.contains(&record) {
                    self.authorities.push(record);
                }
            }
        }
    }
}

impl Zone {
    /// A set with its signatures.
    pub(super) fn signed(&self, set: &[Record]) -> Vec<Record> {
        // What is delegated is not signed, but for its DS.
        let delegates = set[0].record_type() == RecordType::NS && set[0].name != self.apex;
        let mut records = set.to_vec();
        if !delegates {
            records.extend(self.signers.iter().map(|signer| signer.sign(set)));
        }
        records
    }

    /// The set of a wildcard, for a name.
    fn expanded(&self, set: &[Record], name: &Name) -> Vec<Record> {
        let mut records = self.signed(set);
        for record in &mut records {
            record.name = name.clone();
        }
        records
    }

    fn dname(&self, draft: &mut Draft, name: &Name) -> Option<Name> {
        let mut above = (0..name.iter().len()).map(|labels| name.trim_to(labels));
        let set = above.find_map(|above| self.set(&above, RecordType::DNAME))?;
        let RData::Unknown { rdata, .. } = &set[0].data else {
            return None;
        };
        let target = Name::read(&mut BinDecoder::new(&rdata.anything)).expect("a name");
        let kept = name.iter().len() - set[0].name.iter().len();
        let prefix = Name::from_labels(name.iter().take(kept)).expect("labels");
        let target = prefix.append_name(&target).expect("a short name");
        draft.answers.extend(self.signed(set));
        let cname = RData::CNAME(CNAME(target.clone()));
        draft
            .answers
            .push(Record::from_rdata(name.clone(), 3600, cname));
        Some(target)
    }

    /// Whether the chain of denials has a name, or shows that it is empty.
    fn is_in_chain(&self, name: &Name) -> bool {
        match self.denies {
            Denies::Nsec3 { opt_out: true, .. } => self.hashed_names(true).contains(name),
            _ => true,
        }
    }

    /// The first name on the way to `name` that the chain leaves out.
    fn left_out(&self, name: &Name) -> Name {
        let from = self.apex.iter().len();
        let mut way = (from..=name.iter().len()).map(|labels| name.trim_to(labels));
        way.find(|name| !self.is_in_chain(name)).expect("a name")
    }

    /// Whether a name has records, or names below it have.
    fn exists(&self, name: &Name) -> bool {
        self.names().iter().any(|other| name.zone_of(other))
    }

    fn encloser(&self, name: &Name) -> Name {
        let above = (0..name.iter().len()).rev();
        let mut above = above.map(|labels| name.trim_to(labels));
        above.find(|above| self.exists(above)).expect("the apex")
    }

    /// The record that matches or covers a name, signed.
    fn denial(&self, name: &Name) -> Option<Vec<Record>> {
        if self.signers.is_empty() {
            return None;
        }
        let chain = match &self.denies {
            Denies::Nsec => self.nsec(),
            Denies::Nsec3 { .. } => self.nsec3(),
        };
        let key = match &self.denies {
            Denies::Nsec => name.clone(),
            Denies::Nsec3 { .. } => self.hashed(name),
        };
        // The last one that does not come after the name; before the first one, the very last.
        let before = chain.iter().rfind(|record| record.name <= key);
        let record = before.or(chain.last())?;
        Some(self.signed(std::slice::from_ref(record)))
    }

    fn nsec(&self) -> Vec<Record> {
        let names = self.names();
        let next = names.iter().skip(1).chain(&names[..1]);
        let records = names.iter().zip(next).map(|(name, next)| {
            let nsec = NSEC::new_cover_self(next.clone(), self.types(name));
            let data = RData::DNSSEC(DNSSECRData::NSEC(nsec));
            Record::from_rdata(name.clone(), 300, data)
        });
        records.collect()
    }

    pub(super) fn nsec3(&self) -> Vec<Record> {
        let Denies::Nsec3 {
            iterations,
            salt,
            opt_out,
        } = &self.denies
        else {
            return Vec::new();
        };
        let mut names: Vec<(Vec<u8>, Name)> = self
            .hashed_names(*opt_out)
            .into_iter()
            .map(|name| (self.hash(&name), name))
            .collect();
        names.sort();
        let next = names.iter().skip(1).chain(&names[..1]);
        let records = names.iter().zip(next).map(|((_, name), (next, _))| {
            let mut types = self.types(name);
            let delegates = types.contains(&RecordType::NS) && *name != self.apex;
            if !types.is_empty() && (!delegates || types.contains(&RecordType::DS)) {
                types.push(RecordType::RRSIG);
            }
            let nsec3 = NSEC3::new(
                Nsec3HashAlgorithm::SHA1,
                *opt_out,
                *iterations,
                salt.clone(),
                next.clone(),
                types,
            );
            let data = RData::DNSSEC(DNSSECRData::NSEC3(nsec3));
            Record::from_rdata(self.hashed(name), 300, data)
        });
        records.collect()
    }

    /// All names with an NSEC3 record: those of NSEC, and the empty ones between; without the unsigned
    /// delegations where those are left out.
    fn hashed_names(&self, opt_out: bool) -> Vec<Name> {
        let mut all: Vec<Name> = Vec::new();
        for name in self.names() {
            let types = self.types(&name);
            let delegates = types.contains(&RecordType::NS) && name != self.apex;
            if opt_out && delegates && !types.contains(&RecordType::DS) {
                continue;
            }
            for labels in self.apex.iter().len()..=name.iter().len() {
                let name = name.trim_to(labels);
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        all
    }

    fn hash(&self, name: &Name) -> Vec<u8> {
        let Denies::Nsec3 {
            iterations, salt, ..
        } = &self.denies
        else {
            return Vec::new();
        };
        let hash = Nsec3HashAlgorithm::SHA1.hash(salt, name, *iterations);
        hash.expect("a hash").as_ref().to_vec()
    }

    fn hashed(&self, name: &Name) -> Name {
        const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuv";
        // 20 bytes are 32 digits of 5 bits.
        let bits = |at: usize, hash: &[u8]| hash[at / 8] >> (7 - at % 8) & 1;
        let hash = self.hash(name);
        let label: Vec<u8> = (0..32)
            .map(|digit| (0..5).fold(0, |value, bit| value << 1 | bits(digit * 5 + bit, &hash)))
            .map(|value| DIGITS[usize::from(value)])
            .collect();
        self.apex.prepend_label(label.as_slice()).expect("a name")
    }
}

impl Zone {
    /// What the zone has to match or to cover a name.
    pub(super) fn proof_of(&self, name: &Name) -> Vec<Record> {
        self.denial(name).unwrap_or_default()
    }
}
