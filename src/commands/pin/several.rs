//! Several certificates of one server: what is reported on them, and whether the user agrees that
//! one of them is pinned.

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
use crate::report::{Assessment, PresentedLeaf, Report};
use time::OffsetDateTime;

/// The certificates of a server of which the pin accepts only the first.
pub(super) struct Several<'a> {
    report: &'a Report,
    /// The certificate that is to be pinned, and those that the pin refuses; at least two.
    leaves: Vec<PresentedLeaf<'a>>,
}

impl<'a> Several<'a> {
    /// `None`: the pin refuses no certificate that was seen.
    pub(super) fn of(report: &'a Report, request: &Request<'_>) -> Option<Self> {
        // These pins stay, and accept their certificates as before.
        let keeps = matches!(request.existing, Existing::Keep | Existing::Add);
        let is_kept = |look: &Assessment| keeps && look.pins.comparison == Comparison::Match;
        let mut leaves = report.leaves().into_iter();
        let chosen = leaves.next()?;
        let others = leaves.filter(|other| {
            !is_accepted(chosen.look, other.look, request.by) && !is_kept(other.look)
        });
        let others: Vec<PresentedLeaf<'a>> = others.collect();
        if others.is_empty() {
            return None;
        }
        Some(Self {
            report,
            leaves: std::iter::once(chosen).chain(others).collect(),
        })
    }

    /// Reports which certificates there are.
    pub(super) fn describe(&self) {
        say(&format!(
            "{} presents {} certificates, now one and now another:",
            self.report.target.label,
            self.leaves.len()
        ));
        for leaf in self.leaves.iter().take(MOST_NAMED) {
            say(&described(leaf, self.report.at));
        }
        if !self.leaves[1..].iter().all(is_trusted) {
            say(
                "Compare the fingerprint of what is not trusted with one that you have from elsewhere.",
            );
        }
    }

    /// Makes sure that the user agrees to pin one of them.
    pub(super) fn agreed(&self, request: &Request<'_>) -> Result<(), Stopped> {
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
        let some_are = self.leaves.iter().any(is_trusted);
        let all_are = self.leaves.iter().all(is_trusted);
        let commands = self.commands(request.program.is_none());
        let how = match request.program {
            _ if request.by == By::Ca => {
                "they have no CA in common: pin them by fingerprint or key".to_owned()
            }
            None if some_are && !all_are => {
                format!("to accept each that is trusted:\n       {commands}")
            }
            None => format!("to accept each of them:\n       {commands}"),
            Some(program) => match several(program) {
                Ok(joined) => format!("{joined}:\n       {commands}"),
                Err(one_only) => one_only.to_owned(),
            },
        };
        say(&format!("  -> {how}"));
    }

    /// The commands that pin each: those that are trusted if any is, since the user must not paste
    /// an impostor's along with them.
    fn commands(&self, for_mercurial: bool) -> String {
        let some_are = self.leaves.iter().any(is_trusted);
        let worth = self.leaves.iter();
        let worth = worth.filter(|leaf| !some_are || is_trusted(leaf));
        let commands: Vec<String> = worth
            .take(MOST_NAMED)
            .map(|one| one.leaf.fingerprint(Algorithm::Sha256).to_string())
            .map(|digest| command(&environment::arguments(), &digest, for_mercurial))
            .collect();
        commands.join("\n       ")
    }
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
