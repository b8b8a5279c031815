//! Records and policies of MTA-STS, and the hosts that they are for.

use super::PLAIN;
use crate::case::{Case, Zone, host};
use crate::web::Web;

/// A policy that is enforced for the host of the domain.
pub const ENFORCE: &str = "version: STSv1\nmode: enforce\nmx: mx.{domain}\nmax_age: 604800\n";
/// What comes of it.
pub const HELD: &str = "authenticated: encrypted authenticated encrypted";
/// Who looks for a policy does not deliver.
const DEFERS: &str = "deferred: encrypted deferred encrypted";

pub fn all() -> Vec<Case> {
    [records(), bodies(), patterns(), hosts(), beside_dane()]
        .into_iter()
        .flatten()
        .collect()
}

/// A domain without TLSA records.
fn plain(name: &str) -> Case {
    Case::single(name, "ecdsa", &[])
}

/// With another policy than usual.
fn policy(name: &str, lines: &str) -> Case {
    plain(name).policy(lines)
}

fn records() -> Vec<Case> {
    // The policy is there; the record is another.
    let record = |name: &str, lines: &str| {
        let lines = lines.lines().map(|line| format!("_mta-sts TXT {line}\n"));
        let lines: String = lines.collect();
        plain(name).with(&lines).web(Web::new(ENFORCE))
    };
    vec![
        policy("enforce", ENFORCE).gets(HELD, ""),
        record("record-two", "\"v=STSv1; id=1\"\n\"v=STSv1; id=2\"").gets(PLAIN, "sts-records"),
        record(
            "record-other-beside",
            "\"v=STSv1; id=1\"\n\"something else\"",
        )
        .gets(HELD, ""),
        record("record-hyphen", "\"v=STSv1; id=2026-11-28\"").gets(HELD, "sts-records"),
        record(
            "record-long-id",
            "\"v=STSv1; id=123456789012345678901234567890123\"",
        )
        .gets(HELD, "sts-records"),
        record("record-no-id", "\"v=STSv1;\"").gets(PLAIN, "sts-records"),
        record("record-in-parts", "\"v=STSv1; \" \"id=1\"").gets(HELD, ""),
        record("record-tight", "\"v=STSv1;id=1;\"").gets(HELD, ""),
        record("record-version-2", "\"v=STSv2; id=1\"").gets(PLAIN, ""),
        record("record-of-old-version", "\"v=STSv10; id=1\"").gets(PLAIN, "sts-records"),
        record("record-order", "\"id=1; v=STSv1\"").gets(PLAIN, ""),
        record("record-extension", "\"v=STSv1; id=1; more=something\"").gets(HELD, ""),
        plain("record-missing")
            .web(Web::new(ENFORCE))
            .gets(PLAIN, ""),
        policy("record-forged", ENFORCE)
            .forged("_mta-sts", "TXT")
            .gets(PLAIN, "dns-bogus"),
        policy("record-unsigned", ENFORCE)
            .in_zone(Zone::Open)
            .gets(HELD, ""),
        Case::single("record-is-alias", "ecdsa", &[])
            .with("_mta-sts CNAME _mta-sts.enforce.signed.lab.\n")
            .web(Web::new(ENFORCE))
            .gets(HELD, ""),
    ]
}

fn bodies() -> Vec<Case> {
    let lines = |mode: &str, rest: &str| format!("version: STSv1\nmode: {mode}\n{rest}");
    const REST: &str = "mx: mx.{domain}\nmax_age: 604800\n";
    vec![
        policy("testing", &lines("testing", REST)).gets(PLAIN, "sts-testing?"),
        policy("mode-none", &lines("none", "max_age: 86400\n")).gets(PLAIN, ""),
        policy("mode-none-with-mx", &lines("none", REST)).gets(PLAIN, ""),
        policy("mode-unknown", &lines("enforced", REST)).gets(PLAIN, "sts-policy"),
        policy("mode-missing", &format!("version: STSv1\n{REST}")).gets(PLAIN, "sts-policy"),
        policy("version-missing", &format!("mode: enforce\n{REST}")).gets(PLAIN, "sts-policy"),
        policy(
            "version-2",
            &format!("version: STSv2\nmode: enforce\n{REST}"),
        )
        .gets(PLAIN, "sts-policy"),
        policy(
            "version-last",
            &format!("mode: enforce\n{REST}version: STSv1\n"),
        )
        .gets(HELD, ""),
        policy("max-age-missing", &lines("enforce", "mx: mx.{domain}\n")).gets(PLAIN, "sts-policy"),
        policy(
            "max-age-text",
            &lines("enforce", "mx: mx.{domain}\nmax_age: week\n"),
        )
        .gets(PLAIN, "sts-policy"),
        policy(
            "max-age-large",
            &lines("enforce", "mx: mx.{domain}\nmax_age: 31557601\n"),
        )
        .gets(PLAIN, "sts-policy"),
        policy(
            "max-age-hour",
            &lines("enforce", "mx: mx.{domain}\nmax_age: 3600\n"),
        )
        .gets(HELD, "sts-max-age"),
        policy("mx-missing", &lines("enforce", "max_age: 604800\n")).gets(PLAIN, "sts-policy"),
        policy("lines-crlf", &ENFORCE.replace('\n', "\r\n")).gets(HELD, ""),
        policy("lines-blank", &ENFORCE.replace(": ", ":   ")).gets(HELD, ""),
        policy("lines-blank-before-colon", &ENFORCE.replace(": ", " : ")).gets(PLAIN, "sts-policy"),
        policy("lines-unended", ENFORCE.trim_end()).gets(HELD, ""),
        policy("lines-marked", &format!("\u{feff}{ENFORCE}")).gets(PLAIN, "sts-policy"),
        policy("key-unknown", &format!("{ENFORCE}more: something\n")).gets(HELD, ""),
        policy("key-repeated", &format!("{ENFORCE}mode: testing\n")).gets(HELD, "sts-policy"),
        policy("empty", "").gets(PLAIN, "sts-policy"),
        policy("html", "<html>welcome</html>\n").gets(PLAIN, "sts-policy"),
    ]
}

