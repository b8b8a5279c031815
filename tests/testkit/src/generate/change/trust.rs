//! Dates, settings of trust, signatures, and the order of what is sent and configured.

use super::{any, authority};
use crate::generate::dice::Dice;
use crate::generate::keys::{Digest, WEAK};
use crate::generate::plan::{ANY, CLIENT, DAY, EMAIL, Plan, SERVER, Settings};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (8, dates),
    (14, settings),
    (4, forged),
    (1, weak_key),
    (1, sha1),
    (6, order),
    (3, wrong_signer),
];

fn dates(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let words = match dice.below(7) {
        0..=2 => {
            draft.until = -DAY;
            "has expired"
        }
        3 | 4 => {
            draft.from = DAY;
            "is not yet valid"
        }
        5 => {
            plan.on_the_edge = true;
            draft.from = 0;
            "is valid from this second on"
        }
        _ => {
            plan.on_the_edge = true;
            draft.until = 0;
            "is valid to this second"
        }
    };
    Some(format!("the {} {words}", draft.what))
}

fn settings(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let lists: [Option<&[&str]>; 9] = [
        None,
        None,
        Some(&[]),
        Some(&[SERVER]),
        Some(&[CLIENT]),
        Some(&[EMAIL]),
        Some(&[ANY]),
        Some(&[SERVER, EMAIL]),
        Some(&[EMAIL, CLIENT]),
    ];
    let place = dice.below(plan.file.len());
    let list = |list: Option<&[&'static str]>| list.map(<[&str]>::to_vec);
    let new = Settings {
        trust: list(*dice.pick(&lists)),
        reject: if dice.chance(40) {
            list(*dice.pick(&lists))
        } else {
            None
        },
        alias: dice.chance(30).then_some("an alias"),
    };
    let what = plan.drafts[plan.file[place].0].what.clone();
    let words = format!("the {what} is configured with {new:?}");
    plan.file[place].1 = Some(new);
    Some(words)
}

fn forged(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    plan.drafts[index].forged = true;
    Some(format!(
        "the signature of the {} is forged",
        plan.drafts[index].what
    ))
}

fn wrong_signer(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    plan.drafts[index].signer = plan.key(dice);
    Some(format!(
        "another key signed the {}",
        plan.drafts[index].what
    ))
}

fn weak_key(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let old = plan.drafts[index].key;
    for draft in &mut plan.drafts {
        if draft.key == old {
            draft.key = WEAK;
        }
        if draft.signer == old {
            draft.signer = WEAK;
        }
    }
    Some(format!(
        "the key of the {} is RSA with 1024 bits",
        plan.drafts[index].what
    ))
}

fn sha1(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    plan.drafts[index].digest = Digest::Sha1;
    Some(format!(
        "the {} is signed with SHA-1",
        plan.drafts[index].what
    ))
}

fn order(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    if dice.chance(50) && plan.sent.len() > 2 {
        dice.shuffle(&mut plan.sent[1..]);
        return Some("what is sent is out of order".to_owned());
    }
    if plan.file.len() > 1 {
        dice.shuffle(&mut plan.file);
        return Some("the file has another order".to_owned());
    }
    // The file also holds what another CA of the path says of itself.
    let index = authority(plan, dice);
    plan.file.insert(0, (index, None));
    Some(format!(
        "the {} is first in the file",
        plan.drafts[index].what
    ))
}
