//! Hosts with several addresses, and with both types of key: a sender meets one of them.

use super::{BEST, DEFERS, GOOD};
use crate::case::{Case, host};

pub fn all() -> Vec<Case> {
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
