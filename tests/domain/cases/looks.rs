//! Hosts with several addresses, and with both types of key: a sender meets one of them.

use super::{BEST, CLEAR, DEFERS, ENFORCE, GOOD, PLAIN};
use crate::case::{Case, host};

pub fn all() -> Vec<Case> {
    [keys(), one_key(), old()].into_iter().flatten().collect()
}

/// Servers with a key of RSA that end the connection of a client that wants another.
fn one_key() -> Vec<Case> {
    vec![
        Case::single("rsa-reset", "rsa-reset", &GOOD).gets(BEST, ""),
        Case::single("rsa-closed", "rsa-closed", &GOOD).gets(BEST, ""),
        Case::single("rsa-closed-mismatch", "rsa-closed", &["3 1 1 old"])
            .gets(DEFERS, "tlsa-mismatch!"),
        Case::single("rsa-reset-enforce", "rsa-reset", &[])
            .policy(ENFORCE)
            .gets("authenticated: encrypted authenticated encrypted", ""),
    ]
}

/// Servers whose TLS senders speak, and rustls does not; and those whose TLS neither speaks.
fn old() -> Vec<Case> {
    let sts = |name: &str, server: &str| Case::single(name, server, &[]).policy(ENFORCE);
    vec![
        Case::single("old-suite", "old-suite", &GOOD).gets(BEST, ""),
        Case::single("old-suite-mismatch", "old-suite", &["3 1 1 old"])
            .gets(DEFERS, "tlsa-mismatch!"),
        Case::single("old-suite-plain", "old-suite", &[]).gets(PLAIN, ""),
        sts("old-suite-enforce", "old-suite")
            .gets("authenticated: encrypted authenticated encrypted", ""),
        Case::single("cbc", "cbc", &["2 1 1 issuer", "2 1 1 next"]).gets(BEST, ""),
        Case::single("dhe", "dhe", &GOOD).gets(BEST, ""),
        Case::single("tls-1-0", "tls-1.0", &GOOD).gets(
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls!",
        ),
        Case::single("tls-1-0-plain", "tls-1.0", &[]).gets(CLEAR, ""),
        sts("tls-1-0-enforce", "tls-1.0")
            .gets("deferred: delivered deferred delivered", "sts-certificate!"),
    ]
}

fn keys() -> Vec<Case> {
    let both = |name, tlsa: &[&str]| Case::single(name, "both", tlsa);
    let second = |name: &str, server: &str, tlsa: &[&str]| {
        Case::single(name, "ecdsa", tlsa).with(&format!("mx {{AAAA {server}}}\n"))
    };
    let of_rsa = "_25._tcp.mx {3 1 1 leaf rsa}\n";
    vec![
        both("keys-both", &["3 1 1 leaf", "3 1 1 second"]).gets(BEST, "tlsa-no-rollover?"),
        both("keys-one", &["3 1 1 leaf"]).gets(DEFERS, "tlsa-partial! tlsa-no-rollover?"),
        both("keys-other-one", &["3 1 1 second"]).gets(DEFERS, "tlsa-partial! tlsa-no-rollover?"),
        both("keys-none", &["3 1 1 old"]).gets(DEFERS, "tlsa-mismatch!"),
        both("keys-by-issuer", &["2 1 1 issuer", "2 1 1 next"]).gets(BEST, ""),
        second("addresses-same", "ecdsa", &GOOD).gets(BEST, ""),
        second("addresses-both", "rsa", &["3 1 1 leaf"])
            .with(of_rsa)
            .gets(BEST, "tlsa-no-rollover?"),
        second("addresses-one", "rsa", &["3 1 1 leaf"])
            .gets(DEFERS, "tlsa-partial! tlsa-no-rollover?"),
        second("addresses-other-one", "rsa", &[])
            .with(of_rsa)
            .gets(DEFERS, "tlsa-partial! tlsa-no-rollover?"),
        second(
            "addresses-by-issuer",
            "rsa",
            &["2 1 1 issuer", "2 1 1 next"],
        )
        .gets(BEST, ""),
        second("addresses-one-clear", "clear", &GOOD).gets(
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls!",
        ),
        second("addresses-one-of-two-hosts", "rsa", &["3 1 1 leaf"])
            .with("@ MX 20 mx2\n")
            .with(&host("mx2", "rsa", &GOOD))
            .gets(BEST, "tlsa-partial tlsa-no-rollover?"),
    ]
}
