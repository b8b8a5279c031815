//! Advice about a pin: text of a program's file, with options of our command line as data, which
//! `render` spells.

use super::way::By;

/// An option of our command line that an advice names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Pin by something else.
    By(By),
    /// Name a file for the certificate.
    CaOut,
}

/// A piece of an advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text; lines that begin with a blank are commands.
    Text(String),
    /// An option of the command line.
    Remedy(Remedy),
}

/// One or more sentences for the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice(Vec<Piece>);

impl Advice {
    /// Starts with text.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    /// Adds an option of the command line.
    #[must_use]
    pub(super) fn option(mut self, remedy: Remedy) -> Self {
        self.0.push(Piece::Remedy(remedy));
        self
    }

    /// Adds text.
    #[must_use]
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Advice {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}
