//! The seeds of the fuzz target `dnssec`: conversations with the validator, message by message.
#![allow(clippy::disallowed_methods, reason = "the test reads and writes seeds")]

use super::super::{Question, Reply, Zones};
use super::world::{Denies, World, Zone};
use super::{Told, question};
use hickory_proto::op::{Message, Query};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn worlds() -> [World; 3] {
    [Denies::Nsec, Denies::nsec3(), Denies::opt_out()].map(|denies| {
        let records = [
            "www A 192.0.2.1",
            "alias CNAME www.example.org.",
            "moved DNAME other.org.",
            "*.wild A 192.0.2.3",
            "x.ent TXT text",
            "_25._tcp.mx TLSA 3 1 1 0011",
        ];
        World::usual(vec![
            Zone::new("example.org.", &records).denying(denies),
            Zone::new("other.org.", &["www A 192.0.2.2"]),
            Zone::unsigned("plain.org.", &["www A 192.0.2.5"]),
        ])
    })
}

const ASKED: &[&str] = &[
    "www.example.org A",
    "_25._tcp.mx.example.org TLSA",
    "alias.example.org A",
    "www.moved.example.org A",
    "a.b.wild.example.org A",
    "ent.example.org TXT",
    "www.example.org AAAA",
    "no.example.org A",
    "www.plain.org A",
    "example.org DS",
];

/// All messages of a conversation, each with its question, and before it its length.
fn conversation(world: &World, asked: &str) -> Vec<u8> {
    let messages: RefCell<Vec<(Question, Message)>> = RefCell::default();
    let zones = Zones::new(world.anchors());
    Told::of(&zones, asked, &|question| {
        let mut message = world.resolve(question);
        message.add_query(Query::query(question.name.clone(), question.kind));
        let pair = (question.clone(), message.clone());
        messages.borrow_mut().push(pair);
        Reply::Message(Arc::new(message))
    });
    let mut messages = messages.into_inner();
    // The fuzz target asks the first one.
    messages.sort_by_key(|(asked_for, _)| *asked_for != question(asked));
    let mut bytes = Vec::new();
    for (_, message) in messages {
        let message = message.to_vec().expect("a message");
        let length = u16::try_from(message.len()).expect("a short message");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&message);
    }
    bytes
}

fn seeds() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/dnssec");
    let mut seeds = Vec::new();
    for (world, denies) in worlds().iter().zip(["nsec", "nsec3", "opt_out"]) {
        for asked in ASKED {
            let name = asked.replace(['.', ' '], "_").to_lowercase();
            let path = folder.join(format!("{denies}_{name}"));
            seeds.push((path, conversation(world, asked)));
        }
    }
    seeds
}

#[test]
fn seeds_are_those_of_these_zones() {
    for (path, bytes) in seeds() {
        let kept = std::fs::read(&path).expect("cargo test write_the_seeds -- --ignored");
        assert!(
            kept == bytes,
            "{}: cargo test write_the_seeds -- --ignored",
            path.display()
        );
    }
}

#[test]
#[ignore = "writes fuzz/seeds/dnssec"]
fn write_the_seeds() {
    for (path, bytes) in seeds() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a seed");
    }
}

#[test]
fn the_fuzz_target_has_the_anchor_of_these_zones() {
    let source = include_str!("../../../fuzz/invariants/dnssec.rs");
    let ds = worlds()[0].0[0].signers[0].ds(hickory_proto::dnssec::DigestType::SHA256);
    assert!(source.contains(&format!(". DS {ds}")), ". DS {ds}");
}
