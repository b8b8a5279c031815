//! Keys that are not the zone's, and too many of them.

use super::PLAIN;
use super::tools::{Told, always, asked, first, name, only, resign, strip, told};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData};
use hickory_proto::dnssec::{Algorithm, PublicKey as _, PublicKeyBuf};
use hickory_proto::rr::{RData, Record, RecordType};

/// A key that no zone holds.
fn invented(number: u16) -> Record {
    let octets: Vec<u8> = (0..64_u16)
        .map(|at| ((at * 31) ^ (number * 7)).to_le_bytes()[0])
        .collect();
    let key = DNSKEY::with_flags(257, PublicKeyBuf::new(octets, Algorithm::ECDSAP256SHA256));
    Record::from_rdata(
        name("p256.lab."),
        300,
        RData::DNSSEC(DNSSECRData::DNSKEY(key)),
    )
}

/// Keys of one tag: the octets are summed in pairs, so an exchange of pairs keeps the tag.
fn colliding(of: &Record, count: usize) -> Vec<Record> {
    let RData::DNSSEC(DNSSECRData::DNSKEY(key)) = &of.data else {
        return Vec::new();
    };
    let octets = key.public_key().public_bytes().to_vec();
    let swapped = |at: usize| {
        let mut octets = octets.clone();
        let (low, high) = (2 * (at % 30), 2 * (at % 30) + 2);
        octets.swap(low, high);
        octets.swap(low + 1, high + 1);
        // More of them: add to one pair what another loses.
        octets[1] = octets[1].wrapping_add(u8::try_from(at / 30).unwrap_or_default());
        octets[63] = octets[63].wrapping_sub(u8::try_from(at / 30).unwrap_or_default());
        let key = DNSKEY::with_flags(
            key.flags(),
            PublicKeyBuf::new(octets, Algorithm::ECDSAP256SHA256),
        );
        Record::from_rdata(
            of.name.clone(),
            of.ttl,
            RData::DNSSEC(DNSSECRData::DNSKEY(key)),
        )
    };
    (0..count).map(swapped).collect()
}

pub(crate) fn all() -> Vec<Told> {
    use RecordType::{DS, RRSIG};
    vec![
        told(
            "adds a key",
            PLAIN,
            only(&[RecordType::DNSKEY], |m| m.answers.insert(0, invented(1))),
        ),
        told(
            "only a key of its own",
            PLAIN,
            only(&[RecordType::DNSKEY], |m| {
                strip(m, &[RecordType::DNSKEY]);
                m.answers.push(invented(2));
            }),
        ),
        told(
            "denies keys",
            PLAIN,
            only(&[RecordType::DNSKEY], |m| m.answers.clear()),
        ),
        told(
            "breaks the digest of DS",
            PLAIN,
            only(&[DS], |m| {
                strip(m, &[RRSIG]);
            }),
        ),
        told(
            "KeyTrap: keys of one tag, and signatures",
            PLAIN,
            always(|m| {
                if asked(m) == RecordType::DNSKEY {
                    let keys = first(m, RecordType::DNSKEY)
                        .map(|key| colliding(&key, 100))
                        .unwrap_or_default();
                    m.answers.splice(0..0, keys);
                }
                if let Some(signature) = first(m, RRSIG) {
                    let forged = (0..100).map(|number| {
                        let mut record = signature.clone();
                        resign(&mut record, |_, octets| octets[7] ^= number + 1);
                        record
                    });
                    let forged: Vec<Record> = forged.collect();
                    m.answers.splice(0..0, forged);
                }
            }),
        ),
    ]
}
