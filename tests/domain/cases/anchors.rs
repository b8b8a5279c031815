//! TLSA records of usage 2: an anchor that the server sends, the path to it, the name.

use super::{BEST, DEFERS};
use crate::case::Case;

pub fn all() -> Vec<Case> {
    [sent(), not_sent(), paths(), names()]
        .into_iter()
        .flatten()
        .collect()
}

fn single(name: &str, server: &str, tlsa: &[&str]) -> Case {
    Case::single(name, server, tlsa)
}

fn sent() -> Vec<Case> {
    vec![
        single("issuer", "ecdsa", &["2 1 1 issuer"]).gets(BEST, "tlsa-fragile"),
        single(
            "issuer-and-sibling",
            "ecdsa",
            &["2 1 1 issuer", "2 1 1 next"],
        )
        .gets(BEST, ""),
        single("issuer-sha512", "ecdsa", &["2 0 2 issuer", "2 1 1 next"]).gets(BEST, ""),
        single("issuer-whole", "ecdsa", &["2 0 0 issuer", "2 1 1 next"]).gets(BEST, ""),
        single("root-sent", "root-sent", &["2 1 1 root", "3 1 1 next"]).gets(BEST, ""),
        single(
            "root-sent-certificate",
            "root-sent",
            &["2 0 1 root", "3 1 1 next"],
        )
        .gets(BEST, ""),
        single("lower", "deep", &["2 1 1 issuer", "2 1 1 next"]).gets(BEST, ""),
        single("above", "deep", &["2 1 1 above", "2 1 1 next"]).gets(BEST, ""),
        single("cross-signed", "cross", &["2 1 1 issuer", "2 1 1 next"]).gets(BEST, ""),
        single(
            "cross-signed-certificate",
            "cross",
            &["2 0 1 issuer", "3 1 1 next"],
        )
        .gets(BEST, "tlsa-fragile"),
        single(
            "untrusted-issuer",
            "untrusted",
            &["2 1 1 issuer", "2 1 1 next"],
        )
        .gets(BEST, ""),
        single("weak-issuer", "weak-ca", &["2 1 1 issuer", "2 1 1 next"])
            .gets(DEFERS, "tlsa-unchecked!"),
        single(
            "weak-issuer-of-leaf",
            "weak-ca",
            &["3 1 1 leaf", "3 1 1 next"],
        )
        .gets(BEST, ""),
    ]
}

fn not_sent() -> Vec<Case> {
    let lonely = |name: &str, record: &str| {
        Case::single(name, "lonely", &[]).with(&format!("_25._tcp.mx {{{record}}}\n"))
    };
    vec![
        single("root-not-sent", "ecdsa", &["2 1 1 root"]).gets(DEFERS, "tlsa-ca-not-sent!"),
        single("root-not-sent-certificate", "ecdsa", &["2 0 1 root"])
            .gets(DEFERS, "tlsa-ca-not-sent!"),
        single("root-whole", "ecdsa", &["2 0 0 root", "2 1 1 next"])
            .gets(DEFERS, "tlsa-senders-differ!"),
        single("root-key-whole", "ecdsa", &["2 1 0 root", "2 1 1 next"])
            .gets(DEFERS, "tlsa-senders-differ!"),
        lonely("issuer-not-sent", "2 1 1 issuer ecdsa").gets(DEFERS, "tlsa-mismatch!"),
        lonely("issuer-not-sent-whole", "2 0 0 issuer ecdsa").gets(DEFERS, "tlsa-senders-differ!"),
        lonely("issuer-not-sent-key-whole", "2 1 0 issuer ecdsa")
            .gets(DEFERS, "tlsa-senders-differ!"),
        single("leaf-as-anchor", "ecdsa", &["2 1 1 leaf"]).gets(DEFERS, "tlsa-mismatch!"),
        single("self-signed-as-anchor", "self-signed", &["2 1 1 leaf"])
            .gets(DEFERS, "tlsa-mismatch!"),
        single("mismatch-as-anchor", "ecdsa", &["2 1 1 old"]).gets(DEFERS, "tlsa-mismatch!"),
    ]
}

fn paths() -> Vec<Case> {
    let records = ["2 1 1 issuer", "2 1 1 next"];
    vec![
        single("path-expired", "expired", &records).gets(DEFERS, "tlsa-expired!"),
        single("anchor-expired", "expired-ca", &records).gets(DEFERS, "tlsa-senders-differ!"),
        single("path-ca-usage", "ca-usage", &records).gets(DEFERS, "tlsa-mismatch!"),
        single(
            "path-of-another",
            "untrusted",
            &["2 1 1 root", "2 1 1 next"],
        )
        .gets(DEFERS, "tlsa-mismatch!"),
    ]
}

fn names() -> Vec<Case> {
    let records = ["2 1 1 issuer", "2 1 1 next"];
    vec![
        single("name-other", "other-name", &records)
            .gets(DEFERS, "tlsa-name! tlsa-senders-differ!"),
        single("name-of-domain", "domain-name", &records).gets(BEST, ""),
        single(
            "name-of-domain-untrusted",
            "untrusted-domain-name",
            &records,
        )
        .gets(DEFERS, "tlsa-senders-differ!"),
        single("name-in-wildcard", "wildcard", &records).gets(BEST, ""),
        single("name-in-cn", "cn-only", &records).gets(BEST, "tlsa-cn"),
        single(
            "name-other-and-key",
            "other-name",
            &["2 1 1 issuer", "3 1 1 leaf"],
        )
        .gets(BEST, ""),
    ]
}
