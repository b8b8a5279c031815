//! What hardly any CA does, and no judge may stumble over.

use super::{any, authority};
use crate::der::{integer, octet_string, oid, seq, tlv, utf8};
use crate::generate::dice::Dice;
use crate::generate::draft::{Attribute, Constraints, General, kind, tag};
use crate::generate::keys::Digest;
use crate::generate::plan::{DAY, HOST, Plan, SERVER};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (2, extension_twice),
    (2, broken_extension),
    (1, version),
    (2, critical_identifiers),
    (2, names_of_leaf),
    (1, two_common_names),
    (2, constraints_twice),
    (1, cross_signed_each_other),
    (1, many_certificates),
    (1, validity_turned),
    (1, serial),
    (1, parameters),
    (1, generalized),
    (1, no_purpose),
];

fn extension_twice(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let again: (&'static str, bool, Vec<u8>) = match dice.below(3) {
        0 => ("2.5.29.37", false, seq([oid(SERVER)])),
        1 => ("2.5.29.15", false, vec![3, 2, 1, 6]),
        _ => ("2.5.29.14", false, octet_string([1, 2, 3])),
    };
    let words = format!("the extension {} once more in the {}", again.0, draft.what);
    draft.extensions.more.push(again);
    Some(words)
}

fn broken_extension(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let extensions = &mut draft.extensions;
    let id = match dice.below(6) {
        0 => (extensions.basic = None, "2.5.29.19").1,
        1 => (extensions.usage = None, "2.5.29.15").1,
        2 => (extensions.purposes = None, "2.5.29.37").1,
        3 => (extensions.ski = None, "2.5.29.14").1,
        4 => (extensions.aki = None, "2.5.29.35").1,
        _ => (extensions.constraints = None, "2.5.29.30").1,
    };
    let content = [utf8("?"), Vec::new(), vec![0x30, 5, 1]];
    let content = dice.pick(&content).clone();
    let words = format!("the extension {id} is {content:02x?} in the {}", draft.what);
    draft.extensions.more.push((id, dice.chance(50), content));
    Some(words)
}

fn version(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    plan.drafts[index].version = 2;
    Some(format!(
        "the {} is of version 2, with extensions",
        plan.drafts[index].what
    ))
}

fn critical_identifiers(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    if dice.chance(50) {
        let id = draft.extensions.ski.take()?;
        draft
            .extensions
            .more
            .push(("2.5.29.14", true, octet_string(id)));
        return Some(format!("a critical SKI in the {}", draft.what));
    }
    let id = draft.extensions.aki.take()?.id?;
    draft
        .extensions
        .more
        .push(("2.5.29.35", true, seq([tlv(0x80, id)])));
    Some(format!("a critical AKI in the {}", draft.what))
}

fn names_of_leaf(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let dns = General::dns;
    let lists = [
        vec![],
        vec![dns("")],
        vec![dns(&format!("{}.example.test", "a".repeat(300))), dns(HOST)],
        vec![dns("mail.example.test\0.other.test")],
        vec![dns("*")],
        vec![dns("*.*.test")],
        vec![dns("mail.*.test")],
        vec![dns("*mail.example.test")],
        vec![dns("*.mail.example.test")],
        vec![dns("xn--*.example.test"), dns("mai*.example.test")],
        vec![General::Ip(vec![192, 0, 2]), dns(HOST)],
        vec![dns("m\u{e4}il.example.test"), dns(HOST)],
        vec![dns(" mail.example.test")],
    ];
    let list = dice.pick(&lists).clone();
    let draft = &mut plan.drafts[plan.path[0]];
    let words = format!("the leaf has the names {list:?}");
    draft.extensions.sans = Some((dice.chance(20), list));
    Some(words)
}

fn two_common_names(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let draft = &mut plan.drafts[plan.path[0]];
    let other = Attribute::new(kind::CN, tag::UTF8, "other.example.test");
    let first = dice.chance(50);
    let place = if first { 0 } else { draft.subject.0.len() };
    draft.subject.0.insert(place, vec![other]);
    if dice.chance(70) {
        draft.extensions.sans = None;
    }
    Some(format!(
        "the leaf has two common names, the right one {}",
        if first { "last" } else { "first" }
    ))
}

/// Constraints of several CAs of a path, which are merged.
fn constraints_twice(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let lists = [
        "example.test",
        "mail.example.test",
        "other.test",
        ".example.test",
        "test",
        "TEST",
    ];
    let mut words = Vec::new();
    for place in 1..plan.path.len() {
        let index = plan.path[place];
        let mut constraints = Constraints::default();
        for _ in 0..=dice.below(3) {
            let name = if dice.chance(80) {
                General::dns(lists[dice.below(lists.len())])
            } else {
                let mask = [255, 255 << dice.below(8) & 255, 0, 0].map(|n: u16| n.to_be_bytes()[1]);
                General::Ip([[192, 0, 2, 0], mask].concat())
            };
            if dice.chance(80) {
                constraints.permitted.push(name);
            } else {
                constraints.excluded.push(name);
            }
        }
        words.push(format!("{constraints:?}"));
        plan.drafts[index].extensions.constraints = Some((true, constraints));
    }
    (!words.is_empty()).then(|| format!("constraints from the lowest CA on: {}", words.join("; ")))
}

/// Two CAs that certify each other.
fn cross_signed_each_other(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let below = *plan.path.iter().rev().nth(1)?;
    if below == plan.path[0] {
        return None;
    }
    let mut turned = plan.twin(root, "turned");
    turned.follow(&plan.drafts[below].clone());
    turned.extensions.aki = None;
    let turned = plan.add(turned);
    let place = 1 + dice.below(plan.sent.len());
    plan.sent.insert(place, turned);
    if dice.chance(40) {
        plan.file.retain(|(index, _)| *index != root);
        let name = plan.drafts[below].subject.clone();
        let other = plan.other_root(dice, "namesake of an intermediate", &name);
        plan.file.push((other, None));
        return Some(
            "the root and an intermediate certify each other, and neither is known".into(),
        );
    }
    Some("the root and an intermediate certify each other".into())
}

fn many_certificates(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = authority(plan, dice);
    let count = 4 + dice.below(18);
    for _ in 0..count {
        let mut twin = plan.twin(index, "another");
        if dice.chance(30) {
            twin.subject.set_cn("Unrelated");
        }
        let twin = plan.add(twin);
        let place = 1 + dice.below(plan.sent.len());
        plan.sent.insert(place, twin);
    }
    Some(format!(
        "{count} more certificates like the {} are sent",
        plan.drafts[index].what
    ))
}

fn validity_turned(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    (draft.from, draft.until) = (20 * DAY, 10 * DAY);
    Some(format!("the {} ends before it begins", draft.what))
}

fn serial(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let serials = [vec![0], vec![0x81, 1], vec![0x11; 30], integer([1])];
    draft.serial.clone_from(dice.pick(&serials));
    Some(format!(
        "the serial number {:02x?} in the {}",
        draft.serial, draft.what
    ))
}

fn parameters(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.digest = Digest::OddParameters;
    Some(format!(
        "the signature algorithm of the {} has odd parameters",
        draft.what
    ))
}

fn generalized(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.generalized = true;
    Some(format!(
        "the dates of the {} are GeneralizedTime",
        draft.what
    ))
}

fn no_purpose(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.extensions.purposes = Some((dice.chance(30), Vec::new()));
    Some(format!("an empty extended key usage in the {}", draft.what))
}
