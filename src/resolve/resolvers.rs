//! A question to several resolvers within one deadline: the one that answered last is asked first,
//! and who does not answer is asked again later, with more patience.

use super::exchange::{self, Outcome};
use super::query::Checks;
use crate::endpoint::Resolver;
use crate::records::{Message, Question, ResponseCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// How long the first round waits for each resolver; each later round waits twice as long.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The resolvers of a run.
#[derive(Debug)]
pub(super) struct Resolvers {
    servers: Vec<Resolver>,
    /// The index of the one that answered last.
    preferred: AtomicUsize,
    turns: Semaphore,
}

/// A reply, and who gave it.
#[derive(Debug)]
pub(super) struct Replied {
    pub(super) message: Box<Message>,
    pub(super) by: Resolver,
}

/// Why there is no reply.
#[derive(Clone, Debug, Default)]
pub(super) struct Unanswered {
    /// In words.
    pub(super) why: String,
    /// A resolver does not know EDNS, so it does not pass DNSSEC on.
    pub(super) without_edns: bool,
}

impl From<&str> for Unanswered {
    fn from(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            without_edns: false,
        }
    }
}

impl Resolvers {
    pub(super) fn new(servers: Vec<Resolver>, at_once: usize) -> Self {
        Self {
            servers,
            preferred: AtomicUsize::new(0),
            turns: Semaphore::new(at_once.max(1)),
        }
    }

    /// The best reply that there is before the deadline; else why there is none.
    pub(super) async fn ask(
        &self,
        question: &Question,
        checks: Checks,
        deadline: Instant,
    ) -> Result<Replied, Unanswered> {
        let Ok(_turn) = timeout_at(deadline, self.turns.acquire()).await else {
            return Err("too many questions are under way".into());
        };
        let mut found = Found::default();
        let mut left = self.in_order();
        let mut patience = PATIENCE;
        while !left.is_empty() && !found.is_enough(deadline) {
            let mut silent = Vec::new();
            let count = left.len();
            for (place, index) in left.into_iter().enumerate() {
                let server = self.servers[index];
                let now = Instant::now();
                // Those after it have their shares of the time.
                let share = deadline.saturating_duration_since(now) / after(place, count);
                let until = now + share.min(patience);
                match exchange::ask(server, question, checks, until).await {
                    Outcome::Replied(message) => {
                        self.preferred.store(index, Ordering::Relaxed);
                        return Ok(Replied {
                            message,
                            by: server,
                        });
                    }
                    Outcome::Poor(message) => found.poor(Replied {
                        message,
                        by: server,
                    }),
                    Outcome::Broken(why) => found.fault(server, &why),
                    Outcome::WithoutEdns(code) => found.without_edns(server, code),
                    Outcome::Silent => silent.push(index),
                }
            }
            left = silent;
            patience *= 2;
        }
        for index in left {
            found.fault(self.servers[index], "no reply in time");
        }
        found.into_result()
    }

    /// The indices of all, the preferred first.
    fn in_order(&self) -> Vec<usize> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        order.sort_by_key(|index| *index != first);
        order
    }
}

/// How many of so many are left at this place, at least one.
fn after(place: usize, count: usize) -> u32 {
    u32::try_from(count.saturating_sub(place))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// What there is while no resolver has answered well.
#[derive(Debug, Default)]
struct Found {
    poor: Option<Replied>,
    faults: Vec<String>,
    without_edns: bool,
}

impl Found {
    fn poor(&mut self, reply: Replied) {
        self.poor.get_or_insert(reply);
    }

    fn fault(&mut self, server: Resolver, why: &str) {
        self.faults.push(format!("{server}: {why}"));
    }

    fn without_edns(&mut self, server: Resolver, code: ResponseCode) {
        self.without_edns = true;
        let code = exchange::word(code);
        let why = format!("it answers {code} to EDNS, so it does not pass DNSSEC on");
        self.fault(server, &why);
    }

    /// Whether it is not worth asking again.
    fn is_enough(&self, deadline: Instant) -> bool {
        self.poor.is_some() || deadline <= Instant::now()
    }

    fn into_result(self) -> Result<Replied, Unanswered> {
        match self.poor {
            Some(reply) => Ok(reply),
            None if self.faults.is_empty() => Err("there is no resolver to ask".into()),
            None => Err(Unanswered {
                why: self.faults.join("; "),
                without_edns: self.without_edns,
            }),
        }
    }
}
