//! What a published TLSA record is good for, taken by itself: what it matches, and whether clients
//! accept the server by it.

use super::fit::{Fit, fit};
use super::known::Known;
use super::question::Question;
use super::senders::Reason;
use super::trial::{Refusal, Trial};
use super::usable::unusable;
use crate::records::tlsa::{Tlsa, Unusable};

/// What a published record is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It matches everything that is presented, and clients accept that by it.
    Everywhere,
    /// The same of what is presented at these places.
    At(Vec<String>),
    /// It is wanted, and what it is for is still to come.
    ToCome,
    /// It matches what is presented, and a client refuses the server by it, for this reason.
    Refused(Reason),
    /// It matches nothing, and for its stronger digest those that match do not count (RFC 7671 §9).
    Outdoes,
    /// It is of an anchor, with this name, that the server does not send.
    NotSent(String),
    /// It is of a presented certificate that its usage is not for.
    Misplaced,
    /// It matches nothing.
    Nothing,
    /// It is the digest of nothing.
    OfNothing,
    /// No client can use it.
    Unusable(Unusable),
}

impl Worth {
    /// Whether it is needed.
    pub fn is_needed(&self) -> bool {
        matches!(self, Self::Everywhere | Self::At(_) | Self::ToCome)
    }

    /// Of a record by itself.
    pub(super) fn of(record: &Tlsa, known: &Known<'_>, trial: &Trial<'_>) -> Self {
        if let Some(why) = unusable(record) {
            return Self::Unusable(why);
        }
        if record.is_digest_of_nothing() {
            return Self::OfNothing;
        }
        let fits = fits(record, known);
        if !fits.iter().any(Fit::is_match) {
            return match fits.into_iter().fold(Self::Nothing, best) {
                _ if known.wanted.contains(record) => Self::ToCome,
                worth => worth,
            };
        }
        let refused: Vec<Refusal> = trial.curable(std::slice::from_ref(record)).collect();
        let is_refused = |at: usize| refused.iter().any(|(place, _)| *place == at);
        let places = known.presented.iter().zip(&fits).enumerate();
        let good = places.filter(|(place, (_, fit))| fit.is_match() && !is_refused(*place));
        let good: Vec<String> = good.map(|(_, (one, _))| one.place.clone()).collect();
        match (
            good.len(),
            refused.into_iter().find(|(at, _)| fits[*at].is_match()),
        ) {
            (0, Some((_, why))) => Self::Refused(why),
            (count, _) if count == fits.len() => Self::Everywhere,
            _ => Self::At(good),
        }
    }
}

/// What it fits of each chain.
fn fits(record: &Tlsa, known: &Known<'_>) -> Vec<Fit> {
    let question = |one| Question {
        records: std::slice::from_ref(record),
        ..known.question(one)
    };
    let presented = known.presented.iter();
    presented.map(|one| fit(record, &question(one))).collect()
}

/// The best of what a record without a match fits.
fn best(best: Worth, fit: Fit) -> Worth {
    match (best, fit) {
        (Worth::NotSent(name), _) | (_, Fit::NotSent(name)) => Worth::NotSent(name),
        (Worth::Misplaced, _) | (_, Fit::Misplaced(_)) => Worth::Misplaced,
        (best, _) => best,
    }
}
