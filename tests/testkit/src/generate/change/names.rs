//! Names that are the same to some and not to others.

use super::{any, issued};
use crate::generate::dice::Dice;
use crate::generate::draft::{Attribute, Name, kind, tag};
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (12, string_type),
    (5, case),
    (5, blanks),
    (3, order),
    (3, multi_valued),
    (3, empty_subject),
    (3, other_name),
    (3, everywhere),
    (2, attributes),
];

/// Turns the issuer's name as the certificate below has it.
fn turn(
    plan: &mut Plan,
    dice: &mut Dice,
    what: &str,
    change: impl FnOnce(&mut Name, &mut Dice) -> Option<()>,
) -> Option<String> {
    let (below, above) = issued(plan, dice)?;
    // The subject above, or the issuer below.
    let (index, mut name, side) = if dice.chance(50) {
        (above, plan.drafts[above].subject.clone(), "subject")
    } else {
        (below, plan.drafts[below].issuer.clone(), "issuer")
    };
    change(&mut name, dice)?;
    let draft = &mut plan.drafts[index];
    if side == "subject" && draft.issuer == draft.subject && dice.chance(80) {
        draft.issuer = name.clone();
    }
    let target = if side == "subject" {
        &mut draft.subject
    } else {
        &mut draft.issuer
    };
    if *target == name {
        return None;
    }
    *target = name;
    Some(format!("{what} in the {side} of the {}", draft.what))
}

fn attribute<'a>(name: &'a mut Name, dice: &mut Dice) -> Option<&'a mut Attribute> {
    let mut all: Vec<&mut Attribute> = name.0.iter_mut().flatten().collect();
    (!all.is_empty()).then(|| all.swap_remove(dice.below(all.len())))
}

fn string_type(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let types = [
        tag::PRINTABLE,
        tag::UTF8,
        tag::T61,
        tag::BMP,
        tag::IA5,
        tag::UNIVERSAL,
    ];
    let weights = [(5, 0), (3, 1), (2, 2), (2, 3), (1, 4), (1, 5)];
    let wanted = types[*dice.weighted(&weights)];
    turn(
        plan,
        dice,
        &format!("a string of type {wanted}"),
        |name, dice| {
            attribute(name, dice)?.tag = wanted;
            Some(())
        },
    )
}

fn case(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "another case", |name, dice| {
        let attribute = attribute(name, dice)?;
        attribute.text = attribute.text.to_uppercase();
        Some(())
    })
}

fn blanks(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "other blanks", |name, dice| {
        let attribute = attribute(name, dice)?;
        attribute.text = match dice.below(4) {
            0 => format!(" {}", attribute.text),
            1 => format!("{}  ", attribute.text),
            2 => attribute.text.replacen(' ', "   ", 1),
            _ => attribute.text.replacen(' ', "", 1),
        };
        Some(())
    })
}

fn order(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "another order", |name, _| {
        name.0.reverse();
        Some(())
    })
}

fn multi_valued(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "an RDN of two attributes", |name, _| {
        let last = name.0.pop()?;
        match name.0.last_mut() {
            Some(rdn) => rdn.extend(last),
            None => name.0.push(last),
        }
        Some(())
    })
}

/// The same odd name above and below.
fn everywhere(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (_, above) = issued(plan, dice)?;
    let old = plan.drafts[above].subject.clone();
    let mut new = old.clone();
    if dice.chance(50) {
        attribute(&mut new, dice)?.tag = *dice.pick(&[tag::T61, tag::BMP, tag::PRINTABLE]);
    } else {
        new.0.push(vec![
            Attribute::new(kind::OU, tag::UTF8, "  Zwei   Worte "),
            Attribute::new(kind::O, tag::UTF8, "Grüße"),
        ]);
    }
    for draft in &mut plan.drafts {
        for name in [&mut draft.subject, &mut draft.issuer] {
            if *name == old {
                new.clone_into(name);
            }
        }
    }
    Some(format!(
        "the name of the {} is odd wherever it stands",
        plan.drafts[above].what
    ))
}

fn empty_subject(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let old = std::mem::take(&mut draft.subject);
    let what = draft.what.clone();
    if dice.chance(60) {
        for draft in &mut plan.drafts {
            if draft.issuer == old {
                draft.issuer = Name::default();
            }
        }
        return Some(format!("no subject in the {what}, and no issuer below it"));
    }
    Some(format!("no subject in the {what}"))
}

fn other_name(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "another name", |name, dice| {
        attribute(name, dice)?.text += "x";
        Some(())
    })
}

fn attributes(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    turn(plan, dice, "one attribute more", |name, _| {
        name.0.push(vec![Attribute::new(
            kind::EMAIL,
            tag::IA5,
            "ca@example.test",
        )]);
        Some(())
    })
}
