//! Records that are not there, and the proofs of it.

use super::super::Status;
use super::world::{Denies, World, Zone};
use super::{ask, ask_liar, compare};
use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, Record, RecordType};

const RECORDS: &[&str] = &[
    "www A 192.0.2.1",
    "deep.er.ent A 192.0.2.1",
    "*.wild A 192.0.2.3",
    "*.star.alias CNAME www.example.org.",
    "below.*.odd A 192.0.2.9",
    "sub NS ns.invalid.",
];

fn world(denies: Denies) -> World {
    World::usual(vec![Zone::new("example.org.", RECORDS).denying(denies)])
}

const LACKING: &[(&str, &str)] = &[
    ("www.example.org AAAA", "secure NOERROR 0"),
    ("example.org A", "secure NOERROR 0"),
    ("no.example.org A", "secure NXDOMAIN 0"),
    ("a.b.c.example.org A", "secure NXDOMAIN 0"),
    ("x.www.example.org A", "secure NXDOMAIN 0"),
    ("ent.example.org A", "secure NOERROR 0"),
    ("er.ent.example.org A", "secure NOERROR 0"),
    ("x.er.ent.example.org A", "secure NXDOMAIN 0"),
    ("a.wild.example.org AAAA", "secure NOERROR 0"),
    ("*.wild.example.org AAAA", "secure NOERROR 0"),
    ("www.example.org DS", "secure NOERROR 0"),
    ("sub.example.org DS", "secure NOERROR 0"),
    ("no.example.org DS", "secure NXDOMAIN 0"),
    ("nothing A", "secure NXDOMAIN 0"),
    ("a.nothing A", "secure NXDOMAIN 0"),
    (". A", "secure NOERROR 0"),
    // The wildcard itself is empty, so the names that it makes are, too.
    ("a.odd.example.org A", "secure NOERROR 0"),
];

#[test]
fn absence_is_secure_with_its_proof() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        compare(&world(denies), LACKING);
    }
}

#[test]
fn absence_is_bogus_without_any_part_of_its_proof() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let world = world(denies);
        for (asked, _) in LACKING {
            let owner = super::question(asked);
            let sets = |message: &hickory_proto::op::Message| {
                let denials = message.authorities.iter().filter(|record| {
                    let kind = record.record_type();
                    kind == RecordType::NSEC || kind == RecordType::NSEC3
                });
                let mut owners: Vec<_> = denials.map(|record| record.name.clone()).collect();
                owners.dedup();
                owners
            };
            for left_out in sets(&world.resolve(&owner)) {
                let told = ask_liar(&world, asked, |question, message| {
                    if *question == owner {
                        message.authorities.retain(|record| {
                            record.name != left_out || record.record_type() == RecordType::SOA
                        });
                    }
                });
                // One record of NSEC may do for two parts.
                assert_eq!(
                    told.answer.status,
                    Status::Bogus,
                    "{asked} without {left_out}"
                );
            }
        }
    }
}

#[test]
fn in_an_opt_out_span_everything_is_insecure() {
    let zone = Zone::new("example.org.", RECORDS).denying(Denies::opt_out());
    let world = World::usual(vec![zone]);
    compare(
        &world,
        &[
            ("www.example.org A", "secure NOERROR 1"),
            ("www.example.org AAAA", "secure NOERROR 0"),
            ("no.example.org A", "insecure NXDOMAIN 0"),
            ("a.wild.example.org A", "insecure NOERROR 1"),
            ("a.wild.example.org AAAA", "insecure NOERROR 0"),
            ("sub.example.org DS", "insecure NOERROR 0"),
            ("x.sub.example.org A", "insecure NXDOMAIN 0"),
        ],
    );
    // Also there, what is signed must not be hidden.
    let told = ask_liar(&world, "www.example.org A", |question, message| {
        if question.kind == RecordType::A {
            let honest = world.resolve(&super::question("no.example.org A"));
            message.answers.clear();
            message.authorities = honest.authorities;
            message.metadata.response_code = ResponseCode::NXDomain;
        }
    });
    assert_eq!(told.answer.status, Status::Bogus);
}

