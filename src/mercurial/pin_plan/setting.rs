//! A setting as it is written, and what becomes of one.

/// A setting to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The section.
    pub section: &'static str,
    /// The key.
    pub key: String,
    /// The value; checked before for what may be written.
    pub value: String,
}

impl Setting {
    /// From its parts.
    pub fn new(section: &'static str, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            section,
            key: key.into(),
            value: value.into(),
        }
    }
}

/// A setting to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The section.
    pub section: &'static str,
    /// The key.
    pub key: String,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has this value alone.
    Set(String),
    /// This is put behind its value.
    Append(String),
    /// It goes.
    Remove,
}

impl SettingChange {
    pub(super) fn new(section: &'static str, key: &str, change: Change) -> Self {
        Self {
            section,
            key: key.to_owned(),
            change,
        }
    }

    /// The setting gets this value.
    pub(super) fn set(section: &'static str, key: &str, value: &str) -> Self {
        Self::new(section, key, Change::Set(value.to_owned()))
    }
}
