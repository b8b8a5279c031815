//! Several certificates of one server: which of them are pinned, what is reported on them, and
//! whether the user agrees.

use super::ask;
use super::gap::MOST_NAMED;
use super::paste::command;
use super::request::Request;
use super::stopped::Stopped;
use crate::certificate::Certificate;
use crate::commands::environment;
use crate::commands::terminal::say;
use crate::finding::Code;
use crate::fingerprint::{Algorithm, Comparison};
use crate::judge::Judgement;
use crate::mercurial::Existing;
use crate::programs::By;
use crate::render::pin as show;
use crate::render::pins::several;
use crate::report::{Assessment, PresentedLeaf, Report, listed};
use std::net::IpAddr;
use time::OffsetDateTime;

/// The certificates of a server: those that are to be pinned, and those that the pin refuses.
pub(super) struct Several<'a> {
    report: &'a Report,
    /// At least one; several only where all that the user agrees to are pinned.
    pinned: Vec<PresentedLeaf<'a>>,
    refused: Vec<PresentedLeaf<'a>>,
    /// All of them are as before.
    is_kept: bool,
}

impl<'a> Several<'a> {
    /// `None`: there is no certificate.
    pub(super) fn of(report: &'a Report, request: &Request<'_>) -> Option<Self> {
        // These pins stay, and accept their certificates as before.
        let keeps = matches!(request.existing, Existing::Keep | Existing::Add);
        let is_kept =
            |one: &PresentedLeaf<'_>| keeps && one.look.pins.comparison == Comparison::Match;
        let mut leaves = report.leaves().into_iter();
        let chosen = leaves.next()?;
        let is_first = |one: &PresentedLeaf<'_>| {
            if pins_all(request) {
                !request.has_expected() || request.is_expected(one.leaf)
            } else {
                false
            }
        };
        let (others, refused): (Vec<_>, Vec<_>) = leaves.partition(is_first);
        let look = chosen.look;
        let pinned: Vec<PresentedLeaf<'a>> = std::iter::once(chosen).chain(others).collect();
        let is_refused = |other: &PresentedLeaf<'_>| {
            !is_accepted(look, other.look, request.by) && !is_kept(other)
        };
        Some(Self {
            report,
            refused: refused.into_iter().filter(is_refused).collect(),
            is_kept: pinned.iter().all(is_kept),
            pinned,
        })
    }

    /// Reports on each certificate that is to be pinned, the first of them first.
    pub(super) fn reports(&self) -> Vec<Report> {
        let pinned = self.pinned.iter();
        pinned.map(|one| self.report_of(one)).collect()
    }

    fn report_of(&self, one: &PresentedLeaf<'_>) -> Report {
        let mut target = self.report.target.clone();
        if self.pinned.len() > 1 {
            target.label = format!("{} at {}", target.label, listed(&one.addresses));
        }
        let same = self
            .report
            .looks()
            .filter(|look| look.leaf() == Some(one.leaf));
        let mut report = Report::single(target, one.look.clone(), self.report.at);
        report.others.extend(same.skip(1).cloned());
        report
    }

    /// Reports which certificates there are, if they are several.
    pub(super) fn describe(&self) {
        if self.refused.is_empty() && (self.is_kept || self.pinned.len() < 2) {
            return;
        }
        let leaves: Vec<&PresentedLeaf<'_>> = self.pinned.iter().chain(&self.refused).collect();
        say(&format!(
            "{} presents {} certificates, {}:",
            self.report.target.label,
            leaves.len(),
            if at_their_own_addresses(&leaves) {
                "each at addresses of its own"
            } else {
                "now one and now another"
            }
        ));
        for leaf in leaves.iter().take(MOST_NAMED) {
            say(&described(leaf, self.report.at));
        }
        if !leaves.iter().skip(1).all(|leaf| is_trusted(leaf)) {
            say(
                "Compare the fingerprint of what is not trusted with one that you have from elsewhere.",
            );
        }
    }

    /// Makes sure that the user agrees to what is pinned and what is refused.
    pub(super) fn agreed(&self, request: &Request<'_>) -> Result<(), Stopped> {
        if self.refused.is_empty() {
            if self.pinned.len() > 1 && !self.is_kept {
                say("All of them are pinned: hg may meet any of them.");
            }
            return Ok(());
        }
        say("A pin of one refuses the server whenever it presents another.");
        self.advise(request);
        if request.existing == Existing::Add || request.has_expected() {
            return Ok(());
        }
        if !ask::is_possible() {
            let add = match request.program {
                None => ", --add accepts several",
                Some(_) => "",
            };
            return Err(Stopped::because(&format!(
                "not pinned: there is no terminal to ask on; --expect FINGERPRINT names the one to pin{add}"
            )));
        }
        if ask::yes("Pin the first one alone (y/N)?")? {
            return Ok(());
        }
        Err(Stopped::because("not pinned"))
    }

    fn advise(&self, request: &Request<'_>) {
        let how = match request.program {
            _ if request.by == By::Ca => {
                "they have no CA in common: pin them by fingerprint or key".to_owned()
            }
            None => self.to_add(),
            Some(program) => match several(program) {
                Ok(joined) => format!("{joined}:\n       {}", self.commands().join("\n       ")),
                Err(one_only) => one_only.to_owned(),
            },
        };
        say(&format!("  -> {how}"));
    }

    /// How to accept the others, too. The user must not paste an impostor's along with them.
    fn to_add(&self) -> String {
        let trusted = || self.refused.iter().filter(|leaf| is_trusted(leaf));
        let which = match trusted().count() {
            0 => {
                return "to accept another, too: the same command with a second --expect"
                    .to_owned();
            }
            all if all == self.refused.len() => "all of them",
            _ => "those that are trusted, too",
        };
        let digests = digests(self.pinned.iter().chain(trusted()));
        let command = command(&environment::arguments(), &digests, true);
        format!("to accept {which}:\n       {command}")
    }

    /// Advises how to pin what is trusted, without the rest. Only where all would be pinned.
    pub(super) fn advise_trusted(&self, request: &Request<'_>) {
        let trusted = digests(self.pinned.iter().filter(|leaf| is_trusted(leaf)));
        let are_some = !trusted.is_empty() && trusted.len() < self.pinned.len();
        if are_some && !request.has_expected() {
            let command = command(&environment::arguments(), &trusted, true);
            say(&format!(
                "  -> to accept only what is trusted:\n       {command}"
            ));
        }
    }

    /// The commands that pin each for another program: those that are trusted if any is.
    fn commands(&self) -> Vec<String> {
        let all = || self.pinned.iter().chain(&self.refused);
        let some_are = all().any(is_trusted);
        let worth = all().filter(|leaf| !some_are || is_trusted(leaf));
        let arguments = environment::arguments();
        let each = digests(worth).into_iter();
        each.map(|digest| command(&arguments, &[digest], false))
            .collect()
    }
}

