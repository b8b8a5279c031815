//! Aliases: each link has a status of its own, and a negative answer that of its target.

use super::super::{Reply, Status, Zones};
use super::world::{Denies, World, Zone};
use super::{Told, ask, ask_liar, compare};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{RData, RecordType};
use std::sync::Arc;

fn world(denies: &Denies) -> World {
    let zone = |apex, records: &[&str]| Zone::new(apex, records).denying(denies.clone());
    World::usual(vec![
        zone(
            "example.org.",
            &[
                "www A 192.0.2.1",
                "alias CNAME www.example.org.",
                "far CNAME www.other.org.",
                "plain CNAME www.plain.org.",
                "dangling CNAME no.other.org.",
                "lacking CNAME mail.other.org.",
                "unsure CNAME no.plain.org.",
                "one CNAME two.example.org.",
                "two CNAME one.example.org.",
                "*.star CNAME alias.example.org.",
                "moved DNAME other.org.",
                "gone DNAME plain.org.",
            ],
        ),
        zone("other.org.", &["www A 192.0.2.2", "mail TXT x"]),
        Zone::unsigned(
            "plain.org.",
            &["www A 192.0.2.3", "back CNAME www.example.org."],
        ),
    ])
}

#[test]
fn the_weakest_link_counts() {
    for denies in [Denies::Nsec, Denies::nsec3()] {
        compare(
            &world(&denies),
            &[
                ("alias.example.org A", "secure NOERROR 1"),
                ("far.example.org A", "secure NOERROR 1"),
                ("plain.example.org A", "insecure NOERROR 1"),
                ("back.plain.org A", "insecure NOERROR 1"),
                ("dangling.example.org A", "secure NXDOMAIN 0"),
                ("lacking.example.org A", "secure NOERROR 0"),
                ("unsure.example.org A", "insecure NXDOMAIN 0"),
                ("alias.example.org CNAME", "secure NOERROR 1"),
                ("one.example.org A", "bogus NOERROR 0"),
                ("x.star.example.org A", "secure NOERROR 1"),
                ("x.y.star.example.org CNAME", "secure NOERROR 1"),
                ("www.moved.example.org A", "secure NOERROR 1"),
                ("no.moved.example.org A", "secure NXDOMAIN 0"),
                ("mail.moved.example.org A", "secure NOERROR 0"),
                ("www.moved.example.org CNAME", "secure NOERROR 1"),
                ("moved.example.org DNAME", "secure NOERROR 1"),
                ("moved.example.org A", "secure NOERROR 0"),
                ("www.gone.example.org A", "insecure NOERROR 1"),
            ],
        );
    }
}

#[test]
fn each_link_is_told_with_its_status() {
    let world = world(&Denies::Nsec);
    let links = |asked| {
        let told = ask(&world, asked).answer;
        let links = told.links.iter().map(|link| {
            let by = super::super::words::type_name(link.by);
            format!("{} {} {by} {}", link.owner, link.target, link.status)
        });
        (links.collect::<Vec<_>>(), told.name.to_string())
    };
    let (told, end) = links("plain.example.org A");
    assert_eq!(told, ["plain.example.org. www.plain.org. CNAME secure"]);
    assert_eq!(end, "www.plain.org.");
    let (told, _) = links("back.plain.org A");
    assert_eq!(told, ["back.plain.org. www.example.org. CNAME insecure"]);
    let (told, _) = links("www.moved.example.org A");
    assert_eq!(told, ["www.moved.example.org. www.other.org. DNAME secure"]);
    let (told, end) = links("x.star.example.org A");
    assert_eq!(told.len(), 2);
    assert_eq!(end, "www.example.org.");
}

