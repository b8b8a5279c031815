//! Key usage, extended key usage, Netscape's certificate type.

use super::{any, authority};
use crate::generate::dice::Dice;
use crate::generate::plan::{
    ANY, CERT_SIGN, CLIENT, CRL_SIGN, EMAIL, ENCIPHER, Plan, SERVER, SIGN,
};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (8, usage),
    (6, usage_of_authority),
    (12, purposes),
    (3, netscape),
];

const SGC_NETSCAPE: &str = "2.16.840.1.113730.4.1";
const SGC_MICROSOFT: &str = "1.3.6.1.4.1.311.10.3.3";
const CODE: &str = "1.3.6.1.5.5.7.3.3";

fn usage(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    if dice.chance(15) {
        draft.extensions.usage = None;
        return Some(format!("no key usage in the {}", draft.what));
    }
    let flags = u16::try_from(dice.below(512)).expect("nine bits");
    let alone = 1 << dice.below(9);
    let flags = match dice.below(5) {
        0 => alone,
        1 => flags,
        2 => ENCIPHER,
        3 => 1 << 4,
        _ => SIGN | alone,
    };
    draft.extensions.usage = Some((dice.chance(60), flags));
    Some(format!("key usage {flags:#b} in the {}", draft.what))
}

fn usage_of_authority(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = authority(plan, dice);
    let draft = &mut plan.drafts[index];
    let all = [
        None,
        Some(CRL_SIGN),
        Some(SIGN),
        Some(SIGN | CRL_SIGN),
        Some(CERT_SIGN),
    ];
    let flags = *dice.pick(&all);
    draft.extensions.usage = flags.map(|flags| (dice.chance(70), flags));
    Some(format!("key usage {flags:?} in the {}", draft.what))
}

fn purposes(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let lists: [&[&str]; 12] = [
        &[],
        &[SERVER],
        &[CLIENT],
        &[ANY],
        &[SGC_NETSCAPE],
        &[SGC_MICROSOFT],
        &[CLIENT, SGC_NETSCAPE],
        &[CLIENT, EMAIL],
        &[CLIENT, SERVER],
        &[ANY, CLIENT],
        &[CODE],
        &["1.2.3.4"],
    ];
    let list = lists[dice.below(12)].to_vec();
    let critical = dice.chance(20);
    let words = format!("extended key usage {list:?} in the {}", draft.what);
    draft.extensions.purposes = (!list.is_empty()).then_some((critical, list));
    Some(words)
}

fn netscape(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    // client, server, mail, object; reserved, and the same for CAs.
    let kinds = [0x80, 0x40, 0x20, 0x10, 0xc0, 0x04, 0x02, 0x01, 0x07, 0x44];
    let octet = *dice.pick(&kinds);
    draft.extensions.netscape = Some(octet);
    if dice.chance(50) {
        draft.extensions.usage = None;
        draft.extensions.basic = draft.extensions.basic.take().filter(|_| dice.chance(50));
    }
    Some(format!("Netscape's type {octet:#x} in the {}", draft.what))
}