fn patterns() -> Vec<Case> {
    let mx =
        |name: &str, patterns: &str| policy(name, &ENFORCE.replace("mx: mx.{domain}", patterns));
    vec![
        mx("mx-wildcard", "mx: *.{domain}").gets(HELD, ""),
        Case::single("mx-other-of-wildcard", "wildcard", &[])
            .policy(&ENFORCE.replace("mx.{", "other.{"))
            .gets(DEFERS, "sts-mx-uncovered!"),
        mx("mx-case", "mx: MX.{domain}").gets(HELD, ""),
        mx("mx-several", "mx: other.{domain}\nmx: mx.{domain}").gets(HELD, ""),
        mx("mx-other", "mx: other.{domain}").gets(DEFERS, "sts-mx-uncovered!"),
        mx("mx-domain", "mx: {domain}").gets(DEFERS, "sts-mx-uncovered!"),
        mx("mx-wildcard-deep", "mx: *.signed.lab").gets(DEFERS, "sts-mx-uncovered!"),
        mx("mx-with-dot", "mx: mx.{domain}.").gets(DEFERS, "sts-mx-uncovered! sts-policy"),
        mx("mx-with-dot-beside", "mx: mx.{domain}.\nmx: mx.{domain}").gets(HELD, "sts-policy"),
        mx("mx-address-pattern", "mx: 10.25.0.10\nmx: mx.{domain}").gets(HELD, "sts-policy"),
        policy(
            "mx-other-testing",
            &ENFORCE
                .replace("mx.{", "no.{")
                .replace("enforce", "testing"),
        )
        .gets(PLAIN, "sts-mx-uncovered sts-testing?"),
    ]
}

fn hosts() -> Vec<Case> {
    let at = |name: &str, server: &str| Case::single(name, server, &[]).policy(ENFORCE);
    let two = |name: &str, first: &str, second: &str, patterns: &str| {
        Case::new(name, "@ MX 10 mx1\n@ MX 20 mx2\n")
            .with(&host("mx1", first, &[]))
            .with(&host("mx2", second, &[]))
            .policy(&ENFORCE.replace("mx: mx.{domain}", patterns))
    };
    const ANY: &str = "mx: *.{domain}";
    vec![
        at("host-rsa", "rsa").gets(HELD, ""),
        at("host-both", "both").gets(HELD, ""),
        at("host-wildcard", "wildcard").gets(HELD, ""),
        at("host-cross-signed", "cross").gets(DEFERS, "sts-certificate!"),
        at("host-expired", "expired").gets(DEFERS, "sts-certificate!"),
        at("host-self-signed", "self-signed").gets(DEFERS, "sts-certificate!"),
        at("host-untrusted", "untrusted").gets(DEFERS, "sts-certificate!"),
        at("host-other-name", "other-name").gets(DEFERS, "sts-certificate!"),
        at("host-name-of-domain", "domain-name").gets(DEFERS, "sts-certificate!"),
        at("host-cn-only", "cn-only-2").gets(DEFERS, "sts-certificate!"),
        at("host-lonely", "lonely").gets(DEFERS, "sts-certificate!"),
        at("host-clear", "clear")
            .gets("deferred: delivered deferred delivered", "sts-certificate!"),
        at("host-no-tls", "no-tls")
            .gets("deferred: delivered deferred delivered", "sts-certificate!"),
        Case::new("host-alias", "@ MX 10 mx\nmx CNAME target\n")
            .with(&host("target", "ecdsa", &[]))
            .policy(ENFORCE)
            .gets(HELD, "mx-alias?"),
        two("hosts-both", "ecdsa", "rsa", ANY).gets(HELD, ""),
        two("hosts-first-expired", "expired", "rsa", ANY).gets(HELD, "sts-certificate"),
        two("hosts-second-expired", "ecdsa", "expired", ANY).gets(HELD, "sts-certificate"),
        two("hosts-first-covered", "ecdsa", "rsa", "mx: mx1.{domain}")
            .gets(HELD, "sts-mx-uncovered"),
        two("hosts-second-covered", "ecdsa", "rsa", "mx: mx2.{domain}")
            .gets(HELD, "sts-mx-uncovered"),
    ]
}

fn beside_dane() -> Vec<Case> {
    let both =
        |name: &str, server: &str, tlsa: &[&str]| Case::single(name, server, tlsa).policy(ENFORCE);
    vec![
        both("both-good", "ecdsa", &super::GOOD)
            .gets("authenticated: authenticated authenticated encrypted", ""),
        both("dane-good-sts-wrong", "expired", &super::GOOD).gets(
            "deferred: authenticated deferred encrypted",
            "sts-certificate!",
        ),
        both("dane-wrong-sts-good", "ecdsa", &["3 1 1 old"]).gets(
            "deferred: deferred authenticated encrypted",
            "tlsa-mismatch!",
        ),
        both("no-reports", "ecdsa", &super::GOOD)
            .with("_smtp._tls TXT none\n")
            .gets(
                "authenticated: authenticated authenticated encrypted",
                "tlsrpt-missing?",
            ),
        both("reports-nowhere", "ecdsa", &super::GOOD)
            .with("_smtp._tls TXT \"v=TLSRPTv1; rua=reports@client.test\"\n")
            .gets(
                "authenticated: authenticated authenticated encrypted",
                "tlsrpt-invalid",
            ),
    ]
}
