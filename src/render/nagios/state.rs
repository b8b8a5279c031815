//! The four states of a monitoring plugin.

/// The states of a plugin; the number is its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Fine.
    Ok = 0,
    /// Soon not.
    Warning = 1,
    /// Not.
    Critical = 2,
    /// The state cannot be known.
    Unknown = 3,
}

impl State {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
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
