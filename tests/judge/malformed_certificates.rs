//! Odd, broken and hostile certificates, field by field: as much is shown as can be read, the
//! fingerprints always, nothing of it moves a cursor, and none is trusted by mistake.
#![allow(
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "tests use clock, files and sockets as they like, and tables are long"
)]

use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::net::SocketAddr;
use std::path::Path;
use std::slice;
use std::sync::LazyLock;
use std::time::{Duration as Span, Instant};
use testkit::der::{
    ECDSA_SHA256, Fields, Issuer, algorithm, basic_constraints, bit_string, common_name, dns_sans,
    extension, generalized, generalized_time, integer, name, null, octet_string, oid, sans, seq,
    set, tlv, utc, utc_time, utf8,
};
use testkit::keyless;
use testkit::openssl;
use testkit::pki::{now, to_pem};
use testkit::program::{Dir, finish, problems_by_certificate, program};
use time::Duration;

type Der = CertificateDer<'static>;

static ROOT: LazyLock<Issuer> = LazyLock::new(|| Issuer::root("Odd Root"));

// ------------------------------------------------------------------------------- how it is looked at

/// The problems of a report, each with the certificate that it is about: `expired 0`. Sorted.
fn problems(report: &Value) -> Vec<String> {
    let mut found = problems_by_certificate(report);
    found.sort();
    found
}

/// Judges a saved chain for localhost under `anchors` in every format, checks what holds for any
/// chain, and returns the JSON.
#[track_caller]
fn look(what: &str, chain: &[Der], anchors: &[Der]) -> Value {
    let dir = Dir::new();
    let pem = |list: &[Der]| list.iter().map(|der| to_pem(der)).collect::<String>();
    let chain_file = dir.file("chain.pem", pem(chain));
    let anchor_file = dir.file("anchors.pem", pem(anchors));
    let args = [
        "--chain",
        text(&chain_file),
        "--cacerts",
        text(&anchor_file),
        "--servername",
        "localhost",
    ];
    let json = finish(program().args(args).args(["--format", "json"]));
    assert_eq!(json.stderr, "", "{what}");
    assert_safe(what, &json.stdout);
    let (code, report) = (json.code, serde_json::from_str(&json.stdout).expect("JSON"));
    testkit::program::check_schema(&report);
    for format in [&["-v"][..], &["-q"], &["--format", "pem"]] {
        let run = finish(program().args(args).args(format));
        assert_eq!(run.code, code, "{what} {format:?}: {}", run.stderr);
        for output in [&run.stdout, &run.stderr] {
            assert_safe(what, output);
        }
        if format.contains(&"pem") {
            assert_eq!(run.stdout, pem(chain), "{what}: PEM gives back every byte");
        }
    }
    check_verdict(what, code, &report);
    check_chain(what, chain, &report);
    report
}

/// Contains no control, bidirectional or zero-width character. The check is written again here, so
/// that the program does not judge itself.
#[track_caller]
fn assert_safe(what: &str, output: &str) {
    let found = output.chars().find(|&c| {
        let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{ad}' | '\u{feff}');
        hidden || (c != '\n' && c.is_control())
    });
    assert_eq!(found, None, "{what}: {output:?}");
}

/// The exit code, the outcome and the problems say the same.
#[track_caller]
fn check_verdict(what: &str, code: i32, report: &Value) {
    let found = problems(report);
    let trusted = found.is_empty();
    let expected = if trusted { "trusted" } else { "untrusted" };
    assert_eq!(report["outcome"], expected, "{what}: {found:?}");
    assert_eq!(code, i32::from(!trusted), "{what}: {found:?}");
    assert_eq!(report["validation"]["trusted"], trusted, "{what}");
    let path = report["validation"]["path"].as_array().map_or(0, Vec::len);
    assert_eq!(
        path > 0,
        !report["validation"]["anchor"].is_null(),
        "{what}"
    );
    assert!(!trusted || path > 0, "{what}: a trusted chain has a path");
}

