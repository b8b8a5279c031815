//! Extensions that are not built as RFC 5280 has them: purposes, key identifiers, distribution points,
//! and those that hardly any judge reads.

use super::bits::bits;
use super::generals::general;
use super::{any, issued};
use crate::der::{integer, null, octet_string, oid, seq, tlv, utf8};
use crate::generate::dice::Dice;
use crate::generate::draft::{Attribute, General, id, kind, tag};
use crate::generate::hex;
use crate::generate::plan::{ANY, CLIENT, EMAIL, Plan, SERVER, key_id};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[
    (6, purposes),
    (9, authority),
    (3, subject),
    (8, distribution_points),
    (6, others),
];

fn put(
    plan: &mut Plan,
    dice: &mut Dice,
    index: usize,
    (what, id): (&str, &'static str),
    content: Vec<u8>,
) -> Option<String> {
    let draft = &mut plan.drafts[index];
    let critical = dice.chance(20);
    let marked = if critical { "critical " } else { "" };
    let words = format!("{marked}{what} {} in the {}", hex(&content), draft.what);
    draft.extensions.replace(id, critical, content);
    Some(words)
}

fn purposes(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let known = [SERVER, SERVER, SERVER, CLIENT, EMAIL, ANY, "1.2.3"];
    let odd = [
        null(),
        tlv(6, []),
        tlv(6, [0x80, 1]),
        tlv(6, [0x2b, 0x86]),
        utf8("x"),
        seq([oid(SERVER)]),
        tlv(0x26, oid(SERVER)),
        // An arc of 70 bits.
        tlv(6, [&[0x2a][..], &[0xff; 9], &[0x7f]].concat()),
        vec![0],
    ];
    let mut list: Vec<Vec<u8>> = (0..*dice.pick(&[0, 1, 1, 2, 3]))
        .map(|_| oid(known[dice.below(known.len())]))
        .collect();
    if dice.chance(70) {
        let place = dice.below(list.len() + 1);
        list.insert(place, dice.pick(&odd).clone());
    }
    let kind = ("extended key usage", id::PURPOSES);
    put(plan, dice, index, kind, seq(list))
}

/// The fields of an AKI: missing, of other forms, twice, in another order.
fn authority(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (below, above) = issued(plan, dice).unwrap_or((plan.path[0], plan.path[0]));
    let above = &plan.drafts[above];
    let (key, serial) = (key_id(above.key), above.serial.clone());
    let issuer = General::Directory(above.issuer.clone()).der();
    let ids = [
        tlv(0x80, &key),
        tlv(0x80, &key),
        tlv(0x80, []),
        tlv(0x80, &key[..5]),
        tlv(0xa0, octet_string(&key)),
        octet_string(&key),
        Vec::new(),
    ];
    let names = [tlv(0xa1, &issuer), tlv(0xa1, []), tlv(0xa1, general(dice))];
    let names = if dice.chance(60) { &names[..1] } else { &names };
    let serials = [
        tlv(0x82, &serial),
        tlv(0x82, [&[0][..], &serial].concat()),
        tlv(0x82, [&[0, 0][..], &serial].concat()),
        tlv(0x82, []),
        tlv(0xa2, integer(&serial)),
        integer(&serial),
    ];
    let more = [tlv(0x83, "x"), null(), tlv(0x80, &key)];
    let mut fields = vec![dice.pick(&ids).clone()];
    if dice.chance(60) {
        fields.push(dice.pick(names).clone());
    }
    if dice.chance(60) {
        fields.push(dice.pick(&serials).clone());
    }
    if dice.chance(12) {
        fields.push(dice.pick(&more).clone());
    }
    if dice.chance(20) {
        dice.shuffle(&mut fields);
    }
    put(plan, dice, below, ("the AKI", id::AKI), seq(fields))
}

fn subject(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let key = key_id(plan.drafts[index].key);
    let all = [
        octet_string([]),
        octet_string([1]),
        [octet_string(&key), vec![0]].concat(),
        utf8("x"),
        Vec::new(),
        tlv(0x24, octet_string(&key)),
        octet_string([1; 300]),
        tlv(0x80, &key),
    ];
    let content = dice.pick(&all).clone();
    put(plan, dice, index, ("the SKI", id::SKI), content)
}

/// A `DistributionPoint` (RFC 5280 §4.2.1.13), of parts that may be missing, turned or broken.
fn distribution_point(dice: &mut Dice) -> Vec<u8> {
    let uri = General::Uri("http://crl.example.test/".into()).der();
    let attribute = Attribute::new(kind::CN, tag::UTF8, "x");
    let relative = crate::generate::draft::Name(vec![vec![attribute]]).der();
    // Without the tags of the SEQUENCE and the SET, as the field is implicit.
    let relative = &relative[4..];
    let names = [
        tlv(0xa0, tlv(0xa0, &uri)),
        tlv(0xa0, tlv(0xa0, general(dice))),
        tlv(0xa0, tlv(0xa0, [])),
        tlv(0xa0, tlv(0xa1, relative)),
        tlv(0xa0, tlv(0xa1, [])),
        tlv(0xa0, tlv(0xa1, null())),
        // The choice or its wrapper is missing.
        tlv(0xa0, &uri),
        tlv(0xa0, []),
        tlv(0xa0, seq([&uri])),
        uri.clone(),
        Vec::new(),
    ];
    let reasons = bits(dice);
    let reasons = [
        tlv(0x81, &reasons[2..]),
        tlv(0x81, [1, 6]),
        tlv(0x81, []),
        reasons,
    ];
    let issuer = General::Directory(crate::generate::draft::Name::common("CRL")).der();
    let issuers = [tlv(0xa2, issuer), tlv(0xa2, []), tlv(0xa2, general(dice))];
    let mut fields = vec![dice.pick(&names).clone()];
    if dice.chance(25) {
        fields.push(dice.pick(&reasons).clone());
    }
    if dice.chance(25) {
        fields.push(dice.pick(&issuers).clone());
    }
    if dice.chance(10) {
        fields.push(null());
    }
    if dice.chance(20) {
        dice.shuffle(&mut fields);
    }
    seq(fields)
}

fn distribution_points(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let count = *dice.pick(&[0, 1, 1, 1, 1, 1, 2]);
    let points: Vec<Vec<u8>> = (0..count).map(|_| distribution_point(dice)).collect();
    let is_list = dice.chance(94);
    let content = if is_list {
        seq(points)
    } else {
        points.concat()
    };
    let kinds = [
        (80, ("distribution points", "2.5.29.31")),
        (20, ("distribution points of deltas", "2.5.29.46")),
    ];
    let kind = *dice.weighted(&kinds);
    put(plan, dice, index, kind, content)
}

/// The content of an extension that does not decide on a server, or not alone.
fn others(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let ids = [
        "2.5.29.9",
        "2.5.29.16",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.36",
        "2.5.29.54",
        "2.5.29.28",
        "2.5.29.56",
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.3",
        "1.3.6.1.5.5.7.1.7",
        "1.3.6.1.5.5.7.1.8",
        "1.3.6.1.5.5.7.1.11",
        "1.3.6.1.5.5.7.1.14",
        "1.3.6.1.5.5.7.1.24",
        "1.3.6.1.5.5.7.48.1.5",
        "2.16.840.1.113730.1.13",
        "1.3.6.1.4.1.11129.2.4.2",
        "1.3.6.1.4.1.11129.2.4.3",
    ];
    let contents = [
        Vec::new(),
        null(),
        seq([[]; 0]),
        integer([0]),
        integer([]),
        vec![0xff, 0xff],
        utf8("x"),
        octet_string([]),
        seq([seq([oid(ANY)])]),
        seq([seq([oid("2.5.29.32.0")])]),
        seq([tlv(0x80, [0])]),
        seq([tlv(0x81, [1]), tlv(0x80, [0])]),
        seq([integer([5])]),
        seq([seq([oid("1.3.6.1.5.5.7.48.2"), general(dice)])]),
        seq([seq([oid("1.2.3"), oid("1.2.4")])]),
    ];
    let content = dice.pick(&contents).clone();
    let id = *dice.pick(&ids);
    let what = format!("the extension {id}");
    put(plan, dice, index, (&what, id), content)
}
