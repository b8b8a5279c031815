//! Why a step of `pin` does not go on.

use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::report::Exit;

/// Why a step does not go on.
pub(super) enum Stopped {
    /// The program ends with this exit code; the reason was printed.
    Exit(Exit),
    /// An error that is still to be reported.
    Failed(Error),
}

impl Stopped {
    /// The exit code if nothing was pinned.
    pub(super) const NOT_PINNED: Exit = Exit::FAILURE;

    /// Nothing was pinned, and the reason was printed.
    pub(super) const fn not_pinned() -> Self {
        Self::Exit(Self::NOT_PINNED)
    }

    /// Prints why nothing is pinned.
    pub(super) fn because(why: &str) -> Self {
        say(why);
        Self::not_pinned()
    }
}

impl From<Error> for Stopped {
    fn from(why: Error) -> Self {
        Self::Failed(why)
    }
}
