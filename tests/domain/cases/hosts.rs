//! Several hosts, and hosts that do not speak TLS, or not at all.

use super::{ALL_DEFER, BEST, CLEAR, DEFERS, GOOD, PLAIN};
use crate::case::{Case, host};

pub fn all() -> Vec<Case> {
    [several(), silent()].into_iter().flatten().collect()
}

/// Two hosts, each at a server with records.
fn two(name: &str, first: (&str, &[&str]), second: (&str, &[&str])) -> Case {
    Case::new(name, "@ MX 10 mx1\n@ MX 20 mx2\n")
        .with(&host("mx1", first.0, first.1))
        .with(&host("mx2", second.0, second.1))
}

fn several() -> Vec<Case> {
    let old: &[&str] = &["3 1 1 old"];
    vec![
        two("two-hosts", ("ecdsa", &GOOD), ("rsa", &GOOD)).gets(BEST, ""),
        two("first-mismatch", ("ecdsa", old), ("rsa", &GOOD)).gets(BEST, "tlsa-mismatch"),
        two("second-mismatch", ("ecdsa", &GOOD), ("rsa", old)).gets(BEST, "tlsa-mismatch"),
        two("both-mismatch", ("ecdsa", old), ("rsa", old)).gets(DEFERS, "tlsa-mismatch!"),
        two("first-without", ("ecdsa", &[]), ("rsa", &GOOD)).gets(PLAIN, "dane-partial"),
        two("second-without", ("ecdsa", &GOOD), ("rsa", &[])).gets(PLAIN, "dane-partial"),
        two(
            "first-mismatch-second-without",
            ("ecdsa", old),
            ("rsa", &[]),
        )
        .gets(PLAIN, "tlsa-mismatch dane-partial"),
        two("first-clear", ("clear", old), ("rsa", &GOOD)).gets(
            "authenticated: authenticated delivered delivered",
            "tlsa-no-starttls",
        ),
        two("first-down", ("down", old), ("rsa", &GOOD)).gets(BEST, "connect-failed"),
        two("second-down", ("ecdsa", &GOOD), ("down", old)).gets(BEST, "connect-failed"),
        two("first-mismatch-second-down", ("ecdsa", old), ("down", old))
            .gets(DEFERS, "tlsa-mismatch! connect-failed"),
        two("first-unusable", ("ecdsa", &["1 1 1 leaf"]), ("rsa", &GOOD))
            .gets(PLAIN, "tlsa-unusable"),
    ]
}

fn silent() -> Vec<Case> {
    let old: &[&str] = &["3 1 1 old"];
    vec![
        Case::single("clear", "clear", old).gets(
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls!",
        ),
        Case::single("clear-unusable", "clear", &["1 1 1 old"]).gets(
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls! tlsa-unusable",
        ),
        Case::single("no-tls", "no-tls", &[]).gets(CLEAR, ""),
        Case::single("no-tls-with-records", "no-tls", old).gets(
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls!",
        ),
        Case::single("down", "down", old).gets(ALL_DEFER, "connect-failed!"),
        Case::single("busy", "busy", &GOOD).gets(ALL_DEFER, "greeting-refused!"),
        Case::single("one-address-down", "ecdsa", &GOOD)
            .with("mx {AAAA down}\n")
            .gets(BEST, "address-unreachable?"),
    ]
}
