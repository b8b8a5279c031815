//! What has been asked for a question, and what came back.

use super::bounds::QUESTIONS;
use super::question::Question;
use super::reason::Cause;
use hickory_proto::op::{Message, ResponseCode};
use std::collections::HashMap;
use std::sync::Arc;

/// What came of a question.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A complete message: matched with its question, and not truncated.
    Message(Arc<Message>),
    /// Why there is none, in words.
    None(String),
}

/// Some question has no reply yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending;

/// A result, once there are replies enough for it.
pub(super) type Wait<T> = Result<T, Pending>;

/// All replies, and the questions that are to be asked next.
#[derive(Debug, Default)]
pub(super) struct Replies {
    known: HashMap<Question, Reply>,
    wanted: Vec<Question>,
}

impl Replies {
    /// Notes that a reply will be needed.
    pub(super) fn want(&mut self, question: &Question) {
        let is_new = !self.known.contains_key(question) && !self.wanted.contains(question);
        if is_new && self.known.len() + self.wanted.len() < QUESTIONS {
            self.wanted.push(question.clone());
        }
    }

    /// The message that answers a question, or why there is none. Without a reply the question will
    /// be asked.
    pub(super) fn get(&mut self, question: &Question) -> Wait<Result<Arc<Message>, Cause>> {
        match self.known.get(question) {
            Some(Reply::Message(message)) => Ok(said(message)),
            Some(Reply::None(why)) => Ok(Err(Cause::NoReply(why.clone()))),
            None => {
                self.want(question);
                if self.wanted.contains(question) {
                    Err(Pending)
                } else {
                    Ok(Err(Cause::TooManyQuestions))
                }
            }
        }
    }

    /// The message that answers a question, if it is here.
    pub(super) fn peek(&self, question: &Question) -> Option<&Message> {
        match self.known.get(question) {
            Some(Reply::Message(message)) => Some(message),
            _ => None,
        }
    }

    /// The questions to ask now. What is not answered then counts as without a reply.
    pub(super) fn take_wanted(&mut self) -> Vec<Question> {
        let wanted = std::mem::take(&mut self.wanted);
        for question in &wanted {
            let none = Reply::None("no reply".to_owned());
            self.known.insert(question.clone(), none);
        }
        wanted
    }

    /// Keeps the reply to a question that was asked.
    pub(super) fn put(&mut self, question: &Question, reply: Reply) {
        if let Some(known) = self.known.get_mut(question) {
            *known = reply;
        }
    }
}

/// A message that says something about names: the others say something about the resolver.
fn said(message: &Arc<Message>) -> Result<Arc<Message>, Cause> {
    match message.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain | ResponseCode::YXDomain => {
            Ok(message.clone())
        }
        code => Err(Cause::Refused(code)),
    }
}
