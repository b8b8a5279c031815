//! One lint: a line of the configuration that does not do what it seems to.

use crate::hgrc::Source;
use crate::mercurial::line::Line;
use std::fmt;

/// What a lint is about; stable, part of the output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintCode {
    /// `smtp.fingerprint` or `smtp.cacerts` without the setting that Mercurial reads.
    UnreadKey,
    /// No Mercurial knows the key.
    UnknownKey,
    /// A section that is almost one that Mercurial knows.
    UnknownSection,
    /// A pin that makes Mercurial abort.
    InvalidPin,
    /// A pin that can never match.
    UselessPin,
    /// Another value that makes Mercurial abort, or may.
    InvalidValue,
    /// `#` behind a value is part of the value.
    CommentInValue,
    /// The host in the key is not written as `smtp.host` is.
    HostCase,
    /// A port in the key.
    PortInKey,
    /// A later line takes a pin or a CA file out of force.
    Shadowed,
    /// A CA file beside pins: it is ignored.
    IgnoredCaFile,
    /// A CA file that Mercurial cannot use.
    BadCaFile,
    /// A CA file without a self-signed certificate.
    NoAnchor,
    /// A CA file that depends on the current directory.
    RelativeCaFile,
    /// `hostfingerprints` beside newer pins: both are accepted.
    StaleLegacyPin,
    /// Mail goes in the clear.
    PlainText,
    /// `--insecure` by default.
    Insecure,
    /// The hook of `hg email` does not run for another name of it.
    AliasWithoutHook,
    /// A password that every user of the machine can read.
    ReadablePassword,
    /// `[defaults]` or `[alias]` make hg abort at `hg email`, or send nothing.
    BadCommand,
    /// The extension with the command `email` is not enabled.
    NoPatchbomb,
    /// The file of an extension that is needed is not there.
    MissingExtension,
    /// The repository is a share, and its source is gone.
    BrokenShare,
    /// What it does depends on the release of Mercurial.
    DependsOnRelease,
}

impl LintCode {
    /// The name in the output formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnreadKey => "unread-key",
            Self::UnknownKey => "unknown-key",
            Self::UnknownSection => "unknown-section",
            Self::InvalidPin => "invalid-pin",
            Self::UselessPin => "useless-pin",
            Self::InvalidValue => "invalid-value",
            Self::CommentInValue => "comment-in-value",
            Self::HostCase => "host-case",
            Self::PortInKey => "port-in-key",
            Self::Shadowed => "shadowed",
            Self::IgnoredCaFile => "ignored-ca-file",
            Self::BadCaFile => "bad-ca-file",
            Self::NoAnchor => "no-anchor",
            Self::RelativeCaFile => "relative-ca-file",
            Self::StaleLegacyPin => "stale-legacy-pin",
            Self::PlainText => "plain-text",
            Self::Insecure => "insecure",
            Self::AliasWithoutHook => "alias-without-hook",
            Self::ReadablePassword => "readable-password",
            Self::BadCommand => "bad-command",
            Self::NoPatchbomb => "no-patchbomb",
            Self::MissingExtension => "missing-extension",
            Self::BrokenShare => "broken-share",
            Self::DependsOnRelease => "depends-on-release",
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line that does not do what it seems to. Its texts hold untrusted parts of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// What it is about.
    pub code: LintCode,
    /// The setting and where it stands.
    pub line: Line,
    /// The other line, where two are at odds.
    pub other: Option<Source>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The way out.
    pub advice: String,
    /// The host that it is about; `None`: about `smtp.host`, or all.
    pub(super) host: Option<String>,
}

impl Lint {
    pub(super) fn new(
        code: LintCode,
        line: &Line,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code,
            line: line.clone(),
            other: None,
            message: message.into(),
            advice: advice.into(),
            host: None,
        }
    }

    pub(super) fn about(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub(super) fn beside(mut self, other: &Source) -> Self {
        self.other = Some(other.clone());
        self
    }
}

/// Untrusted bytes, read as UTF-8.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
