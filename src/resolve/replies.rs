//! The replies of a run: a question is asked once, also when several ask at the same time.

use super::query::Checks;
use super::resolvers::{Replied, Resolvers, Unanswered};
use crate::bounded::{BoundedMap, lock};
use crate::endpoint::Resolver;
use crate::records::{Message, Question, ResponseCode};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

/// How many replies are remembered; then all are forgotten. Validated keys are remembered elsewhere.
const MOST: usize = 1024;

/// The most records of a reply that is remembered: so all of them together stay small.
const MOST_RECORDS: usize = 64;

/// A reply that several may hold.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) message: Arc<Message>,
    pub(super) by: Resolver,
}

/// A question that is answered once.
type Slot = Arc<OnceCell<Known>>;

/// What was asked, and answered.
#[derive(Debug, Default)]
pub(super) struct Replies {
    known: Mutex<BoundedMap<Question, Slot, MOST>>,
}

impl Replies {
    /// The reply to a question, asked now if it is not known. That there is no reply is not
    /// remembered: the next caller asks again.
    pub(super) async fn get(
        &self,
        question: &Question,
        resolvers: &Resolvers,
        deadline: Instant,
    ) -> Result<Known, Unanswered> {
        let slot = Arc::clone(lock(&self.known).or_default(question));
        let ask = || async {
            let replied = resolvers.ask(question, Checks::Ours, deadline).await;
            replied.map(Known::from)
        };
        let answered = timeout_at(deadline, slot.get_or_try_init(ask)).await;
        let known = answered.unwrap_or_else(|_| Err("no reply in time".into()))?;
        if !is_worth_keeping(&known.message) {
            lock(&self.known).remove(question);
        }
        Ok(known.clone())
    }
}

/// An error may be gone when the next asks.
fn is_worth_keeping(message: &Message) -> bool {
    let code = message.metadata.response_code;
    matches!(code, ResponseCode::NoError | ResponseCode::NXDomain)
        && message.all_sections().count() <= MOST_RECORDS
}

impl From<Replied> for Known {
    fn from(replied: Replied) -> Self {
        Self {
            message: Arc::from(replied.message),
            by: replied.by,
        }
    }
}
