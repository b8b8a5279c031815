//! All that a renderer may know of one target: what was seen, what is thought of it, and the
//! outcome that follows.

use crate::certificate::Certificate;
use crate::endpoint::Start;
use crate::finding::{Code, Finding};
use crate::judge::Judgement;
use crate::mercurial::{Decision, Ground, Line, Lint};
use crate::observation::{Failure, FailureClass, Possession, Sighting};
use std::net::SocketAddr;
use time::OffsetDateTime;

/// The report on one target.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was looked at.
    pub target: Target,
    /// What was seen on the wire, but for the chain; `None`: a saved chain was judged.
    pub seen: Option<Sighting>,
    /// The presented chain, the leaf first.
    pub chain: Vec<Certificate>,
    /// What is thought of the chain; `None`: there is none.
    pub judgement: Option<Judgement>,
    /// The time that it was judged at.
    pub at: OffsetDateTime,
    /// The user chose that time: it is not now.
    pub at_was_chosen: bool,
    /// The fingerprints that are configured for this host.
    pub pins: Pins,
    /// What `hg email` would do; `None`: no configuration of Mercurial is about this host.
    pub mercurial: Option<Decision>,
    /// Lines of Mercurial's configuration about this host that do not do what they seem to.
    pub lints: Vec<Lint>,
    /// The target came from Mercurial's configuration: its judge counts, too.
    pub from_hgrc: bool,
}

/// The configured fingerprints, and whether one of them is the leaf's.
#[derive(Clone, Debug, Default)]
pub struct Pins {
    /// Each as it stands, with its key and place.
    pub configured: Vec<ConfiguredPin>,
    /// Whether one matched; `None`: there are none, or no leaf to compare.
    pub matched: Option<bool>,
}

/// A fingerprint of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredPin {
    /// `sha256:HEX`, or what stands there instead.
    pub value: String,
    /// The key and the line.
    pub line: Line,
}

/// The target as the user gave it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As typed.
    pub input: String,
    /// The host; `None` for a saved chain.
    pub host: Option<String>,
    /// The port; `None` for a saved chain.
    pub port: Option<u16>,
    /// `host:port`, or the file: what to call it in a line.
    pub label: String,
    /// The mode that was used in the end, else the one that was asked for.
    pub tls: Option<Start>,
    /// The reference identifier.
    pub servername: String,
}

/// What came of a target, in the order of the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The chain is trusted.
    Trusted,
    /// The chain is not, but its leaf is pinned.
    Pinned,
    /// A certificate is not trusted.
    Untrusted,
    /// The server could not be reached.
    Unreachable,
    /// The SMTP dialogue ended in a no.
    SmtpRefused,
    /// The TLS handshake failed.
    TlsFailed,
}

impl Outcome {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Pinned => "pinned",
            Self::Untrusted => "untrusted",
            Self::Unreachable => "unreachable",
            Self::SmtpRefused => "smtp-refused",
            Self::TlsFailed => "tls-failed",
        }
    }

    /// The exit code; 2 is for wrong usage.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Trusted | Self::Pinned => 0,
            Self::Untrusted => 1,
            Self::Unreachable => 3,
            Self::SmtpRefused => 4,
            Self::TlsFailed => 5,
        }
    }
}

impl Report {
    /// Why the probe ended early.
    pub fn failure(&self) -> Option<&Failure> {
        self.seen.as_ref()?.failure.as_ref()
    }

    /// The server's own certificate, the first of the presented chain.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.chain.first()
    }

    /// What makes the chain untrusted; empty without a judgement, too.
    pub fn problems(&self) -> &[Finding] {
        self.judgement.as_ref().map_or(&[], |j| &j.problems)
    }

    /// What is worth knowing of the chain.
    pub fn notes(&self) -> &[Finding] {
        self.judgement.as_ref().map_or(&[], |j| &j.notes)
    }

    /// The path that was validated, the leaf first; empty if there is none.
    pub fn path(&self) -> &[Certificate] {
        self.judgement.as_ref().map_or(&[], |j| &j.path)
    }

    /// The address that was looked at, or would have been.
    pub fn address(&self) -> Option<SocketAddr> {
        self.seen.as_ref()?.place()
    }

    /// Whether the server proved that it holds the leaf's key.
    pub fn is_proven(&self) -> bool {
        let seen = self.seen.as_ref();
        seen.is_some_and(|seen| seen.possession == Possession::Proven)
    }

    /// The outcome. Trust needs a whole probe and a judgement without problems.
    pub fn outcome(&self) -> Outcome {
        match self.failure().map(Failure::class) {
            Some(FailureClass::Unreachable) => Outcome::Unreachable,
            Some(FailureClass::SmtpRefused) => Outcome::SmtpRefused,
            Some(FailureClass::TlsFailed) => Outcome::TlsFailed,
            None if self.from_hgrc && !self.hg_is_safe() => Outcome::Untrusted,
            None if self.is_trusted() => Outcome::Trusted,
            None if self.is_pinned() => Outcome::Pinned,
            None => Outcome::Untrusted,
        }
    }

    fn is_trusted(&self) -> bool {
        let trusted = self.judgement.as_ref().is_some_and(Judgement::is_trusted);
        trusted && self.pins.matched != Some(false)
    }

    /// A pin stands for a chain that does not validate, not for a key that was not proven.
    fn is_pinned(&self) -> bool {
        self.is_proven() && self.pins.matched == Some(true)
    }

    /// What the user asked to be warned of about the pin, where nothing is worse.
    pub fn pin_warning(&self) -> Option<&Finding> {
        let asked = |note: &&Finding| matches!(note.code, Code::PinExpiring | Code::NoPin);
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        self.notes().iter().find(asked).filter(|_| good)
    }

    /// The exit code: that of the outcome, but for a warning that the user asked for.
    pub fn exit_code(&self) -> u8 {
        match self.pin_warning() {
            Some(_) => Outcome::Untrusted.exit_code(),
            None => self.outcome().exit_code(),
        }
    }

    /// Whether `hg email` would send, over TLS, to a server that it has verified.
    pub fn hg_is_safe(&self) -> bool {
        self.mercurial.as_ref().is_some_and(|decision| {
            let decision = decision.otherwise.as_deref().unwrap_or(decision);
            let verified = !matches!(decision.decided_by, Ground::TlsNone | Ground::Insecure);
            decision.accepts == Some(true) && verified
        })
    }
}

/// The exit code of several targets from those of each: 1 if it is among them, else the largest.
pub fn exit_code(of_each: impl IntoIterator<Item = u8>) -> u8 {
    let untrusted = Outcome::Untrusted.exit_code();
    let worse = |worst: u8, code: u8| match (worst, code) {
        (worst, code) if worst == untrusted || code == untrusted => untrusted,
        (worst, code) => worst.max(code),
    };
    of_each.into_iter().fold(0, worse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_certificate_outweighs_every_other_failure() {
        use Outcome as O;
        let of = |outcomes: &[Outcome]| exit_code(outcomes.iter().map(|o| o.exit_code()));
        assert_eq!(of(&[O::Trusted]), 0);
        assert_eq!(of(&[O::TlsFailed, O::Untrusted, O::Trusted]), 1);
        assert_eq!(of(&[O::Untrusted, O::TlsFailed]), 1);
        assert_eq!(of(&[O::Unreachable, O::SmtpRefused, O::Trusted]), 4);
        assert_eq!(of(&[]), 0);
    }
}
