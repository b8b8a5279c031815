//! Versions, serial numbers, unique identifiers, and strings of every universal type.

use super::any;
use crate::der::{bit_string, integer, tlv};
use crate::generate::dice::Dice;
use crate::generate::draft::Name;
use crate::generate::hex;
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (4, version),
    (4, serial),
    (3, unique_ids),
    (10, string_type),
    (3, text),
];

fn version(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let explicit = |content: Vec<u8>| tlv(0xa0, content);
    let all = [
        Vec::new(),
        explicit(integer([0])),
        explicit(integer([1])),
        explicit(integer([3])),
        explicit(integer([0xff])),
        explicit(integer([0, 0xff])),
        explicit(integer([0, 2])),
        explicit(integer([1, 2])),
        explicit(integer([1, 0, 0, 0, 2])),
        explicit(integer([])),
        explicit(Vec::new()),
        explicit([integer([2]), integer([2])].concat()),
        tlv(0x80, [2]),
        integer([2]),
    ];
    let octets = dice.pick(&all).clone();
    let draft = &mut plan.drafts[index];
    let words = format!("the version is \"{}\" in the {}", hex(&octets), draft.what);
    draft.octets.version = Some(octets);
    Some(words)
}

fn serial(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let all: [&[u8]; 11] = [
        &[],
        &[0],
        &[0xff],
        &[0x80],
        &[0x80, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0, 1],
        &[0, 0, 0x91],
        &[0xff, 0xff],
        &[0x11; 21],
        &[0; 30],
        &[0x7f; 70],
    ];
    draft.serial = dice.pick(&all).to_vec();
    Some(format!(
        "the serial number \"{}\" in the {}",
        hex(&draft.serial),
        draft.what
    ))
}

fn unique_ids(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let all = [
        tlv(0x81, [0, 0x78]),
        tlv(0x82, [0, 0x78]),
        [tlv(0x81, [0, 1]), tlv(0x82, [0, 2])].concat(),
        [tlv(0x82, [0, 2]), tlv(0x81, [0, 1])].concat(),
        tlv(0x81, []),
        tlv(0x82, [0]),
        tlv(0x82, [9, 1]),
        tlv(0x81, [7, 0xff]),
        tlv(0xa1, bit_string([1])),
    ];
    let octets = dice.pick(&all).clone();
    let draft = &mut plan.drafts[index];
    let words = format!("unique identifiers {} in the {}", hex(&octets), draft.what);
    draft.octets.unique_ids = octets;
    Some(words)
}

/// Puts a name wherever another one stands, or at one place.
fn put(plan: &mut Plan, dice: &mut Dice, what: &str, change: impl Fn(&mut Name)) -> String {
    let index = any(plan, dice);
    let old = plan.drafts[index].subject.clone();
    let everywhere = dice.chance(65);
    for draft in &mut plan.drafts {
        for name in [&mut draft.subject, &mut draft.issuer] {
            if *name == old && (everywhere || dice.chance(50)) {
                change(name);
            }
        }
    }
    let places = if everywhere { "every" } else { "some" };
    format!(
        "{what}, at {places} place of the name of the {}",
        plan.drafts[index].what
    )
}

fn string_type(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    // All that are primitive, the usual ones more often.
    let usual = [12, 19, 20, 22, 26, 28, 30];
    let tag = if dice.chance(50) {
        *dice.pick(&usual)
    } else {
        u8::try_from(1 + dice.below(30)).expect("small")
    };
    let place = dice.below(8);
    let what = format!("a string of type {tag}");
    Some(put(plan, dice, &what, |name| {
        let count = name.0.iter().flatten().count().max(1);
        let attribute = name.0.iter_mut().flatten().nth(place % count);
        if let Some(one) = attribute {
            one.tag = tag;
        }
    }))
}

fn text(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let texts = [
        "",
        " ",
        "a\0b",
        "\u{202e}evil\u{1b}[31m\n",
        "\"quote,+<>;=#",
        "#abc",
        "\u{1e9e}",
        "m\u{e4}il.example.test",
        "mail.example.test\0",
        " mail.example.test ",
        "Stra\u{df}e",
    ];
    let text = *dice.pick(&texts);
    let tag = *dice.pick(&[12, 12, 19, 20, 22, 28, 30]);
    let what = format!("{text:?} of type {tag}");
    Some(put(plan, dice, &what, |name| {
        let last = name.0.iter_mut().flatten().last();
        if let Some(one) = last {
            text.clone_into(&mut one.text);
            one.tag = tag;
        }
    }))
}
