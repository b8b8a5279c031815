//! Advice about a pin: text of a program's file, with options of `pin --for` as data, which
//! `render` spells.

use super::way::By;
use crate::finding;

/// An option of our command line that an advice names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Pin by something else.
    By(By),
    /// Name a file for the certificate.
    CaOut,
}

/// One or more sentences for the user; lines that begin with a blank are commands.
pub type Advice = finding::Advice<Remedy>;
