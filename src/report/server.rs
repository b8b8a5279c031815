//! The report on one server: its sightings, the judgements on them, and the outcome.

use super::addresses::{self, Alike, Skipped};
use super::assessment::Assessment;
use super::exit::Exit;
use super::leaves::{self, PresentedLeaf};
use super::outcome::Outcome;
use super::representative::{Weight, representative};
use crate::certificate::Certificate;
use crate::endpoint::{Protocol, Start};
use crate::finding::{Advice, Code, Finding};
use crate::judge::Judgement;
use crate::judge::domain::HostDane;
use crate::mercurial::{Decision, Lint};
use crate::observation::{Failure, Sighting};
use std::net::IpAddr;
use time::OffsetDateTime;

/// The report on one target: one assessment, or one for each address, key type and server name.
#[derive(Clone, Debug)]
pub struct Report {
    /// The target.
    pub target: Target,
    /// The assessment that represents the target.
    pub representative: Assessment,
    /// All other assessments, in the order of their addresses; in the order of the sightings if one
    /// was chosen ([`Report::represented_by`]).
    pub others: Vec<Assessment>,
    /// The addresses that were not checked.
    pub skipped: Skipped,
    /// Each port of a host that was looked at port by port, with a report of its own; all else is
    /// that of one of them. Empty for a target with one port.
    pub ports: Vec<Port>,
    /// The index in `ports` of the one that speaks for the host.
    pub speaker: usize,
    /// What the TLSA records say of the host; `None`: they were not asked for.
    pub dane: Option<Box<HostDane>>,
    /// The time as of which it was judged.
    pub at: OffsetDateTime,
    /// The user chose that time: it is not the present.
    pub at_was_chosen: bool,
    /// The variables of the environment that decided something, by their names.
    pub defaults: Vec<&'static str>,
    /// When the server was checked; `None` for a saved chain.
    pub checked_at: Option<OffsetDateTime>,
}

/// A port of a host, and what it showed.
#[derive(Clone, Debug)]
pub struct Port {
    /// The user asked for this port: it must be open.
    pub is_named: bool,
    /// The report on the port alone.
    pub report: Report,
}

/// The target as the user gave it, and what it turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As typed.
    pub input: String,
    /// The host; `None` for a saved chain.
    pub host: Option<String>,
    /// The port; `None` for a saved chain, and for a host with several.
    pub port: Option<u16>,
    /// `host:port`, the host if there are several, or the file: the target's name in one line of text.
    pub label: String,
    /// The protocol that was spoken, or the one that was asked for; `None` for a saved chain, and for
    /// a host with several ports.
    pub protocol: Option<Protocol>,
    /// The mode that was used last, or the one that was asked for; of several ports none.
    pub tls: Option<Start>,
    /// The reference identifier.
    pub servername: String,
}

impl Target {
    /// The mode in reports for programs.
    pub fn mode(&self) -> Option<&'static str> {
        let start = self.tls?;
        Some(self.protocol.unwrap_or_default().mode(start))
    }
}

impl Report {
    /// The report of a single assessment.
    pub fn single(target: Target, look: Assessment, at: OffsetDateTime) -> Self {
        Self {
            target,
            representative: look,
            others: Vec::new(),
            skipped: Skipped::default(),
            ports: Vec::new(),
            speaker: 0,
            dane: None,
            at,
            at_was_chosen: false,
            defaults: Vec::new(),
            checked_at: None,
        }
    }

    /// The report of several assessments, represented by the worst; `None` if there are none. The
    /// mode that was used is entered in `target`.
    pub fn of(target: Target, looks: Vec<Assessment>, at: OffsetDateTime) -> Option<Self> {
        let (first, others) = representative(looks)?;
        Some(Self {
            others,
            ..Self::single(target, first, at)
        })
    }

    /// Every assessment, the representative first.
    pub fn looks(&self) -> impl Iterator<Item = &Assessment> {
        std::iter::once(&self.representative).chain(&self.others)
    }