#[test]
fn too_many_iterations_make_denials_insecure_and_nothing_else() {
    let denies = |iterations| Denies::Nsec3 {
        iterations,
        salt: vec![1],
        opt_out: false,
    };
    let records = ["www A 192.0.2.1", "* TXT x"];
    for (iterations, absence) in [(150, "secure"), (151, "insecure"), (u16::MAX, "insecure")] {
        let zone = Zone::new("example.org.", &records).denying(denies(iterations));
        let world = World::usual(vec![zone]);
        compare(&world, &[("www.example.org A", "secure NOERROR 1")]);
        for asked in ["www.example.org AAAA", "x.example.org TXT"] {
            let told = ask(&world, asked);
            assert_eq!(
                told.answer.status.as_str(),
                absence,
                "{iterations}: {asked}"
            );
            assert_eq!(told.answer.notes.is_empty(), iterations == 150);
        }
    }
}

#[test]
fn the_code_of_a_reply_must_fit_its_proof() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let world = world(denies);
        // Old servers say NXDOMAIN of empty non-terminals; what is proven is told.
        let told = ask_liar(&world, "ent.example.org A", |_, message| {
            message.metadata.response_code = ResponseCode::NXDomain;
        });
        assert_eq!(told.line(), "secure NOERROR 0");
        // What is there is proven to be there, whatever the code.
        let told = ask_liar(&world, "www.example.org A", |_, message| {
            message.metadata.response_code = ResponseCode::NXDomain;
        });
        assert_eq!(told.line(), "secure NOERROR 1");
        let told = ask_liar(&world, "no.example.org A", |_, message| {
            message.metadata.response_code = ResponseCode::NoError;
        });
        assert_eq!(told.answer.status, Status::Bogus);
    }
}

#[test]
fn records_of_the_zone_above_prove_nothing_about_names_below_a_cut() {
    // RFC 6840 4.1: the NSEC record of the delegation covers all names below it.
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let parent = Zone::new("example.org.", RECORDS).denying(denies.clone());
        let child = Zone::new("signed.example.org.", &["www A 192.0.2.7"]).denying(denies);
        let world = World::usual(vec![parent, child]);
        compare(&world, &[("www.signed.example.org A", "secure NOERROR 1")]);
        let of_parent = world.resolve(&super::question("x.example.org A"));
        let delegation = world.resolve(&super::question("signed.example.org DS"));
        for asked in ["www.signed.example.org A", "signed.example.org A"] {
            let told = ask_liar(&world, asked, |question, message| {
                if question.kind == RecordType::A {
                    let at = super::name("signed.example.org.");
                    let zone = world.zone(&super::name("example.org."));
                    message.answers.clear();
                    message.authorities = of_parent.authorities.clone();
                    message.authorities.extend(zone.proof_of(&at));
                    message.metadata.response_code = ResponseCode::NXDomain;
                }
            });
            assert_eq!(told.answer.status, Status::Bogus, "{asked}");
        }
        assert!(!delegation.answers.is_empty());
    }
}

#[test]
fn records_of_the_zone_below_prove_nothing_about_ds() {
    // RFC 6840 4.4: the apex of the child has no DS either.
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let child = Zone::new("example.org.", RECORDS).denying(denies);
        let world = World::usual(vec![child]);
        let apex = super::name("example.org.");
        let told = ask_liar(&world, "www.example.org A", |question, message| {
            if question.to_string() == "DS of \"example.org\"" {
                message.answers.clear();
                message.authorities = world.zone(&apex).proof_of(&apex);
            }
            if question.kind == RecordType::A {
                super::strip(message);
            }
        });
        assert_eq!(told.answer.status, Status::Bogus, "{}", told.reason());
    }
}

#[test]
fn a_record_with_the_soa_of_an_apex_does_not_deny_its_ds() {
    // RFC 6840 4.4: whoever signs it, such a record is not the one of the delegation.
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let mut org = Zone::new("org.", &[]).denying(denies);
        org.add("example SOA ns.invalid. admin.invalid. 1 3600 600 86400 300");
        let child = Zone::unsigned("example.org.", &["www A 192.0.2.1"]);
        let world = World::new(vec![Zone::new(".", &[]), org, child]);
        for asked in ["example.org DS", "www.example.org A"] {
            let told = ask(&world, asked);
            assert_eq!(told.answer.status, Status::Bogus, "{asked}");
            let reason = told.reason();
            assert!(reason.contains("the zone below"), "{asked}: {reason}");
        }
    }
}

