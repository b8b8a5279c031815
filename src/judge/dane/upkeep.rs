//! What is to be done about the TLSA records of a server: those that are published, beside those that
//! are wanted and what the server presents.

use super::known::Known;
use super::senders::Reason;
use super::trial::{Cure, Trial};
use super::worth::Worth;
use crate::records::tlsa::Tlsa;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// The published records, in their order, and what each is good for.
    pub published: Vec<(Tlsa, Worth)>,
    /// What is wanted, and not published.
    pub missing: Vec<Tlsa>,
    /// Where a client with DANE refuses the server even then, and a further record helps.
    pub refused: Vec<String>,
    /// The records that help there.
    pub cure: Vec<Tlsa>,
    /// Where one refuses the server whatever is published, and why.
    pub hopeless: Vec<(String, Reason)>,
}

impl Upkeep {
    /// Compares.
    pub fn of(known: &Known<'_>) -> Self {
        let trial = known.trial();
        let worth = |record: &Tlsa| (record.clone(), Worth::of(record, known, &trial));
        let mut published: Vec<(Tlsa, Worth)> = known.published.iter().map(worth).collect();
        let is_missing = |record: &&Tlsa| !known.published.contains(record);
        let missing: Vec<Tlsa> = known.wanted.iter().filter(is_missing).cloned().collect();
        let kept = published.iter().filter(|(_, worth)| worth.is_needed());
        let kept = kept.map(|(record, _)| record);
        let mut left: Vec<Tlsa> = kept.chain(&missing).cloned().collect();
        let Cure { publish, hopeless } = trial.cure(&left);
        let mut refused: Vec<usize> = trial.curable(&left).map(|(at, _)| at).collect();
        refused.dedup();
        let cure = trial.of_places(&refused, publish);
        left.extend(cure.iter().cloned());
        mark_outdoing(&mut published, left, &trial);
        let place = |at: usize| known.presented[at].place.clone();
        let hopeless = hopeless.iter().map(|(at, why)| (place(*at), why.clone()));
        Self {
            hopeless: hopeless.collect(),
            refused: refused.into_iter().map(place).collect(),
            cure,
            published,
            missing,
        }
    }

    /// Whether all is as it should be.
    pub fn is_done(&self) -> bool {
        let mut published = self.published.iter();
        self.missing.is_empty()
            && self.refused.is_empty()
            && self.hopeless.is_empty()
            && published.all(|(_, worth)| worth.is_needed())
    }
}

/// Marks what has to go, because beside it the rest does not count.
fn mark_outdoing(published: &mut [(Tlsa, Worth)], left: Vec<Tlsa>, trial: &Trial<'_>) {
    let nothing = published
        .iter()
        .filter(|(_, worth)| *worth == Worth::Nothing);
    let mut all = left;
    all.extend(nothing.map(|(record, _)| record.clone()));
    if trial.is_cured(&all) {
        return;
    }
    let outdoing = trial.outdoing(&all);
    for (record, worth) in published {
        if *worth == Worth::Nothing && outdoing.contains(record) {
            *worth = Worth::Outdoes;
        }
    }
}
