//! Chains of zones: where they begin, and where they end.

use super::super::{Anchors, Reply, Status, Zones};
use super::signer::Signer;
use super::world::{Denies, World, Zone};
use super::{Told, ask, ask_liar, compare, name};
use hickory_proto::dnssec::DigestType;
use hickory_proto::dnssec::rdata::{DNSSECRData, DS};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::sync::Arc;

fn deep(denies: &Denies) -> World {
    let zone = |apex, records: &[&str]| Zone::new(apex, records).denying(denies.clone());
    World::usual(vec![
        zone("example.org.", &["a.b.c.d A 192.0.2.1"]),
        // A cut three labels below the one above.
        zone(
            "x.y.z.example.org.",
            &["www A 192.0.2.2", "a.b A 192.0.2.3"],
        ),
        Zone::unsigned(
            "un.signed.example.org.",
            &["www A 192.0.2.4", "a.b.c A 192.0.2.4"],
        ),
        zone("again.un.signed.example.org.", &["www A 192.0.2.5"]),
    ])
}

#[test]
fn cuts_are_found_wherever_they_are() {
    for denies in [Denies::Nsec, Denies::nsec3(), Denies::opt_out()] {
        compare(
            &deep(&denies),
            &[
                ("a.b.c.d.example.org A", "secure NOERROR 1"),
                ("www.x.y.z.example.org A", "secure NOERROR 1"),
                ("a.b.x.y.z.example.org A", "secure NOERROR 1"),
                ("www.un.signed.example.org A", "insecure NOERROR 1"),
                ("a.b.c.un.signed.example.org A", "insecure NOERROR 1"),
                ("no.un.signed.example.org A", "insecure NXDOMAIN 0"),
                ("www.again.un.signed.example.org A", "insecure NOERROR 1"),
                ("no.again.un.signed.example.org A", "insecure NXDOMAIN 0"),
            ],
        );
    }
}

#[test]
fn an_anchor_that_fits_no_key_makes_everything_bogus() {
    let world = deep(&Denies::Nsec);
    for anchors in [
        Anchors::root(),
        ". DS 1 15 2 00000000000000000000000000000000000000000000000000000000000000ff"
            .parse()
            .expect("anchors"),
    ] {
        for asked in [
            "www.x.y.z.example.org A",
            "www.un.signed.example.org A",
            "no A",
        ] {
            let zones = Zones::new(anchors.clone());
            let told = Told::of(&zones, asked, &|question| {
                Reply::Message(Arc::new(world.resolve(question)))
            });
            assert_eq!(told.answer.status, Status::Bogus, "{asked}");
            assert_eq!(
                told.reason(),
                "DNSKEY of \".\": no key of the zone fits the trust anchors"
            );
        }
    }
}

#[test]
fn anchors_may_be_keys_and_those_of_other_zones() {
    let world = deep(&Denies::Nsec);
    let key = world.zone(&name("org.")).signers[0].key();
    let zones = Zones::new(format!("org. DNSKEY {key}").parse().expect("anchors"));
    let told = |asked| {
        let told = Told::of(&zones, asked, &|question| {
            assert!(!question.name.is_root());
            Reply::Message(Arc::new(world.resolve(question)))
        });
        (told.line(), told.reason())
    };
    assert_eq!(told("www.x.y.z.example.org A").0, "secure NOERROR 1");
    let (line, reason) = told("no A");
    assert_eq!(line, "insecure NXDOMAIN 0");
    assert!(
        reason.ends_with("no trust anchor is above the name"),
        "{reason}"
    );
}

/// unbound's `testdata/val_cnametocloser.rpl` and `val_cnametocloser_nosig.rpl`.
#[test]
fn what_is_above_an_island_of_trust_says_nothing_of_it() {
    let parent = Zone::new("example.org.", &["www CNAME www.b.example.org."]);
    let island = Zone::new("b.example.org.", &["www A 192.0.2.1"]);
    let mut world = World::usual(vec![parent.denying(Denies::opt_out()), island]);
    let (apex, above) = (name("b.example.org."), name("example.org."));
    let delegation = world
        .zone_mut("example.org.")
        .sets
        .remove(&(apex.clone(), RecordType::DS));
    assert!(delegation.is_some());
    let ds = world.zone(&apex).signers[0].ds(DigestType::SHA256);
    let root = world.zone(&Name::root()).signers[0].ds(DigestType::SHA256);
    let zones = |text: String| Zones::new(text.parse().expect("anchors"));
    let told = |zones: &Zones, asked: &str, lies: bool| {
        let told = Told::of(zones, asked, &|question| {
            let mut message = world.resolve(question);
            if lies && question.kind == RecordType::AAAA {
                let zone = world.zone(&above);
                message.authorities = zone.proof_of(&above);
                message.authorities.extend(zone.proof_of(&apex));
            }
            Reply::Message(Arc::new(message))
        });
        told.line()
    };
    let asked = "www.example.org AAAA";
    // Without an anchor of its own it is an unsigned zone.
    assert_eq!(
        told(&zones(format!(". DS {root}")), asked, false),
        "insecure NOERROR 0"
    );
    let both = || zones(format!(". DS {root}\nb.example.org. DS {ds}"));
    assert_eq!(told(&both(), asked, false), "secure NOERROR 0");
    assert_eq!(
        told(&both(), "www.example.org A", false),
        "secure NOERROR 1"
    );
    assert_eq!(told(&both(), asked, true), "bogus NOERROR 0");
    // What is known of the zones above does not change that.
    let known = both();
    assert_eq!(
        told(&known, "b.example.org DS", false),
        "insecure NOERROR 0"
    );
    assert_eq!(told(&known, "www.example.org A", false), "secure NOERROR 1");
}

