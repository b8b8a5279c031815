//! A line of the configuration, as messages name it, and a value with its line.

use crate::hgrc::{Config, Item, Source};

/// The key of a setting with its file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingLine {
    /// `section.key`; untrusted bytes, read as UTF-8.
    pub key: String,
    /// The file and line.
    pub source: Source,
}

/// A value with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured<T> {
    /// The value.
    pub value: T,
    /// The line that sets it.
    pub line: SettingLine,
}

impl<T> Configured<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Configured<U> {
        Configured {
            value: change(self.value),
            line: self.line,
        }
    }
}

/// Reads the setting of a key, with its line.
pub(super) fn configured(
    config: &Config,
    section: &str,
    key: &[u8],
) -> Option<Configured<Vec<u8>>> {
    let item = config.get(section.as_bytes(), key)?;
    Some(Configured {
        value: item.value.clone(),
        line: line(section, key, item),
    })
}

/// The line of a setting that was read.
pub(super) fn line(section: &str, key: &[u8], item: &Item) -> SettingLine {
    SettingLine {
        key: format!("{section}.{}", String::from_utf8_lossy(key)),
        source: item.source.clone(),
    }
}
