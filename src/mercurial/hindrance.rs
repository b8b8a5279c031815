//! What keeps `hg email` from going to the server.

use super::line::SettingLine;

/// Something that keeps `hg email` from going to the server, or may do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// Whether hg certainly aborts or does something else; false: it cannot be known from here.
    pub certain: bool,
    /// The line that causes it, if it is a setting.
    pub line: Option<SettingLine>,
    /// The reason in words; may hold untrusted text.
    pub reason: String,
    /// Whether it holds here only: another repository, or the command line of hg, can differ.
    pub local: bool,
}

impl Hindrance {
    /// A hindrance at which hg certainly aborts.
    pub(super) fn aborts(line: &SettingLine, why: impl std::fmt::Display) -> Self {
        Self {
            certain: true,
            line: Some(line.clone()),
            reason: format!("hg aborts at {}: {why}", line.key),
            local: false,
        }
    }

    /// A hindrance of which it cannot be known from here what hg does.
    pub(super) fn unknown(line: &SettingLine, reason: impl Into<String>) -> Self {
        Self {
            certain: false,
            line: Some(line.clone()),
            reason: reason.into(),
            local: false,
        }
    }
}
