//! What the DNS answers: signed, not signed, forged, lost.

use super::{ALL_DEFER, BEST, CLEAR, DEFERS, GOOD, PLAIN};
use crate::case::{Case, Zone, host};

pub fn all() -> Vec<Case> {
    [mail(), broken(), unsigned(), aliases()]
        .into_iter()
        .flatten()
        .collect()
}

/// A second host, with records in good order.
fn second() -> String {
    "@ MX 20 mx2\n".to_owned() + &host("mx2", "rsa", &GOOD)
}

fn mail() -> Vec<Case> {
    vec![
        Case::single("good", "ecdsa", &GOOD).gets(BEST, ""),
        Case::single("nothing", "ecdsa", &[]).gets(PLAIN, ""),
        Case::single("in-the-clear", "clear", &[]).gets(CLEAR, ""),
        Case::new("missing", "").gets(ALL_DEFER, "dns-failure!"),
        Case::new("no-mail", "@ MX 0 .\n").gets("no-mail: no-mail no-mail no-mail", ""),
        Case::single("no-mail-mixed", "ecdsa", &GOOD)
            .with("@ MX 0 .\n")
            .gets(BEST, "null-mx-mixed"),
        Case::new("no-mx", host("@", "ecdsa", &GOOD).replace(".@ ", " ")).gets(BEST, ""),
        Case::new("no-address", "@ TXT here\n").gets(ALL_DEFER, "no-address!"),
        Case::single("mx-nowhere-beside", "ecdsa", &GOOD)
            .with("@ MX 20 nowhere\n")
            .gets(BEST, "no-address"),
        // The resolver answers SERVFAIL.
        Case::new("alias-circle", "@ MX 10 mx\nmx CNAME mx\n")
            .gets(ALL_DEFER, "dns-no-answer! dns-no-answer"),
        Case::new("mx-nowhere", "@ MX 10 nowhere\n").gets(ALL_DEFER, "no-address!"),
        Case::new("mx-address", "@ MX 10 10.25.0.10.\n").gets(ALL_DEFER, "mx-is-address!"),
        Case::single("mx-address-beside", "ecdsa", &GOOD)
            .with("@ MX 20 10.25.0.10.\n")
            .gets(BEST, "mx-is-address"),
    ]
}

fn broken() -> Vec<Case> {
    let good = |name| Case::single(name, "ecdsa", &GOOD);
    vec![
        good("mx-forged")
            .forged("@", "MX")
            .gets(ALL_DEFER, "dns-bogus!"),
        good("address-forged")
            .forged("mx", "A")
            .gets(ALL_DEFER, "dns-bogus!"),
        good("address-forged-of-one")
            .with(&second())
            .forged("mx", "A")
            .gets(BEST, "dns-bogus"),
        good("other-family-forged")
            .with("mx {AAAA ecdsa}\n")
            .forged("mx", "AAAA")
            .gets(BEST, "dns-bogus"),
        good("tlsa-forged")
            .forged("_25._tcp.mx", "TLSA")
            .gets(DEFERS, "dns-bogus!"),
        good("tlsa-forged-of-one")
            .with(&second())
            .forged("_25._tcp.mx", "TLSA")
            .gets(BEST, "dns-bogus"),
        Case::single("denial-forged", "ecdsa", &[])
            .forged("mx", "NSEC")
            // That there is no AAAA record is not proven, either.
            .gets(DEFERS, "dns-bogus! dns-bogus"),
        Case::single("tlsa-lost", "ecdsa", &[])
            .lost("_tcp.mx")
            .gets(DEFERS, "dns-no-answer!"),
        Case::single("tlsa-lost-of-one", "ecdsa", &[])
            .with(&second())
            .lost("_tcp.mx")
            .gets(BEST, "dns-no-answer"),
        good("lost").in_zone(Zone::Dead).gets(
            "unresolved: unresolved unresolved unresolved",
            "dns-no-answer! dns-no-answer",
        ),
        good("two-days")
            .in_zone(Zone::TwoDays)
            .gets(BEST, "rrsig-expiring"),
        good("today")
            .in_zone(Zone::Today)
            .gets(BEST, "rrsig-expiring!"),
        good("reports-forged")
            .forged("_smtp._tls", "TXT")
            .gets(BEST, "dns-bogus"),
    ]
}