#[test]
fn missing_signatures_in_a_signed_zone_are_bogus_and_never_insecure() {
    let world = deep(&Denies::nsec3());
    for asked in [
        "a.b.c.d.example.org A",
        "www.x.y.z.example.org A",
        "no.example.org A",
        "a.b.c.d.example.org AAAA",
    ] {
        let told = ask_liar(&world, asked, |question, message| {
            if question.kind != RecordType::DS && question.kind != RecordType::DNSKEY {
                super::strip(message);
            }
        });
        assert_eq!(told.answer.status, Status::Bogus, "{asked}");
        let passes = told.answer.notes.is_empty();
        assert!(passes, "the resolver passes DNSSEC on: {asked}");
    }
}

#[test]
fn a_resolver_that_drops_signatures_is_named() {
    let world = deep(&Denies::Nsec);
    for knows_edns in [true, false] {
        let told = ask_liar(&world, "www.un.signed.example.org A", |_, message| {
            super::strip(message);
            if !knows_edns {
                message.edns = None;
            }
        });
        assert_eq!(told.answer.status, Status::Bogus);
        let note = told.answer.notes.first().expect("a note");
        assert_eq!(note.to_string(), "this resolver does not pass DNSSEC on");
    }
}

#[test]
fn without_ds_and_without_a_proof_a_zone_is_not_unsigned() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let world = deep(&denies);
        for asked in ["www.x.y.z.example.org A", "www.un.signed.example.org A"] {
            let told = ask_liar(&world, asked, |question, message| {
                let no_ds = question.kind == RecordType::DS;
                if no_ds && question.name.iter().len() > 2 {
                    message.answers.clear();
                    message.authorities.clear();
                }
                if question.kind == RecordType::A {
                    super::strip(message);
                }
            });
            assert_eq!(told.answer.status, Status::Bogus, "{asked}");
        }
    }
}

fn with_ds(ds: Vec<DS>) -> World {
    let mut world = World::usual(vec![Zone::new("example.org.", &["www A 192.0.2.1"])]);
    let apex = name("example.org.");
    let parent = world.zone_mut("org.");
    parent.sets.remove(&(apex.clone(), RecordType::DS));
    for ds in ds {
        let data = RData::DNSSEC(DNSSECRData::DS(ds));
        parent.put(Record::from_rdata(apex.clone(), 3600, data));
    }
    world
}

#[test]
fn sha_1_does_not_count_beside_sha_2_and_any_other_way_is_enough() {
    let signer = Signer::new(&name("example.org."));
    let right = |digest| signer.ds(digest);
    let wrong = |digest| {
        let ds = signer.ds(digest);
        let mut bytes = ds.digest().to_vec();
        bytes[0] ^= 1;
        DS::new(ds.key_tag(), ds.algorithm(), digest, bytes)
    };
    let unknown = || {
        let ds = signer.ds(DigestType::SHA256);
        DS::new(
            ds.key_tag(),
            ds.algorithm(),
            DigestType::from(3),
            vec![1; 32],
        )
    };
    let (sha1, sha256, sha384) = (DigestType::SHA1, DigestType::SHA256, DigestType::SHA384);
    for (ds, expected) in [
        (vec![right(sha1)], "secure"),
        (vec![right(sha384)], "secure"),
        (vec![right(sha256), wrong(sha1)], "secure"),
        (vec![wrong(sha256), right(sha1)], "bogus"),
        (vec![wrong(sha384), right(sha256)], "secure"),
        (vec![wrong(sha256), right(sha384)], "secure"),
        (vec![wrong(sha384), right(sha1)], "bogus"),
        (vec![wrong(sha384), wrong(sha256), right(sha1)], "bogus"),
        (vec![unknown(), right(sha1)], "secure"),
        (vec![wrong(sha256), right(sha256)], "secure"),
        (vec![unknown(), right(sha256)], "secure"),
        (vec![unknown(), wrong(sha256)], "bogus"),
        (vec![unknown()], "insecure"),
    ] {
        let shown: Vec<_> = ds.iter().map(ToString::to_string).collect();
        let told = ask(&with_ds(ds), "www.example.org A");
        assert_eq!(
            told.answer.status.as_str(),
            expected,
            "{shown:?}: {}",
            told.reason()
        );
    }
}

#[test]
fn a_new_question_finds_what_is_known_until_it_expires() {
    let world = deep(&Denies::Nsec);
    let zones = Zones::new(world.anchors());
    let resolve = |question: &super::Question| Reply::Message(Arc::new(world.resolve(question)));
    let first = Told::of(&zones, "www.x.y.z.example.org A", &resolve);
    let again = Told::of(&zones, "a.b.x.y.z.example.org A", &resolve);
    assert!(first.asked.len() > 1);
    assert_eq!(again.asked.len(), 1);
    assert_eq!(
        again.answer.signatures_end,
        first.answer.signatures_end.map(|mut end| {
            // All end at once; the first one that is met is told.
            end.name = again
                .answer
                .signatures_end
                .as_ref()
                .expect("an end")
                .name
                .clone();
            end
        })
    );
    assert!(zones.get(&name("org."), super::NOW).is_some());
    assert!(zones.get(&name("org."), super::NOW + 3_599).is_some());
    assert!(zones.get(&name("org."), super::NOW + 3_600).is_none());
}