    /// The same and those of all ports, to add to them.
    pub fn looks_mut(&mut self) -> Box<dyn Iterator<Item = &mut Assessment> + '_> {
        let own = std::iter::once(&mut self.representative).chain(&mut self.others);
        let ports = self.ports.iter_mut();
        Box::new(own.chain(ports.flat_map(|port| port.report.looks_mut())))
    }

    /// Each leaf that was presented, in the order of the assessments, with the addresses that
    /// presented it.
    pub fn leaves(&self) -> Vec<PresentedLeaf<'_>> {
        leaves::leaves(self.looks())
    }

    /// Whether the name is known to have several addresses.
    pub fn has_several_addresses(&self) -> bool {
        !self.others.is_empty() || self.skipped != Skipped::default()
    }

    /// How many addresses the name has, those included that were not checked.
    pub fn address_count(&self) -> usize {
        addresses::count(self.looks(), &self.skipped)
    }

    /// The addresses in groups that are alike, that of the representative first.
    pub fn alike(&self) -> Vec<Alike<'_>> {
        addresses::alike(self.looks())
    }

    /// The addresses for which the representative speaks; empty if it speaks for all that answer.
    pub fn spoken_for(&self) -> Vec<IpAddr> {
        addresses::spoken_for(&self.representative, &self.answering())
    }

    /// The assessments of addresses that answer; all of them if none does.
    pub fn answering(&self) -> Vec<&Assessment> {
        let does_any = !self.representative.is_silent();
        let answers = |look: &&Assessment| !(does_any && look.is_silent());
        self.looks().filter(answers).collect()
    }

    /// The findings that no single address has: the certificates differ, some addresses do not
    /// answer, or some were not checked.
    pub fn about_addresses(&self) -> Vec<Finding> {
        let does_any = !self.representative.is_silent();
        let silent = self.looks().filter(|look| does_any && look.is_silent());
        let silent: Vec<&Assessment> = silent.collect();
        addresses::findings(&self.answering(), &silent, &self.skipped)
    }

    /// Those of them about which something is to be done.
    pub fn address_problems(&self) -> Vec<Finding> {
        let mut found = self.about_addresses();
        found.retain(|finding| finding.code != Code::AddressNotTried);
        found
    }

    /// The same report, represented by another assessment; the order of all others stays. `index`
    /// counts as [`Report::looks`] does; the report is unchanged if there is no such assessment.
    #[must_use]
    pub fn represented_by(mut self, index: usize) -> Self {
        let Some(other) = index.checked_sub(1).filter(|at| *at < self.others.len()) else {
            return self;
        };
        let chosen = self.others.remove(other);
        let first = std::mem::replace(&mut self.representative, chosen);
        self.others.insert(0, first);
        let used = self.seen().and_then(|seen| seen.start);
        self.target.tls = used.or(self.target.tls);
        self
    }

    /// What the representative saw on the wire; `None` if a saved chain was judged.
    pub fn seen(&self) -> Option<&Sighting> {
        self.representative.seen.as_ref()
    }

    /// The chain presented to the representative, the leaf first.
    pub fn chain(&self) -> &[Certificate] {
        &self.representative.chain
    }

    /// The judgement on that chain; `None` if there is no chain.
    pub fn judgement(&self) -> Option<&Judgement> {
        self.representative.judgement.as_ref()
    }

    /// The configured fingerprints.
    pub fn pins(&self) -> &crate::mercurial::Pins {
        &self.representative.pins
    }

    /// What `hg email` would do; `None` if Mercurial's configuration does not concern this host.
    pub fn mercurial(&self) -> Option<&Decision> {
        self.representative.mercurial.as_ref()
    }

    /// Lines of Mercurial's configuration about this host that have no effect or mislead.
    pub fn lints(&self) -> &[Lint] {
        &self.representative.lints
    }

    /// See [`Assessment::failure`].
    pub fn failure(&self) -> Option<&Failure> {
        self.representative.failure()
    }

    /// See [`Assessment::advice`].
    pub fn advice(&self) -> Option<Advice> {
        self.representative.advice()
    }

    /// See [`Assessment::leaf`].
    pub fn leaf(&self) -> Option<&Certificate> {
        self.representative.leaf()
    }

    /// See [`Assessment::problems`].
    pub fn problems(&self) -> &[Finding] {
        self.representative.problems()
    }

    /// See [`Assessment::notes`].
    pub fn notes(&self) -> &[Finding] {
        self.representative.notes()
    }

    /// See [`Assessment::path`].
    pub fn path(&self) -> &[Certificate] {
        self.representative.path()
    }

    /// See [`Assessment::is_proven`].
    pub fn is_proven(&self) -> bool {
        self.representative.is_proven()
    }

    /// See [`Assessment::outcome`].
    pub fn outcome(&self) -> Outcome {
        self.representative.outcome()
    }

    /// The warning about a pin that the user asked for, of the representative or else of another
    /// address, if nothing is worse; see [`Assessment::pin_warning`].
    pub fn pin_warning(&self) -> Option<&Finding> {
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        let mut all = self.every_look().filter(|_| good);
        all.find_map(Assessment::pin_warning)
    }

    /// The warning that the user asked for, of a pin or of a certificate that expires, at the
    /// representative or else at another address; see [`Assessment::asked_warning`].
    pub fn asked_warning(&self) -> Option<&Finding> {
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        let mut all = self.every_look().filter(|_| good);
        all.find_map(Assessment::asked_warning)
    }

    /// A certificate that expires soon, if nothing is worse.
    pub fn expiring(&self) -> Option<&Finding> {
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        let mut all = self.every_look().filter(|_| good);
        all.find_map(|look| look.expiring().into_iter().next())
    }

    /// Whether something is to be done although the outcome is good: a pin, a certificate, an address
    /// or a port needs attention.
    pub fn warns(&self) -> bool {
        let good = matches!(self.outcome(), Outcome::Trusted | Outcome::Pinned);
        let has_warning = self.asked_warning().or(self.expiring()).is_some();
        let of_ports = !self.port_problems().is_empty();
        let of_addresses = !self.address_problems().is_empty();
        let on_a_port = self.counting_ports().any(|port| port.report.warns());
        good && (has_warning || of_ports || of_addresses || on_a_port)
    }

    /// See [`Assessment::hg_is_safe`].
    pub fn hg_is_safe(&self) -> bool {
        self.representative.hg_is_safe()
    }

    /// The exit code of the outcome, or of a warning that the user asked for.
    pub fn exit(&self) -> Exit {
        match self.asked_warning() {
            Some(_) => Exit::FAILURE,
            None => self.exit_of_ports(),
        }
    }
}

impl Assessment {
    /// Whether the address does not answer, in which case clients try the next one.
    pub fn is_silent(&self) -> bool {
        Weight::of(self).is_silent()
    }
}
