//! General names of every kind, sound, empty and broken, wherever they may stand.

use super::{any, hex_list, issued};
use crate::der::{integer, null, oid, seq, tlv, utf8};
use crate::generate::dice::Dice;
use crate::generate::draft::{Attribute, General, Name, id, kind, tag};
use crate::generate::plan::{HOST, Plan};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(14, subject), (4, issuer), (5, authority)];

/// What is in a dNSName.
const DNS: &[&str] = &[
    "",
    "example.test",
    ".example.test",
    "EXAMPLE.TEST",
    "test",
    "other.test",
    "mail.example.test.",
    "*.example.test",
    "ail.example.test",
    ".mail.example.test",
    "a.mail.example.test",
    "exa mple.test",
    "ex\u{e4}mple.test",
    "xn--exmple-cua.test",
    ".",
    "..example.test",
    "mail",
    "mail..example.test",
    "-",
    "m_x.example.test",
    "mail.example.test\0",
    "1.2.3.4",
    "192.0.2.7",
];

/// What is in an rfc822Name.
const EMAIL: &[&str] = &[
    "info@example.test",
    "example.test",
    ".example.test",
    "INFO@EXAMPLE.test",
    "@example.test",
    "info@",
    "\"a@b\"@example.test",
    "a@b@example.test",
    "",
    "info@mail.example.test",
    "in fo@example.test",
    "inf\u{f6}@example.test",
];

/// What is in a URI.
const URI: &[&str] = &[
    "https://mail.example.test/",
    "example.test",
    ".example.test",
    "mail.example.test",
    "https://mail.example.test:443/x",
    "https://192.0.2.7/",
    "urn:x:y",
    "https://user@mail.example.test/",
    "https://MAIL.example.test",
    "//mail.example.test",
    "",
    "https:///x",
    "https://[2001:db8::7]/",
    "mailto:info@example.test",
    "sip:mail.example.test",
    "https://mail.example.test?y",
    "https://mail.example.test#f",
];

/// A mask where there is a constraint; and lengths that no address has.
fn address(dice: &mut Dice) -> Vec<u8> {
    let six = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    let half = [[0xff; 4], [0; 4], [0; 4], [0; 4]].concat();
    let all: [&[u8]; 17] = [
        &[192, 0, 2, 7],
        &[192, 0, 2, 8],
        &[192, 0, 2],
        &[],
        &[0; 4],
        &[192, 0, 2, 7, 0],
        &[192, 0, 2, 0, 255, 255, 255, 0],
        &[192, 0, 2, 7, 255, 255, 255, 255],
        &[192, 0, 2, 7, 255, 255, 255, 0],
        &[192, 0, 2, 0, 255, 0, 255, 0],
        &[192, 0, 2, 0, 255, 255, 255, 1],
        &[0; 8],
        &[10, 0, 0, 0, 255, 0, 0, 0],
        &six,
        &six[..15],
        &[six, [0xff; 16]].concat(),
        &[&six[..], &half].concat(),
    ];
    dice.pick(&all).to_vec()
}

fn directory(dice: &mut Dice) -> Vec<u8> {
    let types = [12, 12, 19, 20, 22, 30, 28, 4];
    let mut country = Attribute::new(kind::C, *dice.pick(&types), "DE");
    let mut organisation = Attribute::new(kind::O, *dice.pick(&types), "Example CA");
    match dice.below(7) {
        0 => country.text = "de".into(),
        1 => country.tag = tag::PRINTABLE,
        2 => organisation.text = " example  CA ".into(),
        3 => organisation.text = String::new(),
        _ => {}
    }
    let name = match dice.below(6) {
        0 => Name::default(),
        1 => Name(vec![vec![country]]),
        2 => Name(vec![vec![organisation]]),
        3 => Name(vec![vec![country, organisation]]),
        4 => Name::common(HOST),
        _ => Name(vec![vec![country], vec![organisation]]),
    };
    name.der()
}

/// An otherName of a kind that is known: `SRVName`, `SmtpUTF8Mailbox`, `XmppAddr`, UPN; or of another.
fn other(dice: &mut Dice) -> Vec<u8> {
    let kinds = [
        "1.3.6.1.5.5.7.8.7",
        "1.3.6.1.5.5.7.8.9",
        "1.3.6.1.5.5.7.8.5",
        "1.3.6.1.4.1.311.20.2.3",
        "1.2.3",
    ];
    let values = [
        tlv(22, "_smtp.example.test"),
        tlv(22, "_smtp.mail.example.test"),
        tlv(22, "example.test"),
        utf8("info@example.test"),
        utf8("inf\u{f6}@example.test"),
        tlv(22, []),
        null(),
    ];
    let (kind, value) = (
        oid(kinds[dice.below(kinds.len())]),
        dice.pick(&values).clone(),
    );
    tlv(0xa0, [kind, tlv(0xa0, value)].concat())
}

