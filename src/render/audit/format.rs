//! The interface of an audit's output formats.

use crate::audit::{Audited, Completeness, Summary};
use crate::report::{DomainReport, Exit};

/// An output format of an audit. It returns text and does not write. If its grammar requires, it
/// keeps what it needs of a target until the end.
pub trait Format: Send {
    /// The text before all targets.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// The heads of the columns, before the first target that is shown.
    fn heads(&self) -> String {
        String::new()
    }

    /// Adds a server; returns the text to write for it, in the order that the user asks for.
    fn target(&mut self, audited: &Audited) -> String;

    /// Adds a domain, likewise.
    fn domain(&mut self, audited: &Audited<DomainReport>) -> String;

    /// The text after all targets, and the consequences at the end.
    fn end(&mut self, completeness: &Completeness, summary: &Summary) -> Ending;

    /// Whether [`Format::target`] needs every target, including those that the user did not ask to
    /// see.
    fn takes_all(&self) -> bool {
        false
    }
}

/// The end of the results in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The text after the targets.
    pub text: String,
    /// Whether people need the sums on standard error, too.
    pub aside: bool,
    /// The exit code, if the format has its own codes.
    pub exit: Option<Exit>,
    /// Partial results must not replace those of an earlier audit.
    pub replaces_only_whole: bool,
}

impl Ending {
    /// The end of results for programs: the sums go to standard error, for people.
    pub fn for_programs(text: String) -> Self {
        Self {
            text,
            aside: true,
            exit: None,
            replaces_only_whole: false,
        }
    }
}
