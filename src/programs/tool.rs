//! What `pin --for` can be asked for.

use super::program::Program;
use super::unpinnable::Unpinnable;

/// A program, whether it can be pinned or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// It can.
    Program(&'static Program),
    /// It cannot.
    Unpinnable(&'static Unpinnable),
}
