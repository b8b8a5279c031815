//! A sighting of a server, or a saved chain, with everything that is judged of it.

use super::Outcome;
use crate::certificate::Certificate;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::fingerprint::Comparison;
use crate::judge::Judgement;
use crate::judge::clients::Answer;
use crate::mercurial::{Decision, Ground, Lint, Pins};
use crate::observation::{Chosen, Failure, FailureClass, Possession, Sighting};
use std::cmp::Reverse;
use std::net::SocketAddr;

/// A sighting at one address, with one key type and server name, and the judgements on it.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What was seen on the wire, except for the chain; `None` if a saved chain was judged.
    pub seen: Option<Sighting>,
    /// The presented chain, the leaf first.
    pub chain: Vec<Certificate>,
    /// The judgement on the chain; `None` if there is no chain.
    pub judgement: Option<Judgement>,
    /// The fingerprints that are configured for this host.
    pub pins: Pins,
    /// Whether the chain is one that the host's TLSA records are for.
    pub dane: Comparison,
    /// What `hg email` would do; `None` if Mercurial's configuration does not concern this host.
    pub mercurial: Option<Decision>,
    /// Lines of Mercurial's configuration about this host that have no effect or mislead.
    pub lints: Vec<Lint>,
    /// What was chosen before the look.
    pub chosen: Chosen,
    /// The target came from Mercurial's configuration, so Mercurial's decision counts, too.
    pub from_hgrc: bool,
}

impl Assessment {
    /// Why the probe ended early.
    pub fn failure(&self) -> Option<&Failure> {
        self.seen.as_ref()?.failure.as_ref()
    }

    /// What to do about that.
    pub fn advice(&self) -> Option<Advice> {
        Some(self.failure()?.advice(&self.chosen))
    }

    /// The server's own certificate, the first of the presented chain.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.chain.first()
    }

    /// Why the chain is untrusted; also empty without a judgement.
    pub fn problems(&self) -> &[Finding] {
        self.judgement.as_ref().map_or(&[], |j| &j.problems)
    }

    /// What is worth knowing about the chain.
    pub fn notes(&self) -> &[Finding] {
        self.judgement.as_ref().map_or(&[], |j| &j.notes)
    }

    /// The path that was validated, the leaf first; empty if there is none.
    pub fn path(&self) -> &[Certificate] {
        self.judgement.as_ref().map_or(&[], |j| &j.path)
    }

    /// The address that was checked, or would have been.
    pub fn address(&self) -> Option<SocketAddr> {
        self.seen.as_ref()?.peer()
    }

    /// Whether the server proved that it holds the leaf's key.
    pub fn is_proven(&self) -> bool {
        let seen = self.seen.as_ref();
        seen.is_some_and(|seen| seen.possession == Possession::Proven)
    }

    /// The outcome. Trust needs a complete probe and a judgement without problems.
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

    /// A pin makes up for a chain that does not validate, but not for a key that was not proven; a TLSA
    /// record is a pin, unless another is configured that is not the server's.
    fn is_pinned(&self) -> bool {
        self.is_proven()
            && match self.pins.comparison {
                Comparison::Match => true,
                Comparison::Mismatch => false,
                Comparison::NotMade => self.dane == Comparison::Match,
            }
    }

    /// The warning about the pin that the user asked for, if nothing is worse.
    pub fn pin_warning(&self) -> Option<&Finding> {
        let asked = |note: &&Finding| matches!(note.code, Code::PinExpiring | Code::NoPin);
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        self.notes().iter().find(asked).filter(|_| good)
    }

    /// The certificates that expire soon, if nothing is worse; the most urgent first.
    pub fn expiring(&self) -> Vec<&Finding> {
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        let soon = |note: &&Finding| {
            good && matches!(note.code, Code::Expiring | Code::IntermediateExpiring)
        };
        let mut found: Vec<&Finding> = self.notes().iter().filter(soon).collect();
        found.sort_by_key(|note| Reverse(note.severity));
        found
    }

    /// The warning that the user asked for, of a pin or of a certificate that expires, if nothing is
    /// worse.
    pub fn asked_warning(&self) -> Option<&Finding> {
        let soon = || {
            let mut found = self.expiring().into_iter();
            found.find(|note| note.severity > Severity::Note)
        };
        self.pin_warning().or_else(soon)
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
