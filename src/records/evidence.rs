//! Proofs of non-existence in a reply: the NSEC and NSEC3 records that a zone signs, and what they
//! prove.

use super::answer::Note;
use super::bounds::DENIALS_OF_A_MESSAGE;
use super::denial::Denial;
use super::failure::Failure;
use super::gap::Gap;
use super::nsec::{self, Nsec};
use super::nsec3::{self, Nsec3};
use super::question::Question;
use super::reason::Cause;
use super::rr_set::{RrSet, Section, find, sets};
use super::signed_data::signed_name;
use super::verify::Signed;
use super::work::Work;
use super::zone::{Path, Zone};
use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, RecordType};

/// The signed NSEC and NSEC3 records of a reply.
#[derive(Default)]
struct Evidence<'m> {
    nsec: Vec<Nsec<'m>>,
    nsec3: Vec<Nsec3<'m>>,
    /// Why records that are there do not count.
    failure: Option<Failure>,
    path: Path,
}

/// What a reply proves about a name in `zone` and a type that it lacks.
pub(super) fn deny(
    work: &mut Work<'_>,
    source: &Question,
    message: &Message,
    lacking: &Question,
    zone: &Zone,
) -> Result<(Denial, Path), Cause> {
    let sets = sets(message, Section::Authority);
    let evidence = collect(work, source, &sets, zone);
    let Question { name, kind } = lacking;
    let by_nsec = nsec::deny(&evidence.nsec, name, *kind, &zone.name);
    let proven = match by_nsec {
        Err(_) if !evidence.nsec3.is_empty() => {
            by_nsec3(work, &evidence.nsec3, zone, |chain| chain.deny(name, *kind))
                .map(|outcome| outcome.unwrap_or_else(Denial::Iterations))
        }
        by_nsec => by_nsec,
    };
    conclude(proven, evidence, zone)
}

/// The path of a denial with the SOA beside it. No proof needs the SOA; but in an answer that a user
/// gets, one whose signature fails shows a broken signer or a liar (unbound and BIND judge the same, and
/// leave it unchecked where a zone denies the DS of another).
pub(super) fn with_soa(
    work: &mut Work<'_>,
    source: &Question,
    message: &Message,
    zone: &Zone,
    path: Path,
) -> Result<Path, Cause> {
    let sets = sets(message, Section::Authority);
    let Some(soa) = find(&sets, &zone.name, RecordType::SOA) else {
        return Ok(path);
    };
    let signed = work.signed(source, soa, zone)?;
    Ok(path.signed(&signed, work.now))
}

/// What a reply proves of the records that a wildcard in `zone` made for `name`, the first `labels`
/// of which were signed: that nothing closer to the name exists (RFC 4035 5.3.4).
pub(super) fn deny_closer(
    work: &mut Work<'_>,
    source: &Question,
    message: &Message,
    name: &Name,
    labels: u8,
    zone: &Zone,
) -> Result<(Denial, Path), Cause> {
    let sets = sets(message, Section::Authority);
    let evidence = collect(work, source, &sets, zone);
    let closer = name.trim_to(usize::from(labels) + 1);
    let proven = match nsec::deny_closer(&evidence.nsec, &closer, &zone.name) {
        Ok(()) => Ok(Denial::NoName),
        Err(_) if !evidence.nsec3.is_empty() => by_nsec3(work, &evidence.nsec3, zone, |chain| {
            chain.deny_closer(&closer)
        })
        .map(|outcome| match outcome {
            Ok(true) => Denial::NoName,
            Ok(false) => Denial::OptOut { complete: true },
            Err(iterations) => Denial::Iterations(iterations),
        }),
        Err(gap) => Err(gap),
    };
    conclude(proven, evidence, zone)
}

/// Judges by NSEC3, unless that takes too many iterations, which are the inner error.
fn by_nsec3<T>(
    work: &mut Work<'_>,
    records: &[Nsec3<'_>],
    zone: &Zone,
    judge: impl FnOnce(&mut nsec3::Chain<'_, '_, '_>) -> Result<T, Gap>,
) -> Result<Result<T, u16>, Gap> {
    let mut hasher = |name: &Name, salt: &[u8], iterations: u16| work.hash(name, salt, iterations);
    match nsec3::chain(records, &zone.name, &mut hasher)? {
        Ok(mut chain) => judge(&mut chain).map(Ok),
        Err(iterations) => Ok(Err(iterations)),
    }
}

/// A proof with what it rests on, or why there is none: records that do not verify before a gap that
/// they leave.
fn conclude(
    proven: Result<Denial, Gap>,
    evidence: Evidence<'_>,
    zone: &Zone,
) -> Result<(Denial, Path), Cause> {
    let has_none = evidence.nsec.is_empty() && evidence.nsec3.is_empty();
    let mut path = evidence.path;
    match (proven, evidence.failure) {
        (Ok(denial), _) => {
            if let Denial::Iterations(iterations) = denial {
                let zone = zone.name.clone();
                path.note(Note::Iterations { zone, iterations });
            }
            Ok((denial, path))
        }
        (Err(_), Some(failure)) => Err(failure.into()),
        (Err(_), None) if has_none => Err(Gap::NoProof.into()),
        (Err(gap), None) => Err(gap.into()),
    }
}

fn collect<'m>(
    work: &mut Work<'_>,
    source: &Question,
    sets: &[RrSet<'m>],
    zone: &Zone,
) -> Evidence<'m> {
    let mut evidence = Evidence {
        path: zone.path.clone(),
        ..Evidence::default()
    };
    let denials = sets.iter().filter(|set| is_denial(set.kind));
    for set in denials.take(DENIALS_OF_A_MESSAGE) {
        match work.signed(source, set, zone) {
            Ok(signed) => {
                evidence.add(set, &signed, zone);
                evidence.path = evidence.path.signed(&signed, work.now);
            }
            // Other zones' records are for other links of the chain of aliases.
            Err(Failure::OtherZone { .. } | Failure::Unsigned { .. }) => {}
            Err(failure) => evidence.failure = evidence.failure.max(Some(failure)),
        }
    }
    evidence
}

impl<'m> Evidence<'m> {
    fn add(&mut self, set: &RrSet<'m>, signed: &Signed, zone: &Zone) {
        for record in &set.records {
            match &record.data {
                RData::DNSSEC(DNSSECRData::NSEC(data)) => {
                    let owner = signed_name(set.name, signed.labels);
                    self.nsec.extend(owner.map(|owner| Nsec { owner, data }));
                }
                // The hash of a wildcard's own name is not that of the names it makes.
                RData::DNSSEC(DNSSECRData::NSEC3(data)) if !signed.is_expanded(set.name) => {
                    self.nsec3.extend(Nsec3::new(set.name, data, &zone.name));
                }
                _ => {}
            }
        }
    }
}

/// Whether records of this type prove that others do not exist.
pub(super) fn is_denial(kind: RecordType) -> bool {
    matches!(kind, RecordType::NSEC | RecordType::NSEC3)
}
