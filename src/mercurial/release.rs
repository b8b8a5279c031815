//! The Mercurial that decides: its release, and the trust store that its Python uses.

use super::line::Configured;
use crate::certificate::pem::Entry;
use crate::judge::Anchors;
use std::fmt;
use std::str::FromStr;

/// A release of Mercurial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    text: String,
    major: u32,
}

/// A text that is not a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version of Mercurial is written 7.2 or 6.3.2")]
pub struct NoRelease;

impl FromStr for Release {
    type Err = NoRelease;

    /// Reads `7.2`, `7.2.4`, `7.0rc0`, `6.3.2+20-4a5b`.
    fn from_str(text: &str) -> Result<Self, NoRelease> {
        let (major, rest) = text.split_once('.').ok_or(NoRelease)?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let minor = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let has_odd = text
            .chars()
            .any(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '+' | '-' | '_'));
        if !is_number(major) || minor == 0 || has_odd || text.len() > 64 {
            return Err(NoRelease);
        }
        Ok(Self {
            text: text.to_owned(),
            major: major.parse().map_err(|_| NoRelease)?,
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Release {
    /// Whether the release has the rules of 7.0: `minimumprotocol` knows `tls1.3`, and its default
    /// is `tls1.2` instead of `tls1.1`.
    pub(super) fn since_7(&self) -> bool {
        self.major >= 7
    }
}

/// What is known of the Mercurial that decides.
#[derive(Clone, Debug)]
pub struct Installation<'a> {
    /// Its release; `None`: not known.
    pub release: Option<&'a Release>,
    /// The trust store that it uses if the settings name none.
    pub store: Store<'a>,
}

impl<'a> Installation<'a> {
    /// An unknown Mercurial; `system` is the trust store of this machine.
    pub fn unknown(system: &'a Anchors) -> Self {
        Self {
            release: None,
            store: Store::Unknown(system),
        }
    }

    /// Whether this Mercurial aborts at a value of `minimumprotocol`.
    pub(super) fn aborts_at(&self, minimum: &Configured<Vec<u8>>) -> Aborts {
        match (minimum.value.as_slice(), self.release) {
            (b"tls1.0" | b"tls1.1" | b"tls1.2", _) => Aborts::Never,
            (b"tls1.3", None) => Aborts::ByRelease,
            (b"tls1.3", Some(release)) if release.since_7() => Aborts::Never,
            _ => Aborts::Always,
        }
    }
}

/// Whether hg aborts at a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aborts {
    /// It aborts.
    Always,
    /// It does not abort.
    Never,
    /// Some releases abort, and the release is not known.
    ByRelease,
}

/// The trust store of hg's Python.
#[derive(Clone, Debug)]
pub enum Store<'a> {
    /// Not known whether certifi's or OpenSSL's own; this machine's trust store, for comparison.
    Unknown(&'a Anchors),
    /// These certificates.
    Known {
        /// Its name in messages.
        name: &'a str,
        /// The certificates of the store.
        certificates: &'a [Entry],
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_hg_writes_them() {
        for (text, since_7) in [
            ("4.9", false),
            ("6.3.2", false),
            ("6.9rc1+hg12.abc", false),
            ("7.0rc0", true),
            ("7.2.4", true),
            ("10.0", true),
        ] {
            let release: Release = text.parse().expect("a release");
            assert_eq!(
                (release.since_7(), release.to_string()),
                (since_7, text.to_owned())
            );
        }
        for text in [
            "",
            "7",
            "7.",
            ".7",
            "unknown",
            "7.x",
            "a.1",
            "7.1\u{1b}[m",
            "7.1 ",
        ] {
            assert_eq!(text.parse::<Release>(), Err(NoRelease), "{text}");
        }
    }
}
