//! Name constraints, with names of every kind below them.

use super::authority;
use crate::generate::dice::Dice;
use crate::generate::draft::{Attribute, Constraints, General, Name, kind, tag};
use crate::generate::plan::{HOST, Plan};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(16, constrained), (4, leaf_names)];

fn subtree(dice: &mut Dice) -> General {
    let dns = [
        "example.test",
        "other.test",
        HOST,
        ".example.test",
        "test",
        "EXAMPLE.test",
        "ample.test",
        "a.mail.example.test",
        "",
        "*.example.test",
    ];
    match dice.below(12) {
        0..=5 => General::dns(dns[dice.below(dns.len())]),
        6 => General::Ip(vec![192, 0, 2, 0, 255, 255, 255, 0]),
        7 => General::Ip(vec![10, 0, 0, 0, 255, 0, 0, 0]),
        8 => General::Email("example.test".into()),
        9 => General::Uri("example.test".into()),
        10 => General::Directory(Name(vec![vec![Attribute::new(
            kind::C,
            tag::PRINTABLE,
            "DE",
        )]])),
        _ => General::Directory(Name(vec![vec![Attribute::new(
            kind::O,
            tag::UTF8,
            "Other",
        )]])),
    }
}

fn constrained(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = authority(plan, dice);
    let mut constraints = Constraints::default();
    for _ in 0..=dice.below(2) {
        let name = subtree(dice);
        if dice.chance(65) {
            constraints.permitted.push(name);
        } else {
            constraints.excluded.push(name);
        }
    }
    let words = format!("{constraints:?} in the {}", plan.drafts[index].what);
    plan.drafts[index].extensions.constraints = Some((dice.chance(70), constraints));
    if dice.chance(35) {
        let more = leaf_names(plan, dice)?;
        return Some(format!("{words}; {more}"));
    }
    Some(words)
}

/// What the constraints are held against.
fn leaf_names(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let address = || General::Ip(vec![192, 0, 2, 7]);
    let lists = [
        None,
        Some(vec![General::Email("info@example.test".into())]),
        Some(vec![address()]),
        Some(vec![General::dns(HOST), address()]),
        Some(vec![General::dns("*.example.test")]),
        Some(vec![General::Uri("https://mail.example.test/".into())]),
        Some(vec![General::Other]),
        Some(vec![General::dns(HOST), General::dns("www.other.test")]),
        Some(vec![
            General::Directory(Name::common("x")),
            General::dns(HOST),
        ]),
        Some(vec![
            General::dns(HOST),
            General::Email("info@other.test".into()),
        ]),
    ];
    let list = dice.pick(&lists).clone();
    let names = [
        HOST,
        "Mail Server",
        "www.other.test",
        "mail",
        "mail.example.test.",
        "*.example.test",
        "a_b.example.test",
        "-a.example.test",
    ];
    let cn = *dice.pick(&names);
    let draft = &mut plan.drafts[plan.path[0]];
    if dice.chance(60) {
        draft.subject.set_cn(cn);
    }
    let words = format!(
        "the leaf has the common name {:?} and {list:?}",
        draft.subject.cn()
    );
    draft.extensions.sans = list.map(|list| (false, list));
    Some(words)
}