/// Whether all certificates are pinned that the user agrees to: Mercurial takes several.
pub(super) fn pins_all(request: &Request<'_>) -> bool {
    request.program.is_none() && request.by == By::Certificate
}

fn digests<'a>(leaves: impl Iterator<Item = &'a PresentedLeaf<'a>>) -> Vec<String> {
    let digest = |one: &PresentedLeaf<'_>| one.leaf.fingerprint(Algorithm::Sha256).to_string();
    leaves.take(MOST_NAMED).map(digest).collect()
}

/// Whether no address presents more than one of the certificates.
fn at_their_own_addresses(leaves: &[&PresentedLeaf<'_>]) -> bool {
    let mut all: Vec<IpAddr> = leaves
        .iter()
        .flat_map(|one| one.addresses.clone())
        .collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    all.len() == count
}

fn is_trusted(one: &PresentedLeaf<'_>) -> bool {
    show::problems(one.look.judgement.as_ref()).is_empty()
}

/// Whether the pin of the chosen certificate accepts the other one, too.
fn is_accepted(chosen: &Assessment, other: &Assessment, by: By) -> bool {
    let key = |look: &Assessment| look.leaf().and_then(Certificate::spki_sha256);
    match by {
        By::Certificate => chosen.leaf() == other.leaf(),
        By::Key => key(chosen).is_some() && key(chosen) == key(other),
        By::Ca => anchor(chosen).is_some() && anchor(chosen) == anchor(other),
    }
}

/// The anchor of a trusted chain.
fn anchor(look: &Assessment) -> Option<&Certificate> {
    let judgement = look.judgement.as_ref();
    let trusted = judgement.filter(|judgement| Judgement::is_trusted(judgement));
    trusted.and_then(|judgement| judgement.path.last())
}

fn described(one: &PresentedLeaf<'_>, at: OffsetDateTime) -> String {
    let key = one.leaf.facts().map_or_else(
        |_| String::new(),
        |facts| format!(", {} key", facts.public_key.algorithm),
    );
    let addresses = one.addresses.iter().take(MOST_NAMED);
    let addresses: Vec<String> = addresses.map(ToString::to_string).collect();
    let problems = show::problems(one.look.judgement.as_ref());
    let trust = match problems.as_slice() {
        [] => String::new(),
        problems => format!("\n    NOT trusted: {}", Code::list(problems)),
    };
    format!(
        "  {}\n    {}{key}, at {}{trust}",
        one.leaf.fingerprint(Algorithm::Sha256),
        show::describe(one.leaf, at),
        addresses.join(", ")
    )
}
