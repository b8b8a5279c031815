//! One look at a server, or a saved chain: what was seen, and what is thought of it.

use super::Outcome;
use crate::certificate::Certificate;
use crate::finding::{Code, Finding};
use crate::fingerprint::Comparison;
use crate::judge::Judgement;
use crate::judge::clients::Answer;
use crate::mercurial::{Decision, Ground, Lint, Pins};
use crate::observation::{Failure, FailureClass, Possession, Sighting};
use std::net::SocketAddr;

/// What was seen at one address, with one key type and server name, and what follows from it.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What was seen on the wire, but for the chain; `None`: a saved chain was judged.
    pub seen: Option<Sighting>,
    /// The presented chain, the leaf first.
    pub chain: Vec<Certificate>,
    /// What is thought of the chain; `None`: there is none.
    pub judgement: Option<Judgement>,
    /// The fingerprints that are configured for this host.
    pub pins: Pins,
    /// What `hg email` would do; `None`: no configuration of Mercurial is about this host.
    pub mercurial: Option<Decision>,
    /// Lines of Mercurial's configuration about this host that do not do what they seem to.
    pub lints: Vec<Lint>,
    /// The target came from Mercurial's configuration: its judge counts, too.
    pub from_hgrc: bool,
}

impl Assessment {
    /// Why the look ended early.
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
        self.seen.as_ref()?.peer()
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
        trusted && self.pins.comparison != Comparison::Mismatch
    }

    /// A pin stands for a chain that does not validate, not for a key that was not proven.
    fn is_pinned(&self) -> bool {
        self.is_proven() && self.pins.comparison == Comparison::Match
    }

    /// What the user asked to be warned of about the pin, where nothing is worse.
    pub fn pin_warning(&self) -> Option<&Finding> {
        let asked = |note: &&Finding| matches!(note.code, Code::PinExpiring | Code::NoPin);
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        self.notes().iter().find(asked).filter(|_| good)
    }

    /// Whether `hg email` would send, over TLS, to a server that it has verified.
    pub fn hg_is_safe(&self) -> bool {
        self.mercurial.as_ref().is_some_and(|decision| {
            let decision = decision.otherwise.as_deref().unwrap_or(decision);
            let verified = !matches!(decision.decided_by, Ground::TlsNone | Ground::Insecure);
            decision.answer == Answer::Accepts && verified
        })
    }
}