/// Every certificate is in the report as it was presented.
#[track_caller]
fn check_chain(what: &str, chain: &[Der], report: &Value) {
    let shown = report["chain"].as_array().expect("a chain");
    assert_eq!(shown.len(), chain.len(), "{what}");
    for (ours, der) in shown.iter().zip(chain) {
        let prints = &ours["fingerprints"];
        assert_eq!(
            prints["sha1"],
            hex::encode(sha1::Sha1::digest(der)),
            "{what}"
        );
        assert_eq!(
            prints["sha256"],
            hex::encode(sha2::Sha256::digest(der)),
            "{what}"
        );
        assert_eq!(
            prints["sha512"],
            hex::encode(sha2::Sha512::digest(der)),
            "{what}"
        );
        assert_eq!(ours["size"], der.len(), "{what}");
        assert_eq!(ours["pem"], to_pem(der), "{what}");
        let whole = ours["parse_error"].is_null();
        assert!(!whole || ours["subject"].is_string(), "{what}");
        assert_eq!(whole, ours["spki_sha256"].is_string(), "{what}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// One odd certificate: what it is called, its bytes, the problems to be found, and facts to be
/// shown.
struct Case(&'static str, Der, &'static [&'static str], Value);

/// Expected for bytes that are not a certificate.
fn nothing() -> Value {
    json!({ "version": null, "subject": null, "issuer": null, "serial": null, "not_after": null, "sans": null, "public_key": null })
}

/// Expected of a certificate with a broken field that is not shown: the others are.
fn all_but(fields: &[&str]) -> Value {
    let mut facts = json!({ "version": null, "subject": "CN=localhost", "issuer": "CN=Odd Root", "serial": "5e51a1", "signature_algorithm": "ecdsa-with-SHA256" });
    for field in fields {
        facts[field] = Value::Null;
    }
    facts
}

/// Judges each as a leaf below the root, and compares the facts, with OpenSSL's too.
#[track_caller]
fn check(cases: impl IntoIterator<Item = Case>) {
    let mut failures = Vec::new();
    for Case(what, der, expected, facts) in cases {
        let report = look(what, slice::from_ref(&der), &[ROOT.der()]);
        let found = problems(&report);
        if found != expected {
            failures.push(format!(
                "{what}: {found:?}, not {expected:?}\n{:#}",
                report["validation"]["problems"]
            ));
        }
        let ours = &report["chain"][0];
        for (field, value) in facts.as_object().into_iter().flatten() {
            if &ours[field] != value {
                failures.push(format!("{what}: {field} is {}, not {value}", ours[field]));
            }
        }
        if ours["parse_error"].is_null() {
            for difference in openssl::differences(ours, &to_pem(&der)) {
                failures.push(format!("{what}: {difference}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A leaf of the root's with one change.
fn leaf(change: impl FnOnce(&mut Fields)) -> Der {
    ROOT.leaf(change)
}

fn with_extension(der: Vec<u8>) -> Der {
    leaf(|f| f.extensions.push(der))
}

fn with_sans(names: Vec<Vec<u8>>) -> Der {
    leaf(|f| f.extensions = vec![basic_constraints(false), sans(names)])
}

// ------------------------------------------------------------------------------------- the fields

#[test]
#[rustfmt::skip] // One case, one line.
fn versions() {
    let version = |octets: &[u8]| tlv(0xa0, integer(octets));
    let unique = [tlv(0x81, [0, 1, 2]), tlv(0x82, [0, 3, 4])].concat();
    let old = |v: Vec<u8>| {
        leaf(|f| {
            f.version = v;
            f.extensions.clear();
        })
    };
    let odd = |v: Vec<u8>| leaf(|f| f.version = v);
    check([
        Case("sound", leaf(|_| ()), &[], json!({ "version": 3, "is_ca": false })),
        Case("version 1", old(Vec::new()), &["no-san 0", "unsupported-version 0"], json!({ "version": 1 })),
        Case("version 1, said aloud", old(version(&[0])), &["no-san 0", "unsupported-version 0"], json!({ "version": 1 })),
        Case("version 2", old(version(&[1])), &["no-san 0", "unsupported-version 0"], json!({ "version": 2 })),
        Case("version 2 with unique identifiers", leaf(|f| { f.version = version(&[1]); f.unique_ids.clone_from(&unique); f.extensions.clear(); }), &["no-san 0", "unsupported-version 0"], json!({ "version": 2 })),
        Case("version 1 with extensions", odd(Vec::new()), &["unsupported-version 0"], json!({ "version": 1 })),
        Case("version 4", odd(version(&[3])), &["unsupported-version 0"], json!({ "version": 4 })),
        Case("version 128", odd(version(&[127])), &["unsupported-version 0"], json!({ "version": 128 })),
        Case("version -1", odd(version(&[0xff])), &["malformed 0"], all_but(&[])),
        Case("version 2^64", odd(version(&[1, 0, 0, 0, 0, 0, 0, 0, 0])), &["malformed 0"], all_but(&[])),
        Case("no integer as version", odd(tlv(0xa0, null())), &["malformed 0"], all_but(&[])),
        Case("no such place", odd(tlv(0xa4, integer([2]))), &["malformed 0", "unsupported-version null"], nothing()),
    ]);
}

#[test]
#[rustfmt::skip] // One case, one line.
fn serials() {
    let serial = |octets: &[u8]| leaf(|f| f.serial = integer(octets));
    let forty = [0x40; 40];
    check([
        Case("zero", serial(&[0]), &[], json!({ "serial": "00" })),
        Case("-1", serial(&[0xff]), &[], json!({ "serial": "-01" })),
        Case("-32768", serial(&[0x80, 0]), &[], json!({ "serial": "-8000" })),
        Case("20 octets and a sign", serial(&[&[0][..], &[0xab; 20]].concat()), &[], json!({ "serial": "ab".repeat(20) })),
        Case("40 octets", serial(&forty), &[], json!({ "serial": "40".repeat(40) })),
        Case("20,000 octets", serial(&vec![0x11; 20_000]), &[], json!({ "serial": "11".repeat(20_000) })),
        Case("no octets", serial(&[]), &["malformed 0"], json!({})),
        Case("a needless zero", serial(&[0, 1]), &["malformed 0"], json!({})),
        Case("a needless 0xff", serial(&[0xff, 0xff]), &["malformed 0"], json!({})),
        Case("no integer", leaf(|f| f.serial = octet_string([1])), &["malformed 0"], nothing()),
    ]);
}

/// A leaf that is valid from and until such times.
fn valid(from: Vec<u8>, until: Vec<u8>) -> Der {
    leaf(|f| f.valid(from, until))
}

#[test]
#[rustfmt::skip] // One case, one line.
fn times() {
    let (past, future) = (
        || utc(now() - Duration::days(9)),
        || utc(now() + Duration::days(9)),
    );
    let until = |time: Vec<u8>| valid(past(), time);
    let from = |time: Vec<u8>| valid(time, future());
    let before_1970 = &["path-invalid 0"];
    let year = |year: &str| generalized_time(&format!("{year}0101000000Z"));
    check([
        Case("year 9999", until(generalized_time("99991231235959Z")), &[], json!({ "not_after": "9999-12-31T23:59:59Z" })),
        Case("since 1950", from(utc_time("500101000000Z")), before_1970, json!({ "not_before": "1950-01-01T00:00:00Z" })),
        Case("until 2049", until(utc_time("491231235959Z")), &[], json!({ "not_after": "2049-12-31T23:59:59Z" })),
        Case("until 1999", valid(utc_time("980101000000Z"), utc_time("991231235959Z")), &["expired 0"], json!({ "not_after": "1999-12-31T23:59:59Z" })),
        Case("1950 to 1969", valid(utc_time("500101000000Z"), utc_time("691231235959Z")), &["expired 0"], json!({ "not_after": "1969-12-31T23:59:59Z" })),
        Case("until 1970", valid(utc_time("690101000000Z"), utc_time("700101000000Z")), &["expired 0"], json!({})),
        Case("since 1800", from(year("1800")), before_1970, json!({ "not_before": "1800-01-01T00:00:00Z" })),
        Case("since year 1", from(year("0001")), before_1970, json!({ "not_before": "0001-01-01T00:00:00Z" })),
        Case("since year 0", from(year("0000")), before_1970, json!({ "not_before": "0000-01-01T00:00:00Z" })),
        Case("year 0 to 9999", valid(year("0000"), year("9999")), before_1970, json!({})),
        Case("in year 9998", valid(year("9998"), year("9999")), &["not-yet-valid 0"], json!({})),
        Case("GeneralizedTime where UTCTime is due", until(generalized(now() + Duration::days(9))), &[], json!({})),
        Case("backwards", valid(future(), past()), &["malformed 0"], json!({})),
        Case("one second", valid(past(), past()), &["expired 0"], json!({})),
        Case("leap day", from(utc_time("240229000000Z")), &[], json!({ "not_before": "2024-02-29T00:00:00Z" })),
        Case("30 February", from(utc_time("240230000000Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("29 February 2023", from(utc_time("230229000000Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("month 13", from(utc_time("241301000000Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("hour 24", from(utc_time("240101240000Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("second 60", from(utc_time("161231235960Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("no seconds", from(utc_time("2401010000Z")), &["malformed 0"], json!({})),
        Case("an offset", from(utc_time("240101000000+0100")), &["malformed 0"], json!({})),
        Case("a fraction", from(generalized_time("20240101000000.5Z")), &["malformed 0"], json!({})),
        Case("no zone", from(generalized_time("20240101000000")), &["malformed 0"], json!({})),
        Case("empty", from(utc_time("")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("an escape sequence", from(utc_time("\x1b]0;x\x07\u{202e}0Z")), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("no time", from(integer([1])), &["malformed 0"], all_but(&["not_before", "not_after"])),
        Case("one time only", leaf(|f| f.validity = seq([past()])), &["malformed 0"], all_but(&["not_before", "not_after"])),
    ]);
}

#[test]
fn what_remains_of_a_broken_certificate_is_in_the_table() {
    let dir = Dir::new();
    let broken = valid(utc_time("240230000000Z"), utc(now()));
    let file = dir.file("chain.pem", to_pem(&broken));
    let root = dir.file("root.pem", to_pem(&ROOT.der()));
    let args = [
        "--chain",
        text(&file),
        "--cacerts",
        text(&root),
        "--servername",
        "localhost",
        "-v",
    ];
    let run = finish(program().args(args));
    assert_eq!(run.code, 1);
    for shown in [
        "unparsable",
        "CN=localhost",
        "CN=Odd Root",
        "5e51a1",
        "EC P-256",
    ] {
        assert!(run.stdout.contains(shown), "{shown} in {}", run.stdout);
    }
    assert!(!run.stdout.contains("valid from"), "{}", run.stdout);
}

#[test]
#[rustfmt::skip] // One case, one line.
fn subjects() {
    let subject = |der: Vec<u8>| leaf(|f| f.subject = der);
    let cn = |tag: u8, octets: &[u8]| subject(name([("2.5.4.3", tlv(tag, octets))]));
    let thousand: Vec<_> = (0..1000)
        .map(|n| ("2.5.4.11", utf8(&format!("unit {n}"))))
        .collect();
    let two = seq([set([
        seq([oid("2.5.4.3"), utf8("a")]),
        seq([oid("2.5.4.10"), utf8("b")]),
    ])]);
    let hostile = "x\u{1b}]0;y\u{7}\u{202e}\u{2066}\u{200b}\u{9b}\r\n[hooks]\nevil=/bin/sh";
    check([
        Case("empty", subject(seq([[]; 0])), &[], json!({ "subject": "" })),
        Case("1,000 attributes", subject(name(thousand)), &[], json!({})),
        Case("60,000 characters", subject(common_name(&"a".repeat(60_000))), &[], json!({})),
        Case("two in one", subject(two), &[], json!({})),
        Case("an empty common name", subject(common_name("")), &[], json!({ "subject": "CN=" })),
        Case("BMPString", cn(30, b"\0x\x26\x3a"), &[], json!({ "subject": "CN=x\u{263a}" })),
        Case("BMPString, odd", cn(30, b"\0x\x26"), &[], json!({ "subject": "CN=#1e03007826" })),
        Case("UniversalString", cn(28, b"\0\0\0x\0\x01\xf6\0"), &[], json!({ "subject": "CN=x\u{1f600}" })),
        Case("UniversalString, no character", cn(28, b"\xff\xff\xff\xff"), &[], json!({ "subject": "CN=#1c04ffffffff" })),
        Case("T61String", cn(20, b"M\xfcller"), &[], json!({ "subject": "CN=M\u{fc}ller" })),
        Case("bad UTF-8", cn(12, b"a\xff"), &[], json!({ "subject": "CN=#0c0261ff" })),
        Case("overlong UTF-8", cn(12, b"\xc0\x80"), &[], json!({ "subject": "CN=#0c02c080" })),
        Case("a surrogate in UTF-8", cn(12, b"\xed\xa0\x80"), &[], json!({ "subject": "CN=#0c03eda080" })),
        Case("NUL", cn(12, b"localhost\0.evil.example"), &[], json!({ "subject": "CN=localhost\\00.evil.example" })),
        Case("quotes", cn(12, b"a, CN=b+O=c\"<>;\\"), &[], json!({ "subject": "CN=a\\, CN=b\\+O=c\\\"\\<\\>\\;\\\\" })),
        Case("no string", cn(2, &[1]), &[], json!({ "subject": "CN=#020101" })),
        Case("hostile text", subject(common_name(hostile)), &[], json!({ "subject": format!("CN={}", hostile.replace(';', "\\;")) })),
        Case("no name", subject(integer([1])), &["malformed 0"], all_but(&["subject"])),
        Case("an attribute without a value", subject(seq([set([seq([oid("2.5.4.3")])])])), &["malformed 0"], json!({})),
    ]);
}

/// A `GeneralName` of a kind with text or octets as content.
fn general(kind: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0x80 | kind, content)
}

#[test]
#[rustfmt::skip] // One case, one line.
fn subject_alternative_names() {
    let hundreds = |count: usize| {
        let mut names: Vec<_> = (1..count)
            .map(|n| general(2, format!("h{n}.example")))
            .collect();
        names.push(general(2, "localhost"));
        with_sans(names)
    };
    let other_name = tlv(
        0xa0,
        [oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xa0, utf8("u@x"))].concat(),
    );
    let directory = tlv(0xa4, common_name("inside"));
    let localhost = || general(2, "localhost");
    let kinds = vec![
        localhost(),
        general(7, [192, 0, 2, 1]),
        general(7, [0x20; 16]),
        general(1, "a@x.example"),
        general(6, "https://x.example/"),
        other_name,
        directory,
        general(8, &oid("1.2.3.4")[2..]),
    ];
    let shown = json!({
        "dns": ["localhost"],
        "ip": ["192.0.2.1", "2020:2020:2020:2020:2020:2020:2020:2020"],
        "email": ["a@x.example"],
        "uri": ["https://x.example/"],
        "other": [
            { "kind": "otherName", "value": "1.3.6.1.4.1.311.20.2.3:a0050c03754078" },
            { "kind": "directoryName", "value": "CN=inside" },
            { "kind": "registeredID", "value": "1.2.3.4" },
        ],
    });
    let of = |dns: &[&str]| json!({ "dns": dns, "ip": [], "email": [], "uri": [], "other": [] });
    let one = |content: &[u8]| with_sans(vec![general(2, content)]);
    check([
        Case("200 names", hundreds(200), &[], json!({})),
        Case("2,800 names", hundreds(2800), &[], json!({})),
        Case("every kind", with_sans(kinds), &[], json!({ "sans": shown })),
        Case("NUL behind the name", one(b"localhost\0.evil.example"), &["name-mismatch 0"], json!({ "sans": of(&["localhost\0.evil.example"]) })),
        Case("NUL at the end", one(b"localhost\0"), &["name-mismatch 0"], json!({ "sans": of(&["localhost\0"]) })),
        Case("an escape sequence", one(b"\x1b]0;x\x07\n[hooks]"), &["name-mismatch 0"], json!({})),
        Case("a trailing dot", one(b"localhost."), &["name-mismatch 0"], json!({})),
        Case("a leading dot", one(b".localhost"), &["name-mismatch 0"], json!({})),
        Case("upper case", one(b"LOCALHOST"), &[], json!({})),
        Case("an empty name", one(b""), &["name-mismatch 0"], json!({})),
        Case("a lone star", one(b"*"), &["name-mismatch 0"], json!({})),
        Case("a star behind", one(b"local*"), &["name-mismatch 0"], json!({})),
        Case("a space", one(b"localhost "), &["name-mismatch 0"], json!({})),
        Case("an email address of the host", with_sans(vec![general(1, "localhost")]), &["no-san 0"], json!({})),
        Case("a URI of the host", with_sans(vec![general(6, "smtp://localhost")]), &["no-san 0"], json!({})),
        Case("an address of five octets", with_sans(vec![localhost(), general(7, [1, 2, 3, 4, 5])]), &[], json!({})),
        Case("an address of no octets", with_sans(vec![localhost(), general(7, [])]), &[], json!({})),
        Case("no names", with_sans(Vec::new()), &["no-san 0"], json!({})),
        Case("no list", leaf(|f| f.extensions = vec![extension("2.5.29.17", false, b"x")]), &["malformed 0", "no-san 0"], json!({})),
        Case("8-bit text", one(b"m\xfcller.example"), &["no-san 0"], json!({})),
        Case("an unknown kind", with_sans(vec![localhost(), general(9, "x")]), &[], json!({})),
    ]);
}

/// Whether a leaf with this one name is for `reference`.
#[track_caller]
fn is_for(san: &str, reference: &str) -> bool {
    let dir = Dir::new();
    let chain = dir.file("chain.pem", to_pem(&with_sans(vec![general(2, san)])));
    let root = dir.file("root.pem", to_pem(&ROOT.der()));
    let args = [
        "--chain",
        text(&chain),
        "--cacerts",
        text(&root),
        "--servername",
        reference,
    ];
    let (code, report) = testkit::program::report(args);
    check_verdict(san, code, &report);
    let found = problems(&report);
    assert!(
        found.is_empty() || found == ["name-mismatch 0"],
        "{san}: {found:?}"
    );
    found.is_empty()
}

#[test]
fn wildcards_in_every_place() {
    for (san, reference, expected) in [
        ("*.example.org", "mail.example.org", true),
        ("*.EXAMPLE.org", "MAIL.example.ORG", true),
        ("*.example.org", "example.org", false),
        ("*.example.org", "a.mail.example.org", false),
        ("*.org", "example.org", false),
        ("*.*.org", "mail.example.org", false),
        ("mail.*.org", "mail.example.org", false),
        ("mail.example.*", "mail.example.org", false),
        ("m*.example.org", "mail.example.org", false),
        ("*l.example.org", "mail.example.org", false),
        ("m*l.example.org", "mail.example.org", false),
        ("**.example.org", "mail.example.org", false),
        ("*.", "localhost", false),
        ("*", "localhost", false),
        ("*", "mail.example.org", false),
        ("*.0.2.1", "192.0.2.1", false),
        (
            "*.xn--mnchen-3ya.example",
            "mail.xn--mnchen-3ya.example",
            true,
        ),
        (
            "*.xn--mnchen-3ya.example",
            "mail.m\u{fc}nchen.example",
            true,
        ),
        ("xn--*-3ya.example", "xn--mnchen-3ya.example", false),
        ("m\u{fc}nchen.example", "m\u{fc}nchen.example", false),
    ] {
        assert_eq!(is_for(san, reference), expected, "{san} for {reference}");
    }
}

// -------------------------------------------------------------------------------------- extensions

#[test]
#[rustfmt::skip] // One case, one line.
fn extensions() {
    let again = |oid: &str| {
        let der = extension(oid, false, seq([[]; 0]));
        leaf(|f| f.extensions.extend([der.clone(), der]))
    };
    let nested = |levels: usize| (0..levels).fold(null(), |inner, _| seq([inner]));
    let constraints = |critical| {
        let permitted = tlv(0xa0, seq([general(2, "example.org")]));
        with_extension(extension("2.5.29.30", critical, seq([permitted])))
    };
    let thousand = leaf(|f| {
        f.extensions
            .extend((0..1000).map(|n| extension(&format!("1.2.3.{n}"), false, [])));
    });
    let long_oid = tlv(6, [&[0x2a][..], &[0x81; 5000], &[1]].concat());
    let key_usage = |octets: &[u8]| with_extension(extension("2.5.29.15", true, octets));
    let eku = |purposes: &[&str]| {
        let purposes: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
        with_extension(extension("2.5.29.37", false, seq(purposes)))
    };
    check([
        Case("unknown", with_extension(extension("1.2.3.4", false, b"x")), &[], json!({})),
        Case("unknown and critical", with_extension(extension("1.2.3.4", true, b"x")), &["critical-extension 0"], json!({})),
        Case("policy constraints", with_extension(extension("2.5.29.36", true, seq([general(0, [0])]))), &["critical-extension 0"], json!({})),
        Case("policy constraints, not critical", with_extension(extension("2.5.29.36", false, seq([general(0, [0])]))), &[], json!({})),
        Case("inhibit any policy", with_extension(extension("2.5.29.54", true, integer([0]))), &["critical-extension 0"], json!({})),
        Case("certificate policies", with_extension(extension("2.5.29.32", true, seq([seq([oid("2.23.140.1.2.1")])]))), &["critical-extension 0"], json!({})),
        Case("name constraints on a leaf", constraints(true), &[], json!({})),
        Case("the CT poison", with_extension(extension("1.3.6.1.4.1.11129.2.4.3", true, null())), &["critical-extension 0"], json!({})),
        Case("an unknown one twice", again("1.2.3.4"), &["malformed 0"], json!({})),
        Case("names twice", leaf(|f| f.extensions.push(dns_sans(&["evil.example"]))), &["malformed 0"], json!({})),
        Case("basic constraints twice", leaf(|f| f.extensions.push(basic_constraints(true))), &["ca-as-leaf 0", "malformed 0"], json!({})),
        Case("1,000", thousand, &[], json!({})),
        Case("an identifier of 5,000 octets", with_extension(seq([long_oid, octet_string([])])), &[], json!({})),
        Case("an empty identifier", with_extension(seq([tlv(6, []), octet_string([])])), &["malformed 0"], json!({})),
        Case("4,000 levels deep", with_extension(extension("1.2.3.4", false, nested(4000))), &[], json!({})),
        Case("4,000 levels of names", leaf(|f| { f.extensions.push(extension("2.5.29.30", false, nested(4000))); }), &[], json!({})),
        Case("no content", with_extension(seq([oid("1.2.3.4")])), &["malformed 0"], json!({})),
        Case("a list that is empty", leaf(|f| { f.extensions.clear(); f.tail = tlv(0xa3, seq([[]; 0])); }), &["no-san 0"], json!({})),
        Case("no key usage bit", key_usage(&[3, 1, 0]), &["key-usage 0"], json!({ "key_usage": [] })),
        Case("every key usage bit", key_usage(&[3, 3, 7, 0xff, 0x80]), &[], json!({})),
        Case("key usage of 40 octets", key_usage(&[&[3, 41, 0][..], &[0xff; 40]].concat()), &[], json!({})),
        Case("no key usage", key_usage(&[]), &["malformed 0"], json!({})),
        Case("any purpose", eku(&["2.5.29.37.0"]), &["wrong-usage 0"], json!({ "extended_key_usage": ["anyExtendedKeyUsage"] })),
        Case("no purpose", eku(&[]), &["wrong-usage 0"], json!({ "extended_key_usage": [] })),
        Case("an unknown purpose and the right one", eku(&["1.2.3", "1.3.6.1.5.5.7.3.1"]), &[], json!({ "extended_key_usage": ["serverAuth", "1.2.3"] })),
        Case("path length of a leaf", leaf(|f| { f.extensions = vec![dns_sans(&["localhost"]), extension("2.5.29.19", true, seq([integer([0])]))]; }), &[], json!({})),
        Case("path length of 2^64", leaf(|f| { f.extensions = vec![dns_sans(&["localhost"]), extension("2.5.29.19", true, seq([tlv(1, [0xff]), integer([1, 0, 0, 0, 0, 0, 0, 0, 0])]))]; }), &["malformed 0"], json!({})),
        Case("octets behind the extensions", leaf(|f| f.tail = null()), &["malformed 0"], json!({})),
    ]);
}

// --------------------------------------------------------------------------------- keys, signatures

/// An RSA key of so many bits with an exponent; its private half does not exist.
fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0xc5; bits.div_ceil(8)];
    if !bits.is_multiple_of(8) {
        modulus[0] = 0xff >> (8 - bits % 8);
    }
    if modulus[0] >= 0x80 {
        modulus.insert(0, 0);
    }
    rsa_of("1.2.840.113549.1.1.1", &modulus, exponent)
}

fn rsa_of(kind: &str, modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = seq([integer(modulus), integer(exponent)]);
    seq([seq([oid(kind), null()]), bit_string(key)])
}

fn ec(parameters: &[u8], point: usize) -> Vec<u8> {
    let point = [&[4][..], &vec![0x17; point]].concat();
    seq([
        seq([&oid("1.2.840.10045.2.1"), parameters]),
        bit_string(point),
    ])
}

fn raw_key(kind: &str, octets: usize) -> Vec<u8> {
    seq([algorithm(kind), bit_string(vec![0x5a; octets])])
}

fn with_key(spki: Vec<u8>) -> Der {
    leaf(|f| f.spki = spki)
}

#[test]
#[rustfmt::skip] // One case, one line.
fn rsa_keys() {
    const E: &[u8] = &[1, 0, 1];
    let bits =
        |bits: usize| json!({ "public_key": { "algorithm": "RSA", "bits": bits, "curve": null } });
    let weak = &["weak-key 0"];
    let unsupported = &["unsupported-algorithm 0"];
    let key = |bits| with_key(rsa(bits, E));
    let no_bits = || json!({ "public_key": { "algorithm": "RSA", "bits": null, "curve": null } });
    check([
        Case("512", key(512), weak, bits(512)),
        Case("1024", key(1024), weak, bits(1024)),
        Case("2047", key(2047), weak, bits(2047)),
        Case("2048", key(2048), &[], bits(2048)),
        Case("3072", key(3072), &[], bits(3072)),
        Case("4096", key(4096), &[], bits(4096)),
        Case("8192", key(8192), &[], bits(8192)),
        Case("8200", key(8200), unsupported, bits(8200)),
        Case("16384", key(16384), unsupported, bits(16384)),
        Case("400,000", key(400_000), unsupported, bits(400_000)),
        Case("e=1", with_key(rsa(2048, &[1])), weak, bits(2048)),
        Case("e=3", with_key(rsa(2048, &[3])), &[], bits(2048)),
        Case("e=2^33+1", with_key(rsa(2048, &[2, 0, 0, 0, 1])), unsupported, bits(2048)),
        Case("e=2^32+1", with_key(rsa(2048, &[1, 0, 0, 0, 1])), &[], bits(2048)),
        Case("e=0", with_key(rsa(2048, &[0])), weak, bits(2048)),
        Case("e=4", with_key(rsa(2048, &[4])), weak, bits(2048)),
        Case("a negative exponent", with_key(rsa(2048, &[0xff])), unsupported, bits(2048)),
        Case("an exponent of 2048 bits", with_key(rsa(2048, &[0x41; 256])), unsupported, bits(2048)),
        Case("an even exponent of 2048 bits", with_key(rsa(2048, &[0x42; 256])), unsupported, bits(2048)),
        Case("a modulus of zero", with_key(rsa_of("1.2.840.113549.1.1.1", &[0], E)), unsupported, no_bits()),
        Case("a negative modulus", with_key(rsa_of("1.2.840.113549.1.1.1", &[0x80; 256], E)), unsupported, no_bits()),
        Case("an even modulus", with_key(rsa_of("1.2.840.113549.1.1.1", &[&[0][..], &[0xc2; 256]].concat(), E)), unsupported, bits(2048)),
        Case("no key", with_key(raw_key("1.2.840.113549.1.1.1", 0)), unsupported, no_bits()),
        Case("junk for a key", with_key(raw_key("1.2.840.113549.1.1.1", 256)), unsupported, no_bits()),
        Case("RSA-PSS", with_key(rsa_of("1.2.840.113549.1.1.10", &[&[0][..], &[0xc5; 256]].concat(), E)), unsupported, json!({ "public_key": { "algorithm": "RSA-PSS", "bits": 2048, "curve": null } })),
    ]);
}

/// A signature is checked, or the report says that it cannot be; a large exponent is not an attack.
#[test]
fn rsa_issuers_with_odd_exponents() {
    for (exponent, bits, expected) in [
        ("3", "2048", &[][..]),
        ("65537", "2048", &[]),
        // 2^33-1 is the last that is taken.
        ("8589934591", "2048", &[]),
        (
            "8589934593",
            "2048",
            &["unsupported-algorithm 0", "unsupported-algorithm null"],
        ),
        (
            "36893488147419103233",
            "2048",
            &["unsupported-algorithm 0", "unsupported-algorithm null"],
        ),
        ("3", "512", &["unsupported-algorithm 0", "weak-key null"]),
    ] {
        let dir = Dir::new();
        dir.file(
            "v3.cnf",
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
        );
        let (bits, public) = (
            format!("rsa_keygen_bits:{bits}"),
            format!("rsa_keygen_pubexp:{exponent}"),
        );
        let key = [
            "genpkey",
            "-algorithm",
            "RSA",
            "-out",
            "ca.key",
            "-pkeyopt",
            &bits,
            "-pkeyopt",
            &public,
        ];
        openssl::run(&dir, &key);
        openssl::run(
            &dir,
            &[
                "req",
                "-x509",
                "-key",
                "ca.key",
                "-out",
                "ca.pem",
                "-subj",
                "/CN=Odd RSA",
                "-days",
                "9",
            ],
        );
        openssl::run(
            &dir,
            &[
                "req",
                "-newkey",
                "ed25519",
                "-nodes",
                "-keyout",
                "leaf.key",
                "-out",
                "leaf.csr",
                "-subj",
                "/CN=localhost",
            ],
        );
        let issue = [
            "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "9",
            "-extfile", "v3.cnf", "-out", "leaf.pem",
        ];
        openssl::run(&dir, &issue);
        let read = |name: &str| {
            let pem = std::fs::read_to_string(dir.path().join(name)).expect("a certificate");
            Der::from(pem::parse(pem).expect("PEM").into_contents())
        };
        let report = look(exponent, &[read("leaf.pem")], &[read("ca.pem")]);
        assert_eq!(
            problems(&report),
            expected,
            "{exponent}: {:#}",
            report["validation"]
        );
    }
}

#[test]
#[rustfmt::skip] // One case, one line.
fn other_keys() {
    let key = |algorithm: &str, bits: Option<u32>| json!({ "public_key": { "algorithm": algorithm, "bits": bits, "curve": null } });
    let curve = |curve: &str, bits: Option<u32>| json!({ "public_key": { "algorithm": "EC", "bits": bits, "curve": curve } });
    let (weak, unsupported) = (&["weak-key 0"], &["unsupported-algorithm 0"]);
    let on = |curve: &str, octets: usize| with_key(ec(&oid(curve), 2 * octets));
    let dsa = seq([
        seq([
            oid("1.2.840.10040.4.1"),
            seq([integer([0x45; 256]), integer([0x45; 32]), integer([2])]),
        ]),
        bit_string(integer([0x45; 256])),
    ]);
    let explicit = seq([
        integer([1]),
        seq([oid("1.2.840.10045.1.1"), integer([0x45; 32])]),
        seq([octet_string([1; 32]), octet_string([2; 32])]),
        octet_string([4; 65]),
        integer([0x45; 32]),
    ]);
    check([
        Case("P-192", on("1.2.840.10045.3.1.1", 24), weak, curve("P-192", Some(192))),
        Case("P-224", on("1.3.132.0.33", 28), unsupported, curve("P-224", Some(224))),
        Case("P-256", with_key(testkit::der::p256_spki()), &[], curve("P-256", Some(256))),
        Case("P-384", on("1.3.132.0.34", 48), &[], curve("P-384", Some(384))),
        Case("P-521", on("1.3.132.0.35", 66), &[], curve("P-521", Some(521))),
        Case("brainpoolP256r1", on("1.3.36.3.3.2.8.1.1.7", 32), unsupported, curve("brainpoolP256r1", Some(256))),
        Case("brainpoolP512r1", on("1.3.36.3.3.2.8.1.1.13", 64), unsupported, curve("brainpoolP512r1", Some(512))),
        Case("secp256k1", on("1.3.132.0.10", 32), unsupported, curve("secp256k1", Some(256))),
        Case("a curve that nobody knows", on("1.2.3.4", 32), unsupported, curve("1.2.3.4", None)),
        Case("explicit parameters", with_key(ec(&explicit, 64)), unsupported, curve("explicit parameters", None)),
        Case("parameters of NULL", with_key(ec(&null(), 64)), unsupported, json!({})),
        Case("no parameters", with_key(ec(&[], 64)), unsupported, json!({})),
        Case("Ed25519", with_key(raw_key("1.3.101.112", 32)), &[], key("Ed25519", Some(256))),
        Case("Ed448", with_key(raw_key("1.3.101.113", 57)), unsupported, key("Ed448", Some(456))),
        Case("X25519", with_key(raw_key("1.3.101.110", 32)), unsupported, json!({})),
        Case("DSA", with_key(dsa), weak, key("DSA", None)),
        Case("ML-DSA-44", with_key(raw_key("2.16.840.1.101.3.4.3.17", 1312)), &[], key("ML-DSA-44", None)),
        Case("ML-DSA-65", with_key(raw_key("2.16.840.1.101.3.4.3.18", 1952)), &[], key("ML-DSA-65", None)),
        Case("ML-DSA-87", with_key(raw_key("2.16.840.1.101.3.4.3.19", 2592)), &[], key("ML-DSA-87", None)),
        Case("an unknown algorithm", with_key(raw_key("1.2.3.4", 32)), unsupported, key("1.2.3.4", None)),
        Case("no octets", with_key(raw_key("1.3.101.112", 0)), unsupported, json!({})),
        Case("an empty BIT STRING", with_key(seq([algorithm("1.3.101.112"), tlv(3, [])])), &["malformed 0"], json!({})),
        Case("no key", with_key(null()), &["malformed 0"], all_but(&["public_key"])),
    ]);
}

#[test]
#[rustfmt::skip] // One case, one line.
fn signatures() {
    // The signature itself is ECDSA all the time: none of these can be right.
    let signed = |inner: &str, outer: &str| {
        leaf(|f| (f.inner_algorithm, f.outer_algorithm) = (algorithm(inner), algorithm(outer)))
    };
    let said = |dotted: &str| signed(dotted, dotted);
    let named = |name: &str| json!({ "signature_algorithm": name });
    let (weak, unsupported) = (&["weak-signature 0"], &["unsupported-algorithm 0"]);
    // The key is of another kind: whatever the algorithm is, it has not made the signature.
    let bad = &["bad-signature 0"];
    let altered = |change: fn(&mut Vec<u8>)| {
        let mut der = leaf(|_| ()).to_vec();
        change(&mut der);
        Der::from(der)
    };
    let signature = |bits: &[u8]| {
        let fields = leaf_fields();
        Der::from(seq([fields.tbs(), fields.outer_algorithm, tlv(3, bits)]))
    };
    check([
        Case("MD2", said("1.2.840.113549.1.1.2"), weak, named("md2WithRSAEncryption")),
        Case("MD5", said("1.2.840.113549.1.1.4"), weak, named("md5WithRSAEncryption")),
        Case("SHA-1 with RSA", said("1.2.840.113549.1.1.5"), weak, named("sha1WithRSAEncryption")),
        Case("SHA-1 with ECDSA", said("1.2.840.10045.4.1"), weak, named("ecdsa-with-SHA1")),
        Case("SHA-224", said("1.2.840.10045.4.3.1"), unsupported, named("ecdsa-with-SHA224")),
        Case("RSA below an EC key", said("1.2.840.113549.1.1.11"), bad, named("sha256WithRSAEncryption")),
        Case("RSA-PSS without parameters", said("1.2.840.113549.1.1.10"), bad, named("rsassaPss")),
        Case("DSA", said("2.16.840.1.101.3.4.3.2"), bad, named("dsa_with_SHA256")),
        Case("Ed448", said("1.3.101.113"), bad, named("ED448")),
        Case("ML-DSA-65", said("2.16.840.1.101.3.4.3.18"), bad, named("ML-DSA-65")),
        Case("unknown", said("1.2.3.4"), unsupported, named("1.2.3.4")),
        Case("another inside", signed("1.2.840.10045.4.3.3", ECDSA_SHA256), &["malformed 0"], named("ecdsa-with-SHA256")),
        Case("another outside", signed(ECDSA_SHA256, "1.2.840.10045.4.3.3"), &["bad-signature 0", "malformed 0"], json!({})),
        Case("needless parameters", leaf(|f| { let odd = seq([oid(ECDSA_SHA256), null()]); (f.inner_algorithm, f.outer_algorithm) = (odd.clone(), odd); }), unsupported, json!({})),
        Case("a flipped bit", altered(|der| *der.last_mut().expect("octets") ^= 1), &["bad-signature 0"], json!({})),
        Case("empty", signature(&[0]), &["bad-signature 0"], json!({})),
        Case("unused bits", signature(&[4, 0x30, 0x10]), &["bad-signature 0", "malformed 0"], json!({})),
        Case("eight unused bits", signature(&[8, 0x30]), &["malformed 0"], all_but(&[])),
        Case("not even the count of unused bits", signature(&[]), &["malformed 0"], json!({})),
    ]);
}

/// The fields of a sound leaf.
fn leaf_fields() -> Fields {
    let mut fields = None;
    leaf(|f| fields = Some(f.clone()));
    fields.expect("fields")
}

// ------------------------------------------------------------------------------------------ encoding

#[test]
#[rustfmt::skip] // One case, one line.
fn encodings() {
    let good = leaf(|_| ()).to_vec();
    let behind = |more: &[u8]| Der::from([&good, more].concat());
    let inner = &good[4..];
    let cut = good[..good.len() - 20].to_vec();
    let indefinite = [&[0x30, 0x80][..], inner, &[0, 0]].concat();
    let long = [&[0x30, 0x83, 0][..], &good[2..4], inner].concat();
    let boolean = |octets: &[u8]| {
        leaf(|f| {
            f.extensions[0] = seq([oid("2.5.29.19"), tlv(1, octets), octet_string(seq([[]; 0]))]);
        })
    };
    let nested = (0..4000).fold(Vec::new(), |inner, _| seq([inner]));
    check([
        Case("cut off", cut.into(), &["malformed 0"], all_but(&[])),
        Case("octets after it", behind(b"more"), &["malformed 0"], json!({ "serial": "5e51a1" })),
        Case("NUL behind", behind(&[0]), &["malformed 0"], json!({ "serial": "5e51a1" })),
        Case("itself behind", behind(&good), &["malformed 0"], json!({ "serial": "5e51a1" })),
        Case("a megabyte behind", behind(&vec![0; 1 << 20]), &["malformed 0"], json!({ "serial": "5e51a1" })),
        Case("indefinite length", indefinite.into(), &["malformed 0"], nothing()),
        Case("a length of more octets than needed", long.into(), &["malformed 0"], json!({})),
        Case("TRUE as 1", boolean(&[1]), &["malformed 0"], json!({})),
        Case("FALSE said aloud", boolean(&[0]), &[], json!({})),
        Case("a boolean of two octets", boolean(&[0xff, 0xff]), &["malformed 0"], json!({})),
        Case("4,000 levels", nested.into(), &["malformed 0"], nothing()),
        Case("a SET", [&[0x31][..], &good[1..]].concat().into(), &["malformed 0"], nothing()),
        Case("a length beyond memory", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff].into(), &["malformed 0"], nothing()),
        Case("a length of 127 octets", [&[0x30, 0xff][..], &[0xff; 127]].concat().into(), &["malformed 0"], nothing()),
        Case("text", b"hello".to_vec().into(), &["malformed 0"], nothing()),
        Case("one octet", vec![0x30].into(), &["malformed 0"], nothing()),
        Case("zeros", vec![0; 1000].into(), &["malformed 0"], nothing()),
    ]);
}

/// In this process, because there are thousands.
mod in_process {
    use super::{Der, ROOT, leaf};
    use smtp_certcheck::certificate::Certificate;
    use smtp_certcheck::judge::{Anchors, Policy, judge_chain};

    fn is_trusted(chain: &[Der]) -> bool {
        let mut anchors = Anchors::new("the test");
        anchors.add(ROOT.der(), "the test").expect("an anchor");
        let reference = "localhost".parse().expect("a host");
        let policy = Policy::new(&anchors, &reference, testkit::pki::now());
        let chain: Vec<_> = chain.iter().cloned().map(Certificate::new).collect();
        let judgement = judge_chain(&chain, &policy);
        assert_eq!(judgement.is_trusted(), judgement.problems.is_empty());
        judgement.is_trusted()
    }

    #[test]
    fn no_altered_octet_is_trusted() {
        let good = leaf(|_| ());
        assert!(is_trusted(std::slice::from_ref(&good)));
        for at in 0..good.len() {
            for mask in [1, 0x80, 0xff] {
                let mut altered = good.to_vec();
                altered[at] ^= mask;
                assert!(!is_trusted(&[altered.into()]), "octet {at} ^ {mask:#x}");
            }
        }
    }

    #[test]
    fn no_cut_or_stretched_certificate_is_trusted() {
        let good = leaf(|_| ());
        for at in 0..good.len() {
            let cut = good[..at].to_vec();
            let without = [&good[..at], &good[at + 1..]].concat();
            let with = [&good[..at], &[0], &good[at..]].concat();
            for (what, der) in [("cut", cut), ("without", without), ("with", with)] {
                assert!(!is_trusted(&[der.into()]), "{what} at {at}");
            }
        }
    }
}

// --------------------------------------------------------------------------------------------- names

#[test]
fn internationalised_names_are_shown_in_both_forms() {
    // The second is all Cyrillic; the third is not in its own normal form, and so is not converted.
    let sans = [
        "xn--mnchen-3ya.example",
        "xn--80ak6aa92e.com",
        "xn--999999999.example",
        "*.xn--mnchen-3ya.example",
    ];
    let der = leaf(|f| {
        f.subject = common_name("b\u{fc}cher.example");
        f.extensions = vec![basic_constraints(false), dns_sans(&sans)];
    });
    let report = look("both forms", slice::from_ref(&der), &[ROOT.der()]);
    assert_eq!(problems(&report), ["name-mismatch 0"]);
    assert_eq!(report["chain"][0]["sans"]["dns"], json!(sans));
    let both = |ascii: &str, unicode: &str| json!({ "ascii": ascii, "unicode": unicode });
    assert_eq!(
        report["chain"][0]["idn"],
        json!([
            both("xn--bcher-kva.example", "b\u{fc}cher.example"),
            both("xn--mnchen-3ya.example", "m\u{fc}nchen.example"),
            both(
                "xn--80ak6aa92e.com",
                "\u{430}\u{440}\u{440}\u{4cf}\u{435}.com"
            ),
            both("*.xn--mnchen-3ya.example", "*.m\u{fc}nchen.example"),
        ])
    );
    let dir = Dir::new();
    let file = dir.file("chain.pem", to_pem(&der));
    let args = [
        "--chain",
        text(&file),
        "--cacerts",
        text(&file),
        "--servername",
        "localhost",
    ];
    let table = finish(program().args(args)).stdout;
    for shown in [
        "b\u{fc}cher.example (xn--bcher-kva.example)",
        "xn--mnchen-3ya.example (m\u{fc}nchen.example)",
        "xn--80ak6aa92e.com (\u{430}\u{440}\u{440}\u{4cf}\u{435}.com)",
        "*.xn--mnchen-3ya.example (*.m\u{fc}nchen.example)",
        "xn--999999999.example, ",
    ] {
        assert!(table.contains(shown), "{shown} in {table}");
    }
}

// -------------------------------------------------------------------------------------------- chains

fn garbage() -> Der {
    let head = [0x30, 0x82, 4, 0, 0x30, 0x82, 3, 0xfc];
    let junk = (0..1024_u32).map(|n| u8::try_from(n * n % 251).expect("an octet"));
    head.into_iter().chain(junk).collect::<Vec<u8>>().into()
}

/// A chain: what it is called, its certificates, the anchors, and the problems to be found.
struct Chain(&'static str, Vec<Der>, Vec<Der>, &'static [&'static str]);

/// Judges chains; the answer is due in seconds, on a busy machine too.
#[track_caller]
fn check_chains(cases: impl IntoIterator<Item = Chain>) {
    let mut failures = Vec::new();
    for Chain(what, chain, anchors, expected) in cases {
        let started = Instant::now();
        let report = look(what, &chain, &anchors);
        let took = started.elapsed();
        let found = problems(&report);
        if found != expected {
            failures.push(format!(
                "{what}: {found:?}, not {expected:?}\n{:#}",
                report["validation"]["problems"]
            ));
        }
        // Four runs.
        assert!(took < Span::from_secs(20), "{what}: {took:?}");
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn expired(fields: &mut Fields) {
    fields.valid(
        utc(now() - Duration::days(99)),
        utc(now() - Duration::days(9)),
    );
}

#[test]
#[rustfmt::skip] // One case, one line.
fn roles() {
    let sub = ROOT.below("Sub", |_| ());
    let no_ca = ROOT.below("No CA", |f| {
        f.extensions = vec![basic_constraints(false), dns_sans(&["localhost"])];
    });
    let version_1 = ROOT.below("Old CA", |f| {
        f.version.clear();
        f.extensions.clear();
    });
    let named = ROOT.below("Named", |f| f.extensions.push(dns_sans(&["localhost"])));
    let constrained = |content: Vec<u8>| {
        ROOT.below("Constrained", |f| {
            f.extensions.push(extension("2.5.29.30", true, content));
        })
    };
    let permitted = |san: Vec<u8>| constrained(seq([tlv(0xa0, seq([san]))]));
    let (elsewhere, here) = (
        permitted(general(2, "example.org")),
        permitted(general(2, "localhost")),
    );
    let junk = constrained(b"junk".to_vec());
    let by_address = permitted(general(7, [127, 0, 0, 0, 255, 0, 0, 0]));
    let policies = ROOT.below("Policies", |f| {
        f.extensions
            .push(extension("2.5.29.36", true, seq([general(0, [0])])));
    });
    let unknown = ROOT.below("Unknown", |f| {
        f.extensions.push(extension("1.2.3.4", true, []));
    });
    let odd_serial = ROOT.below("Serial", |f| f.serial = integer([0, 1]));
    let below = |issuer: &Issuer| vec![issuer.leaf(|_| ()), issuer.der()];
    let root = || vec![ROOT.der()];
    check_chains([
        Chain("a sound issuer", below(&sub), root(), &[]),
        Chain("a CA as leaf", vec![named.der()], root(), &["ca-as-leaf 0", "key-usage 0"]),
        Chain("a leaf as CA", below(&no_ca), root(), &["not-a-ca 1"]),
        Chain("a CA of version 1", below(&version_1), root(), &["not-a-ca 1", "unsupported-version 1"]),
        Chain("names that it may not issue for", below(&elsewhere), root(), &["name-constraint null"]),
        Chain("names that it may issue for", below(&here), root(), &[]),
        Chain("constraints on addresses only", below(&by_address), root(), &[]),
        Chain("constraints that are junk", below(&junk), root(), &["malformed 1"]),
        Chain("policy constraints", below(&policies), root(), &["critical-extension 1"]),
        Chain("an unknown critical extension", below(&unknown), root(), &["critical-extension 1"]),
        Chain("a needless zero in its serial", below(&odd_serial), root(), &["malformed 1"]),
    ]);
}

/// An anchor is trusted as it is. But its dates and limits count, and a limit that cannot be
/// understood cannot be obeyed.
#[test]
fn odd_anchors() {
    type Change = fn(&mut Fields);
    let cases: [(&str, Change, &[&str]); 10] = [
        ("sound", |_| (), &[]),
        (
            "version 1",
            |f| {
                f.version.clear();
                f.extensions.clear();
            },
            &[],
        ),
        (
            "a needless zero in its serial",
            |f| f.serial = integer([0, 1]),
            &[],
        ),
        (
            "signed with MD5",
            |f| {
                let md5 = algorithm("1.2.840.113549.1.1.4");
                (f.inner_algorithm, f.outer_algorithm) = (md5.clone(), md5);
            },
            &[],
        ),
        (
            "since 1950",
            |f| f.valid(utc_time("500101000000Z"), utc(now() + Duration::days(9))),
            &[],
        ),
        ("expired", expired, &["anchor-expired null"]),
        (
            "in year 9998",
            |f| {
                f.valid(
                    generalized_time("99980101000000Z"),
                    generalized_time("99991231235959Z"),
                );
            },
            &["anchor-not-yet-valid null"],
        ),
        (
            "no CA",
            |f| f.extensions = vec![basic_constraints(false)],
            &["not-a-ca null"],
        ),
        (
            "an unknown critical extension",
            |f| f.extensions.push(extension("1.2.3.4", true, [])),
            &["critical-extension null"],
        ),
        (
            "names that it may not issue for",
            |f| {
                f.extensions.push(extension(
                    "2.5.29.30",
                    true,
                    seq([tlv(0xa0, seq([general(2, "example.org")]))]),
                ));
            },
            &["name-constraint null"],
        ),
    ];
    for (what, change, expected) in cases {
        let root = Issuer::odd_root("Odd Anchor", change);
        let report = look(what, &[root.leaf(|_| ())], &[root.der()]);
        assert_eq!(
            problems(&report),
            expected,
            "{what}: {:#}",
            report["validation"]
        );
    }
    let dir = Dir::new();
    let chain = dir.file("chain.pem", to_pem(&leaf(|_| ())));
    let odd = |change: Change| Issuer::odd_root("Odd Anchor", change).der().to_vec();
    let not_one = "not an X.509 certificate";
    for (what, der, expected) in [
        (
            "octets after it",
            [&ROOT.der()[..], b"more"].concat(),
            not_one,
        ),
        ("garbage", garbage().to_vec(), not_one),
        ("no time", odd(|f| f.validity = null()), not_one),
        (
            "an extension twice",
            odd(|f| f.extensions.push(basic_constraints(true))),
            "webpki, which finds the paths, does not read it",
        ),
    ] {
        let anchors = dir.file("anchors.pem", to_pem(&der));
        let args = [
            "--chain",
            text(&chain),
            "--cacerts",
            text(&anchors),
            "--servername",
            "localhost",
        ];
        let run = finish(program().args(args));
        assert_eq!(run.code, 2, "{what}: {}", run.stdout);
        assert!(run.stderr.contains(expected), "{what}: {}", run.stderr);
    }
}

#[test]
#[rustfmt::skip] // One case, one line.
fn several_ways() {
    let old = Issuer::odd_root("Old Root", expired);
    let new = Issuer::root("New Root");
    let crossed = old.cross_sign(&new, |_| ());
    let sub = new.below("New Sub", |_| ());
    let chain = vec![sub.leaf(|_| ()), sub.der(), crossed];
    let (a, b) = (ROOT.below("A", |_| ()), ROOT.below("B", |_| ()));
    let (a_by_b, b_by_a) = (b.cross_sign(&a, |_| ()), a.cross_sign(&b, |_| ()));
    let in_a_circle = vec![a.leaf(|_| ()), a_by_b.clone(), b_by_a.clone()];
    let with_a_way_out = [in_a_circle.clone(), vec![b.der()]].concat();
    let by_both = [ROOT.cross_sign(&sub, |_| ()), sub.der()];
    let expired_twin = new.cross_sign(&sub, expired);
    let twins = |first: &Der, second: &Der| vec![sub.leaf(|_| ()), first.clone(), second.clone()];
    let same_key = sub.leaf(|f| f.spki = sub.spki());
    let itself = vec![a.leaf(|_| ()), a.cross_sign(&a, |_| ())];
    check_chains([
        Chain("cross-signed, both roots known", chain.clone(), vec![old.der(), new.der()], &[]),
        Chain("cross-signed, the new root known", chain.clone(), vec![new.der()], &[]),
        Chain("cross-signed, the expired root known", chain, vec![old.der()], &["anchor-expired null"]),
        Chain("in a circle", in_a_circle, vec![ROOT.der()], &["unknown-issuer 2"]),
        Chain("in a circle with a way out", with_a_way_out, vec![ROOT.der()], &[]),
        Chain("an issuer that signed itself", itself, vec![ROOT.der()], &["unknown-issuer 1"]),
        Chain("two roots", twins(&by_both[0], &by_both[1]), vec![ROOT.der(), new.der()], &[]),
        Chain("two roots, the first unknown", twins(&by_both[0], &by_both[1]), vec![new.der()], &[]),
        Chain("two roots, the second unknown", twins(&by_both[0], &by_both[1]), vec![ROOT.der()], &[]),
        Chain("an expired twin in front", twins(&expired_twin, &sub.der()), vec![new.der()], &[]),
        Chain("an expired twin behind", twins(&sub.der(), &expired_twin), vec![new.der()], &[]),
        Chain("only the expired twin", vec![sub.leaf(|_| ()), expired_twin], vec![new.der()], &["expired 1"]),
        Chain("the key of its issuer", vec![same_key, sub.der()], vec![new.der()], &[]),
    ]);
}

#[test]
#[rustfmt::skip] // One case, one line.
fn garbage_at_each_place() {
    let upper = ROOT.below("Upper", |_| ());
    let lower = upper.below("Lower", |_| ());
    let sound = vec![lower.leaf(|_| ()), lower.der(), upper.der(), ROOT.der()];
    let instead = |place: usize| {
        let mut chain = sound.clone();
        chain[place] = garbage();
        chain
    };
    let between = |place: usize| {
        let mut chain = sound.clone();
        chain.insert(place, garbage());
        chain
    };
    let root = || vec![ROOT.der()];
    check_chains([
        Chain("nowhere", sound.clone(), root(), &[]),
        Chain("instead of the leaf", instead(0), root(), &["malformed 0"]),
        Chain("instead of its issuer", instead(1), root(), &["malformed 1", "missing-intermediate 0"]),
        Chain("instead of the next", instead(2), root(), &["malformed 2", "unknown-issuer 1"]),
        Chain("instead of the root", instead(3), root(), &[]),
        Chain("in front", between(0), root(), &["malformed 0"]),
        Chain("behind the leaf", between(1), root(), &[]),
        Chain("in the middle", between(2), root(), &[]),
        Chain("in front of the root", between(3), root(), &[]),
        Chain("at the end", between(4), root(), &[]),
        Chain("nothing else", vec![garbage(); 3], root(), &["malformed 0", "malformed 1", "malformed 2"]),
    ]);
}

/// A hundred issuers, each below the next: the leaf's first.
fn tower(height: usize) -> Vec<Der> {
    let mut issuers = vec![ROOT.below("Level 0", |_| ())];
    for level in 1..height {
        let next = issuers[level - 1].below(&format!("Level {level}"), |_| ());
        issuers.push(next);
    }
    let leaf = issuers[height - 1].leaf(|_| ());
    std::iter::once(leaf)
        .chain(issuers.iter().rev().map(Issuer::der))
        .collect()
}

#[test]
#[rustfmt::skip] // One case, one line.
fn long_chains() {
    let sub = ROOT.below("Sub", |_| ());
    let (leaf, issuer) = (sub.leaf(|_| ()), sub.der());
    let twins =
        |count: u8| (0..count).map(|n| ROOT.cross_sign(&sub, |f| f.serial = integer([1, n])));
    let hundred = |der: &Der| vec![der.clone(); 100];
    // Every one names every other one as its issuer.
    let web: Vec<Der> = (0..100)
        .map(|n| sub.cross_sign(&sub, |f| f.serial = integer([1, n])))
        .collect();
    let strangers = (0..98).map(|n| Issuer::root(&format!("Stranger {n}")).der());
    let one = |der: Der| vec![leaf.clone(), der];
    let huge = ROOT.cross_sign(&sub, |f| {
        f.extensions
            .push(extension("1.2.3.4", false, vec![7; 10 << 20]));
    });
    let root = || vec![ROOT.der()];
    check_chains([
        Chain("the leaf a hundred times", hundred(&leaf), root(), &["missing-intermediate 0"]),
        Chain("the issuer a hundred times", [vec![leaf.clone()], hundred(&issuer)].concat(), root(), &[]),
        Chain("a hundred strangers", [vec![leaf.clone()], strangers.collect(), vec![issuer]].concat(), root(), &[]),
        Chain("a hundred twins", std::iter::once(leaf.clone()).chain(twins(100)).collect(), root(), &["too-complex null"]),
        Chain("a web of a hundred", [vec![leaf.clone()], web].concat(), root(), &["too-complex 12"]),
        Chain("a hundred, each below the next", tower(99), root(), &["too-complex 12"]),
        Chain("10 MiB in one", one(huge), root(), &["malformed 1"]),
        Chain("10 MiB of one octet", one(vec![0x30; 10 << 20].into()), root(), &["malformed 1", "missing-intermediate 0"]),
    ]);
}

// -------------------------------------------------------------------------------------- on the wire

/// The deadline of a probe, in seconds.
const DEADLINE: u64 = 5;

/// Seconds of the processor's time that an answer may take; a busy machine does not change them.
const EFFORT: u64 = DEADLINE + 1;
/// Seconds after which a run hangs, on a busy machine, too.
const HANGS: u64 = 60;

/// Runs with the arguments, the root as anchor, no more than 64 MiB of memory to write to and
/// [`EFFORT`].
#[track_caller]
fn run_bounded(args: &[&str]) -> testkit::program::Run {
    let dir = Dir::new();
    let root = dir.file("root.pem", to_pem(&ROOT.der()));
    let timeout = DEADLINE.to_string();
    // Resident memory cannot be measured after the end: the test's own memory would count, too.
    let limits = format!("ulimit -d 65536; ulimit -t {EFFORT}; exec \"$@\"");
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &limits, "sh", "timeout", "-s", "KILL"])
        .arg(HANGS.to_string())
        .arg(program().get_program())
        .args(["--timeout", &timeout, "--no-hgrc", "--cacerts", text(&root)])
        .args(args)
        .env_remove("NO_COLOR");
    let run = finish(&mut command);
    // Of timeout(1): 128 and a signal.
    assert!(run.code < 124, "{args:?}: ended by a limit: {}", run.code);
    for output in [&run.stdout, &run.stderr] {
        assert_safe(&args.join(" "), output);
        assert!(!output.contains("panicked"), "{output}");
    }
    run
}

/// Probes a server in every format: the exit code and the report.
#[track_caller]
fn probe(what: &str, address: SocketAddr) -> (i32, Value) {
    let target = format!("smtps://localhost:{}", address.port());
    let run = run_bounded(&[&target, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    testkit::program::check_schema(&report);
    for format in [&["-v"][..], &["-q"], &["--format", "pem"]] {
        let again = run_bounded(&[&[target.as_str()], format].concat());
        assert_eq!(again.code, run.code, "{what} {format:?}: {}", again.stderr);
    }
    (run.code, report)
}

/// The exit code and `error.code`, or the problems if there is no error.
#[track_caller]
fn end(what: &str, address: SocketAddr, shown: &[Der]) -> (i32, String) {
    let (code, report) = probe(what, address);
    check_chain(what, shown, &report);
    assert_eq!(report["connection"]["key_proven"], false, "{what}");
    assert_ne!(report["outcome"], "trusted", "{what}");
    assert_ne!(report["validation"]["trusted"], true, "{what}");
    let error = report["error"]["code"].as_str().map(ToOwned::to_owned);
    (code, error.unwrap_or_else(|| problems(&report).join(", ")))
}

/// A server without a key shows `chain` and cannot go on.
#[test]
fn a_server_without_a_key_shows_anything() {
    let issuer = ROOT.below("Wire", |_| ());
    let (sound, above) = (issuer.leaf(|_| ()), issuer.der());
    let empty = || Der::from(Vec::new());
    let nested: Vec<u8> = (0..4000).fold(Vec::new(), |inner, _| seq([inner]));
    let hostile = issuer.leaf(|f| f.subject = common_name("\u{1b}[2J\u{202e}\n[hooks]"));
    let named = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        issuer.leaf(|f| f.extensions = vec![dns_sans(&names)])
    };
    let short = named(&vec!["a".to_owned(); 20_000]);
    let punycode = named(&vec![
        "xn--mnchen-3ya.xn--80ak6aa92e.xn--mnchen-3ya.example"
            .to_owned();
        1_000
    ]);
    let long = named(&vec!["\u{fc}.".repeat(250); 60]);
    let unproven = (5, "bad-handshake-signature");
    // The signature cannot be checked; the server leaves instead of finishing.
    let cut_off = (5, "connection-closed");
    for (what, chain, expected) in [
        ("sound", vec![sound.clone(), above.clone()], unproven),
        ("hostile names", vec![hostile, above.clone()], unproven),
        ("20,000 names", vec![short], unproven),
        ("1,000 names in punycode", vec![punycode], unproven),
        ("60 long names in U-labels", vec![long], unproven),
        ("garbage in front", vec![garbage(), above.clone()], cut_off),
        ("garbage behind", vec![sound.clone(), garbage()], unproven),
        (
            "garbage in the middle",
            vec![sound.clone(), garbage(), above.clone()],
            unproven,
        ),
        ("garbage only", vec![garbage(); 20], cut_off),
        ("nothing in front", vec![empty(), above.clone()], cut_off),
        ("nothing behind", vec![sound.clone(), empty()], unproven),
        ("4,000 levels", vec![nested.into(), above.clone()], cut_off),
        (
            "an endless length",
            vec![vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff].into()],
            cut_off,
        ),
        ("a hundred", vec![sound.clone(); 100], unproven),
        (
            "octets after it",
            vec![[&sound[..], b"more"].concat().into(), above],
            unproven,
        ),
    ] {
        let ended = end(what, keyless::present(&chain), &chain);
        assert_eq!((ended.0, ended.1.as_str()), expected, "{what}");
    }
}

#[test]
fn lists_that_are_too_long_are_taken_up_to_256_kib_by_a_second_look() {
    let sound = leaf(|_| ());
    // As many names as fit: addresses and OIDs without any octet.
    let names = |name: &[u8]| {
        let names = name.repeat(200_000 / name.len());
        vec![leaf(|f| {
            f.extensions = vec![extension("2.5.29.17", false, tlv(0x30, names))];
        })]
    };
    let one = |length: usize| vec![Der::from(vec![0x30; length])];
    let many = |octets: usize| vec![sound.clone(); octets / sound.len()];
    let too_large = (5, "message-too-large");
    for (what, chain, expected, shown) in [
        ("no certificate", Vec::new(), (5, "no-certificate"), false),
        ("one of 64 KiB", one(1 << 16), too_large, true),
        ("one of 10 MiB", one(10 << 20), too_large, false),
        ("many, 64 KiB in all", many(68_000), too_large, true),
        (
            "100,000 names of no octet",
            names(&[0x87, 0]),
            too_large,
            true,
        ),
        (
            "70,000 names of one",
            names(&[0x88, 1, 0x2a]),
            too_large,
            true,
        ),
        ("one of 300 KiB", one(300 << 10), too_large, false),
        ("many, 10 MiB in all", many(10 << 20), too_large, false),
    ] {
        let seen = if shown { &chain[..] } else { &[] };
        let ended = end(what, keyless::present(&chain), seen);
        assert_eq!((ended.0, ended.1.as_str()), expected, "{what}");
    }
}

#[test]
fn a_handshake_with_an_unreadable_leaf_proves_nothing() {
    let unusable = leaf(|f| f.spki = raw_key("1.3.101.113", 57));
    let unknown = leaf(|f| f.spki = raw_key("1.2.3.4", 32));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let unsupported = (1, "key-not-proven 0, unsupported-algorithm 0");
        for (what, der, expected) in [
            ("garbage", garbage(), (1, "key-not-proven 0, malformed 0")),
            // It makes no ECDSA signatures, so this one is not its own.
            ("Ed448", unusable.clone(), (5, "bad-handshake-signature")),
            ("an unknown key", unknown.clone(), unsupported),
        ] {
            let chain = [der];
            let ended = end(what, keyless::shake_hands(&chain, version), &chain);
            assert_eq!((ended.0, ended.1.as_str()), expected, "{what} {version:?}");
        }
    }
    let chain = [unusable];
    let version = &rustls::version::TLS13;
    let address = keyless::shake_hands_with(&chain, version, 0x0808.into());
    let ended = end("Ed448 as Ed448", address, &chain);
    let expected = (1, "key-not-proven 0, unsupported-algorithm 0");
    assert_eq!((ended.0, ended.1.as_str()), expected);
}

#[test]
fn a_saved_chain_of_megabytes_fits_the_memory() {
    let dir = Dir::new();
    let sound = leaf(|_| ());
    let huge = leaf(|f| {
        f.extensions
            .push(extension("1.2.3.4", false, vec![7; 10 << 20]));
    });
    for (what, der, code) in [
        ("PEM", to_pem(&huge).into_bytes(), 1),
        ("DER", huge.to_vec(), 1),
        ("many", to_pem(&sound).repeat(1_024).into_bytes(), 0),
    ] {
        let file = dir.file("chain", der);
        let formats = [
            &["-q"][..],
            &["-v"],
            &["--format", "json"],
            &["--format", "pem"],
            &["--format", "nagios"],
        ];
        for format in formats {
            let run = run_bounded(
                &[
                    &["--chain", text(&file), "--servername", "localhost"],
                    format,
                ]
                .concat(),
            );
            // A plugin has its own codes.
            let code = if format.contains(&"nagios") {
                2 * code
            } else {
                code
            };
            assert_eq!(run.code, code, "{what} {format:?}: {}", run.stderr);
        }
    }
}
