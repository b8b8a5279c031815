//! What a format of an audit is.

use super::summary;
use crate::audit::{Audited, Completeness, Summary};
use crate::report::Exit;

/// An output grammar for an audit. A format returns text, and keeps what it needs of a target until
/// the end, if its grammar asks for that; it does not write.
pub trait Format: Send {
    /// What stands before all targets.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// Takes in a target; returns what is written at once.
    fn target(&mut self, audited: &Audited) -> String;

    /// What stands after all targets, and what follows from the format at the end.
    fn end(&mut self, completeness: &Completeness, summary: &Summary) -> Ending;

    /// Whether [`Format::target`] takes all targets, also those that the user did not ask to be
    /// shown.
    fn takes_all(&self) -> bool {
        false
    }
}

/// The end of the results in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What is written after the targets.
    pub text: String,
    /// What a person reads on standard error.
    pub aside: String,
    /// The exit code, where the format has codes of its own.
    pub exit: Option<Exit>,
    /// Results of a part of the list must not replace those of an earlier audit.
    pub replaces_only_whole: bool,
}

impl Ending {
    /// Of results for programs: a person reads the sums beside them.
    pub fn for_programs(text: String, summary: &Summary) -> Self {
        Self {
            text,
            aside: summary::sums(summary).trim().to_owned(),
            exit: None,
            replaces_only_whole: false,
        }
    }
}
