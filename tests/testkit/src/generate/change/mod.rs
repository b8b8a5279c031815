//! The mutations: each turns a little of a sound PKI, and says what.

mod constraints;
mod extensions;
mod host;
mod identifiers;
mod names;
mod odd;
mod trust;
mod usage;

use super::dice::Dice;
use super::plan::Plan;
use super::shapes::Change;

/// All mutations with their weights.
pub(crate) fn all() -> Vec<(usize, Change)> {
    [
        names::ALL,
        identifiers::ALL,
        usage::ALL,
        extensions::ALL,
        constraints::ALL,
        host::ALL,
        trust::ALL,
        odd::ALL,
    ]
    .concat()
}

/// A certificate, most likely one of the path.
fn any(plan: &Plan, dice: &mut Dice) -> usize {
    if dice.chance(15) {
        return dice.below(plan.drafts.len());
    }
    *dice.pick(&plan.path)
}

/// A certificate of the path that another one issued, and its issuer.
fn issued(plan: &Plan, dice: &mut Dice) -> Option<(usize, usize)> {
    let below = plan.path.len() - 1;
    (below > 0).then(|| {
        let place = dice.below(below);
        (plan.path[place], plan.path[place + 1])
    })
}

/// A CA of the path.
fn authority(plan: &Plan, dice: &mut Dice) -> usize {
    match &plan.path[1..] {
        [] => plan.path[0],
        some => *dice.pick(some),
    }
}
