//! Revocation by lists: every case of the table beside `openssl verify -crl_check_all` and GnuTLS's
//! `certtool --verify`, and generated ones beside OpenSSL.
#![allow(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads its environment and documents"
)]

mod drawn;
mod judges;
mod kinds;
mod looks;
mod random;
mod rows;
mod world;

use judges::{Files, certtool, openssl, ours, statuses};
use rows::{ROWS, Row};
use testkit::skip;
use world::World;

/// What the judges say of a row that is not as it stands there.
fn differences(row: &Row, world: &World, has_gnutls: bool) -> Vec<String> {
    let setup = (row.make)(world);
    let files = Files::of(&setup);
    let judgement = ours(&setup);
    let plain = openssl(&files, &setup, &[]);
    let extended = openssl(&files, &setup, &["-extended_crl"]);
    let gnutls = row.gnutls.filter(|_| has_gnutls);
    let mut said = vec![
        ("ours", row.ours, statuses(&judgement)),
        ("openssl", row.openssl, plain),
        (
            "openssl -extended_crl",
            row.extended.unwrap_or(row.openssl),
            extended,
        ),
    ];
    said.extend(gnutls.map(|expected| ("certtool", expected, certtool(&files).to_owned())));
    let differing = said
        .into_iter()
        .filter(|(_, expected, said)| expected != said);
    differing
        .map(|(judge, expected, said)| {
            format!("{}: {judge} says {said:?}, not {expected:?}", row.name)
        })
        .collect()
}

#[test]
fn every_judge_says_what_the_table_has() {
    let has_gnutls = skip::has("revocation beside GnuTLS", "certtool");
    let world = World::new();
    let found: Vec<String> = ROWS
        .iter()
        .flat_map(|row| differences(row, &world, has_gnutls))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is not known is a problem where the user gave the lists, and nothing is good by absence.
#[test]
fn only_what_is_good_throughout_is_trusted() {
    let world = World::new();
    for row in ROWS {
        let judgement = ours(&(row.make)(&world));
        let is_good = row.ours.split(' ').all(|status| status == "good");
        assert_eq!(
            judgement.is_trusted(),
            is_good,
            "{}: {:?}",
            row.name,
            judgement.problems
        );
    }
}

/// A row of the table in the document, up to the reason; `None`: all judges agree.
fn difference(row: &Row) -> Option<String> {
    let is_good = row.ours.split(' ').all(|status| status == "good");
    let extended = row.extended.unwrap_or(row.openssl);
    let others = [row.openssl, extended, row.gnutls.unwrap_or(row.openssl)];
    let differ = others.iter().any(|said| (*said == "ok") != is_good);
    let gnutls = row.gnutls.unwrap_or("not asked");
    differ.then(|| {
        format!(
            "\n| {} | {} | {} | {extended} | {gnutls} | ",
            row.name, row.ours, row.openssl
        )
    })
}

#[test]
fn the_document_has_every_difference() {
    let document = include_str!("../../../docs/revocation.md");
    let differing: Vec<String> = ROWS.iter().filter_map(difference).collect();
    let missing = differing.iter().filter(|line| !document.contains(*line));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    assert!(
        missing.is_empty(),
        "not in the document:{}",
        missing.concat()
    );
    let table = document
        .split("\n## ")
        .find(|part| part.starts_with("Where programs differ"));
    let rows = table.map_or(0, |table| table.matches("\n| ").count());
    // The head of the table is a row, too.
    assert_eq!(rows, differing.len() + 1, "a difference that is no more");
}
