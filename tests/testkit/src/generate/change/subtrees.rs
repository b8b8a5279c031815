//! Name constraints whose octets are odd: distances, empty lists, names of every kind.

use super::generals::general;
use super::{authority, hex_list};
use crate::der::{null, seq, tlv};
use crate::generate::dice::Dice;
use crate::generate::draft::{General, id};
use crate::generate::hex;
use crate::generate::plan::{HOST, Plan};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(16, constraints)];

/// What a subtree says beside its name: minimum and maximum (RFC 5280 §4.2.1.10).
fn distances(dice: &mut Dice) -> Vec<u8> {
    let all = [
        tlv(0x80, [0]),
        tlv(0x80, [1]),
        tlv(0x80, []),
        tlv(0x81, [5]),
        tlv(0x81, [0]),
        [tlv(0x80, [0]), tlv(0x81, [5])].concat(),
        [tlv(0x81, [5]), tlv(0x80, [0])].concat(),
        null(),
    ];
    if dice.chance(30) {
        return dice.pick(&all).clone();
    }
    Vec::new()
}

fn subtree(dice: &mut Dice) -> Vec<u8> {
    let sound = ["example.test", HOST, "other.test", ""];
    let name = if dice.chance(45) {
        General::dns(sound[dice.below(sound.len())]).der()
    } else {
        general(dice)
    };
    if dice.chance(3) {
        return name;
    }
    seq([name, distances(dice)])
}

fn constraints(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = authority(plan, dice);
    let mut lists = [Vec::new(), Vec::new()];
    for _ in 0..*dice.pick(&[1, 1, 1, 2, 3]) {
        let list = usize::from(dice.chance(45));
        lists[list].extend(subtree(dice));
    }
    let [permitted, excluded] = lists;
    let mut written = |tag, list: Vec<u8>| {
        let is_there = !list.is_empty() || dice.chance(15);
        if is_there { tlv(tag, list) } else { list }
    };
    let mut lists = [written(0xa0, permitted), written(0xa1, excluded)];
    if dice.chance(4) {
        lists.reverse();
    }
    let content = seq(lists);
    let draft = &mut plan.drafts[index];
    let words = format!("name constraints {} in the {}", hex(&content), draft.what);
    let critical = dice.chance(70);
    draft.extensions.replace(id::CONSTRAINTS, critical, content);
    if dice.chance(35) {
        let mut names = vec![general(dice)];
        if dice.chance(60) {
            names.push(General::dns(HOST).der());
        }
        let leaf = &mut plan.drafts[plan.path[0]].extensions;
        let more = format!("; the leaf has the names {}", hex_list(&names));
        leaf.replace(id::SANS, false, seq(names));
        return Some(words + &more);
    }
    Some(words)
}
