//! More than one path: cross-signs, twins, roots of one name, what is sent or configured besides.

use super::dice::Dice;
use super::draft::{Authority, Basic, Draft, General, Name};
use super::plan::{CERT_SIGN, DAY, Plan, SIGN, key_id};

/// Changes the plan, and says how; `None`: it does not apply.
pub(crate) type Change = fn(&mut Plan, &mut Dice) -> Option<String>;

/// The shapes with their weights.
pub(crate) const ALL: &[(usize, Change)] = &[
    (10, cross_signed_root),
    (8, cross_signed_intermediate),
    (12, root_of_the_same_name),
    (10, root_renewed),
    (12, intermediate_renewed),
    (8, intermediate_of_the_same_name),
    (10, intermediate_in_the_file),
    (8, self_signed_leaf),
    (4, leaf_in_the_file),
    (8, root_sent),
    (5, no_anchor),
    (5, self_issued_intermediate),
    (5, duplicates),
    (5, unrelated),
    (4, intermediate_missing),
    (4, leaf_renewed),
];

/// In front of, or after the others.
fn configure(plan: &mut Plan, dice: &mut Dice, index: usize) -> &'static str {
    if dice.chance(50) {
        plan.file.insert(0, (index, None));
        "first in the file"
    } else {
        plan.file.push((index, None));
        "last in the file"
    }
}

/// After the leaf, or at the end.
fn send(plan: &mut Plan, dice: &mut Dice, index: usize) -> &'static str {
    if dice.chance(50) {
        plan.sent.insert(1, index);
        "sent after the leaf"
    } else {
        plan.sent.push(index);
        "sent last"
    }
}

/// One of the intermediates.
fn intermediate(plan: &Plan, dice: &mut Dice) -> Option<usize> {
    let some = plan.path.get(1..plan.path.len() - 1)?;
    (!some.is_empty()).then(|| *dice.pick(some))
}

/// Makes `draft` a certificate that `issuer` issued.
fn issued_by(draft: &mut Draft, issuer: &Draft) {
    draft.follow(issuer);
    let id = issuer.extensions.ski.is_some();
    draft.extensions.aki = id.then(|| Authority {
        id: Some(key_id(issuer.key)),
        ..Authority::default()
    });
}

fn cross_signed_root(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let name = Name::new("Old CA", "Old Root");
    let old = plan.other_root(dice, "old root", &name);
    let mut cross = plan.twin(root, "cross-signed");
    issued_by(&mut cross, &plan.drafts[old].clone());
    let cross = plan.add(cross);
    let sent = send(plan, dice, cross);
    let known = *dice.pick(&[
        "both roots are",
        "only the old root is",
        "only the new root is",
    ]);
    match known {
        "both roots are" => {
            configure(plan, dice, old);
        }
        "only the old root is" => plan.file = vec![(old, None)],
        _ => {}
    }
    if dice.chance(25) {
        plan.drafts[old].until = -DAY;
        return Some(format!(
            "the root is cross-signed ({sent}) by an old root that has expired; {known} known"
        ));
    }
    Some(format!(
        "the root is cross-signed ({sent}) by an old root; {known} known"
    ))
}

fn cross_signed_intermediate(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = intermediate(plan, dice)?;
    let name = Name::new("Old CA", "Old Root");
    let old = plan.other_root(dice, "old root", &name);
    let mut cross = plan.twin(index, "cross-signed");
    issued_by(&mut cross, &plan.drafts[old].clone());
    let cross = plan.add(cross);
    let sent = send(plan, dice, cross);
    let known = dice.chance(60);
    if known {
        configure(plan, dice, old);
    }
    let known = if known { "known" } else { "unknown" };
    Some(format!(
        "an intermediate is cross-signed ({sent}) by an old root that is {known}"
    ))
}

fn root_of_the_same_name(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let name = plan.drafts[root].subject.clone();
    let other = plan.other_root(dice, "namesake of the root", &name);
    let place = configure(plan, dice, other);
    if dice.chance(40) {
        let below = *plan.path.iter().rev().nth(1).unwrap_or(&root);
        plan.drafts[below].extensions.aki = None;
        return Some(format!(
            "another root of the same name, {place}; no AKI below it"
        ));
    }
    Some(format!("another root of the same name, {place}"))
}

fn root_renewed(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let mut twin = plan.twin(root, "renewed");
    let mut words = String::from("the root was renewed with its key");
    match dice.below(4) {
        0 => {
            twin.until = -DAY;
            words += ", the other has expired";
        }
        1 => {
            twin.from = DAY;
            words += ", the other is not yet valid";
        }
        2 => {
            twin.extensions.ski = Some(vec![9; 20]);
            words += ", with another key identifier";
        }
        _ => twin.until = 4000 * DAY,
    }
    let twin = plan.add(twin);
    let place = configure(plan, dice, twin);
    if dice.chance(25) {
        plan.file.retain(|(index, _)| *index == twin);
        words += ", only the other is known";
    }
    if dice.chance(20) {
        plan.sent.push(root);
        words += ", one is sent";
    }
    Some(format!("{words}; {place}"))
}

fn intermediate_renewed(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = intermediate(plan, dice)?;
    let mut twin = plan.twin(index, "renewed");
    let mut words = String::from("an intermediate was renewed with its key");
    match dice.below(5) {
        0 | 1 => {
            twin.until = -DAY;
            words += ", the other has expired";
        }
        2 => {
            twin.from = DAY;
            words += ", the other is not yet valid";
        }
        3 => {
            twin.extensions.ski = Some(vec![9; 20]);
            words += ", with another key identifier";
        }
        _ => twin.until = 4000 * DAY,
    }
    let twin = plan.add(twin);
    let place = match dice.below(4) {
        0 => configure(plan, dice, twin),
        1 => {
            plan.sent.retain(|sent| *sent != index);
            configure(plan, dice, index);
            send(plan, dice, twin)
        }
        _ => send(plan, dice, twin),
    };
    Some(format!("{words}; {place}"))
}

