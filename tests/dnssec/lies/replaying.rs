//! What a resolver takes from elsewhere.

use super::PLAIN;
use super::tools::{Told, answers_of, asked, is_kind, map, name, question, told, whole, with_help};
use hickory_proto::rr::RecordType;
use std::sync::Arc;

pub(crate) fn all() -> Vec<Told> {
    vec![
        told(
            "another name's address",
            PLAIN,
            answers_of("mail.p256.lab.", "A"),
        ),
        told(
            "another zone's address",
            PLAIN,
            answers_of("www.nsec3.lab.", "A"),
        ),
        told(
            "an unsigned zone's address",
            PLAIN,
            answers_of("www.unsigned.lab.", "A"),
        ),
        told(
            "the wildcard's address",
            &[("host.wild.p256.lab.", "A"), ("nope.p256.lab.", "A")],
            answers_of("x.wild.p256.lab.", "A"),
        ),
        told(
            "the wildcard's address, hashed",
            &[("host.wild.nsec3.lab.", "A")],
            answers_of("x.wild.nsec3.lab.", "A"),
        ),
        told(
            "another name's signature",
            PLAIN,
            with_help(|reply, query, honest| {
                let other = honest.other(query, "mail.p256.lab.", "A");
                reply
                    .answers
                    .retain(|record| !is_kind(record, &[RecordType::RRSIG]));
                let signatures = other
                    .answers
                    .into_iter()
                    .filter(|r| is_kind(r, &[RecordType::RRSIG]));
                reply.answers.extend(signatures.map(|mut record| {
                    record.name = question(query);
                    record
                }));
            }),
        ),
        told(
            "another type's answer",
            PLAIN,
            with_help(|reply, query, honest| {
                reply.answers = honest.other(query, "www.p256.lab.", "AAAA").answers;
            }),
        ),
        told(
            "another zone's keys",
            PLAIN,
            Arc::new(|query, honest| {
                let mut reply = honest.reply(query);
                if asked(query) == RecordType::DNSKEY && question(query) == name("p256.lab.") {
                    reply.answers = honest.other(query, "nsec3.lab.", "DNSKEY").answers;
                    map(&mut reply, |record| record.name = name("p256.lab."));
                }
                vec![whole(&reply)]
            }),
        ),
        told(
            "another zone's DS",
            PLAIN,
            Arc::new(|query, honest| {
                let mut reply = honest.reply(query);
                if asked(query) == RecordType::DS && question(query) == name("p256.lab.") {
                    reply.answers = honest.other(query, "nsec3.lab.", "DS").answers;
                    map(&mut reply, |record| record.name = name("p256.lab."));
                }
                vec![whole(&reply)]
            }),
        ),
    ]
}