fn unsigned() -> Vec<Case> {
    vec![
        Case::single("unsigned", "ecdsa", &[])
            .in_zone(Zone::Open)
            .gets(PLAIN, ""),
        Case::single("unsigned-tlsa", "ecdsa", &GOOD)
            .in_zone(Zone::Open)
            .gets(PLAIN, "tlsa-insecure"),
        Case::single("unsigned-wrong-tlsa", "ecdsa", &["3 1 1 old"])
            .in_zone(Zone::Open)
            .gets(PLAIN, "tlsa-insecure"),
        Case::new("unsigned-mx", "@ MX 10 mx.good.signed.lab.\n")
            .in_zone(Zone::Open)
            .gets(PLAIN, "mx-insecure"),
        Case::new("unsigned-mx-mismatch", "@ MX 10 mx.mismatch.signed.lab.\n")
            .in_zone(Zone::Open)
            .gets(DEFERS, "tlsa-mismatch! tlsa-senders-differ! mx-insecure"),
        Case::new("host-unsigned", "@ MX 10 mx.unsigned-tlsa.open.lab.\n")
            .gets(PLAIN, "tlsa-insecure"),
    ]
}

fn aliases() -> Vec<Case> {
    let alias = |name, server: &str, tlsa: &[&str]| {
        Case::new(name, "@ MX 10 mx\nmx CNAME target\n").with(&host("target", server, tlsa))
    };
    let under_alias = |record: &str| format!("_25._tcp.mx {{{record}}}\n");
    vec![
        alias("alias", "ecdsa", &GOOD).gets(BEST, "mx-alias?"),
        alias("alias-mismatch", "ecdsa", &["3 1 1 old"]).gets(DEFERS, "tlsa-mismatch! mx-alias?"),
        alias("tlsa-at-alias", "ecdsa", &[])
            .with(&under_alias("3 1 1 leaf ecdsa"))
            .with(&under_alias("3 1 1 next ecdsa"))
            .gets(BEST, "mx-alias?"),
        alias("tlsa-at-alias-and-target", "ecdsa", &GOOD)
            .with(&under_alias("3 1 1 old ecdsa"))
            .gets(BEST, "mx-alias?"),
        alias(
            "name-of-target",
            "alias-target",
            &["2 1 1 issuer", "2 1 1 next"],
        )
        .gets(BEST, "mx-alias?"),
        alias("tlsa-at-alias-name-of-target", "alias-target", &[])
            .with(&under_alias("2 1 1 issuer alias-target"))
            .with(&under_alias("2 1 1 next alias-target"))
            .gets(DEFERS, "tlsa-name! tlsa-senders-differ! mx-alias?"),
        Case::new(
            "alias-to-unsigned",
            "@ MX 10 mx\nmx CNAME mx.unsigned.open.lab.\n",
        )
        .with(&under_alias("3 1 1 leaf ecdsa"))
        .with(&under_alias("3 1 1 next ecdsa"))
        .gets(BEST, "mx-alias?"),
        Case::new(
            "alias-to-unsigned-tlsa",
            "@ MX 10 mx\nmx CNAME mx.unsigned-tlsa.open.lab.\n",
        )
        .gets(PLAIN, "tlsa-insecure mx-alias?"),
        Case::new(
            "unsigned-alias-to-tlsa",
            "@ MX 10 mx\nmx CNAME mx.good.signed.lab.\n",
        )
        .in_zone(Zone::Open)
        .gets(PLAIN, "tlsa-insecure mx-alias?"),
        Case::single("tlsa-is-alias", "ecdsa", &[])
            .with("_25._tcp.mx CNAME tlsa\ntlsa {3 1 1 leaf ecdsa}\ntlsa {3 1 1 next ecdsa}\n")
            .gets(BEST, ""),
        Case::single("tlsa-is-alias-to-unsigned", "ecdsa", &[])
            .with("_25._tcp.mx CNAME _25._tcp.mx.unsigned-tlsa.open.lab.\n")
            .gets(PLAIN, "tlsa-insecure"),
        Case::single("tlsa-is-alias-to-nothing", "ecdsa", &[])
            .with("_25._tcp.mx CNAME nowhere\n")
            .gets(PLAIN, ""),
    ]
}
