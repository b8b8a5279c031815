//! Where a resolver leads astray.

use super::tools::{Told, answers_of, data, is_kind, map, name, question, strip, told, with_help};
use super::{ALIAS, PLAIN};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name, RData, Record, RecordType};

pub(crate) fn all() -> Vec<Told> {
    let alias = |owner: &Name, target: &str| {
        Record::from_rdata(owner.clone(), 300, RData::CNAME(CNAME(name(target))))
    };
    vec![
        told(
            "an alias of its own",
            PLAIN,
            data(move |m| {
                let owner = question(m);
                m.answers = vec![alias(&owner, "www.nsec3.lab.")];
            }),
        ),
        told(
            "an alias of its own to the unsigned",
            PLAIN,
            with_help(move |reply, query, honest| {
                let owner = question(query);
                if owner == name("www.p256.lab.") {
                    reply.answers = honest.other(query, "www.unsigned.lab.", "A").answers;
                    reply.answers.insert(0, alias(&owner, "www.unsigned.lab."));
                }
            }),
        ),
        told(
            "another name's alias",
            PLAIN,
            answers_of("alias.p256.lab.", "A"),
        ),
        told(
            "another target",
            ALIAS,
            data(|m| {
                map(m, |record| {
                    if let RData::CNAME(target) = &mut record.data {
                        *target = CNAME(name("www.nsec3.lab."));
                    }
                });
            }),
        ),
        told(
            "the alias without its DNAME",
            &[("www.d.alias.lab.", "A")],
            data(|m| {
                strip(m, &[RecordType::DNAME]);
            }),
        ),
        told(
            "the end without the alias",
            ALIAS,
            data(|m| {
                m.answers
                    .retain(|record| !record.name.to_ascii().contains("alias"));
            }),
        ),
        told(
            "aliases without their signature",
            ALIAS,
            data(|m| {
                m.answers.retain(|record| {
                    let of_alias = record.name.to_ascii().contains("alias");
                    !(of_alias && is_kind(record, &[RecordType::RRSIG]))
                });
            }),
        ),
        told(
            "a loop of aliases",
            PLAIN,
            data(move |m| {
                let owner = question(m);
                m.answers = vec![
                    alias(&owner, "a.p256.lab."),
                    alias(&name("a.p256.lab."), "www.p256.lab."),
                ];
            }),
        ),
        told(
            "a thousand aliases",
            PLAIN,
            data(move |m| {
                let mut owner = question(m);
                m.answers.clear();
                for number in 0..1000 {
                    let target = format!("a{number}.p256.lab.");
                    m.answers.push(alias(&owner, &target));
                    owner = name(&target);
                }
            }),
        ),
    ]
}
