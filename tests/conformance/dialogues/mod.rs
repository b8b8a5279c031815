//! Generated dialogues before ours, `openssl s_client` and `gnutls-cli`: does the client start TLS?
//! What differs stands in a table with its reason, and docs/conformance.md sums it up.
//! `DIALOGUES=COUNT` makes so many.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests use the clock, sockets and the environment, and print what differs"
)]

mod cases;
mod clients;

use cases::{Case, Mark};
use clients::Client;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use testkit::generate::dice::Dice;
use testkit::skip::has;

/// Why a client starts TLS where we do not.
const GOES_ON: &[(Client, &[Mark], &str)] = &[
    (
        Client::OpenSsl,
        &[
            Mark::NotListed,
            Mark::PartOfAWord,
            Mark::InText,
            Mark::NoList,
            Mark::FirstLine,
        ],
        "it looks for the text STARTTLS anywhere, and tries without it, too",
    ),
    (
        Client::GnuTls,
        &[
            Mark::NotListed,
            Mark::PartOfAWord,
            Mark::InText,
            Mark::NoList,
            Mark::FirstLine,
        ],
        "it does not look at the capabilities",
    ),
    (
        Client::OpenSsl,
        &[
            Mark::Refused,
            Mark::Temporary,
            Mark::OtherTag,
            Mark::Garbage,
            Mark::Bye,
            Mark::FakeLiteral,
        ],
        "it does not look at most answers",
    ),
    (
        Client::GnuTls,
        &[
            Mark::Refused,
            Mark::Temporary,
            Mark::OtherTag,
            Mark::Garbage,
            Mark::Bye,
            Mark::FakeLiteral,
        ],
        "it waits for a text that is somewhere in the answer",
    ),
    (
        Client::OpenSsl,
        &[Mark::Preauth],
        "it sends STARTTLS in a session that is authenticated already (RFC 9051 section 6.2.1)",
    ),
    (
        Client::GnuTls,
        &[Mark::Preauth],
        "it sends STARTTLS in a session that is authenticated already (RFC 9051 section 6.2.1)",
    ),
    (
        Client::OpenSsl,
        &[Mark::Injected, Mark::SecondAnswer],
        "what comes with the go-ahead is dropped",
    ),
    (
        Client::GnuTls,
        &[Mark::Injected, Mark::SecondAnswer],
        "what comes with the go-ahead is dropped",
    ),
];

/// Why a client does not start TLS where we do.
const STOPS: &[(Client, &[Mark], &str)] = &[
    (
        Client::OpenSsl,
        &[Mark::ListInGreeting],
        "it asks for the list that the greeting has, and gets another",
    ),
    (
        Client::GnuTls,
        &[Mark::ListInGreeting],
        "it asks for the list that the greeting has, and gets another",
    ),
    (
        Client::GnuTls,
        &[Mark::SmallLetters],
        "it waits for OK in capital letters (RFC 9051 section 9 allows both)",
    ),
    (
        Client::GnuTls,
        &[Mark::Bare],
        "it waits for OK with a text (RFC 5804 section 1.2 demands none)",
    ),
];

fn count() -> usize {
    let count = std::env::var("DIALOGUES").ok();
    count.map_or(240, |count| count.parse().expect("a number"))
}

#[test]
fn the_dialogues_agree_with_other_clients_but_for_known_reasons() {
    if !Client::ALL
        .iter()
        .all(|client| has("dialogues", client.program()))
    {
        return;
    }
    let mut dice = Dice::thrown(20_261_128);
    let cases: Vec<Case> = (0..count()).map(|_| Case::throw(&mut dice)).collect();
    let next = Mutex::new(cases.iter());
    let seen = Mutex::new(Vec::new());
    // Most of the time is spent on waiting for a client that waits.
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().expect("not poisoned").next();
                    let Some(&case) = taken else { break };
                    let ours = clients::ours(case);
                    for client in Client::ALL {
                        let theirs = client.starts_tls(case);
                        let entry = (client, case, ours, theirs);
                        seen.lock().expect("not poisoned").push(entry);
                    }
                }
            });
        }
    });
    let seen = seen.into_inner().expect("not poisoned");
    let mut tally: BTreeMap<(Client, &str), [usize; 4]> = BTreeMap::new();
    let mut met = BTreeSet::new();
    let mut unknown = Vec::new();
    for (client, case, ours, theirs) in &seen {
        let row = tally.entry((*client, case.protocol())).or_default();
        let column = 2 * usize::from(*ours) + usize::from(*theirs);
        row[column] += 1;
        let table = match (ours, theirs) {
            (false, true) => GOES_ON,
            (true, false) => STOPS,
            _ => continue,
        };
        let reasons = table.iter().filter(|(whose, marks, _)| {
            whose == client && marks.iter().any(|mark| case.marks().contains(mark))
        });
        let reasons: Vec<_> = reasons.map(|(whose, _, why)| (*whose, *why)).collect();
        if reasons.is_empty() {
            unknown.push(format!(
                "{client:?}: ours {ours}, theirs {theirs}: {case:?}"
            ));
        }
        met.extend(reasons);
    }
    for ((client, protocol), [neither, theirs, ours, both]) in tally {
        println!(
            "{client:?} {protocol}: both {both}, neither {neither}, only theirs {theirs}, only ours {ours}"
        );
    }
    unknown.sort();
    unknown.dedup();
    assert!(unknown.is_empty(), "unexplained: {unknown:#?}");
    let rows = GOES_ON.iter().chain(STOPS);
    let idle: Vec<_> = rows
        .filter(|(whose, _, why)| !met.contains(&(*whose, *why)))
        .collect();
    assert!(idle.is_empty(), "never seen: {idle:?}");
}
