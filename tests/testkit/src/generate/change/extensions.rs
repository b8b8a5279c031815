//! Basic constraints, versions, and extensions that are not known.

use super::{any, authority};
use crate::der::{integer, octet_string, oid, seq, utf8};
use crate::generate::dice::Dice;
use crate::generate::draft::Basic;
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (10, basic),
    (6, path_length),
    (5, version_1),
    (4, unknown),
    (3, policies),
    (2, must_staple),
];

fn basic(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let critical = dice.chance(60);
    let path_len = dice
        .chance(25)
        .then(|| u8::try_from(dice.below(3)).expect("small"));
    let ca = dice.chance(50);
    if dice.chance(30) {
        draft.extensions.basic = None;
        return Some(format!("no basic constraints in the {}", draft.what));
    }
    draft.extensions.basic = Some(Basic {
        critical,
        ca,
        path_len,
    });
    let words = if critical { "critical" } else { "not critical" };
    Some(format!(
        "basic constraints {words}, CA {ca}, path length {path_len:?} in the {}",
        draft.what
    ))
}

fn path_length(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = authority(plan, dice);
    let draft = &mut plan.drafts[index];
    let length = u8::try_from(dice.below(3)).expect("small");
    draft.extensions.basic.as_mut()?.path_len = Some(length);
    Some(format!("path length {length} in the {}", draft.what))
}

fn version_1(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.version = 1;
    Some(format!("the {} is of version 1", draft.what))
}

fn unknown(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let critical = dice.chance(70);
    draft
        .extensions
        .more
        .push(("1.3.6.1.4.1.55555.1", critical, utf8("?")));
    let words = if critical { "a critical" } else { "an" };
    Some(format!(
        "{words} extension that is unknown in the {}",
        draft.what
    ))
}

/// Extensions of RFC 5280 that not all judges know.
fn policies(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let policy = oid("1.3.6.1.4.1.55555.2");
    let points = seq([crate::der::tlv(
        0xa0,
        crate::der::tlv(0xa0, crate::der::tlv(0x86, "http://crl.example.test/")),
    )]);
    let all: [(&str, &str, Vec<u8>); 8] = [
        ("policies", "2.5.29.32", seq([seq([policy.clone()])])),
        (
            "policy constraints",
            "2.5.29.36",
            seq([crate::der::tlv(0x80, [2])]),
        ),
        (
            "policy constraints of 0",
            "2.5.29.36",
            seq([crate::der::tlv(0x80, [0])]),
        ),
        ("inhibitAnyPolicy", "2.5.29.54", integer([0])),
        (
            "policy mappings",
            "2.5.29.33",
            seq([seq([policy.clone(), policy])]),
        ),
        (
            "issuer alternative name",
            "2.5.29.18",
            seq([crate::der::tlv(0x82, "ca.example.test")]),
        ),
        ("distribution points", "2.5.29.31", seq([points])),
        ("no check", "1.3.6.1.5.5.7.48.1.5", crate::der::null()),
    ];
    let (words, id, content) = dice.pick(&all).clone();
    let critical = dice.chance(75);
    let draft = &mut plan.drafts[index];
    draft.extensions.more.push((id, critical, content));
    let critical = if critical { "critical " } else { "" };
    Some(format!("{critical}{words} in the {}", draft.what))
}

fn must_staple(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = if dice.chance(75) {
        plan.path[0]
    } else {
        any(plan, dice)
    };
    let draft = &mut plan.drafts[index];
    let content = if dice.chance(85) {
        seq([integer([5])])
    } else {
        octet_string([5])
    };
    let critical = dice.chance(10);
    draft
        .extensions
        .more
        .push(("1.3.6.1.5.5.7.1.24", critical, content));
    Some(format!("must-staple in the {}", draft.what))
}
