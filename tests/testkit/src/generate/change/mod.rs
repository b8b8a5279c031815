//! The mutations: each turns a little of a sound PKI, and says what.

mod bits;
mod constraints;
mod dates;
mod extensions;
mod fields;
mod generals;
mod host;
mod identifiers;
mod keys;
mod names;
mod octets;
mod odd;
mod structures;
mod subtrees;
mod trust;
mod usage;

use super::dice::Dice;
use super::hex;
use super::plan::Plan;
use super::shapes::Change;

/// Mutations of what certificates say, with their weights.
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

/// Mutations of how certificates say it, octet by octet.
pub(crate) fn of_octets() -> Vec<(usize, Change)> {
    [
        octets::ALL,
        dates::ALL,
        bits::ALL,
        generals::ALL,
        subtrees::ALL,
        structures::ALL,
        keys::ALL,
        fields::ALL,
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

/// Octets as text, several times.
fn hex_list(all: &[Vec<u8>]) -> String {
    let all: Vec<String> = all.iter().map(|one| hex(one)).collect();
    format!("[{}]", all.join(", "))
}
