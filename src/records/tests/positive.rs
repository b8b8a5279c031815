//! Records that are there.

use super::super::{Reply, Status, Zones};
use super::signer::Signer;
use super::world::{Denies, World, Zone};
use super::{NOW, Told, ask, ask_liar, compare, name};
use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::dnssec::{Algorithm, SigningKey};
use hickory_proto::rr::{RData, RecordType};
use std::sync::Arc;

fn world() -> World {
    World::usual(vec![
        Zone::new(
            "example.org.",
            &[
                "@ MX 10 mx.example.org.",
                "@ TXT v=one",
                "mx A 192.0.2.1",
                "mx A 192.0.2.2",
                "_25._tcp.mx TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
                "*.wild A 192.0.2.3",
                "*.wild MX 5 MX.Example.Org.",
            ],
        ),
        Zone::new("hashed.org.", &["* A 192.0.2.4"]).denying(Denies::nsec3()),
        Zone::unsigned("plain.org.", &["www A 192.0.2.5"]),
        Zone::new("island.plain.org.", &["www A 192.0.2.6"]),
    ])
}

#[test]
fn records_are_secure_where_a_chain_leads_to_them() {
    compare(
        &world(),
        &[
            ("example.org MX", "secure NOERROR 1"),
            ("example.org TXT", "secure NOERROR 1"),
            ("mx.example.org A", "secure NOERROR 2"),
            ("MX.eXample.org A", "secure NOERROR 2"),
            ("_25._tcp.mx.example.org TLSA", "secure NOERROR 1"),
            ("example.org SOA", "secure NOERROR 1"),
            ("example.org DNSKEY", "secure NOERROR 1"),
            ("example.org DS", "secure NOERROR 1"),
            ("org NS", "secure NOERROR 1"),
            (". NS", "secure NOERROR 1"),
            (". DNSKEY", "secure NOERROR 1"),
            ("www.plain.org A", "insecure NOERROR 1"),
            // Nothing above says that it is signed.
            ("www.island.plain.org A", "insecure NOERROR 1"),
        ],
    );
}

#[test]
fn what_a_wildcard_makes_needs_a_proof() {
    compare(
        &world(),
        &[
            ("a.wild.example.org A", "secure NOERROR 1"),
            ("a.b.wild.example.org MX", "secure NOERROR 1"),
            ("*.wild.example.org A", "secure NOERROR 1"),
            ("x.hashed.org A", "secure NOERROR 1"),
            ("x.y.hashed.org A", "secure NOERROR 1"),
        ],
    );
    for asked in ["a.wild.example.org A", "x.y.hashed.org A"] {
        let told = ask_liar(&world(), asked, |question, message| {
            if question.kind == RecordType::A {
                message.authorities.clear();
            }
        });
        assert_eq!(told.answer.status, Status::Bogus);
        assert!(
            told.reason().contains("it comes from a wildcard"),
            "{}",
            told.reason()
        );
    }
}

#[test]
fn the_earliest_end_of_a_signature_is_told_with_its_owner() {
    let mut world = world();
    world.zone_mut("org.").signers[0].until = NOW + 3_000;
    let told = ask(&world, "mx.example.org A");
    let end = told.answer.signatures_end.expect("an end");
    assert_eq!(end.until, i64::from(NOW) + 3_000);
    assert_eq!(end.zone, name("org."));
    assert!(end.name == name("org.") || end.name == name("example.org."));
    // No longer than the signature allows.
    world.zone_mut("org.").signers[0].until = NOW + 14 * 86_400;
    world.zone_mut("example.org.").signers[0].until = NOW + 60;
    let told = ask(&world, "mx.example.org A");
    assert_eq!(told.answer.records[0].ttl, 60);
}

#[test]
fn every_algorithm_but_ed448_is_checked() {
    for algorithm in [Algorithm::ECDSAP256SHA256, Algorithm::ECDSAP384SHA384] {
        let der = EcdsaSigningKey::generate_pkcs8(algorithm).expect("a key");
        let key = EcdsaSigningKey::from_pkcs8(&der, algorithm).expect("a key");
        let key: Box<dyn SigningKey> = Box::new(key);
        let apex = name("example.org.");
        let zone = Zone::new("example.org.", &["www A 192.0.2.1"]);
        let world = World::usual(vec![zone.signed_by(vec![Signer::with(&apex, key)])]);
        compare(&world, &[("www.example.org A", "secure NOERROR 1")]);
    }
}

