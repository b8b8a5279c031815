//! Programs for which nothing is printed, because no line of theirs would protect anything.

use std::fmt;

/// A program that cannot be pinned: why, and what to do instead.
#[derive(Clone, Copy, Debug)]
pub struct Unpinnable {
    /// The name on the command line.
    pub name: &'static str,
    /// What the program is, for the help.
    pub help: &'static str,
    /// Why nothing is printed, in a sentence.
    pub why: &'static str,
    /// What to do instead; lines that begin with a blank are commands.
    pub instead: &'static str,
}

impl PartialEq for Unpinnable {
    /// Compares the names, which are unique.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Unpinnable {}

impl fmt::Display for Unpinnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
