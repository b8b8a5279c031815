//! One lint: a line of the configuration that does not do what it seems to.

use crate::hgrc::Source;
use crate::mercurial::line::SettingLine;
use std::fmt;

/// Each entry: the meaning in Markdown, then `Variant = "name";`.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal;)+) => {
        /// The kind of a lint. The names are stable: programs depend on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum LintCode {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl LintCode {
            /// All codes, in the order of the documents.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the output formats.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The meaning of the code, in Markdown.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($meaning),+).trim_ascii_start(),)+
                }
            }
        }
    };
}

codes! {
    /// `smtp.fingerprint` or `smtp.cacerts` without its counterpart in `[hostsecurity]`: it
    /// protects nothing
    UnreadKey = "unread-key";
    /// a misspelt key, `HOST:certfingerprints`, `smtp.verifycert`: the line does nothing
    UnknownKey = "unknown-key";
    /// a section whose name is almost one that Mercurial knows; an IPv6 address in brackets at the
    /// beginning of a line
    UnknownSection = "unknown-section";
    /// no prefix, one in upper case, or something else that makes hg abort
    InvalidPin = "invalid-pin";
    /// a digest of the wrong length: it never matches
    UselessPin = "useless-pin";
    /// a value at which hg aborts: an unknown protocol, a malformed boolean, a port out of range, a
    /// host with a port, an address that is not ASCII; some values stop it only in certain
    /// repositories or releases, and the message says "may"
    InvalidValue = "invalid-value";
    /// text after `#` on the line of a value is part of the value
    CommentInValue = "comment-in-value";
    /// the host in the key is not written as `smtp.host` is
    HostCase = "host-case";
    /// the key of a host has no port
    PortInKey = "port-in-key";
    /// a later line or `%unset` takes a pin out of force
    Shadowed = "shadowed";
    /// a CA file beside pins
    IgnoredCaFile = "ignored-ca-file";
    /// a CA file that is missing, empty or broken; the message says whether it decides for `hg
    /// email`
    BadCaFile = "bad-ca-file";
    /// a CA file without a self-signed certificate
    NoAnchor = "no-anchor";
    /// a path that depends on the current directory
    RelativeCaFile = "relative-ca-file";
    /// `[hostfingerprints]` beside newer pins: hg accepts both
    StaleLegacyPin = "stale-legacy-pin";
    /// `smtp.tls` is unset or not understood: mail goes in the clear
    PlainText = "plain-text";
    /// `--insecure` by default, or in an alias of `hg email`
    Insecure = "insecure";
    /// an alias of `hg email`, for which hg does not run the hook `pre-email`
    AliasWithoutHook = "alias-without-hook";
    /// every user of the machine can read `smtp.password`
    ReadablePassword = "readable-password";
    /// words of `[defaults]` or `[alias]` make `hg email` abort, or print its help
    BadCommand = "bad-command";
    /// the extension that has the command `email` is not enabled (not checked for one file alone,
    /// `--hgrc`)
    NoPatchbomb = "no-patchbomb";
    /// the file of patchbomb, or of an extension that is `required`, is missing
    MissingExtension = "missing-extension";
    /// the repository is a share, and its source is gone or of another kind
    BrokenShare = "broken-share";
    /// hg before 7.0 behaves differently, and the release is not known
    DependsOnRelease = "depends-on-release";
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line that does not do what it seems to. Its texts hold untrusted parts of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The kind.
    pub code: LintCode,
    /// The setting and where it stands.
    pub line: SettingLine,
    /// The other line, if two lines contradict each other.
    pub other: Option<Source>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub advice: String,
    /// The host that the line is about; `None`: the host of `smtp.host`, or every host.
    pub(super) host: Option<String>,
}

impl Lint {
    pub(super) fn new(
        code: LintCode,
        line: &SettingLine,
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
