//! What NSEC3 records prove not to exist (RFC 5155 8).

use super::base32;
use super::denial::{Denial, lacks};
use super::gap::Gap;
use super::signed_data::wildcard_of;
use hickory_proto::dnssec::rdata::NSEC3;
use hickory_proto::rr::{Name, RecordType};

/// More iterations than this are not worth their cost to anyone: unbound and BIND have the same
/// limit (RFC 9276 3.2 allows it).
const MOST_ITERATIONS: u16 = 150;

/// An NSEC3 record whose signature is valid, of the zone that is asked about.
#[derive(Debug)]
pub(super) struct Nsec3<'m> {
    hash: Vec<u8>,
    data: &'m NSEC3,
}

impl<'m> Nsec3<'m> {
    /// A record at `owner` in the zone of `apex`, if its name is a hash there.
    pub(super) fn new(owner: &Name, data: &'m NSEC3, apex: &Name) -> Option<Self> {
        if owner.base_name() != *apex {
            return None;
        }
        let hash = base32::decode(owner.iter().next()?)?;
        (hash.len() == data.next_hashed_owner_name().len()).then_some(Self { hash, data })
    }

    fn covers(&self, hash: &[u8]) -> bool {
        let (owner, next) = (self.hash.as_slice(), self.data.next_hashed_owner_name());
        if owner < next {
            owner < hash && hash < next
        } else {
            owner < hash || hash < next
        }
    }

    fn has(&self, kind: RecordType) -> bool {
        self.data.type_set().contains(kind)
    }

    fn same_parameters(&self, other: &Self) -> bool {
        self.data.iterations() == other.data.iterations() && self.data.salt() == other.data.salt()
    }
}

/// The hash of a name with a salt and iterations, or none where that is too much work.
pub(super) type Hasher<'h> = dyn FnMut(&Name, &[u8], u16) -> Option<Vec<u8>> + 'h;

/// The records of a zone, with how names are hashed there.
pub(super) struct Chain<'c, 'm, 'h> {
    records: &'c [Nsec3<'m>],
    apex: &'c Name,
    hasher: &'c mut Hasher<'h>,
}

/// What begins the proofs: the records belong together, and are not too expensive.
pub(super) fn chain<'c, 'm, 'h>(
    records: &'c [Nsec3<'m>],
    apex: &'c Name,
    hasher: &'c mut Hasher<'h>,
) -> Result<Result<Chain<'c, 'm, 'h>, u16>, Gap> {
    let first = records.first().ok_or(Gap::NoProof)?;
    if !records.iter().all(|record| record.same_parameters(first)) {
        return Err(Gap::Mixed);
    }
    let iterations = first.data.iterations();
    if iterations > MOST_ITERATIONS {
        return Ok(Err(iterations));
    }
    Ok(Ok(Chain {
        records,
        apex,
        hasher,
    }))
}

impl<'c, 'm> Chain<'c, 'm, '_> {
    /// What the records prove about a name in the zone and a type that it lacks.
    pub(super) fn deny(&mut self, name: &Name, kind: RecordType) -> Result<Denial, Gap> {
        if let Some(own) = self.matching(name)? {
            return lacks(own.data.type_set(), name, kind);
        }
        let (encloser, closer) = self.closest_encloser(name)?;
        let wildcard = self.wildcard(&encloser, kind);
        if closer.data.opt_out() && kind == RecordType::DS {
            // The name may be a delegation, and then no wildcard applies, whatever it has.
            let complete = matches!(wildcard, Ok(Some(_)));
            return Ok(Denial::OptOut { complete });
        }
        match (closer.data.opt_out(), wildcard?) {
            (true, wildcard) => {
                let complete = wildcard.is_some();
                Ok(Denial::OptOut { complete })
            }
            (false, Some(denial)) => Ok(denial),
            (false, None) => Err(Gap::Wildcard),
        }
    }

    /// Whether the records prove that neither this name nor one below it exists, and are not from an
    /// opt-out span: for records that a wildcard made (RFC 5155 8.8).
    pub(super) fn deny_closer(&mut self, closer: &Name) -> Result<bool, Gap> {
        let covering = self.covering(closer)?.ok_or(Gap::Name)?;
        Ok(!covering.data.opt_out())
    }

    /// The closest name above that exists, and the record that covers the next name towards `name`
    /// (RFC 5155 8.3).
    fn closest_encloser(&mut self, name: &Name) -> Result<(Name, &'c Nsec3<'m>), Gap> {
        let (from, to) = (self.apex.iter().len(), name.iter().len());
        for labels in (from..to).rev() {
            let candidate = name.trim_to(labels);
            let Some(own) = self.matching(&candidate)? else {
                continue;
            };
            if own.has(RecordType::DNAME) || (own.has(RecordType::NS) && !own.has(RecordType::SOA))
            {
                return Err(Gap::Above);
            }
            let closer = self.covering(&name.trim_to(labels + 1))?;
            return Ok((candidate, closer.ok_or(Gap::Name)?));
        }
        Err(Gap::Name)
    }

    /// What is known of the wildcard below the closest encloser.
    fn wildcard(&mut self, encloser: &Name, kind: RecordType) -> Result<Option<Denial>, Gap> {
        let Some(wildcard) = wildcard_of(encloser) else {
            return Ok(None);
        };
        if let Some(own) = self.matching(&wildcard)? {
            lacks(own.data.type_set(), &wildcard, kind)?;
            return Ok(Some(Denial::Wildcard));
        }
        let covered = self.covering(&wildcard)?.is_some();
        Ok(covered.then_some(Denial::NoName))
    }

    fn matching(&mut self, name: &Name) -> Result<Option<&'c Nsec3<'m>>, Gap> {
        let hash = self.hash(name)?;
        Ok(self.records.iter().find(|record| record.hash == hash))
    }

    fn covering(&mut self, name: &Name) -> Result<Option<&'c Nsec3<'m>>, Gap> {
        let hash = self.hash(name)?;
        Ok(self.records.iter().find(|record| record.covers(&hash)))
    }

    fn hash(&mut self, name: &Name) -> Result<Vec<u8>, Gap> {
        // `chain` has seen that all records have the parameters of the first.
        let first = self.records.first().ok_or(Gap::NoProof)?.data;
        (self.hasher)(name, first.salt(), first.iterations()).ok_or(Gap::TooMuch)
    }
}
