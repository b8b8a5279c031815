//! Errors of the program itself: what failed, on what, why, and what to do.

use crate::escape::visible;
use std::fmt;

/// An error that ends the program with exit code 2.
#[derive(Debug)]
pub(super) struct Error {
    message: String,
    hint: Option<String>,
}

impl Error {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    /// As clap prints its own errors; ends in a line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", visible(&self.message))?;
        match &self.hint {
            Some(hint) => writeln!(f, "  hint: {}", visible(hint)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
