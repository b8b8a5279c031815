//! The validator: questions out, replies in, an answer with its status at the end.

use super::answer::Answer;
use super::chase::chase;
use super::question::Question;
use super::replies::Reply;
use super::walk::begin;
use super::work::Work;
use super::zones::Zones;

/// Validates the answer to one question. It has no socket and no clock.
#[derive(Debug)]
pub struct Validator<'z> {
    question: Question,
    work: Work<'z>,
    done: Option<Box<Answer>>,
}

/// What a validator needs, or has found.
#[derive(Clone, Debug)]
pub enum Step {
    /// Replies to all of these questions, none of which it has asked before. What has no reply at the
    /// next call counts as not answered.
    Ask(Vec<Question>),
    /// The answer.
    Done(Box<Answer>),
}

impl<'z> Validator<'z> {
    /// A validator of the answer to `question`, at a time in seconds since 1970.
    pub fn new(question: Question, zones: &'z Zones, now: u32) -> Self {
        Self {
            question: Question::new(question.name, question.kind),
            work: Work::new(zones, now),
            done: None,
        }
    }

    /// Goes on as far as the replies reach. It ends after a bounded number of calls, whatever they
    /// are.
    #[expect(clippy::should_implement_trait, reason = "it is not an iterator")]
    pub fn next(&mut self) -> Step {
        if let Some(answer) = &self.done {
            return Step::Done(answer.clone());
        }
        begin(&mut self.work, &self.question);
        let Ok(answer) = chase(&mut self.work, &self.question) else {
            return Step::Ask(self.work.replies.take_wanted());
        };
        let answer = self.done.insert(Box::new(answer));
        Step::Done(answer.clone())
    }

    /// Takes the reply to a question that was asked.
    pub fn receive(&mut self, question: &Question, reply: Reply) {
        self.work.replies.put(question, reply);
    }
}
