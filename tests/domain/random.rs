//! Domains by chance: hosts at servers of any kind, with records that are right, wrong, or cannot be
//! used, and now and then a policy. What is said of them is what the judges do.

use crate::case::{Case, Zone};
use crate::judges::Word;
use std::fmt::Write as _;
use testkit::generate::dice::Dice;

/// So many, unless `DOMAINS` says otherwise.
const USUAL: usize = 60;

/// Servers with a leaf and an issuer, which may stand beside another host.
const SERVERS: [&str; 13] = [
    "ecdsa",
    "rsa",
    "root-sent",
    "deep",
    "expired",
    "other-name",
    "wildcard",
    "domain-name",
    "expired-ca",
    "ca-usage",
    "untrusted",
    "cross",
    "clear",
];

/// All of them.
pub fn all() -> Vec<Case> {
    let count = std::env::var("DOMAINS").ok();
    let count = count.map_or(USUAL, |count| count.parse().expect("a number"));
    let mut dice = Dice::thrown(20_261_128);
    (0..count).map(|number| one(&mut dice, number)).collect()
}

fn one(dice: &mut Dice, number: usize) -> Case {
    let zone = *dice.weighted(&[(88, Zone::Signed), (12, Zone::Open)]);
    let mut case = Case::new(&format!("r{number}"), "").in_zone(zone);
    if dice.chance(20) {
        for host in ["mx1", "mx2"] {
            let server = *dice.pick(&SERVERS);
            case = case.with(&host_of(dice, host, &[server]));
        }
    } else {
        let servers = servers(dice);
        case = case.with(&host_of(dice, "mx", &servers));
    }
    with_policy(dice, case)
}

/// Of the only host: one, one with both types of key, or one for each family.
fn servers(dice: &mut Dice) -> Vec<&'static str> {
    match dice.below(10) {
        0 | 1 => vec!["both"],
        2 => vec![*dice.pick(&SERVERS), *dice.pick(&SERVERS)],
        _ => vec![*dice.pick(&SERVERS)],
    }
}

fn host_of(dice: &mut Dice, name: &str, servers: &[&str]) -> String {
    let preference = if name == "mx2" { 20 } else { 10 };
    let mut text = format!("@ MX {preference} {name}\n");
    for (server, kind) in servers.iter().zip(["A", "AAAA"]) {
        let _ = writeln!(text, "{name} {{{kind} {server}}}");
    }
    let count = *dice.weighted(&[(15, 0), (35, 1), (30, 2), (20, 4)]);
    for _ in 0..count {
        let server = *dice.pick(servers);
        let _ = writeln!(text, "_25._tcp.{name} {}", record(dice, server));
    }
    text
}

fn record(dice: &mut Dice, server: &str) -> String {
    let usage = *dice.weighted(&[(50, 3), (40, 2), (4, 1), (3, 0), (3, 4)]);
    let selector = *dice.weighted(&[(30, 0), (67, 1), (3, 2)]);
    let matching = *dice.weighted(&[(60, 1), (20, 2), (17, 0), (3, 3)]);
    if dice.chance(4) {
        return format!("TLSA {usage} {selector} 1 0011");
    }
    let thing = match (server, usage) {
        // Octets that are no certificate are cases of the table.
        _ if matching != 0 && dice.chance(25) => *dice.pick(&["old", "next"]),
        ("clear", _) => "root",
        ("both", 3) => *dice.pick(&["leaf", "second"]),
        (_, 3) if dice.chance(85) => "leaf",
        (_, 2) if dice.chance(20) => "root",
        (_, 2) if dice.chance(85) => "issuer",
        _ => *dice.pick(&["leaf", "issuer", "root"]),
    };
    format!("{{{usage} {selector} {matching} {thing} {server}}}")
}

fn with_policy(dice: &mut Dice, case: Case) -> Case {
    // What differs between this one and Postfix stands in the table.
    if case.records.contains("wildcard") || !dice.chance(25) {
        return case;
    }
    let mode = *dice.weighted(&[(70, "enforce"), (20, "testing"), (10, "none")]);
    let pattern = *dice.weighted(&[(60, "*.{domain}"), (25, "mx.{domain}"), (15, "no.{domain}")]);
    case.policy(&format!(
        "version: STSv1\nmode: {mode}\nmx: {pattern}\nmax_age: 86400\n"
    ))
}

/// Whether a difference is one that several hosts make: the mail goes to the first of them, and
/// someone in the middle can send it on to the other.
pub fn is_of_several_hosts(case: &Case, ours: &str, theirs: Word) -> bool {
    let ours = [Word::Delivered, Word::Encrypted, Word::Authenticated]
        .into_iter()
        .find(|word| word.as_str() == ours);
    case.hosts() > 1 && ours.is_some_and(|ours| ours < theirs)
}
