//! Zones as an administrator writes them, signed as they are asked for.

use super::super::Anchors;
use super::given::name;
use super::signer::Signer;
use hickory_proto::dnssec::DigestType;
use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::BinEncodable as _;
use std::collections::BTreeMap;
use std::fmt;

/// How a zone denies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denies {
    Nsec,
    Nsec3 {
        iterations: u16,
        salt: Vec<u8>,
        opt_out: bool,
    },
}

impl Denies {
    pub(super) fn nsec3() -> Self {
        Self::Nsec3 {
            iterations: 1,
            salt: vec![0xaa, 0xbb],
            opt_out: false,
        }
    }

    pub(super) fn opt_out() -> Self {
        Self::Nsec3 {
            iterations: 0,
            salt: Vec::new(),
            opt_out: true,
        }
    }
}

/// A zone: its records, and how it is signed, if it is.
pub(super) struct Zone {
    pub(super) apex: Name,
    pub(super) sets: BTreeMap<(Name, RecordType), Vec<Record>>,
    pub(super) signers: Vec<Signer>,
    pub(super) denies: Denies,
}

impl Zone {
    /// A signed zone with these records: `OWNER TYPE DATA`, the owner relative to the zone.
    pub(super) fn new(apex: &str, records: &[&str]) -> Self {
        let apex = name(apex);
        let mut zone = Self {
            signers: vec![Signer::new(&apex)],
            apex,
            sets: BTreeMap::new(),
            denies: Denies::Nsec,
        };
        zone.add("@ SOA ns.invalid. admin.invalid. 1 3600 600 86400 300");
        zone.add("@ NS ns.invalid.");
        for record in records {
            zone.add(record);
        }
        zone
    }

    pub(super) fn unsigned(apex: &str, records: &[&str]) -> Self {
        let mut zone = Self::new(apex, records);
        zone.signers.clear();
        zone
    }

    pub(super) fn denying(mut self, denies: Denies) -> Self {
        self.denies = denies;
        self
    }

    pub(super) fn signed_by(mut self, signers: Vec<Signer>) -> Self {
        self.signers = signers;
        self
    }

    pub(super) fn add(&mut self, line: &str) {
        let (owner, rest) = line.split_once(' ').expect("an owner");
        let (kind, data) = rest.split_once(' ').expect("a type and data");
        let owner = match owner {
            "@" => self.apex.clone(),
            owner => {
                let owner = Name::from_ascii(owner).expect("a name");
                owner.append_domain(&self.apex).expect("a short name")
            }
        };
        let data = match kind {
            "DNAME" => dname(&name(data)),
            kind => RData::try_from_str(kind.parse().expect("a type"), data).expect(line),
        };
        self.put(Record::from_rdata(owner, 3600, data));
    }

    pub(super) fn put(&mut self, record: Record) {
        let key = (record.name.clone(), record.record_type());
        self.sets.entry(key).or_default().push(record);
    }

    pub(super) fn set(&self, owner: &Name, kind: RecordType) -> Option<&Vec<Record>> {
        self.sets.get(&(owner.clone(), kind))
    }

    /// The zone that it delegates a name to, or that a name below it belongs to.
    pub(super) fn delegation(&self, owner: &Name) -> Option<Name> {
        let from = self.apex.iter().len() + 1;
        (from..=owner.iter().len())
            .map(|labels| owner.trim_to(labels))
            .find(|above| self.set(above, RecordType::NS).is_some())
    }

    /// The names that are in its chain of denials: all with records of its own, without what is below
    /// a delegation or a DNAME.
    pub(super) fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self.sets.keys().map(|(owner, _)| owner.clone()).collect();
        names.dedup();
        names.retain(|owner| self.delegation(&owner.base_name()).is_none());
        names
    }

    pub(super) fn types(&self, owner: &Name) -> Vec<RecordType> {
        let own = self.sets.keys().filter(|(name, _)| name == owner);
        own.map(|(_, kind)| *kind).collect()
    }
}

fn dname(target: &Name) -> RData {
    let rdata = NULL::with(target.to_bytes().expect("a name"));
    RData::Unknown {
        code: RecordType::DNAME,
        rdata,
    }
}

/// All zones, the root first.
pub(super) struct World(pub(super) Vec<Zone>);

/// The records, as a failing property shows them.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for zone in &self.0 {
            let signed = !zone.signers.is_empty();
            writeln!(f, "{}, signed: {signed}, {:?}", zone.apex, zone.denies)?;
            for record in zone.sets.values().flatten() {
                writeln!(f, "    {record}")?;
            }
        }
        Ok(())
    }
}

impl World {
    /// Joins zones: keys become DNSKEY records, and DS records of the zones above.
    pub(super) fn new(zones: Vec<Zone>) -> Self {
        let mut world = Self(zones);
        world.publish_keys();
        for index in 0..world.0.len() {
            let apex = world.0[index].apex.clone();
            let ds = world.0[index].signers.iter();
            let ds: Vec<_> = ds.map(|signer| signer.ds(DigestType::SHA256)).collect();
            let parent = world.holding(&apex.base_name());
            if apex.is_root() {
                continue;
            }
            let parent = parent.expect("a zone above");
            let Some(parent) = world.0.iter_mut().find(|zone| zone.apex == parent) else {
                continue;
            };
            if parent.set(&apex, RecordType::NS).is_none() {
                let ns = RData::try_from_str(RecordType::NS, "ns.invalid.").expect("a name");
                parent.put(Record::from_rdata(apex.clone(), 3600, ns));
            }
            for ds in ds {
                let data = RData::DNSSEC(DNSSECRData::DS(ds));
                parent.put(Record::from_rdata(apex.clone(), 3600, data));
            }
        }
        world
    }

    fn publish_keys(&mut self) {
        for zone in &mut self.0 {
            let keys: Vec<_> = zone.signers.iter().map(Signer::key).collect();
            for key in keys {
                let data = RData::DNSSEC(DNSSECRData::DNSKEY(key));
                let record = Record::from_rdata(zone.apex.clone(), 3600, data);
                zone.put(record);
            }
        }
    }

    /// The root with the zones that most tests have.
    pub(super) fn usual(mut zones: Vec<Zone>) -> Self {
        let mut all = vec![Zone::new(".", &[]), Zone::new("org.", &[])];
        all.append(&mut zones);
        Self::new(all)
    }

    /// The apex of the zone that holds a name.
    pub(super) fn holding(&self, owner: &Name) -> Option<Name> {
        let above = self.0.iter().filter(|zone| zone.apex.zone_of(owner));
        above
            .max_by_key(|zone| zone.apex.iter().len())
            .map(|zone| zone.apex.clone())
    }

    pub(super) fn zone(&self, apex: &Name) -> &Zone {
        let zone = self.0.iter().find(|zone| zone.apex == *apex);
        zone.expect("a zone")
    }

    pub(super) fn zone_mut(&mut self, apex: &str) -> &mut Zone {
        let apex = name(apex);
        let zone = self.0.iter_mut().find(|zone| zone.apex == apex);
        zone.expect("a zone")
    }

    pub(super) fn anchors(&self) -> Anchors {
        let ds = self.0[0].signers[0].ds(DigestType::SHA256);
        let line = format!(". DS {ds}");
        line.parse().expect("an anchor")
    }
}
