//! TLSA records of usage 3, those that cannot be used, and digests.

use super::{BEST, DEFERS, PLAIN};
use crate::case::{Case, Zone};

pub fn all() -> Vec<Case> {
    [matching(), certificates(), unusable(), digests()]
        .into_iter()
        .flatten()
        .collect()
}

fn ecdsa(name: &str, tlsa: &[&str]) -> Case {
    Case::single(name, "ecdsa", tlsa)
}

fn matching() -> Vec<Case> {
    vec![
        ecdsa("key-sha512", &["3 1 2 leaf", "3 1 2 next"]).gets(BEST, ""),
        ecdsa("key-whole", &["3 1 0 leaf", "3 1 1 next"]).gets(BEST, ""),
        ecdsa("certificate", &["3 0 1 leaf"]).gets(BEST, "tlsa-fragile"),
        ecdsa("certificate-whole", &["3 0 0 leaf"]).gets(BEST, "tlsa-fragile"),
        ecdsa("mismatch", &["3 1 1 old"]).gets(DEFERS, "tlsa-mismatch!"),
        ecdsa("mismatch-of-two", &["3 1 1 old", "3 0 1 older"]).gets(DEFERS, "tlsa-mismatch!"),
        ecdsa("key-of-issuer", &["3 1 1 issuer"]).gets(DEFERS, "tlsa-mismatch!"),
        ecdsa("selectors-swapped", &["3 0 1 next", "3 1 1 next"]).gets(DEFERS, "tlsa-mismatch!"),
        ecdsa("no-next", &["3 1 1 leaf"]).gets(BEST, "tlsa-no-rollover?"),
        ecdsa("no-next-twice", &["3 1 1 leaf", "3 1 2 leaf"]).gets(BEST, "tlsa-no-rollover?"),
        ecdsa("stale", &["3 1 1 leaf", "3 1 1 old", "3 0 1 older"]).gets(BEST, "tlsa-stale?"),
        ecdsa("leaf-and-issuer", &["3 1 1 leaf", "2 1 1 issuer"]).gets(BEST, ""),
        ecdsa("issuer-beside-mismatch", &["3 1 1 old", "2 1 1 issuer"]).gets(BEST, ""),
    ]
}

fn certificates() -> Vec<Case> {
    let good = |name, server| Case::single(name, server, &super::GOOD);
    vec![
        good("rsa", "rsa").gets(BEST, ""),
        good("expired", "expired").gets(BEST, ""),
        good("self-signed", "self-signed").gets(BEST, ""),
        good("ca-is-leaf", "ca-leaf").gets(BEST, ""),
        good("other-name", "other-name").gets(BEST, ""),
        good("untrusted", "untrusted").gets(BEST, ""),
        good("lonely", "lonely").gets(BEST, ""),
        good("ca-usage", "ca-usage").gets(DEFERS, "tlsa-senders-differ!"),
        Case::single("ca-usage-unusable", "ca-usage", &["1 1 1 leaf"])
            .gets(DEFERS, "tlsa-senders-differ! tlsa-unusable"),
    ]
}

fn unusable() -> Vec<Case> {
    let raw = |name: &str, data: &[&str]| {
        let lines = data.iter().map(|data| format!("_25._tcp.mx TLSA {data}\n"));
        ecdsa(name, &[]).with(&lines.collect::<String>())
    };
    vec![
        ecdsa("usage-1", &["1 1 1 leaf"]).gets(PLAIN, "tlsa-unusable"),
        ecdsa("usage-0", &["0 1 1 issuer"]).gets(PLAIN, "tlsa-unusable"),
        ecdsa("usage-4", &["4 1 1 leaf"]).gets(PLAIN, "tlsa-unusable"),
        ecdsa("selector-2", &["3 2 1 leaf"]).gets(PLAIN, "tlsa-unusable"),
        ecdsa("matching-3", &["3 1 3 leaf"]).gets(PLAIN, "tlsa-unusable"),
        raw("digest-short", &["3 1 1 0011"]).gets(PLAIN, "tlsa-unusable"),
        raw("whole-garbage", &["3 0 0 00"]).gets(DEFERS, "tlsa-senders-differ! tlsa-unusable"),
        ecdsa(
            "usage-1-beside",
            &["1 1 1 leaf", "3 1 1 leaf", "3 1 1 next"],
        )
        .gets(BEST, "tlsa-unusable?"),
        // The presentation format cannot say it.
        ecdsa("no-data-beside", &super::GOOD)
            .with("_25._tcp.mx TYPE52 \\# 3 030101\n")
            .in_zone(Zone::Odd)
            .gets(DEFERS, "tlsa-senders-differ! tlsa-unusable!"),
        ecdsa("no-data-of-usage-1", &super::GOOD)
            .with("_25._tcp.mx TYPE52 \\# 3 010101\n")
            .in_zone(Zone::Odd)
            .gets(BEST, "tlsa-unusable?"),
        ecdsa("usage-1-beside-mismatch", &["1 1 1 leaf", "3 1 1 old"])
            .gets(DEFERS, "tlsa-mismatch! tlsa-unusable?"),
    ]
}

fn digests() -> Vec<Case> {
    vec![
        ecdsa("digest-of-nothing", &["3 1 1 nothing"])
            .gets(DEFERS, "tlsa-mismatch! tlsa-empty-digest"),
        ecdsa("digest-of-nothing-beside", &["3 1 1 leaf", "3 1 1 nothing"])
            .gets(BEST, "tlsa-empty-digest"),
        ecdsa("stronger-is-stale", &["3 1 1 leaf", "3 1 2 old"])
            .gets(DEFERS, "tlsa-agility! tlsa-senders-differ!"),
        ecdsa("stronger-is-right", &["3 1 1 old", "3 1 2 leaf"]).gets(BEST, ""),
        ecdsa("stronger-of-other-selector", &["3 1 1 leaf", "3 0 2 old"]).gets(BEST, "tlsa-stale?"),
        ecdsa("whole-counts-always", &["3 1 0 leaf", "3 1 2 old"]).gets(BEST, ""),
        ecdsa("stronger-is-short", &["3 1 1 leaf", "3 1 1 next"])
            .with("_25._tcp.mx TLSA 3 1 2 0011\n")
            .gets(BEST, "tlsa-unusable?"),
    ]
}
