//! Signatures and keys that are wrong, one fault at a time.

use super::super::Status;
use super::signer::Signer;
use super::world::{World, Zone};
use super::{NOW, ask, ask_liar, name};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG, SigInput};
use hickory_proto::rr::{Name, RData, Record, RecordType, SerialNumber};

fn world() -> World {
    World::usual(vec![
        Zone::new("example.org.", &["www A 192.0.2.1"]),
        Zone::new("other.org.", &["www A 192.0.2.1"]),
        Zone::unsigned("plain.org.", &["www A 192.0.2.1"]),
    ])
}

/// Changes the fields of all signatures of a type.
fn change(records: &mut [Record], kind: RecordType, change: impl Fn(&mut SigInput)) {
    for record in records {
        if let RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) = &record.data
            && rrsig.input().type_covered == kind
        {
            let mut input = rrsig.input().clone();
            change(&mut input);
            let rrsig = RRSIG::from_sig(input, rrsig.sig().to_vec());
            record.data = RData::DNSSEC(DNSSECRData::RRSIG(rrsig));
        }
    }
}

#[test]
fn each_field_of_a_signature_counts() {
    type Fault = fn(&mut SigInput);
    let faults: &[(Fault, &str)] = &[
        (|input| input.key_tag ^= 1, "by the key "),
        (|input| input.original_ttl += 1, "does not fit the records"),
        (|input| input.num_labels = 4, "is for another name"),
        (|input| input.num_labels = 2, "does not fit the records"),
        (|input| input.num_labels = 1, "is for another name"),
        (
            |input| input.sig_expiration = SerialNumber::from(NOW - 3_600),
            "expired at 2026-11-28 14:00 UTC",
        ),
        (
            |input| input.sig_inception = SerialNumber::from(NOW + 3_600),
            "is valid from 2026-11-28 16:00 UTC on",
        ),
        (
            |input| input.sig_expiration = SerialNumber::from(NOW + 60),
            "does not fit the records",
        ),
        (
            |input| input.algorithm = hickory_proto::dnssec::Algorithm::from_u8(13),
            "by the key ",
        ),
        (
            |input| input.algorithm = hickory_proto::dnssec::Algorithm::from_u8(16),
            "ED448, which cannot be checked",
        ),
        (
            |input| input.signer_name = Name::root(),
            "the name belongs to \"example.org\"",
        ),
        (
            |input| input.signer_name = super::name("other.org."),
            "the name belongs to",
        ),
        (
            |input| input.signer_name = super::name("www.example.org."),
            "which is not a zone",
        ),
        (
            |input| input.signer_name = super::name("plain.org."),
            "the name belongs to",
        ),
    ];
    for (index, (fault, reason)) in faults.iter().enumerate() {
        let told = ask_liar(&world(), "www.example.org A", |_, message| {
            change(&mut message.answers, RecordType::A, fault);
        });
        assert_eq!(told.answer.status, Status::Bogus, "fault {index}");
        assert!(
            told.reason().contains(reason),
            "fault {index}: {}",
            told.reason()
        );
    }
}

#[test]
fn each_link_of_the_chain_counts() {
    for kind in [RecordType::DS, RecordType::DNSKEY] {
        for apex in [".", "org.", "example.org."] {
            let is_there =
                |question: &super::Question| question.kind == kind && question.name == name(apex);
            if apex == "." && kind == RecordType::DS {
                continue;
            }
            let told = ask_liar(&world(), "www.example.org A", |question, message| {
                if is_there(question) {
                    change(&mut message.answers, kind, |input| input.original_ttl += 1);
                }
            });
            assert_eq!(told.answer.status, Status::Bogus, "{kind} of {apex}");
            let reason = told.answer.reason.expect("a reason");
            assert_eq!((reason.name, reason.kind), (name(apex), kind));
        }
    }
}

#[test]
fn times_count_around_the_turn_of_the_serial_numbers() {
    let mut world = world();
    let signer = &mut world.zone_mut("example.org.").signers[0];
    // 68 years ahead of now is behind it.
    signer.until = NOW.wrapping_add(1 << 31).wrapping_add(10);
    assert_eq!(
        ask(&world, "www.example.org A").answer.status,
        Status::Bogus
    );
    // From the beginning to the end it is no longer than that, either.
    for (from, status) in [(NOW, Status::Secure), (NOW - 10, Status::Bogus)] {
        let signer = &mut world.zone_mut("example.org.").signers[0];
        (signer.from, signer.until) = (from, NOW.wrapping_add((1 << 31) - 10));
        let told = ask(&world, "www.example.org A");
        assert_eq!(told.answer.status, status, "{}", told.reason());
    }
    // The last second counts.
    let signer = &mut world.zone_mut("example.org.").signers[0];
    (signer.from, signer.until) = (NOW, NOW);
    assert_eq!(
        ask(&world, "www.example.org A").answer.status,
        Status::Secure
    );
}