#[test]
fn an_nsec_record_that_leads_out_of_its_zone_proves_nothing() {
    // unbound's testdata/val_nx_overreach.rpl.
    let world = World::usual(vec![Zone::new("example.org.", &["wab A 192.0.2.1"])]);
    let (apex, wab) = (super::name("example.org."), super::name("wab.example.org."));
    for (next, expected) in [
        ("example.org.", Status::Secure),
        ("wzz.foo.org.", Status::Bogus),
        ("zzz.", Status::Bogus),
    ] {
        let told = ask_liar(&world, "www.example.org A", |question, message| {
            if question.kind == RecordType::A {
                let nsec = NSEC::new_cover_self(super::name(next), [RecordType::A]);
                let data = RData::DNSSEC(DNSSECRData::NSEC(nsec));
                let record = Record::from_rdata(wab.clone(), 300, data);
                message.authorities.retain(|record| record.name != wab);
                message
                    .authorities
                    .extend(world.zone(&apex).signed(&[record]));
            }
        });
        assert_eq!(told.answer.status, expected, "{next}: {}", told.reason());
    }
}

#[test]
fn an_nsec_record_that_a_wildcard_made_is_the_wildcards() {
    // CVE-2017-15105: with the name on the wire it would deny what is there.
    let records = [
        "*.wild A 192.0.2.3",
        "real.wild AAAA 2001:db8::1",
        "www A 192.0.2.1",
    ];
    let world = World::usual(vec![Zone::new("example.org.", &records)]);
    let told = ask_liar(&world, "real.wild.example.org AAAA", |question, message| {
        if question.kind == RecordType::AAAA {
            message.answers.clear();
            let zone = world.zone(&super::name("example.org."));
            let soa = zone.set(&zone.apex, RecordType::SOA).expect("a SOA");
            message.authorities = zone.signed(soa);
            let mut proof = zone.proof_of(&super::name("*.wild.example.org."));
            for record in &mut proof {
                record.name = question.name.clone();
            }
            message.authorities.extend(proof);
        }
    });
    assert_eq!(told.answer.status, Status::Bogus);
}

#[test]
fn an_alias_cannot_be_denied_by_what_it_lacks() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        let mut zone = Zone::new("example.org.", RECORDS).denying(denies);
        zone.add("alias CNAME www.example.org.");
        let world = World::usual(vec![zone]);
        let told = ask_liar(&world, "alias.example.org A", |question, message| {
            if question.kind == RecordType::A {
                let zone = world.zone(&super::name("example.org."));
                let soa = zone.set(&zone.apex, RecordType::SOA).expect("a SOA");
                message.answers.clear();
                message.authorities = zone.signed(soa);
                let proof = zone.proof_of(&super::name("alias.example.org."));
                message.authorities.extend(proof);
            }
        });
        assert_eq!(told.answer.status, Status::Bogus);
        assert!(
            told.reason().contains("says that there is one"),
            "{}",
            told.reason()
        );
    }
}

#[test]
fn nsec3_records_of_different_parameters_are_no_proof() {
    let world = world(Denies::nsec3());
    let mut other = World::usual(vec![
        Zone::new("example.org.", RECORDS).denying(Denies::opt_out()),
    ]);
    other.zone_mut("example.org.").add("more A 192.0.2.1");
    let told = ask_liar(&world, "no.example.org A", |question, message| {
        if question.kind == RecordType::A {
            message
                .authorities
                .extend(other.resolve(question).authorities);
        }
    });
    assert_eq!(told.answer.status, Status::Bogus);
}

#[test]
fn unsigned_delegations_beside_a_wildcard_are_insecure() {
    // The record that covers a delegation may be the wildcard's own.
    let mut zones =
        vec![Zone::new("example.org.", &["* CNAME www.example.org."]).denying(Denies::opt_out())];
    let names = ["c", "d", "e", "f", "g", "h", "i", "j"];
    let apex = |name| format!("{name}.example.org.");
    zones.extend(names.map(|name| Zone::unsigned(&apex(name), &["@ A 192.0.2.1"])));
    let world = World::usual(zones);
    for name in names {
        let asked = format!("{name}.example.org A");
        compare(&world, &[(&asked, "insecure NOERROR 1")]);
    }
}
