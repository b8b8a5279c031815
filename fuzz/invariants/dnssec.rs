//! DNSSEC: whatever a resolver replies, the validator ends after few questions, says why an answer is
//! not secure, and says that one is secure only if its signatures are right.
//! An input is a series of messages, each with its length before it. The first one's question is
//! asked; a question is answered by the message that has it, or by the next one that was not used.

use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG};
use smtp_certcheck::records::{
    Answer, Message, Name, Question, RData, RecordType, Reply, Status, Step, Validator, Zones,
};
use std::sync::Arc;

/// When the seeds are valid.
const NOW: u32 = 1_795_878_000;

/// The key that signs the root in the seeds.
const ANCHOR: &str =
    ". DS 26502 15 2 E502546EFB2B5E43744F5B80C975D82BCDF12914029AB5D31A5BADBF2477F94E";

/// What one question may cause.
const MOST_QUESTIONS: usize = 60;

pub fn check(input: &[u8]) {
    let messages = messages(input);
    let answer = validate(&messages);
    assert_eq!(answer.reason.is_none(), answer.status == Status::Secure);
    assert_eq!(answer.rcode.is_none(), answer.status == Status::NoAnswer);
    let kind = answer.question.kind;
    assert!(
        answer
            .records
            .iter()
            .all(|record| record.record_type() == kind)
    );
    assert!(answer.links.iter().all(|link| link.status >= answer.status));
    if let Some(reason) = &answer.reason {
        let text = reason.to_string();
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    if answer.status == Status::Secure {
        let spoilt: Vec<Message> = messages.iter().cloned().map(spoil).collect();
        let answer = validate(&spoilt);
        assert_ne!(answer.status, Status::Secure, "the signatures are wrong");
    }
}

fn messages(mut input: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let [high, low, rest @ ..] = input {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (bytes, after) = rest.split_at(length.min(rest.len()));
        messages.extend(Message::from_vec(bytes));
        input = after;
    }
    messages
}

fn asked(message: &Message) -> Option<Question> {
    let query = message.queries.first()?;
    Some(Question::new(query.name().clone(), query.query_type()))
}

fn validate(messages: &[Message]) -> Answer {
    let first = messages.first().and_then(asked);
    let question = first.unwrap_or_else(|| Question::new(Name::root(), RecordType::NS));
    let zones = Zones::new(ANCHOR.parse().expect("an anchor"));
    let mut unused: Vec<&Message> = messages.iter().collect();
    let mut count = 0;
    let mut validator = Validator::new(question, &zones, NOW);
    loop {
        let questions = match validator.next() {
            Step::Done(answer) => return *answer,
            Step::Ask(questions) => questions,
        };
        assert!(!questions.is_empty(), "it asks for nothing");
        count += questions.len();
        assert!(count <= MOST_QUESTIONS, "it asks too much");
        for question in questions {
            let fits = |message: &&Message| asked(message).as_ref() == Some(&question);
            let place = unused.iter().position(fits);
            let reply = match (place, unused.is_empty()) {
                (None, true) => Reply::None("there are no more messages".to_owned()),
                (place, _) => Reply::Message(Arc::new(unused.remove(place.unwrap_or(0)).clone())),
            };
            validator.receive(&question, reply);
        }
    }
}

/// The message with all signatures wrong.
fn spoil(mut message: Message) -> Message {
    for record in message.answers.iter_mut().chain(&mut message.authorities) {
        if let RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) = &record.data {
            let mut bytes = rrsig.sig().to_vec();
            for byte in &mut bytes {
                *byte ^= 1;
            }
            let rrsig = RRSIG::from_sig(rrsig.input().clone(), bytes);
            record.data = RData::DNSSEC(DNSSECRData::RRSIG(rrsig));
        }
    }
    message
}
