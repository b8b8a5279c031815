//! What a lie is made of: changes of an honest reply.

use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG, SigInput};
use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::sync::Arc;
use testkit::dns::liar::{Honest, Lie, Sent};

pub(crate) use testkit::dns::liar::{always, strip};

/// A lie, and the questions that it is tried with.
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) questions: &'static [(&'static str, &'static str)],
    pub(crate) lie: Lie,
}

pub(crate) fn told(
    name: &'static str,
    questions: &'static [(&'static str, &'static str)],
    lie: Lie,
) -> Told {
    Told {
        name,
        questions,
        lie,
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

/// Changes the honest reply to questions of these types, and to no others.
pub(crate) fn only(
    kinds: &'static [RecordType],
    change: impl Fn(&mut Message) + Send + Sync + 'static,
) -> Lie {
    always(move |reply| {
        if kinds.contains(&asked(reply)) {
            change(reply);
        }
    })
}

/// Changes the honest reply, with the help of other honest replies, to questions that are not about
/// keys.
pub(crate) fn with_help(
    change: impl Fn(&mut Message, &Message, &Honest) + Send + Sync + 'static,
) -> Lie {
    Arc::new(move |query, honest| {
        let mut reply = honest.reply(query);
        if !is_of_keys(asked(&reply)) {
            change(&mut reply, query, honest);
        }
        vec![Sent::Message(Box::new(reply))]
    })
}

pub(crate) fn asked(message: &Message) -> RecordType {
    message
        .queries
        .first()
        .map_or(RecordType::ZERO, Query::query_type)
}

pub(crate) fn is_of_keys(kind: RecordType) -> bool {
    matches!(kind, RecordType::DS | RecordType::DNSKEY)
}

/// Changes the reply to what is not about keys.
pub(crate) fn data(change: impl Fn(&mut Message) + Send + Sync + 'static) -> Lie {
    always(move |reply| {
        if !is_of_keys(asked(reply)) {
            change(reply);
        }
    })
}

pub(crate) fn is_kind(record: &Record, kinds: &[RecordType]) -> bool {
    kinds.contains(&record.record_type())
}

/// Every record of both sections is what `change` makes of it.
pub(crate) fn map(message: &mut Message, change: impl Fn(&mut Record)) {
    message
        .answers
        .iter_mut()
        .chain(&mut message.authorities)
        .for_each(change);
}

/// Changes what a signature says of itself, and its octets.
pub(crate) fn resign(record: &mut Record, change: impl Fn(&mut SigInput, &mut Vec<u8>)) {
    if let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data {
        let mut input = signature.input().clone();
        let mut octets = signature.sig().to_vec();
        change(&mut input, &mut octets);
        record.data = RData::DNSSEC(DNSSECRData::RRSIG(RRSIG::from_sig(input, octets)));
    }
}

pub(crate) fn signatures(
    change: impl Fn(&mut SigInput, &mut Vec<u8>) + Send + Sync + 'static,
) -> Lie {
    data(move |reply| map(reply, |record| resign(record, &change)))
}

pub(crate) fn address(owner: &Name, last: u8) -> Record {
    Record::from_rdata(owner.clone(), 300, RData::A(A::new(192, 0, 2, last)))
}

pub(crate) fn question(message: &Message) -> Name {
    message.queries[0].name().clone()
}

/// A reply without anything, with that code.
pub(crate) fn empty(query: &Message, code: ResponseCode) -> Message {
    let mut reply = query.clone().into_response();
    reply.metadata.response_code = code;
    reply.metadata.recursion_available = true;
    reply
}

/// Answers everything with a code.
pub(crate) fn code(code: ResponseCode) -> Lie {
    Arc::new(move |query, _| vec![Sent::Message(Box::new(empty(query, code)))])
}

/// Something before the honest reply, or instead of it.
pub(crate) fn octets(
    make: impl Fn(&Message, &Message, bool) -> Vec<Sent> + Send + Sync + 'static,
) -> Lie {
    Arc::new(move |query, honest| make(query, &honest.reply(query), honest.over_tcp))
}

pub(crate) fn whole(message: &Message) -> Sent {
    Sent::Message(Box::new(message.clone()))
}

pub(crate) fn with(message: &Message, change: impl Fn(&mut Message)) -> Sent {
    let mut changed = message.clone();
    change(&mut changed);
    whole(&changed)
}

/// The answers of another question in place of those of this.
pub(crate) fn answers_of(other: &'static str, kind: &'static str) -> Lie {
    with_help(move |reply, query, honest| {
        let owner = question(query);
        let other = honest.other(query, other, kind);
        reply.answers = other.answers;
        for record in &mut reply.answers {
            record.name = owner.clone();
        }
        reply.metadata.response_code = ResponseCode::NoError;
    })
}

/// The proof of another question in place of the answer to this.
pub(crate) fn denied_as(other: &'static str, kind: &'static str) -> Lie {
    with_help(move |reply, query, honest| deny_as(reply, query, honest, other, kind))
}

pub(crate) fn deny_as(
    reply: &mut Message,
    query: &Message,
    honest: &Honest,
    other: &str,
    kind: &str,
) {
    let other = honest.other(query, other, kind);
    reply.answers.clear();
    reply.authorities = other.authorities;
    reply.metadata.response_code = other.metadata.response_code;
}

/// The first record of a kind, as it came.
pub(crate) fn first(message: &Message, kind: RecordType) -> Option<Record> {
    message
        .answers
        .iter()
        .find(|record| is_kind(record, &[kind]))
        .cloned()
}
