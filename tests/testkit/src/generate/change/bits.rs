//! BIT STRINGs, BOOLEANs and numbers that DER has otherwise.

use super::any;
use crate::der::{integer, null, seq, tlv};
use crate::generate::dice::Dice;
use crate::generate::draft::id;
use crate::generate::hex;
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(9, usage), (2, netscape), (8, basic), (6, critical)];

/// A BIT STRING whose count of unused bits and whose octets do not always fit.
pub(super) fn bits(dice: &mut Dice) -> Vec<u8> {
    let mut content = vec![*dice.pick(&[0, 0, 1, 2, 3, 5, 7, 7, 8, 0xff])];
    let octets = [
        0xa0, 0x80, 0x20, 0x06, 0x04, 0x86, 0x84, 0xff, 0x88, 0x01, 0,
    ];
    for _ in 0..*dice.pick(&[0, 1, 1, 1, 2, 2, 3]) {
        content.push(*dice.pick(&octets));
    }
    tlv(3, content)
}

/// A BOOLEAN, which may be missing.
fn boolean(dice: &mut Dice) -> Vec<u8> {
    let all = [
        tlv(1, [0xff]),
        tlv(1, [0xff]),
        tlv(1, [1]),
        tlv(1, [0]),
        tlv(1, []),
        tlv(1, [0xff, 0xff]),
        Vec::new(),
    ];
    dice.pick(&all).clone()
}

fn usage(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let octets = bits(dice);
    let words = format!("key usage {} in the {}", hex(&octets), draft.what);
    let critical = dice.chance(60);
    draft.extensions.replace(id::USAGE, critical, octets);
    Some(words)
}

fn netscape(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let octets = bits(dice);
    let words = format!("Netscape's type {} in the {}", hex(&octets), draft.what);
    let critical = dice.chance(20);
    draft.extensions.replace(id::NETSCAPE, critical, octets);
    Some(words)
}

fn basic(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let lengths = [
        Vec::new(),
        Vec::new(),
        Vec::new(),
        integer([0]),
        integer([1]),
        integer([0, 1]),
        integer([0xff]),
        integer([0x80, 0, 0, 0]),
        integer([1, 0]),
        integer([0, 0x80, 0, 0, 0]),
        integer([1, 0, 0, 0, 1]),
        integer([0, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        integer([1, 0, 0, 0, 0, 0, 0, 0, 5]),
        integer([]),
        tlv(10, [1]),
    ];
    let more = [Vec::new(), null(), integer([3])];
    let more = if dice.chance(15) {
        dice.pick(&more).clone()
    } else {
        Vec::new()
    };
    let mut content = seq([boolean(dice), dice.pick(&lengths).clone(), more]);
    if dice.chance(8) {
        content.extend(dice.pick(&[vec![0], null()]));
    }
    let words = format!("basic constraints {} in the {}", hex(&content), draft.what);
    let critical = dice.chance(70);
    draft.extensions.replace(id::BASIC, critical, content);
    Some(words)
}

fn critical(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let (number, octets) = (dice.below(1 << 12), boolean(dice));
    let words = format!(
        "\"{}\" is whether an extension of the {} is critical",
        hex(&octets),
        draft.what
    );
    draft.octets.critical = Some((number, octets));
    Some(words)
}
