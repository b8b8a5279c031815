//! The names of the leaf, and the name that is asked for.

use crate::generate::dice::Dice;
use crate::generate::draft::{General, Name};
use crate::generate::plan::{ADDRESS, HOST, Plan};
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(12, host)];

fn sans(plan: &mut Plan, names: &[General]) {
    let names = (!names.is_empty()).then(|| (false, names.to_vec()));
    plan.drafts[plan.path[0]].extensions.sans = names;
}

fn common_name(plan: &mut Plan, text: &str) {
    let leaf = plan.path[0];
    let self_issued = plan.drafts[leaf].issuer == plan.drafts[leaf].subject;
    plan.drafts[leaf].subject = Name::common(text);
    if self_issued {
        plan.drafts[leaf].issuer = Name::common(text);
    }
}

fn host(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let dns = General::dns;
    let email = || General::Email("info@example.test".into());
    let address = || General::Ip(ADDRESS.to_vec());
    let words = match dice.below(16) {
        0 => (sans(plan, &[dns("other.example.test")]), "another DNS name").1,
        1 => (sans(plan, &[dns("*.example.test")]), "a wildcard").1,
        2 => {
            (
                sans(plan, &[dns("*.test")]),
                "a wildcard below another domain",
            )
                .1
        }
        3 => {
            (
                sans(plan, &[dns("m*.example.test")]),
                "a wildcard in a label",
            )
                .1
        }
        4 => {
            (
                sans(plan, &[dns("MAIL.Example.TEST")]),
                "the name in another case",
            )
                .1
        }
        5 => {
            (
                sans(plan, &[dns("mail.example.test.")]),
                "the name with a dot after it",
            )
                .1
        }
        6 => (sans(plan, &[]), "the common name alone").1,
        7 => {
            (
                sans(plan, &[email()]),
                "the common name, and a mail address",
            )
                .1
        }
        8 => (sans(plan, &[address()]), "the common name, and an address").1,
        9 => {
            sans(plan, &[]);
            common_name(plan, "*.example.test");
            "a wildcard as common name alone"
        }
        10 => {
            sans(plan, &[dns(".example.test")]);
            "a leading dot"
        }
        11 => {
            sans(plan, &[General::Uri("https://mail.example.test/".into())]);
            "the common name, and a URI"
        }
        12 => {
            sans(plan, &[dns("other.example.test"), dns(HOST)]);
            common_name(plan, "other.example.test");
            "the second name"
        }
        _ => return numeric(plan, dice),
    };
    Some(format!("the leaf has {words}"))
}

fn numeric(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    if dice.chance(20) {
        let octets = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
        let right = dice.chance(60);
        let octets = if right { &octets[..] } else { &octets[..15] };
        sans(plan, &[General::Ip(octets.to_vec()), General::dns(HOST)]);
        plan.name = "2001:db8::7".into();
        let words = if right { "it" } else { "most of it" };
        return Some(format!(
            "an IPv6 address is asked for, and the leaf has {words}"
        ));
    }
    plan.name = "192.0.2.7".into();
    let words = match dice.below(5) {
        0 | 1 => (sans(plan, &[General::Ip(ADDRESS.to_vec())]), "it").1,
        2 => (sans(plan, &[General::dns("192.0.2.7")]), "it as a DNS name").1,
        3 => {
            sans(plan, &[]);
            common_name(plan, "192.0.2.7");
            "it as common name alone"
        }
        _ => (sans(plan, &[General::Ip(vec![192, 0, 2, 8])]), "another").1,
    };
    Some(format!("an address is asked for, and the leaf has {words}"))
}
