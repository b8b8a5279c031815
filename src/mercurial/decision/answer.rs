//! Mercurial's answer, and what it is based on.

use crate::judge::clients::Answer;
use crate::mercurial::line::SettingLine;

/// What an answer is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// `hostsecurity.HOST:fingerprints`.
    Fingerprints,
    /// `hostfingerprints.HOST`.
    HostFingerprints,
    /// `hostsecurity.HOST:verifycertsfile`.
    Verifycertsfile,
    /// `web.cacerts`.
    WebCacerts,
    /// The trust store that hg's Python and OpenSSL find by themselves.
    System,
    /// `--insecure` by default: nothing is verified.
    Insecure,
    /// `smtp.tls` is unset: nothing is encrypted.
    TlsNone,
    /// A setting at which Mercurial aborts, or a connection that cannot be made.
    Settings,
}

impl Ground {
    /// The name in the output formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fingerprints => "fingerprints",
            Self::HostFingerprints => "hostfingerprints",
            Self::Verifycertsfile => "verifycertsfile",
            Self::WebCacerts => "web.cacerts",
            Self::System => "system",
            Self::Insecure => "insecure",
            Self::TlsNone => "tls-none",
            Self::Settings => "settings",
        }
    }
}

/// Mercurial's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether Mercurial would send.
    pub answer: Answer,
    /// What decided.
    pub decided_by: Ground,
    /// The lines that decided.
    pub lines: Vec<SettingLine>,
    /// The reason, close to Mercurial's own words; may hold untrusted text.
    pub reason: String,
    /// The release that the answer is for; `None`: not known, and the answer holds for every
    /// release.
    pub hg_version: Option<String>,
    /// The decision without the local hindrance, which may not exist in another repository or with
    /// another command line.
    pub otherwise: Option<Box<Decision>>,
}

impl Decision {
    pub(super) fn new(
        answer: Answer,
        decided_by: Ground,
        lines: &[&SettingLine],
        reason: impl Into<String>,
    ) -> Self {
        Self {
            answer,
            decided_by,
            lines: lines.iter().map(|line| (*line).clone()).collect(),
            reason: reason.into(),
            hg_version: None,
            otherwise: None,
        }
    }

    pub(super) fn refuse(
        ground: Ground,
        lines: &[&SettingLine],
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Answer::Refuses, ground, lines, reason)
    }

    /// The decision as one that depends on a condition.
    pub(super) fn depends_on(self, what: &str) -> Self {
        Self {
            answer: Answer::Unknown,
            reason: format!("depends on {what}, {}", self.reason),
            ..self
        }
    }
}
