//! The keys of a zone, and which of them DS records or anchors vouch for.

use super::algorithm;
use super::bounds::DS_OF_A_ZONE;
use super::rr_set::RrSet;
use hickory_proto::dnssec::DigestType;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS};
use hickory_proto::rr::{Name, RData};

/// A key of a zone that may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) tag: u16,
    pub(super) key: DNSKEY,
}

/// The keys of a DNSKEY set that may sign in the zone: with the flag for it (RFC 4034 2.1.1), not
/// revoked (RFC 5011 2.1), and of an algorithm that can be checked.
pub(super) fn keys(set: &RrSet<'_>) -> Vec<Key> {
    let keys = set.records.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::DNSKEY(key)) => Some(key),
        _ => None,
    });
    keys.filter(|key| key.zone_key() && !key.revoke())
        .filter(|key| algorithm::is_known(hickory_proto::dnssec::Verifier::algorithm(*key)))
        .filter_map(|key| {
            let tag = key.calculate_key_tag().ok()?;
            let key = key.clone();
            Some(Key { tag, key })
        })
        .collect()
}

/// The DS records of a set, at most as many as are looked at.
pub(super) fn ds_records<'m>(set: &RrSet<'m>) -> Vec<&'m DS> {
    let records = set.records.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::DS(ds)) => Some(ds),
        _ => None,
    });
    records.take(DS_OF_A_ZONE).collect()
}

/// The DS records that count: usable, and not with SHA-1 beside SHA-2 (RFC 4509 3). Of these any one
/// that leads to a key is enough (RFC 6840 5.11): the others may be of keys that are to come.
pub(super) fn counting<'m>(records: &[&'m DS]) -> Vec<&'m DS> {
    let usable = || records.iter().filter(|ds| algorithm::is_usable(ds));
    let is_sha1 = |ds: &DS| ds.digest_type() == DigestType::SHA1;
    let is_alone = usable().all(|ds| is_sha1(ds));
    usable()
        .filter(|ds| is_alone || !is_sha1(ds))
        .copied()
        .collect()
}

/// Whether a DS record is one of this key of `zone`.
pub(super) fn fits(ds: &DS, zone: &Name, key: &Key) -> bool {
    ds.key_tag() == key.tag
        && ds.algorithm() == hickory_proto::dnssec::Verifier::algorithm(&key.key)
        && ds.covers(zone, &key.key).unwrap_or(false)
}

/// What is to be said of keys of which none has a size that can be used; `None`: one has.
pub(super) fn only_odd_sizes(keys: &[Key]) -> Option<String> {
    let sizes = keys.iter().map(|key| {
        let size = algorithm::odd_size(&key.key)?;
        let name = algorithm::name(hickory_proto::dnssec::Verifier::algorithm(&key.key));
        Some(format!("{name} with {size}"))
    });
    let sizes: Vec<String> = sizes.collect::<Option<_>>()?;
    Some(sizes.join(", "))
}
