//! Dates in other formats, and of odd years.

use super::any;
use crate::generate::dice::Dice;
use crate::generate::moment::{GENERALIZED, Moment, UTC};
use crate::generate::plan::{DAY, Plan};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(12, format), (6, year)];

/// Formats of a moment.
const FORMATS: &[(u8, &str)] = &[
    (UTC, "ymdHMSZ"),
    (GENERALIZED, "YmdHMSZ"),
    (UTC, "ymdHMZ"),
    (GENERALIZED, "YmdHMZ"),
    (GENERALIZED, "YmdHZ"),
    (GENERALIZED, "YmdHMS.5Z"),
    (GENERALIZED, "YmdHMS.000Z"),
    (GENERALIZED, "YmdHMS,5Z"),
    (GENERALIZED, "YmdHMS.Z"),
    (UTC, "ymdHMS.5Z"),
    (UTC, "ymdHMS"),
    (GENERALIZED, "YmdHMS"),
    (UTC, "ymdHMS+0100"),
    (UTC, "ymdHMS-0100"),
    (UTC, "ymdHM+0100"),
    (UTC, "ymdHMS+1500"),
    (UTC, "ymdHMS+0000"),
    (GENERALIZED, "YmdHMS+0000"),
    (GENERALIZED, "YmdHMS-0500"),
    (GENERALIZED, "YmdHMS.5+0100"),
    (UTC, "ymdHMSz"),
    (GENERALIZED, "YmdHMSz"),
    (UTC, "ymdHM60Z"),
    (GENERALIZED, "YmdHM60Z"),
    (UTC, "ymd240000Z"),
    (GENERALIZED, "Ymd240000Z"),
    (UTC, "ymdHMSZ "),
    (UTC, " mdHMSZ"),
    (GENERALIZED, " YmdHMSZ"),
    (GENERALIZED, "ymdHMSZ"),
    (UTC, "YmdHMSZ"),
    (UTC, "ymdHMSZZ"),
    (UTC, "ym00HMSZ"),
    (UTC, "y13dHMSZ"),
    (UTC, "y-mdHMSZ"),
    (22, "ymdHMSZ"),
    (UTC, ""),
];

/// Years at which types and clocks end.
const YEARS: &[(u8, &str)] = &[
    (UTC, "490101000000Z"),
    (UTC, "491231235959Z"),
    (UTC, "500101000000Z"),
    (UTC, "700101000000Z"),
    (UTC, "691231235959Z"),
    (UTC, "000101000000Z"),
    (UTC, "991231235959Z"),
    (UTC, "380119031408Z"),
    (UTC, "270229000000Z"),
    (GENERALIZED, "00000101000000Z"),
    (GENERALIZED, "00010101000000Z"),
    (GENERALIZED, "19490101000000Z"),
    (GENERALIZED, "19500101000000Z"),
    (GENERALIZED, "19691231235959Z"),
    (GENERALIZED, "19700101000000Z"),
    (GENERALIZED, "20491231235959Z"),
    (GENERALIZED, "20500101000000Z"),
    (GENERALIZED, "20380119031408Z"),
    (GENERALIZED, "21060207062816Z"),
    (GENERALIZED, "99991231235959Z"),
];

fn put(plan: &mut Plan, index: usize, is_end: bool, moment: Moment) -> Option<String> {
    let draft = &mut plan.drafts[index];
    let (side, date) = if is_end {
        ("end", &mut draft.octets.until)
    } else {
        ("beginning", &mut draft.octets.from)
    };
    *date = Some(moment);
    Some(format!(
        "{:?}, of tag {:#x} and {} s from now, is the {side} of the {}",
        moment.pattern, moment.tag, moment.seconds, draft.what
    ))
}

fn format(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let is_end = dice.chance(50);
    let (tag, pattern) = *dice.pick(FORMATS);
    let (past, future) = (-30 * DAY, 60 * DAY);
    let near = [-DAY, -3600, -1, 0, 1, 3600, DAY];
    let seconds = if dice.chance(35) {
        *dice.pick(&near)
    } else if is_end {
        future
    } else {
        past
    };
    // Judges that use the real clock are late, and may take another zone for the date's.
    plan.on_the_edge |= seconds.abs() <= DAY;
    let moment = Moment {
        tag,
        pattern,
        seconds,
    };
    put(plan, index, is_end, moment)
}

fn year(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let (tag, pattern) = *dice.pick(YEARS);
    // Mostly where it does not end the validity.
    let is_late = ["20", "21", "99", "49"]
        .iter()
        .any(|year| pattern.starts_with(year));
    let is_end = is_late == dice.chance(75);
    let moment = Moment {
        tag,
        pattern,
        seconds: 0,
    };
    put(plan, index, is_end, moment)
}
