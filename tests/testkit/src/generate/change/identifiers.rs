//! Key identifiers, and issuers with serial numbers.

use super::{any, issued};
use crate::generate::dice::Dice;
use crate::generate::draft::{Authority, General, Name};
use crate::generate::plan::{Plan, key_id};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (6, authority_none),
    (8, authority_id),
    (14, authority_issuer),
    (4, authority_twisted),
    (6, subject),
    (2, authority_of_root),
];

fn authority_none(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.extensions.aki.take()?;
    Some(format!("no AKI in the {}", draft.what))
}

fn authority_id(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (below, above) = issued(plan, dice)?;
    let key = plan.drafts[above].key;
    let draft = &mut plan.drafts[below];
    let (id, words) = match dice.below(5) {
        0 => (key_id(key), "right"),
        1 => (Vec::new(), "empty"),
        2 => (key_id(key)[..8].to_vec(), "cut short"),
        3 => (key_id(draft.key), "its own"),
        _ => (vec![7; 20], "wrong"),
    };
    draft.extensions.aki.get_or_insert_default().id = Some(id);
    Some(format!(
        "the AKI's key identifier of the {} is {words}",
        draft.what
    ))
}

fn authority_issuer(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (below, above) = issued(plan, dice)?;
    let (issuer, subject, serial) = {
        let above = &plan.drafts[above];
        (
            above.issuer.clone(),
            above.subject.clone(),
            above.serial.clone(),
        )
    };
    let draft = &mut plan.drafts[below];
    let mut aki = draft.extensions.aki.take().unwrap_or_default();
    if dice.chance(50) {
        aki.id = None;
    }
    let name = |name| Some(vec![General::Directory(name)]);
    let (issuer, serial, words) = match dice.below(9) {
        0 | 1 => (name(issuer), Some(serial), "right"),
        2 | 3 => (
            name(issuer),
            Some(vec![0x12, 0x34]),
            "of another serial number",
        ),
        4 => (
            name(Name::common("Other")),
            Some(serial),
            "of another issuer",
        ),
        5 => (
            name(subject),
            Some(serial),
            "with the subject for the issuer",
        ),
        6 => (name(issuer), None, "the issuer alone"),
        7 => (None, Some(serial), "the right serial number alone"),
        _ => (None, Some(vec![0x12, 0x34]), "a wrong serial number alone"),
    };
    (aki.issuer, aki.serial) = (issuer, serial);
    let id = if aki.id.is_some() {
        ", and the key identifier"
    } else {
        ""
    };
    draft.extensions.aki = Some(aki);
    Some(format!(
        "the AKI's issuer and serial number of the {} are {words}{id}",
        draft.what
    ))
}

fn authority_twisted(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (below, above) = issued(plan, dice)?;
    let (mut issuer, serial) = (
        plan.drafts[above].issuer.clone(),
        plan.drafts[above].serial.clone(),
    );
    let draft = &mut plan.drafts[below];
    let wrong = || General::Directory(Name::common("Other"));
    let (names, words) = match dice.below(6) {
        0 => (
            vec![General::Directory(issuer), wrong()],
            "two names, the right one first",
        ),
        1 => (
            vec![wrong(), General::Directory(issuer)],
            "two names, the wrong one first",
        ),
        2 => (vec![General::dns("ca.example.test")], "a DNS name only"),
        3 => (
            vec![General::dns("ca.example.test"), General::Directory(issuer)],
            "a DNS name and the right one",
        ),
        4 => {
            issuer.set_cn(&issuer.cn().to_uppercase());
            (vec![General::Directory(issuer)], "a name in another case")
        }
        _ => (Vec::new(), "an empty list of names"),
    };
    let id = draft.extensions.aki.take().and_then(|aki| aki.id);
    draft.extensions.aki = Some(Authority {
        id,
        issuer: Some(names),
        serial: Some(serial),
    });
    Some(format!(
        "the AKI of the {} has {words}, and the serial number",
        draft.what
    ))
}

fn subject(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let (id, words) = match dice.below(4) {
        0 | 1 => (None, "no SKI"),
        2 => (Some(vec![7; 20]), "an odd SKI"),
        _ => (Some(key_id(draft.key)[..8].to_vec()), "a short SKI"),
    };
    draft.extensions.ski = id;
    Some(format!("{words} in the {}", draft.what))
}

fn authority_of_root(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let draft = &mut plan.drafts[root];
    let id = if dice.chance(50) {
        vec![7; 20]
    } else {
        key_id(draft.key)
    };
    draft.extensions.aki = Some(Authority {
        id: Some(id),
        ..Authority::default()
    });
    if dice.chance(40) {
        let issuer = Some(vec![General::Directory(draft.issuer.clone())]);
        let serial = if dice.chance(50) {
            vec![0x12, 0x34]
        } else {
            draft.serial.clone()
        };
        draft.extensions.aki = Some(Authority {
            id: None,
            issuer,
            serial: Some(serial),
        });
        return Some(format!(
            "an AKI with issuer and serial number in the {}",
            draft.what
        ));
    }
    Some(format!("an AKI in the {}", draft.what))
}
