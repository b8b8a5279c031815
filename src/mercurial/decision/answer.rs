//! Mercurial's answer, and the ground that it is given on.

use crate::judge::clients::Answer;
use crate::mercurial::line::Line;

/// What decides.
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
    /// A setting that makes Mercurial abort, or a connection that does not come about.
    Settings,
}

impl Ground {
    /// The name in reports.
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
    /// Whether it would send.
    pub answer: Answer,
    /// What decided.
    pub decided_by: Ground,
    /// The lines that decided.
    pub lines: Vec<Line>,
    /// In words, close to Mercurial's own; may hold untrusted text.
    pub reason: String,
    /// The release that it is about; `None`: it is not known, and holds for each.
    pub hg_version: Option<String>,
    /// What it would be where the hindrance is not: hg may be told otherwise in another repository,
    /// or on its own command line.
    pub otherwise: Option<Box<Decision>>,
}

impl Decision {
    pub(super) fn new(
        answer: Answer,
        decided_by: Ground,
        lines: &[&Line],
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

    pub(super) fn refuse(ground: Ground, lines: &[&Line], reason: impl Into<String>) -> Self {
        Self::new(Answer::Refuses, ground, lines, reason)
    }

    /// The same, if what it depends on comes about.
    pub(super) fn depends_on(self, what: &str) -> Self {
        Self {
            answer: Answer::Unknown,
            reason: format!("depends on {what}, {}", self.reason),
            ..self
        }
    }
}