#[test]
fn an_alias_that_a_dname_does_not_make_is_bogus() {
    let world = world(&Denies::Nsec);
    let told = ask_liar(&world, "www.moved.example.org A", |_, message| {
        for record in &mut message.answers {
            if let RData::CNAME(target) = &mut record.data {
                *target = CNAME(super::name("www.plain.org."));
            }
        }
    });
    assert_eq!(told.answer.status, Status::Bogus);
    assert!(
        told.reason()
            .ends_with("the alias is not the one that the DNAME makes")
    );
    // The one that it makes may be left out.
    let told = ask_liar(&world, "www.moved.example.org A", |_, message| {
        message
            .answers
            .retain(|record| record.record_type() != RecordType::CNAME);
    });
    assert_eq!(told.line(), "secure NOERROR 1");
}

#[test]
fn unsigned_links_in_signed_zones_are_bogus() {
    let world = world(&Denies::Nsec);
    for kind in [RecordType::CNAME, RecordType::DNAME] {
        let asked = match kind {
            RecordType::CNAME => "alias.example.org A",
            _ => "www.moved.example.org A",
        };
        let told = ask_liar(&world, asked, |question, message| {
            if question.kind == RecordType::A {
                message.answers.retain(|record| {
                    let RData::DNSSEC(data) = &record.data else {
                        return true;
                    };
                    !data_covers(data, kind)
                });
            }
        });
        assert_eq!(told.answer.status, Status::Bogus, "{asked}");
        assert_eq!(told.answer.links[0].status, Status::Bogus);
        assert_eq!(told.answer.records.len(), 1, "kept to be counted");
    }
}

fn data_covers(data: &hickory_proto::dnssec::rdata::DNSSECRData, kind: RecordType) -> bool {
    use hickory_proto::dnssec::rdata::DNSSECRData::RRSIG;
    matches!(data, RRSIG(rrsig) if rrsig.input().type_covered == kind)
}

#[test]
fn a_reply_that_ends_at_an_alias_leads_to_another_question() {
    let world = world(&Denies::Nsec);
    let told = ask_liar(&world, "far.example.org A", |question, message| {
        if question.to_string() == "A of \"far.example.org\"" {
            message.answers.truncate(2);
        }
    });
    assert_eq!(told.line(), "secure NOERROR 1");
    assert!(told.asked.contains(&"A of \"www.other.org\"".to_owned()));
    // So does a denial that proves nothing about the target.
    let zones = Zones::new(world.anchors());
    let told = Told::of(&zones, "far.example.org A", &|question| {
        let mut message = world.resolve(question);
        if question.to_string() == "A of \"far.example.org\"" {
            let no = world.resolve(&super::question("no.other.org A"));
            message.answers.truncate(2);
            message.authorities = no.authorities;
            message.metadata = no.metadata;
        }
        Reply::Message(Arc::new(message))
    });
    assert_eq!(told.line(), "secure NOERROR 1");
}

#[test]
fn a_wildcard_that_makes_a_dname_is_refused() {
    let mut world = world(&Denies::Nsec);
    world.zone_mut("example.org.").add("*.d DNAME other.org.");
    let zone = world.zone(&super::name("example.org."));
    let owner = super::name("*.d.example.org.");
    let set = zone.set(&owner, RecordType::DNAME).expect("a set");
    let mut records = zone.signed(set);
    for record in &mut records {
        record.name = super::name("x.d.example.org.");
    }
    let told = ask_liar(&world, "www.x.d.example.org A", |question, message| {
        if question.kind == RecordType::A {
            message.answers = records.clone();
            let proof = zone.proof_of(&super::name("x.d.example.org."));
            message.authorities.extend(proof);
        }
    });
    assert_eq!(told.answer.status, Status::Bogus, "{}", told.reason());
}

#[test]
fn long_chains_end() {
    let mut zone = Zone::new("example.org.", &["a0 A 192.0.2.1"]);
    for at in 1..12 {
        zone.add(&format!("a{at} CNAME a{}.example.org.", at - 1));
    }
    let world = World::usual(vec![zone]);
    compare(
        &world,
        &[
            ("a8.example.org A", "secure NOERROR 1"),
            ("a9.example.org A", "bogus NOERROR 1"),
        ],
    );
}
