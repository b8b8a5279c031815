//! A fault in an element of DER, anywhere in what is signed.

use super::any;
use crate::generate::dice::Dice;
use crate::generate::octets::{Damage, Field};
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;
use crate::generate::tree::Fault;

pub(super) const ALL: &[(usize, Change)] = &[
    (12, anywhere),
    (16, extension),
    (5, dates),
    (5, key),
    (4, name),
    (6, name_everywhere),
];

fn fault(dice: &mut Dice) -> Fault {
    let tags = [1, 2, 3, 4, 5, 6, 12, 19, 22, 0x17, 0x18, 0x30, 0x31];
    let context = [0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa2];
    let octets = [0, 0, 1, 0x20, 0x80, 0xff];
    match dice.below(20) {
        0 | 1 => Fault::Gone,
        2 => Fault::Twice,
        3 => Fault::Swapped,
        4 => Fault::AfterNull,
        5 => Fault::Tag(*dice.pick(&tags)),
        6 => Fault::Tag(*dice.pick(&context)),
        7 => Fault::TagBit(dice.pick(&[0, 1, 2, 3, 4, 5, 6, 7]).to_owned()),
        8..=10 => Fault::Bit(dice.below(1 << 12)),
        11 | 12 => Fault::Empty,
        13 => Fault::Shortened,
        14 | 15 => Fault::Lengthened(*dice.pick(&octets)),
        16 | 17 => Fault::Padded(*dice.pick(&octets)),
        18 => Fault::LongLength,
        _ => Fault::Indefinite,
    }
}

fn damage(dice: &mut Dice, field: Field) -> Damage {
    Damage {
        field,
        place: dice.below(1 << 12),
        fault: fault(dice),
    }
}

fn one(plan: &mut Plan, dice: &mut Dice, field: Field) -> Option<String> {
    let index = any(plan, dice);
    let damage = damage(dice, field);
    plan.drafts[index].octets.damage.push(damage);
    Some(format!("{damage} in the {}", plan.drafts[index].what))
}

fn anywhere(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    one(plan, dice, Field::Any)
}

fn extension(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let number = dice.below(1 << 12);
    one(plan, dice, Field::Extension(number))
}

fn dates(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    one(plan, dice, Field::Validity)
}

fn key(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    one(plan, dice, Field::Key)
}

fn name(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let field = *dice.pick(&[Field::Issuer, Field::Subject]);
    one(plan, dice, field)
}

/// The same fault wherever the name stands, so that certificates still fit.
fn name_everywhere(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let name = plan.drafts[index].subject.clone();
    let damage = damage(dice, Field::Subject);
    for draft in &mut plan.drafts {
        for (field, of) in [
            (Field::Subject, &draft.subject),
            (Field::Issuer, &draft.issuer),
        ] {
            if *of == name {
                draft.octets.damage.push(Damage { field, ..damage });
            }
        }
    }
    Some(format!(
        "{damage} wherever the name of the {} stands",
        plan.drafts[index].what
    ))
}
