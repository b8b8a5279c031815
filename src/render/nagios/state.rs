//! The four states of a monitoring plugin.

use crate::report::Exit;

/// The states of a plugin, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All is well.
    Ok,
    /// Something needs attention soon.
    Warning,
    /// Something does not work.
    Critical,
    /// The state cannot be known.
    Unknown,
}

impl State {
    /// The exit code.
    pub fn exit(self) -> Exit {
        match self {
            Self::Ok => Exit::PLUGIN_OK,
            Self::Warning => Exit::PLUGIN_WARNING,
            Self::Critical => Exit::PLUGIN_CRITICAL,
            Self::Unknown => Exit::PLUGIN_UNKNOWN,
        }
    }

    pub(in crate::render) fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}
