//! What keeps `hg email` from going to the server.

use super::line::Line;

/// Something that keeps `hg email` from going to the server, or may do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// hg aborts or does something else, for sure; else it cannot be known from here.
    pub certain: bool,
    /// The line that says so, if one does.
    pub line: Option<Line>,
    /// In words; may hold untrusted text.
    pub reason: String,
    /// hg may be told otherwise elsewhere: in another repository, or on its own command line.
    pub local: bool,
}

impl Hindrance {
    /// hg aborts at the line, for sure.
    pub(super) fn aborts(line: &Line, why: impl std::fmt::Display) -> Self {
        Self {
            certain: true,
            line: Some(line.clone()),
            reason: format!("hg aborts at {}: {why}", line.key),
            local: false,
        }
    }

    /// What hg does at the line cannot be known from here.
    pub(super) fn unknown(line: &Line, reason: impl Into<String>) -> Self {
        Self {
            certain: false,
            line: Some(line.clone()),
            reason: reason.into(),
            local: false,
        }
    }
}
