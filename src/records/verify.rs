//! Whether a zone's keys sign a record set (RFC 4035 5.3).

use super::algorithm;
use super::answer::SignatureEnd;
use super::bounds::{Budget, KEYS_OF_A_TAG, SIGNATURES_OF_A_SET};
use super::failure::Failure;
use super::instant::Instant;
use super::keys::Key;
use super::rr_set::RrSet;
use super::signed_data::{canonical, signed_data};
use hickory_proto::dnssec::Algorithm;
use hickory_proto::dnssec::Verifier as _;
use hickory_proto::dnssec::rdata::RRSIG;
use hickory_proto::rr::Name;

/// What a valid signature says beside that it is valid.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// How many labels of the name were signed: fewer than it has where a wildcard made it.
    pub(super) labels: u8,
    pub(super) end: SignatureEnd,
    /// The time to live that it allows (RFC 4035 5.3.3).
    pub(super) ttl: u32,
    pub(super) algorithm: Algorithm,
}

impl Signed {
    /// Whether a wildcard made the records of this name.
    pub(super) fn is_expanded(&self, name: &Name) -> bool {
        self.labels < name.num_labels()
    }
}

/// Finds a signature of the set by one of the keys of `zone`. Signatures by any other zone count
/// for nothing.
pub(super) fn verify(
    set: &RrSet<'_>,
    zone: &Name,
    keys: &[Key],
    now: u32,
    budget: &mut Budget,
) -> Result<Signed, Failure> {
    let mut failure = Failure::Unsigned { zone: zone.clone() };
    let mut candidates: Vec<&RRSIG> = Vec::new();
    for rrsig in &set.signatures {
        match unfit(rrsig, set.name, zone, keys, now) {
            Some(why) => failure = failure.max(why),
            None => candidates.push(rrsig),
        }
    }
    // The best first: of a modern algorithm, and valid for the longest time.
    candidates.sort_by_key(|rrsig| {
        let end = Instant::near(rrsig.input().sig_expiration.get(), now);
        (
            algorithm::is_old(rrsig.input().algorithm),
            std::cmp::Reverse(end),
        )
    });
    if candidates.is_empty() {
        return Err(failure);
    }
    let data = canonical(set).unwrap_or_default();
    for rrsig in candidates.iter().take(SIGNATURES_OF_A_SET) {
        match verify_one(rrsig, set, &data, keys, budget) {
            Ok(()) => return Ok(signed(rrsig, set, now)),
            Err(why) => failure = failure.max(why),
        }
    }
    match candidates.len() {
        ..=SIGNATURES_OF_A_SET => Err(failure),
        _ => Err(Failure::TooMuch),
    }
}

/// Why a signature does not even have to be verified (RFC 4035 5.3.1).
fn unfit(rrsig: &RRSIG, name: &Name, zone: &Name, keys: &[Key], now: u32) -> Option<Failure> {
    let input = rrsig.input();
    if input.signer_name != *zone {
        let signer = Box::new(input.signer_name.clone());
        let zone = Box::new(zone.clone());
        return Some(Failure::OtherZone { signer, zone });
    }
    let is_below = input.num_labels <= name.num_labels() && zone.zone_of(name);
    // A wildcard below the zone is signed with at least the labels of the zone.
    if !is_below || input.num_labels < zone.num_labels() {
        return Some(Failure::Labels { zone: zone.clone() });
    }
    let zone = || zone.clone();
    if !algorithm::is_known(input.algorithm) {
        let algorithm = input.algorithm;
        return Some(Failure::Unknown {
            zone: zone(),
            algorithm,
        });
    }
    let (from, at) = (input.sig_inception.get(), input.sig_expiration.get());
    if at.wrapping_sub(from).cast_signed() < 0 {
        return Some(Failure::Backwards { zone: zone() });
    }
    let (from, at) = (Instant::near(from, now), Instant::near(at, now));
    let now = Instant(i64::from(now));
    if at < now {
        return Some(Failure::Expired { zone: zone(), at });
    }
    if from > now {
        return Some(Failure::NotYet { zone: zone(), from });
    }
    let tag = input.key_tag;
    let mut fitting = fitting(keys, rrsig).map(|key| algorithm::odd_size(&key.key));
    let failure = match fitting.next() {
        None => Failure::NoKey { zone: zone(), tag },
        Some(Some(size)) if fitting.all(|odd| odd.is_some()) => Failure::Size {
            zone: zone(),
            tag,
            size,
        },
        Some(_) => return None,
    };
    Some(failure)
}

fn fitting<'k>(keys: &'k [Key], rrsig: &RRSIG) -> impl Iterator<Item = &'k Key> {
    let (tag, algorithm) = (rrsig.input().key_tag, rrsig.input().algorithm);
    keys.iter()
        .filter(move |key| key.tag == tag && key.key.algorithm() == algorithm)
}

fn verify_one(
    rrsig: &RRSIG,
    set: &RrSet<'_>,
    data: &[Vec<u8>],
    keys: &[Key],
    budget: &mut Budget,
) -> Result<(), Failure> {
    let input = rrsig.input();
    let bytes = signed_data(set.name, input, data).unwrap_or_default();
    for key in fitting(keys, rrsig).take(KEYS_OF_A_TAG) {
        if !budget.may_verify() {
            return Err(Failure::TooMuch);
        }
        if !data.is_empty() && algorithm::verifies(&key.key, &bytes, rrsig.sig()) {
            return Ok(());
        }
        budget.failed();
    }
    Err(Failure::Wrong {
        zone: input.signer_name.clone(),
        tag: input.key_tag,
    })
}

fn signed(rrsig: &RRSIG, set: &RrSet<'_>, now: u32) -> Signed {
    let input = rrsig.input();
    let until = Instant::near(input.sig_expiration.get(), now).0;
    let left = u32::try_from(until - i64::from(now)).unwrap_or_default();
    Signed {
        labels: input.num_labels,
        end: SignatureEnd {
            until,
            name: set.name.clone(),
            kind: set.kind,
            zone: input.signer_name.clone(),
        },
        ttl: set.ttl().min(input.original_ttl).min(left),
        algorithm: input.algorithm,
    }
}
