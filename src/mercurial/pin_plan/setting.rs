//! A setting to write, and how a setting changes.

/// A setting to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The section.
    pub section: &'static str,
    /// The key.
    pub key: String,
    /// The value, which was checked for what may be written.
    pub value: String,
}

impl Assignment {
    /// From its parts.
    pub fn new(section: &'static str, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            section,
            key: key.into(),
            value: value.into(),
        }
    }
}

/// A change of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The section.
    pub section: &'static str,
    /// The key.
    pub key: String,
    /// How it changes.
    pub change: Change,
}

/// How a setting changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It gets this value.
    Set(String),
    /// This text is added at the end of its value.
    Append(String),
    /// It is removed.
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

    /// A change that sets a value.
    pub(super) fn set(section: &'static str, key: &str, value: &str) -> Self {
        Self::new(section, key, Change::Set(value.to_owned()))
    }
}