/// What is in no `GeneralName`, or in hardly any.
fn odd(dice: &mut Dice) -> Vec<u8> {
    let id = oid("1.3.6.1.5.5.7.8.7");
    let all = [
        // otherName.
        tlv(0xa0, []),
        tlv(0xa0, &id),
        tlv(0xa0, [id.clone(), tlv(0xa0, [])].concat()),
        tlv(0xa0, [id.clone(), utf8("x")].concat()),
        tlv(0xa0, tlv(0xa0, utf8("x"))),
        tlv(0x80, &id),
        // x400Address and ediPartyName.
        tlv(0xa3, []),
        tlv(0xa3, seq([null()])),
        tlv(0xa3, seq([integer([1])])),
        tlv(0xa5, []),
        tlv(0xa5, tlv(0xa1, utf8("x"))),
        tlv(0xa5, [tlv(0xa0, utf8("y")), tlv(0xa1, utf8("x"))].concat()),
        tlv(0xa5, utf8("x")),
        // registeredID.
        tlv(0x88, [0x2a, 3]),
        tlv(0x88, []),
        tlv(0x88, [0x80, 1]),
        tlv(0x88, [0x2a, 0x83]),
        // directoryName.
        tlv(0xa4, []),
        tlv(0xa4, null()),
        tlv(0x84, "x"),
        // Strings that consist of others, tags of no kind, what is no name.
        tlv(0xa2, []),
        tlv(0xa2, tlv(22, HOST)),
        tlv(0xa7, tlv(4, [192, 0, 2, 7])),
        tlv(0x89, "x"),
        utf8(HOST),
        null(),
        vec![],
    ];
    dice.pick(&all).clone()
}

/// A name of some kind.
pub(super) fn general(dice: &mut Dice) -> Vec<u8> {
    let text = |dice: &mut Dice, tag, all: &[&str]| {
        let text = *dice.pick(all);
        // Latin-1 or UTF-8, where they differ.
        if dice.chance(50) {
            let octets = text.chars().map(|c| u8::try_from(c).expect("Latin-1"));
            return tlv(tag, octets.collect::<Vec<_>>());
        }
        tlv(tag, text)
    };
    match dice.below(15) {
        0..4 => text(dice, 0x82, DNS),
        4 | 5 => text(dice, 0x81, EMAIL),
        6 | 7 => text(dice, 0x86, URI),
        8 | 9 => tlv(0x87, address(dice)),
        10 => tlv(0xa4, directory(dice)),
        11 => other(dice),
        _ => odd(dice),
    }
}

fn generals(dice: &mut Dice) -> Vec<Vec<u8>> {
    let count = *dice.pick(&[0, 1, 1, 1, 2, 3]);
    (0..count).map(|_| general(dice)).collect()
}

fn subject(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = if dice.chance(80) {
        plan.path[0]
    } else {
        any(plan, dice)
    };
    let mut names = generals(dice);
    if dice.chance(70) {
        let place = dice.below(names.len() + 1);
        names.insert(place, General::dns(HOST).der());
    }
    let draft = &mut plan.drafts[index];
    let words = format!("the names {} in the {}", hex_list(&names), draft.what);
    let critical = dice.chance(20);
    draft.extensions.replace(id::SANS, critical, seq(names));
    Some(words)
}

fn issuer(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let names = generals(dice);
    let draft = &mut plan.drafts[index];
    let words = format!(
        "the issuer's names {} in the {}",
        hex_list(&names),
        draft.what
    );
    let critical = dice.chance(20);
    draft.extensions.replace("2.5.29.18", critical, seq(names));
    Some(words)
}

/// In the authority key identifier, with the right serial number.
fn authority(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let (below, above) = issued(plan, dice)?;
    let right = General::Directory(plan.drafts[above].issuer.clone());
    let mut names = generals(dice);
    if dice.chance(60) {
        let place = dice.below(names.len() + 1);
        names.insert(place, right.der());
    }
    let serial = plan.drafts[above].serial.clone();
    let draft = &mut plan.drafts[below];
    let words = format!("the AKI's names {} in the {}", hex_list(&names), draft.what);
    let aki = draft.extensions.aki.get_or_insert_default();
    let names = names.into_iter().map(General::Octets).collect();
    (aki.issuer, aki.serial) = (Some(names), Some(serial));
    Some(words)
}
