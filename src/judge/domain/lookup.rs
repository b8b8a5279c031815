//! What the judge takes of a validated answer.

use super::facts::{Lookup, SignaturesEnd};
use crate::records::{Answer, Note, Reason};
use time::OffsetDateTime;

impl Lookup {
    /// Of an answer.
    pub fn of(answer: &Answer) -> Self {
        let end = answer.signatures_end.as_ref();
        Self {
            question: answer.question.to_string(),
            status: answer.status,
            why: answer.reason.as_ref().map(ToString::to_string),
            signatures_end: end.and_then(|end| {
                Some(SignaturesEnd {
                    until: OffsetDateTime::from_unix_timestamp(end.until).ok()?,
                    of: format!(
                        "{} {} (zone {})",
                        end.name.to_ascii(),
                        end.kind,
                        end.zone.to_ascii()
                    ),
                })
            }),
            is_passed_on: !answer.notes.contains(&Note::NotPassed),
            is_lost_in_aliases: answer.reason.as_ref().is_some_and(Reason::is_of_aliases),
        }
    }
}
