//! What is to be done about the TLSA records of a server: those that are published, beside those that
//! are wanted and what the server presents.

use super::fit::{Fit, fit};
use super::judged::Judged;
use super::question::Question;
use super::usable::unusable;
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::records::tlsa::{Tlsa, Unusable};
use time::OffsetDateTime;

/// A chain that the server presents, and where.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The address and the type of key.
    pub place: String,
    /// The presented chain, the leaf first.
    pub chain: Vec<Certificate>,
    /// The path to a configured anchor; empty without one.
    pub path: Vec<Certificate>,
}

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The published records.
    pub published: &'a [Tlsa],
    /// Those that are to be published.
    pub wanted: &'a [Tlsa],
    /// What the server presents.
    pub presented: &'a [Presented],
    /// The names that count for usage 2.
    pub names: &'a [Host],
    /// The time to judge at.
    pub now: OffsetDateTime,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// The published records, in their order, and what each is good for.
    pub published: Vec<(Tlsa, Worth)>,
    /// What is wanted, and not published.
    pub missing: Vec<Tlsa>,
    /// Where a client with DANE refuses the server even with what is missing.
    pub refused: Vec<String>,
}

/// What a published record is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It matches everything that is presented.
    Everywhere,
    /// It matches what is presented at these places.
    At(Vec<String>),
    /// It is wanted, and what it is for is still to come.
    ToCome,
    /// It is of an anchor, with this name, that the server does not send.
    NotSent(String),
    /// It is of a presented certificate that its usage is not for.
    Misplaced,
    /// It matches nothing.
    Nothing,
    /// No client can use it.
    Unusable(Unusable),
}

impl Worth {
    /// Whether it is needed.
    pub fn is_needed(&self) -> bool {
        matches!(self, Self::Everywhere | Self::At(_) | Self::ToCome)
    }
}

impl Upkeep {
    /// Compares.
    pub fn of(known: &Known<'_>) -> Self {
        let worth = |record: &Tlsa| (record.clone(), worth(record, known));
        let is_missing = |record: &&Tlsa| !known.published.contains(record);
        let missing: Vec<Tlsa> = known.wanted.iter().filter(is_missing).cloned().collect();
        let all = [known.published, &missing].concat();
        let is_refused = |one: &&Presented| {
            let judged = Judged::of(&question(&all, one, known));
            judged.postfix.defers() || judged.exim.defers()
        };
        let refused = known.presented.iter().filter(is_refused);
        Self {
            published: known.published.iter().map(worth).collect(),
            refused: refused.map(|one| one.place.clone()).collect(),
            missing,
        }
    }

    /// Whether all is as it should be.
    pub fn is_done(&self) -> bool {
        let mut published = self.published.iter();
        self.missing.is_empty()
            && self.refused.is_empty()
            && published.all(|(_, worth)| worth.is_needed())
    }
}

fn worth(record: &Tlsa, known: &Known<'_>) -> Worth {
    if let Some(why) = unusable(record) {
        return Worth::Unusable(why);
    }
    let records = std::slice::from_ref(record);
    let fits = known.presented.iter();
    let fits = fits.map(|one| (one, fit(record, &question(records, one, known))));
    let fits: Vec<(&Presented, Fit)> = fits.collect();
    let matched = fits.iter().filter(|(_, fit)| fit.is_match());
    let matched: Vec<String> = matched.map(|(one, _)| one.place.clone()).collect();
    match matched.len() {
        0 if known.wanted.contains(record) => Worth::ToCome,
        0 => unmatched(fits.into_iter().map(|(_, fit)| fit)),
        count if count == fits.len() => Worth::Everywhere,
        _ => Worth::At(matched),
    }
}

/// The best of what a record without a match fits.
fn unmatched(fits: impl Iterator<Item = Fit>) -> Worth {
    fits.fold(Worth::Nothing, |best, fit| match (best, fit) {
        (Worth::NotSent(name), _) | (_, Fit::NotSent(name)) => Worth::NotSent(name),
        (Worth::Misplaced, _) | (_, Fit::Misplaced(_)) => Worth::Misplaced,
        (best, _) => best,
    })
}

fn question<'a>(records: &'a [Tlsa], one: &'a Presented, known: &Known<'a>) -> Question<'a> {
    Question {
        records,
        presented: &one.chain,
        names: known.names,
        path: &one.path,
        now: known.now,
    }
}
