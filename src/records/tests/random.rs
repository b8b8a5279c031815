//! Random zones and random lies: what is honest is never bogus, and what is secure is true.

use super::super::{Question, Reply, Status, Zones};
use super::world::{Denies, World, Zone};
use super::{Told, name};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use proptest::collection::vec;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// One to three labels of which there are few, so that names meet.
fn owner() -> impl Strategy<Value = String> {
    let label = prop_oneof![4 => Just("a"), 4 => Just("b"), 2 => Just("c"), 2 => Just("*")];
    vec(label, 1..4).prop_map(|labels| labels.join("."))
}

fn record() -> impl Strategy<Value = String> {
    let data = prop_oneof![
        4 => Just("A 192.0.2.1"),
        2 => Just("MX 5 a.example.org."),
        2 => Just("TXT text"),
    ];
    (owner(), data).prop_map(|(owner, data)| format!("{owner} {data}"))
}

fn denies() -> impl Strategy<Value = Denies> {
    prop_oneof![
        Just(Denies::Nsec),
        Just(Denies::nsec3()),
        Just(Denies::opt_out())
    ]
}

prop_compose! {
    /// A signed zone with aliases and zones below it.
    fn world()(
        denies in denies(),
        mut records in vec(record(), 0..12),
        alias in proptest::option::of(owner()),
        child in proptest::option::of(any::<bool>()),
    ) -> World {
        records.sort();
        records.dedup();
        let mut zone = Zone::new("example.org.", &[]).denying(denies.clone());
        let below = |record: &String| record.split(' ').next().is_some_and(|owner| owner.ends_with('c'));
        for record in records.iter().filter(|record| child.is_none() || !below(record)) {
            zone.add(record);
        }
        if let Some(alias) = alias {
            let free = |name: &str| zone.types(&super::name(&format!("{name}.example.org."))).is_empty();
            if free(&alias) && (child.is_none() || !alias.ends_with('c')) {
                zone.add(&format!("{alias} CNAME www.other.org."));
            }
        }
        let other = Zone::new("other.org.", &["www A 192.0.2.2"]);
        let mut zones = vec![zone, other];
        if let Some(signed) = child {
            let child = ["a A 192.0.2.3", "*.b MX 1 a.example.org."];
            zones.push(if signed {
                Zone::new("c.example.org.", &child).denying(denies)
            } else {
                Zone::unsigned("c.example.org.", &child)
            });
        }
        World::usual(zones)
    }
}

fn asked() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("A"),
        Just("MX"),
        Just("TXT"),
        Just("DS"),
        Just("CNAME")
    ];
    (owner(), kind).prop_map(|(owner, kind)| format!("{owner}.example.org {kind}"))
}

/// What becomes of a message: which reply of all, and which of its records.
#[derive(Clone, Debug)]
enum Lie {
    Drop(u8),
    DropAllOf(u8),
    Change(u8),
    Rename(u8),
    Code(bool),
    Foreign(String),
    Mix(String),
}

fn lie() -> impl Strategy<Value = Lie> {
    prop_oneof![
        any::<u8>().prop_map(Lie::Drop),
        any::<u8>().prop_map(Lie::DropAllOf),
        any::<u8>().prop_map(Lie::Change),
        any::<u8>().prop_map(Lie::Rename),
        any::<bool>().prop_map(Lie::Code),
        asked().prop_map(Lie::Foreign),
        asked().prop_map(Lie::Mix),
    ]
}

