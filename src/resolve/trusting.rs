//! Believes a resolver: its AD bit says what is secure, and SERVFAIL that goes away without its
//! checks says what is bogus. For a resolver on this machine, or one that the user has named.

use super::exchange::word;
use super::found::{Found, Trust};
use super::query::Checks;
use super::resolvers::{Replied, Resolvers};
use crate::endpoint::Resolver;
use crate::records::{
    Answer, Link, Message, Name, Note, Question, RData, Reason, RecordType, Status,
};
use hickory_proto::op::ResponseCode;
use tokio::time::Instant;

/// Aliases that are followed.
const MOST_ALIASES: usize = 8;

/// Looks a question up by the word of a resolver.
pub(super) async fn look_up(resolvers: &Resolvers, question: Question, deadline: Instant) -> Found {
    let (answer, by) = match resolvers.ask(&question, Checks::Theirs, deadline).await {
        Err(none) => {
            let mut answer = unanswered(question, none.why);
            answer
                .notes
                .extend(none.without_edns.then_some(Note::NotPassed));
            (answer, None)
        }
        Ok(replied) => {
            let by = Some(replied.by);
            (weigh(resolvers, question, replied, deadline).await, by)
        }
    };
    Found {
        answer,
        heard: by.into_iter().collect(),
        trust: Trust::Resolver,
    }
}

/// What a reply to the question says. SERVFAIL may mean that the answer is bogus, or that there is
/// none: without the resolver's checks, only the first turns into an answer.
async fn weigh(
    resolvers: &Resolvers,
    question: Question,
    replied: Replied,
    deadline: Instant,
) -> Answer {
    match replied.message.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => read(question, &replied.message),
        ResponseCode::ServFail => {
            let unchecked = resolvers.ask(&question, Checks::Ours, deadline).await;
            let code = unchecked.map(|reply| reply.message.metadata.response_code);
            match code {
                Ok(code @ (ResponseCode::NoError | ResponseCode::NXDomain)) => {
                    refuted(question, replied.by, code)
                }
                _ => refused(question, replied.by, ResponseCode::ServFail),
            }
        }
        code => refused(question, replied.by, code),
    }
}

/// An answer as the resolver has judged it.
fn read(question: Question, message: &Message) -> Answer {
    let status = if message.metadata.authentic_data {
        Status::Secure
    } else {
        Status::Insecure
    };
    let links = links(&question, message, status);
    let name = links
        .last()
        .map_or(&question.name, |link| &link.target)
        .clone();
    let records = message.answers.iter();
    let records =
        records.filter(|record| record.name == name && record.record_type() == question.kind);
    Answer {
        rcode: Some(message.metadata.response_code),
        records: records.cloned().collect(),
        name,
        links,
        ..empty(question, status)
    }
}

/// The aliases of an answer; a loop ends them.
fn links(question: &Question, message: &Message, status: Status) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut name = question.name.clone();
    while question.kind != RecordType::CNAME && links.len() < MOST_ALIASES {
        let mut targets = message
            .answers
            .iter()
            .filter_map(|record| match &record.data {
                RData::CNAME(target) if record.name == name => Some(target.0.clone()),
                _ => None,
            });
        let Some(target) = targets.next() else { break };
        links.push(Link {
            owner: std::mem::replace(&mut name, target.clone()),
            target,
            by: RecordType::CNAME,
            status,
        });
    }
    links
}

fn refuted(question: Question, by: Resolver, code: ResponseCode) -> Answer {
    let why = format!(
        "{by} answers SERVFAIL, and {} when it does not validate",
        word(code)
    );
    bare(question, Status::Bogus, why)
}

fn refused(question: Question, by: Resolver, code: ResponseCode) -> Answer {
    unanswered(question, format!("{by} answers {}", word(code)))
}

fn unanswered(question: Question, why: String) -> Answer {
    bare(question, Status::NoAnswer, why)
}

fn bare(question: Question, status: Status, why: String) -> Answer {
    let reason = Some(Reason::reported(&question, why));
    Answer {
        reason,
        ..empty(question, status)
    }
}

fn empty(question: Question, status: Status) -> Answer {
    let name: Name = question.name.clone();
    Answer {
        question,
        status,
        rcode: None,
        name,
        records: Vec::new(),
        links: Vec::new(),
        reason: None,
        signatures_end: None,
        notes: Vec::new(),
    }
}