fn intermediate_of_the_same_name(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = intermediate(plan, dice)?;
    let mut other = plan.twin(index, "namesake of");
    other.key = plan.key(dice);
    if other.extensions.ski.is_some() && dice.chance(70) {
        other.extensions.ski = Some(key_id(other.key));
    }
    let other = plan.add(other);
    let place = if dice.chance(75) {
        send(plan, dice, other)
    } else {
        configure(plan, dice, other)
    };
    let below = plan.path.iter().position(|at| *at == index)? - 1;
    if dice.chance(40) {
        plan.drafts[plan.path[below]].extensions.aki = None;
        return Some(format!(
            "another intermediate of the same name, {place}; no AKI below it"
        ));
    }
    Some(format!("another intermediate of the same name, {place}"))
}

fn intermediate_in_the_file(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = intermediate(plan, dice)?;
    let place = configure(plan, dice, index);
    let mut words = format!("an intermediate is {place}");
    if dice.chance(40) {
        let root = plan.root_index();
        plan.file.retain(|(at, _)| *at != root);
        words += ", the root is not";
    }
    if dice.chance(30) {
        plan.sent.retain(|at| *at != index);
        words += "; it is not sent";
    }
    Some(words)
}

fn self_signed_leaf(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let leaf = &mut plan.drafts[plan.path[0]];
    leaf.issuer = leaf.subject.clone();
    leaf.signer = leaf.key;
    leaf.extensions.aki = None;
    let mut words = String::from("the leaf is self-signed");
    if dice.chance(50) {
        leaf.extensions.basic = Some(Basic {
            critical: true,
            ca: true,
            path_len: None,
        });
        words += ", a CA";
        if dice.chance(30) {
            leaf.extensions.usage = Some((true, SIGN | CERT_SIGN));
            words += " that may sign";
        }
    }
    if leaf.extensions.ski.is_some() && dice.chance(50) {
        leaf.extensions.aki = Some(Authority {
            id: Some(key_id(leaf.key)),
            ..Authority::default()
        });
    }
    plan.path = vec![plan.path[0]];
    plan.sent.truncate(1);
    let place = configure(plan, dice, plan.path[0]);
    if dice.chance(70) {
        plan.file.retain(|(at, _)| *at == plan.path[0]);
    }
    Some(format!("{words}, and {place}"))
}

fn leaf_in_the_file(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let place = configure(plan, dice, plan.path[0]);
    let alone = dice.chance(50);
    if alone {
        plan.file.retain(|(at, _)| *at == plan.path[0]);
    }
    let alone = if alone { ", alone" } else { "" };
    Some(format!("the leaf is {place}{alone}"))
}

fn root_sent(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    let place = if plan.sent.contains(&root) {
        return None;
    } else {
        send(plan, dice, root)
    };
    Some(format!("the root is {place}"))
}

fn no_anchor(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let name = if dice.chance(50) {
        Name::new("Other CA", "Other Root")
    } else {
        plan.drafts[plan.root_index()].subject.clone()
    };
    let other = plan.other_root(dice, "other root", &name);
    plan.file = vec![(other, None)];
    let sent = dice.chance(50);
    let root = plan.root_index();
    if sent && !plan.sent.contains(&root) {
        plan.sent.push(root);
    }
    Some(format!(
        "only another root, \"{}\", is in the file",
        name.cn()
    ))
}

fn self_issued_intermediate(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let root = plan.root_index();
    if plan.path.len() < 2 {
        return None;
    }
    // The root's new key, certified by its old one.
    let mut old = plan.twin(root, "former");
    old.key = plan.key(dice);
    old.signer = old.key;
    if old.extensions.ski.is_some() {
        old.extensions.ski = Some(key_id(old.key));
    }
    old.extensions.aki = None;
    let mut middle = plan.twin(root, "self-issued");
    issued_by(&mut middle, &old);
    let old = plan.add(old);
    let middle = plan.add(middle);
    let place = send(plan, dice, middle);
    plan.file.retain(|(at, _)| *at != root);
    plan.file.push((old, None));
    Some(format!(
        "the root's key is certified by its former key ({place}), which alone is known"
    ))
}

fn duplicates(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    if dice.chance(50) {
        let again = *dice.pick(&plan.sent);
        plan.sent.push(again);
        return Some(format!("the {} is sent twice", plan.drafts[again].what));
    }
    let again = dice.pick(&plan.file).clone();
    let words = format!("the {} is in the file twice", plan.drafts[again.0].what);
    plan.file.push(again);
    Some(words)
}

fn unrelated(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let name = Name::new("Unrelated", "Unrelated Root");
    let other = plan.other_root(dice, "unrelated root", &name);
    if dice.chance(50) {
        plan.drafts[other].until = -DAY;
    }
    let place = if dice.chance(60) {
        send(plan, dice, other)
    } else {
        configure(plan, dice, other)
    };
    Some(format!("an unrelated root is {place}"))
}

fn intermediate_missing(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = intermediate(plan, dice)?;
    plan.sent.retain(|at| *at != index);
    Some(format!("the {} is not sent", plan.drafts[index].what))
}

fn leaf_renewed(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let mut twin = plan.twin(plan.path[0], "other");
    if dice.chance(60) {
        twin.until = -DAY;
    }
    if dice.chance(20) {
        twin.extensions.sans = Some((false, vec![General::dns("other.example.test")]));
    }
    let twin = plan.add(twin);
    plan.sent.insert(1, twin);
    Some("another certificate of the leaf's name and key is sent after it".to_owned())
}
