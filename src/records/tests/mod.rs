//! The validator before zones that are signed here, and before resolvers that lie about them.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod aliases;
mod bounds;
mod chains;
mod cost;
mod denials;
mod faults;
mod given;
mod positive;
mod random;
mod resolver;
mod seeds;
mod signer;
mod world;

use super::{Answer, Question, Reply, Status, Step, Validator, Zones};
use given::{NOW, name};
use hickory_proto::op::Message;
use hickory_proto::rr::RecordType;
use std::sync::Arc;
use world::World;

fn question(text: &str) -> Question {
    let (owner, kind) = text.split_once(' ').expect("a name and a type");
    Question::new(name(owner), kind.parse().expect("a type"))
}

/// The answer of a resolver, and what it was asked.
struct Told {
    answer: Answer,
    asked: Vec<String>,
    steps: usize,
}

impl Told {
    fn of(zones: &Zones, asked: &str, resolver: &dyn Fn(&Question) -> Reply) -> Self {
        let mut validator = Validator::new(question(asked), zones, NOW);
        let (mut asked, mut steps) = (Vec::new(), 0);
        loop {
            let questions = match validator.next() {
                Step::Ask(questions) => questions,
                Step::Done(answer) => {
                    let answer = *answer;
                    return Self {
                        answer,
                        asked,
                        steps,
                    };
                }
            };
            steps += 1;
            assert!(!questions.is_empty() && steps < 100);
            for question in questions {
                let text = question.to_string();
                assert!(!asked.contains(&text), "{text} is asked twice");
                validator.receive(&question, resolver(&question));
                asked.push(text);
            }
        }
    }

    fn reason(&self) -> String {
        let reason = self.answer.reason.as_ref();
        reason.map(ToString::to_string).unwrap_or_default()
    }

    /// `secure NOERROR 2`, as a line of the program for comparisons has it.
    fn line(&self) -> String {
        let answer = &self.answer;
        let code = answer.rcode.map_or("-".to_owned(), super::code_word);
        format!("{} {code} {}", answer.status, answer.records.len())
    }
}

/// What is told of a world by an honest resolver.
fn ask(world: &World, asked: &str) -> Told {
    ask_liar(world, asked, |_, _| {})
}

/// What is told by a resolver that changes its messages.
fn ask_liar(world: &World, asked: &str, lie: impl Fn(&Question, &mut Message)) -> Told {
    let zones = Zones::new(world.anchors());
    Told::of(&zones, asked, &|question| {
        let mut message = world.resolve(question);
        lie(question, &mut message);
        // As it comes over the wire.
        let bytes = message.to_vec().expect("a message");
        let message = Message::from_vec(&bytes).expect("a message");
        Reply::Message(Arc::new(message))
    })
}

/// Compares what is told of each question with `STATUS RCODE COUNT`.
fn compare(world: &World, expected: &[(&str, &str)]) {
    for (asked, line) in expected {
        let told = ask(world, asked);
        assert_eq!(told.line(), *line, "{asked}: {}", told.reason());
        let says_why = told.answer.reason.is_some();
        assert_eq!(says_why, told.answer.status != Status::Secure, "{asked}");
    }
}

/// Removes the signatures of a message.
fn strip(message: &mut Message) {
    for section in [&mut message.answers, &mut message.authorities] {
        section.retain(|record| record.record_type() != RecordType::RRSIG);
    }
}
