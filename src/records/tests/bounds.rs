//! Work that a sender of replies asks for, and does not get.
#![allow(clippy::disallowed_methods, reason = "the tests measure the time")]

use super::super::Status;
use super::signer::Signer;
use super::world::{Denies, World, Zone};
use super::{ask, ask_liar, name, question};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG};
use hickory_proto::dnssec::{Algorithm, PublicKeyBuf};
use hickory_proto::rr::{RData, Record, RecordType};

/// Far more than a bounded answer takes in a debug build on a busy machine, far less than an
/// unbounded one.
const LONG: std::time::Duration = std::time::Duration::from_secs(5);

#[test]
fn keytrap_ends_soon() {
    // CVE-2023-50387: every key has the tag of every signature, and none fits.
    let world = World::usual(vec![Zone::new("example.org.", &["www A 192.0.2.1"])]);
    let apex = name("example.org.");
    let own = world.zone(&apex).signers[0].key();
    let tag = own.calculate_key_tag().expect("a tag");
    let before = std::time::Instant::now();
    let told = ask_liar(&world, "www.example.org A", |question, message| {
        if question.kind == RecordType::DNSKEY && question.name == apex {
            let keys = (0..500u16).map(|number| with_tag(tag, number));
            message
                .answers
                .retain(|record| record.record_type() == RecordType::RRSIG);
            for key in keys.chain([own.clone()]) {
                let data = RData::DNSSEC(DNSSECRData::DNSKEY(key));
                message
                    .answers
                    .push(Record::from_rdata(apex.clone(), 3600, data));
            }
            let set: Vec<_> = message.answers[1..].to_vec();
            message.answers[0] = Signer::new(&apex).sign(&set);
        }
        if question.kind == RecordType::A {
            let signature = message.answers[1].clone();
            for number in 0..500u16 {
                let mut wrong = signature.clone();
                if let RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) = &wrong.data {
                    let mut bytes = rrsig.sig().to_vec();
                    bytes[..2].copy_from_slice(&number.to_be_bytes());
                    let rrsig = RRSIG::from_sig(rrsig.input().clone(), bytes);
                    wrong.data = RData::DNSSEC(DNSSECRData::RRSIG(rrsig));
                }
                message.answers.push(wrong);
            }
            message.answers.remove(1);
        }
    });
    assert_eq!(told.answer.status, Status::Bogus);
    assert!(before.elapsed() < LONG, "{:?}", before.elapsed());
    assert!(told.reason().contains("too many"), "{}", told.reason());
}

/// A key that is none, with the tag that is wanted: the last two bytes make up for the others.
fn with_tag(tag: u16, number: u16) -> DNSKEY {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    let key = |bytes: &[u8]| {
        let public = PublicKeyBuf::new(bytes.to_vec(), Algorithm::ED25519);
        DNSKEY::new(true, false, false, public)
    };
    let so_far = key(&bytes).calculate_key_tag().expect("a tag");
    let mut missing = tag.wrapping_sub(so_far);
    for _ in 0..2 {
        bytes[30..].copy_from_slice(&missing.to_be_bytes());
        let found = key(&bytes).calculate_key_tag().expect("a tag");
        missing = missing.wrapping_add(tag.wrapping_sub(found));
    }
    key(&bytes)
}

#[test]
fn hashing_ends_soon() {
    // CVE-2023-50868: a long name, and no NSEC3 record that matches any of its parts.
    let denies = Denies::Nsec3 {
        iterations: 150,
        salt: vec![7; 255],
        opt_out: false,
    };
    let zone = Zone::new("example.org.", &["www A 192.0.2.1"]).denying(denies);
    let world = World::usual(vec![zone]);
    let labels = "a.".repeat(115);
    let asked = format!("{labels}example.org A");
    let before = std::time::Instant::now();
    let told = ask_liar(&world, &asked, |question, message| {
        if question.kind == RecordType::A {
            let apex = name("example.org.");
            let matching = world.zone(&apex).proof_of(&apex);
            message
                .authorities
                .retain(|record| record.name != matching[0].name);
        }
    });
    assert_eq!(told.answer.status, Status::Bogus, "{}", told.reason());
    assert!(before.elapsed() < LONG, "{:?}", before.elapsed());
    // With all records the long name is within the bounds or refused, and ends soon, too.
    let before = std::time::Instant::now();
    ask(&world, &asked);
    assert!(before.elapsed() < LONG, "{:?}", before.elapsed());
}

#[test]
fn a_long_name_without_signatures_ends() {
    let world = World::usual(vec![Zone::new("example.org.", &["www A 192.0.2.1"])]);
    let asked = format!("{}example.org A", "a.".repeat(115));
    // Each label is said to exist.
    let told = ask_liar(&world, &asked, |question, message| {
        if question.kind == RecordType::A {
            let data = RData::try_from_str(RecordType::A, "192.0.2.66").expect("an address");
            message.answers = vec![Record::from_rdata(question.name.clone(), 3600, data)];
            message.authorities.clear();
        }
    });
    assert_eq!(told.answer.status, Status::Bogus, "{}", told.reason());
    assert!(told.asked.len() <= 60);
}

#[test]
fn more_ds_records_than_are_looked_at_do_not_help() {
    let mut world = World::usual(vec![Zone::new("example.org.", &["www A 192.0.2.1"])]);
    let apex = name("example.org.");
    let right = world.zone(&apex).signers[0].ds(hickory_proto::dnssec::DigestType::SHA256);
    let parent = world.zone_mut("org.");
    parent.sets.remove(&(apex.clone(), RecordType::DS));
    for number in 0..60 {
        let mut digest = right.digest().to_vec();
        digest[0] ^= number + 1;
        let ds = hickory_proto::dnssec::rdata::DS::new(
            right.key_tag(),
            right.algorithm(),
            right.digest_type(),
            digest,
        );
        let data = RData::DNSSEC(DNSSECRData::DS(ds));
        parent.put(Record::from_rdata(apex.clone(), 3600, data));
    }
    let data = RData::DNSSEC(DNSSECRData::DS(right));
    parent.put(Record::from_rdata(apex.clone(), 3600, data));
    let told = ask(&world, "www.example.org A");
    assert_eq!(told.answer.status, Status::Bogus);
}

#[test]
fn questions_that_prove_nothing_are_not_judged() {
    let world = World::usual(vec![]);
    for kind in ["ANY", "AXFR", "RRSIG"] {
        let told = ask(&world, &format!("org {kind}"));
        assert_eq!(told.answer.status, Status::NoAnswer, "{kind}");
        assert!(told.reason().contains("cannot be proven"));
    }
    assert_eq!(question("org A").to_string(), "A of \"org\"");
}