#[test]
fn a_zone_in_an_unknown_algorithm_is_insecure_and_named() {
    let apex = name("example.org.");
    let zone = || Zone::new("example.org.", &["www A 192.0.2.1"]);
    let ed448 = || Signer::new(&apex).published_as(16);
    let world = World::usual(vec![zone().signed_by(vec![ed448()])]);
    let told = ask(&world, "www.example.org A");
    assert_eq!(told.line(), "insecure NOERROR 1");
    assert_eq!(
        told.reason(),
        "DS of \"example.org\": the zone is signed, in ED448: cannot be checked here"
    );
    assert_eq!(
        told.answer.notes[0].to_string(),
        "\"example.org\" is signed in ED448, which cannot be checked here"
    );
    // One algorithm that can be checked is enough, and must then be right.
    let world = World::usual(vec![zone().signed_by(vec![ed448(), Signer::new(&apex)])]);
    compare(&world, &[("www.example.org A", "secure NOERROR 1")]);
    let told = ask_liar(&world, "www.example.org A", |_, message| {
        super::strip(message);
    });
    assert_eq!(told.answer.status, Status::Bogus);
}

/// unbound's replays have such keys (`testdata/val_stub_noroot.rpl`).
#[test]
fn a_key_of_a_size_that_cannot_be_used_is_named_and_proves_nothing() {
    let apex = name("example.org.");
    let world = |signers| {
        let zone = Zone::new("example.org.", &["www A 192.0.2.1"]);
        World::usual(vec![zone.signed_by(signers)])
    };
    let rsa = |octets| Signer::new(&apex).published_as_rsa(octets);
    for (octets, bits) in [(64, 512), (127, 1016), (1025, 8200)] {
        let told = ask(&world(vec![rsa(octets)]), "www.example.org A");
        assert_eq!(told.line(), "insecure NOERROR 1");
        let reason = format!(
            "DNSKEY of \"example.org\": the zone is signed, in RSASHA256 with {bits} bits: cannot be checked here"
        );
        assert_eq!(told.reason(), reason);
    }
    let with_exponent = |exponent: &[u8]| {
        let signer = Signer::new(&apex).with_exponent(exponent, 128);
        ask(&world(vec![signer]), "www.example.org A")
    };
    for (exponent, bits) in [
        (&[2, 0, 0, 0, 1][..], 34),
        (&[1, 0, 0, 0, 0, 0, 0, 0, 1], 65),
    ] {
        let told = with_exponent(exponent);
        assert_eq!(told.line(), "insecure NOERROR 1");
        let reason =
            format!("in RSASHA256 with an exponent of {bits} bits: cannot be checked here");
        assert!(told.reason().ends_with(&reason), "{}", told.reason());
    }
    for exponent in [&[3][..], &[1, 0, 0, 0, 1]] {
        assert_eq!(with_exponent(exponent).answer.status, Status::Bogus);
    }
    // The right size, and a wrong signature.
    for octets in [128, 1024] {
        let told = ask(&world(vec![rsa(octets)]), "www.example.org A");
        assert_eq!(told.answer.status, Status::Bogus, "{}", told.reason());
    }
    let both = world(vec![rsa(64), Signer::new(&apex)]);
    compare(&both, &[("www.example.org A", "secure NOERROR 1")]);
    // What such a key alone signs is neither proven nor refuted.
    let told = ask_liar(&both, "www.example.org A", |question, message| {
        if question.kind == RecordType::A {
            message.answers.retain(|record| match &record.data {
                RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) => u8::from(rrsig.input().algorithm) == 8,
                _ => true,
            });
        }
    });
    assert_eq!(told.answer.status, Status::NoAnswer);
    assert!(
        told.reason()
            .ends_with("which has 512 bits and cannot be used here")
    );
}

#[test]
fn sets_verify_with_any_time_to_live_order_and_duplicates() {
    let told = ask_liar(&world(), "mx.example.org A", |question, message| {
        if question.kind == RecordType::A {
            message.answers.reverse();
            message.answers.push(message.answers[1].clone());
            message.answers[1].ttl = 7;
            message.answers[2].ttl = 9;
        }
    });
    assert_eq!(told.answer.status, Status::Secure);
    assert!(told.answer.records.iter().all(|record| record.ttl <= 7));
}

#[test]
fn without_a_reply_there_is_no_answer() {
    let world = world();
    for missing in [
        "A of",
        "DNSKEY of \"example.org\"",
        "DNSKEY of \".\"",
        "DS of \"org\"",
    ] {
        let zones = Zones::new(world.anchors());
        let told = Told::of(&zones, "mx.example.org A", &|question| {
            if question.to_string().starts_with(missing) {
                return Reply::None("no reply in time".to_owned());
            }
            Reply::Message(Arc::new(world.resolve(question)))
        });
        assert_eq!(told.line().split(' ').next(), Some("none"), "{missing}");
        assert!(
            told.reason().ends_with(": no reply in time"),
            "{}",
            told.reason()
        );
        assert_eq!(told.answer.rcode, None);
    }
}