impl Lie {
    fn tell(&self, world: &World, question: &Question, message: &mut Message) {
        let count = message.answers.len() + message.authorities.len();
        let pick = |which: u8| usize::from(which) % count.max(1);
        match self {
            Self::Drop(which) => remove(message, |index, _| index == pick(*which)),
            Self::DropAllOf(which) => {
                let all = message.answers.iter().chain(&message.authorities);
                let kind = all.map(Record::record_type).nth(pick(*which));
                remove(message, |_, record| Some(record.record_type()) == kind);
            }
            Self::Change(which) => {
                for (index, record) in records(message).enumerate() {
                    if index == pick(*which) && record.record_type() == RecordType::A {
                        record.data =
                            RData::try_from_str(RecordType::A, "192.0.2.66").expect("an address");
                    }
                }
            }
            Self::Rename(which) => {
                let other = name("b.a.example.org.");
                for (index, record) in records(message).enumerate() {
                    if index == pick(*which) {
                        record.name = other.clone();
                    }
                }
            }
            Self::Code(exists) => {
                message.metadata.response_code = if *exists {
                    ResponseCode::NoError
                } else {
                    ResponseCode::NXDomain
                };
            }
            Self::Foreign(other) => *message = world.resolve(&super::question(other)),
            Self::Mix(other) => {
                let other = world.resolve(&super::question(other));
                message.authorities = other.authorities;
                message.metadata = other.metadata;
                if question.kind != RecordType::DS {
                    message.answers = other.answers;
                }
            }
        }
    }
}

fn records(message: &mut Message) -> impl Iterator<Item = &mut Record> {
    message.answers.iter_mut().chain(&mut message.authorities)
}

fn remove(message: &mut Message, gone: impl Fn(usize, &Record) -> bool) {
    let mut index = 0;
    for section in [&mut message.answers, &mut message.authorities] {
        section.retain(|record| {
            index += 1;
            !gone(index - 1, record)
        });
    }
}

/// What is true: the code, and the data of the records.
fn truth(told: &Told) -> (Option<ResponseCode>, Vec<String>) {
    let answer = &told.answer;
    let mut data: Vec<String> = answer
        .records
        .iter()
        .map(|record| record.data.to_string())
        .collect();
    data.sort();
    (answer.rcode, data)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn honest_replies_are_never_bogus(world in world(), questions in vec(asked(), 1..5)) {
        let zones = Zones::new(world.anchors());
        for asked in &questions {
            let told = Told::of(&zones, asked, &|question| {
                Reply::Message(Arc::new(world.resolve(question)))
            });
            let owner = super::question(asked).name;
            let zone = world.zone(&world.holding(&owner).expect("a zone"));
            let opts_out = world.0.iter().any(|zone| zone.denies == Denies::opt_out());
            let is_signed = !zone.signers.is_empty();
            let status = told.answer.status;
            prop_assert!(status >= Status::Insecure, "{asked}: {}", told.reason());
            if is_signed && !opts_out {
                prop_assert_eq!(status, Status::Secure, "{}: {}", asked, told.reason());
            }
        }
    }

    #[test]
    fn whatever_is_secure_is_true(
        world in world(),
        asked in asked(),
        lies in vec((0..6usize, lie()), 1..4),
    ) {
        let honest = super::ask(&world, &asked);
        let zones = Zones::new(world.anchors());
        let replies: RefCell<HashMap<Question, usize>> = RefCell::default();
        let told = Told::of(&zones, &asked, &|question| {
            let mut message = world.resolve(question);
            let mut replies = replies.borrow_mut();
            let number = replies.len();
            replies.insert(question.clone(), number);
            for (_, lie) in lies.iter().filter(|(reply, _)| *reply == number) {
                lie.tell(&world, question, &mut message);
            }
            Reply::Message(Arc::new(message))
        });
        if told.answer.status == Status::Secure {
            prop_assert_eq!(truth(&told), truth(&honest), "{}: {:?}", asked, lies);
        }
        // A lie cannot make a signed zone look unsigned, but where it opts out.
        let opts_out = world.0.iter().any(|zone| zone.denies == Denies::opt_out());
        if honest.answer.status == Status::Secure && !opts_out {
            prop_assert_ne!(told.answer.status, Status::Insecure, "{}: {:?}", asked, lies);
        }
    }
}
