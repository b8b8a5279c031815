//! Asks what a validation needs, hands the replies to it, and remembers for the run what it learns.

use super::found::{Found, Trust};
use super::replies::{Known, Replies};
use super::resolvers::{Resolvers, Unanswered};
use super::trusting;
use crate::endpoint::Resolver;
use crate::records::{Anchors, Note, Question, Reply, Step, Validator, Zones};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The lookups of a run.
#[derive(Debug)]
pub struct Lookups {
    resolvers: Resolvers,
    trust: Trust,
    zones: Zones,
    replies: Replies,
}

impl Lookups {
    /// How many questions may be under way at a time, if enough files may be open.
    pub const AT_ONCE: usize = 128;

    /// Asks these resolvers; what they answer must lead to one of the anchors. At most `at_once`
    /// questions are under way at a time: each has a socket of its own.
    pub fn new(
        servers: Vec<Resolver>,
        anchors: Anchors,
        trust: Trust,
        at_once: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            resolvers: Resolvers::new(servers, at_once),
            trust,
            zones: Zones::new(anchors),
            replies: Replies::default(),
        })
    }

    /// Looks a question up within a time. `now` is in seconds since 1970.
    pub async fn look_up(
        self: &Arc<Self>,
        question: Question,
        now: u32,
        within: Duration,
    ) -> Found {
        let deadline = Instant::now() + within;
        match self.trust {
            Trust::NoResolver => self.validate(question, now, deadline).await,
            Trust::Resolver => trusting::look_up(&self.resolvers, question, deadline).await,
        }
    }

    async fn validate(self: &Arc<Self>, question: Question, now: u32, deadline: Instant) -> Found {
        let mut validator = Validator::new(question, &self.zones, now);
        let mut heard = Vec::new();
        let mut without_edns = false;
        loop {
            let wanted = match validator.next() {
                Step::Ask(wanted) => wanted,
                Step::Done(mut answer) => {
                    if without_edns {
                        answer.notes.push(Note::NotPassed);
                    }
                    return Found {
                        answer: *answer,
                        heard,
                        trust: self.trust,
                    };
                }
            };
            for (question, known) in self.ask(wanted, deadline).await {
                match &known {
                    Ok(known) if !heard.contains(&known.by) => heard.push(known.by),
                    Ok(_) => {}
                    Err(why) => without_edns |= why.without_edns,
                }
                validator.receive(&question, reply(known));
            }
        }
    }

    /// Asks several questions at the same time.
    async fn ask(
        self: &Arc<Self>,
        questions: Vec<Question>,
        deadline: Instant,
    ) -> Vec<(Question, Result<Known, Unanswered>)> {
        if let [question] = questions.as_slice() {
            let known = self.get(question, deadline).await;
            return questions.into_iter().zip([known]).collect();
        }
        let mut asking = JoinSet::new();
        for question in questions {
            let lookups = Arc::clone(self);
            asking.spawn(async move {
                let known = lookups.get(&question, deadline).await;
                (question, known)
            });
        }
        asking.join_all().await
    }

    async fn get(&self, question: &Question, deadline: Instant) -> Result<Known, Unanswered> {
        self.replies.get(question, &self.resolvers, deadline).await
    }
}

fn reply(known: Result<Known, Unanswered>) -> Reply {
    match known {
        Ok(known) => Reply::Message(known.message),
        Err(none) => Reply::None(none.why),
    }
}