#[test]
fn keys_must_be_keys_of_zones() {
    for (flags, expected) in [
        (0x0100, "secure"),
        (0x0101, "secure"),
        (0, "bogus"),
        (0x0181, "bogus"),
    ] {
        let mut world = world();
        let apex = name("example.org.");
        let key = world.zone(&apex).signers[0].key();
        let key = DNSKEY::with_flags(flags, key.public_key().clone());
        let bytes = key
            .to_digest(&apex, hickory_proto::dnssec::DigestType::SHA256)
            .expect("a digest");
        let tag = key.calculate_key_tag().expect("a tag");
        let ds = hickory_proto::dnssec::rdata::DS::new(
            tag,
            hickory_proto::dnssec::Algorithm::ED25519,
            hickory_proto::dnssec::DigestType::SHA256,
            bytes.as_ref().to_vec(),
        );
        let replace = |zone: &mut Zone, kind, data| {
            zone.sets.remove(&(apex.clone(), kind));
            zone.put(Record::from_rdata(apex.clone(), 3600, RData::DNSSEC(data)));
        };
        replace(
            world.zone_mut("example.org."),
            RecordType::DNSKEY,
            DNSSECRData::DNSKEY(key),
        );
        replace(world.zone_mut("org."), RecordType::DS, DNSSECRData::DS(ds));
        // The tag in the signatures is that of the key as it is published.
        let told = ask_liar(&world, "www.example.org A", |question, message| {
            if question.name.iter().len() >= 2 && question.kind != RecordType::DS {
                for kind in [RecordType::A, RecordType::DNSKEY] {
                    change(&mut message.answers, kind, |input| input.key_tag = tag);
                }
            }
        });
        // The signed data has the tag in it, so only the unchanged key verifies.
        let expected = if flags == 0x0101 { expected } else { "bogus" };
        assert_eq!(told.answer.status.as_str(), expected, "flags {flags:#x}");
    }
}

#[test]
fn a_signature_of_the_zone_above_or_beside_counts_for_nothing() {
    let world = world();
    let set = world
        .zone(&name("example.org."))
        .set(&name("www.example.org."), RecordType::A);
    let set = set.expect("a set").clone();
    for signer in [
        Signer::new(&name("other.org.")),
        Signer::new(&name("plain.org.")),
    ] {
        let told = ask_liar(&world, "www.example.org A", |question, message| {
            if question.kind == RecordType::A {
                message.answers = set.clone();
                message.answers.push(signer.sign(&set));
            }
        });
        assert_eq!(told.answer.status, Status::Bogus);
    }
    // Known to be a cut, it is not the zone above that speaks.
    let zones = super::Zones::new(world.anchors());
    let org = Signer::new(&name("org."));
    let mut told = Vec::new();
    for lie in [false, true] {
        let answer = super::Told::of(&zones, "www.example.org A", &|question| {
            let mut message = world.resolve(question);
            if lie && question.kind == RecordType::A {
                message.answers = set.clone();
                message.answers.push(org.sign(&set));
            }
            super::Reply::Message(std::sync::Arc::new(message))
        });
        told.push(answer.answer.status);
    }
    assert_eq!(told, [Status::Secure, Status::Bogus]);
}

#[test]
fn what_was_not_asked_for_does_not_count() {
    let world = world();
    let told = ask_liar(&world, "www.example.org A", |question, message| {
        if question.kind == RecordType::A {
            let ns = RData::try_from_str(RecordType::NS, "ns.evil.").expect("a name");
            let owner = name("example.org.");
            message
                .authorities
                .push(Record::from_rdata(owner, 3600, ns));
            let extra = RData::try_from_str(RecordType::A, "192.0.2.66").expect("an address");
            let owner = name("evil.example.org.");
            message
                .answers
                .push(Record::from_rdata(owner.clone(), 3600, extra.clone()));
            message
                .additionals
                .push(Record::from_rdata(owner, 3600, extra));
        }
    });
    assert_eq!(told.line(), "secure NOERROR 1");
}

#[test]
fn an_added_or_changed_or_missing_record_breaks_a_set() {
    for fault in 0..3 {
        let mut world = world();
        world.zone_mut("example.org.").add("www A 192.0.2.2");
        let told = ask_liar(&world, "www.example.org A", |question, message| {
            if question.kind == RecordType::A {
                let other = RData::try_from_str(RecordType::A, "192.0.2.66").expect("an address");
                match fault {
                    0 => {
                        let owner = question.name.clone();
                        message.answers.push(Record::from_rdata(owner, 3600, other));
                    }
                    1 => message.answers[0].data = other,
                    _ => drop(message.answers.remove(0)),
                }
            }
        });
        assert_eq!(told.answer.status, Status::Bogus, "fault {fault}");
    }
}

#[test]
fn unsigned_zones_may_have_any_signature() {
    let told = ask_liar(&world(), "www.plain.org A", |question, message| {
        if question.kind == RecordType::A {
            for signer in ["plain.org.", "org.", "other.org.", "www.plain.org."] {
                let set = [message.answers[0].clone()];
                message.answers.push(Signer::new(&name(signer)).sign(&set));
            }
        }
    });
    // That of the zone above is the last one that could hide the cut.
    assert!(told.answer.status <= Status::Insecure, "{}", told.reason());
}
