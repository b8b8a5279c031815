//! The reason of a no is the true one, and says what it is about: which certificate, which name,
//! which rule. Advice does not break what works.

use super::{Der, expect, judge, judge_with, with};
use serde_json::Value;
use testkit::der::{
    Fields, Issuer, algorithm, basic_constraints, common_name, dns_sans, extension, integer, name,
    null, octet_string, oid, sans, seq, tlv, utc, utf8,
};
use testkit::pki::{KeyKind, Pki, leaf, now};
use testkit::program::{problems, problems_by_certificate};
use time::Duration;

const NAME_CONSTRAINTS: &str = "2.5.29.30";

/// The notes on the chain as it is sent.
fn notes(report: &Value) -> Vec<String> {
    let mut notes = testkit::program::notes(report);
    notes.retain(|code| code != "clients-differ");
    notes
}

/// The message of the first problem with this code.
fn message(report: &Value, code: &str) -> String {
    find(report, "problems", code)["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn find<'a>(report: &'a Value, list: &str, code: &str) -> &'a Value {
    let list = report["validation"][list].as_array();
    let mut found = list.into_iter().flatten();
    found
        .find(|finding| finding["code"] == code)
        .unwrap_or(&Value::Null)
}

#[track_caller]
fn says(report: &Value, code: &str, parts: &[&str]) {
    let message = message(report, code);
    for part in parts {
        assert!(
            message.contains(part),
            "{part:?} in {message:?}: {report:#}"
        );
    }
}

/// Judges a chain of raw certificates for `host`.
fn judge_for(host: &str, chain: &[Der], root: &Issuer) -> (i32, Value) {
    judge_with(chain, &[root.der()], &["--servername", host])
}

fn dns(name: &str) -> Vec<u8> {
    tlv(0x82, name)
}

fn subtree(base: impl AsRef<[u8]>) -> Vec<u8> {
    seq([base])
}

/// Name constraints with these subtrees.
fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let list = |tag: u8, subtrees: &[Vec<u8>]| match subtrees {
        [] => Vec::new(),
        subtrees => tlv(tag, subtrees.concat()),
    };
    let both = [list(0xa0, permitted), list(0xa1, excluded)];
    extension(NAME_CONSTRAINTS, true, seq(both))
}

/// A CA with constraints below a root, and a leaf of the CA: the chain.
fn constrained(root: &Issuer, constraints: Vec<u8>, change: impl FnOnce(&mut Fields)) -> Vec<Der> {
    let ca = root.below("Constrained CA", |fields| {
        fields.extensions.push(constraints);
    });
    vec![ca.leaf(change), ca.der()]
}

fn named_only(names: Vec<Vec<u8>>) -> impl FnOnce(&mut Fields) {
    move |fields| fields.extensions = vec![basic_constraints(false), sans(names)]
}

// ------------------------------------------------------------------- name constraints and the subject

#[test]
fn the_common_name_of_a_leaf_without_a_dns_name_is_under_the_constraints() {
    let root = Issuer::root("Subject Root");
    let address = || vec![tlv(0x87, [10, 0, 0, 5])];
    let for_test = || constraints(&[subtree(dns("test"))], &[]);
    let not_evil = || constraints(&[], &[subtree(dns("evil"))]);
    let case = |constraints: Vec<u8>, subject: Vec<u8>, names: Vec<Vec<u8>>| {
        let chain = constrained(&root, constraints, |fields| {
            named_only(names)(fields);
            fields.subject = subject;
        });
        judge_for("10.0.0.5", &chain, &root)
    };
    let cn = common_name;
    let bmp = |text: &str| {
        let wide: Vec<u8> = text.bytes().flat_map(|byte| [0, byte]).collect();
        name([("2.5.4.3", tlv(0x1e, wide))])
    };
    let refused = &["name-constraint null"][..];
    for (what, constraints, subject, expected) in [
        ("not permitted", for_test(), cn("mail.evil"), refused),
        ("permitted", for_test(), cn("mail.test"), &[]),
        ("permitted in other case", for_test(), cn("MAIL.Test"), &[]),
        ("the base itself has one label", for_test(), cn("test"), &[]),
        ("excluded", not_evil(), cn("mail.evil"), refused),
        ("not excluded", not_evil(), cn("mail.test"), &[]),
        ("with an underscore", for_test(), cn("a_b.evil"), refused),
        (
            "two octets a character",
            for_test(),
            bmp("mail.evil"),
            refused,
        ),
        ("no host name", for_test(), cn("The Mail Server"), &[]),
        ("a wildcard is none", for_test(), cn("*.mail.evil"), &[]),
        ("a final dot is none", for_test(), cn("mail.evil."), &[]),
        ("one label", for_test(), cn("mail"), &[]),
        ("a NUL", for_test(), cn("mail.test\0.evil"), refused),
        ("NULs at the end", for_test(), cn("mail.test\0\0"), &[]),
        (
            "the first of two",
            for_test(),
            name([
                ("2.5.4.3", utf8("mail.evil")),
                ("2.5.4.3", utf8("mail.test")),
            ]),
            refused,
        ),
        (
            "no common name",
            for_test(),
            name([("2.5.4.10", utf8("mail.evil"))]),
            &[],
        ),
        (
            "only addresses are constrained",
            constraints(&[subtree(tlv(0x87, [10, 0, 0, 0, 255, 0, 0, 0]))], &[]),
            cn("mail.evil"),
            &[],
        ),
        (
            "an e-mail address of the subject",
            constraints(&[subtree(tlv(0x81, "test"))], &[]),
            name([("1.2.840.113549.1.9.1", tlv(0x16, "a@evil"))]),
            refused,
        ),
        (
            "an e-mail address that may be",
            constraints(&[subtree(tlv(0x81, "test"))], &[]),
            name([("1.2.840.113549.1.9.1", tlv(0x16, "a@test"))]),
            &[],
        ),
    ] {
        let outcome = case(constraints, subject.clone(), address());
        if what == "not permitted" {
            says(
                &outcome.1,
                "name-constraint",
                &["\"mail.evil\"", "\"test\"", "Constrained CA"],
            );
        }
        expect(what, outcome, expected);
    }
    // With a DNS name among the SANs the common name does not count.
    let with_dns = [address(), vec![dns("mail.test")]].concat();
    expect(
        "a DNS name",
        case(for_test(), cn("mail.evil"), with_dns),
        &[],
    );
}

#[test]
fn constraints_of_every_ca_of_the_path_count_for_the_common_name() {
    let for_test = || constraints(&[subtree(dns("test"))], &[]);
    let leaf_of = |ca: &Issuer| {
        ca.leaf(|fields| {
            named_only(vec![tlv(0x87, [10, 0, 0, 5])])(fields);
            fields.subject = common_name("mail.evil");
        })
    };
    // The anchor's count, too.
    let root = Issuer::odd_root("Constrained Root", |fields| {
        fields.extensions.push(for_test());
    });
    let sub = root.below("Free CA", |_| ());
    let chain = [leaf_of(&sub), sub.der()];
    let refused = &["name-constraint null"][..];
    expect("the root's", judge_for("10.0.0.5", &chain, &root), refused);
    // Constraints of one path do not count on another.
    let free = Issuer::root("Free Root");
    let ca = free.below("Two Ways CA", |_| ());
    let constrained = free.cross_sign(&ca, |fields| fields.extensions.push(for_test()));
    let leaf = leaf_of(&ca);
    for middle in [
        [ca.der(), constrained.clone()],
        [constrained.clone(), ca.der()],
    ] {
        let chain = [vec![leaf.clone()], middle.to_vec()].concat();
        expect("another path", judge_for("10.0.0.5", &chain, &free), &[]);
    }
    let chain = [leaf, constrained];
    expect("this path", judge_for("10.0.0.5", &chain, &free), refused);
}

// ----------------------------------------------------------------------- name constraints and the rest

#[test]
fn what_cannot_be_held_against_constraints_is_named() {
    let root = Issuer::root("Constraint Root");
    let for_test = || constraints(&[subtree(dns("test"))], &[]);
    let permitting = |base: &str| constraints(&[subtree(dns(base))], &[]);
    let with_extent = |extent: Vec<u8>| {
        let subtree = seq([dns("test"), extent]);
        constraints(&[subtree], &[])
    };
    let case = |constraints: Vec<u8>, other: &str| {
        let names = match other {
            "" => vec![dns("mail.test")],
            other => vec![dns("mail.test"), dns(other)],
        };
        let chain = constrained(&root, constraints, |fields| {
            named_only(names)(fields);
            fields.subject = common_name("Leaf");
        });
        judge_for("mail.test", &chain, &root)
    };
    let both = "OpenSSL and GnuTLS accept it";
    // A name of the leaf.
    for (constraints, other, why, others) in [
        (
            for_test(),
            "*.test",
            "two labels must follow a wildcard",
            both,
        ),
        (for_test(), "w*.a.test", "whole first label", both),
        (
            for_test(),
            "a.test.",
            "ends with a dot",
            "GnuTLS accepts it, OpenSSL refuses it, too",
        ),
        (for_test(), "a b.test", "a blank", both),
        (for_test(), "a..test", "an empty label", both),
        (for_test(), "-a.test", "hyphen", both),
        (
            for_test(),
            "192.0.2.7",
            "a number",
            "OpenSSL and GnuTLS refuse it, too",
        ),
        (
            constraints(&[], &[subtree(dns("evil"))]),
            "*.test",
            "two labels",
            both,
        ),
    ] {
        let outcome = case(constraints, other);
        let quoted = format!("\"{other}\"");
        let parts = [&quoted, "\"Leaf\"", "Constrained CA", why, others];
        says(&outcome.1, "malformed", &parts);
        expect(other, outcome, &["malformed 0"]);
    }
    // A constraint of the CA.
    for (constraints, why, others) in [
        (
            permitting("*.test"),
            "wildcard",
            "OpenSSL and GnuTLS refuse it, too",
        ),
        (
            permitting("test."),
            "ends with a dot",
            "GnuTLS accepts it, OpenSSL refuses it, too",
        ),
        (with_extent(tlv(0x80, [0])), "minimum", both),
        (
            with_extent(tlv(0x80, [1])),
            "minimum",
            "GnuTLS accepts it, OpenSSL refuses it, too",
        ),
        (
            with_extent(tlv(0x81, [5])),
            "maximum",
            "GnuTLS accepts it, OpenSSL refuses it, too",
        ),
    ] {
        let outcome = case(constraints, "");
        says(&outcome.1, "malformed", &["Constrained CA", why, others]);
        expect(why, outcome, &["malformed 1"]);
    }
    // A network whose mask is not a mask.
    let mask = constraints(&[subtree(tlv(0x87, [10, 0, 0, 0, 255, 0, 255, 0]))], &[]);
    let chain = constrained(
        &root,
        mask,
        named_only(vec![dns("mail.test"), tlv(0x87, [10, 0, 0, 5])]),
    );
    let outcome = judge_for("mail.test", &chain, &root);
    says(
        &outcome.1,
        "malformed",
        &[
            "10.0.0.0/255.0.255.0",
            "mask",
            "OpenSSL accepts it, GnuTLS refuses",
        ],
    );
    expect("mask", outcome, &["malformed 1"]);
}

#[test]
fn a_breach_of_constraints_names_name_and_constraint() {
    let root = Issuer::root("Constraint Root");
    let directory = |text: &str| tlv(0xa4, common_name(text));
    for (what, constraints, names, parts) in [
        (
            "not permitted",
            constraints(&[subtree(dns("test"))], &[]),
            vec![dns("mail.test"), dns("mail.evil")],
            &["\"mail.evil\"", "permitted: \"test\"", "Constrained CA"][..],
        ),
        (
            "excluded",
            constraints(&[], &[subtree(dns("evil"))]),
            vec![dns("mail.test"), dns("mail.evil")],
            &["\"mail.evil\"", "excluded: \"evil\""],
        ),
        (
            "address",
            constraints(&[subtree(tlv(0x87, [10, 0, 0, 0, 255, 0, 0, 0]))], &[]),
            vec![dns("mail.test"), tlv(0x87, [192, 0, 2, 1])],
            &["192.0.2.1", "10.0.0.0/8"],
        ),
        (
            "excluded by a wildcard",
            constraints(&[], &[subtree(dns("b.a.test"))]),
            vec![dns("mail.test"), dns("*.a.test")],
            &["\"*.a.test\"", "may stand for", "OpenSSL and GnuTLS accept"],
        ),
        (
            "directory names are not compared",
            constraints(&[subtree(directory("localhost"))], &[]),
            vec![dns("mail.test")],
            &[
                "directory name",
                "not compared here",
                "OpenSSL and GnuTLS accept",
            ],
        ),
        (
            "another directory name",
            constraints(&[subtree(directory("Other"))], &[]),
            vec![dns("mail.test")],
            &["directory name", "\"CN=Other\"", "OpenSSL refuses it, too"],
        ),
        (
            "e-mail addresses are not compared",
            constraints(&[subtree(tlv(0x81, "test"))], &[]),
            vec![dns("mail.test"), tlv(0x81, "a@test")],
            &[
                "\"a@test\"",
                "not compared here",
                "OpenSSL and GnuTLS accept",
            ],
        ),
    ] {
        let chain = constrained(&root, constraints, named_only(names));
        let outcome = judge_for("mail.test", &chain, &root);
        says(&outcome.1, "name-constraint", parts);
        expect(what, outcome, &["name-constraint null"]);
    }
}

#[test]
fn more_comparisons_than_are_made_are_named_as_such() {
    let root = Issuer::root("Budget Root");
    let case = |count: usize| {
        let subtrees: Vec<Vec<u8>> = (0..count)
            .map(|i| subtree(dns(&format!("c{i}.test"))))
            .collect();
        let names = (0..count).map(|i| dns(&format!("c{i}.test"))).collect();
        let chain = constrained(&root, constraints(&subtrees, &[]), named_only(names));
        judge_for("c0.test", &chain, &root)
    };
    expect("few enough", case(450), &[]);
    let outcome = case(700);
    says(
        &outcome.1,
        "too-complex",
        &["700 name constraints", "700 names", "OpenSSL and GnuTLS"],
    );
    assert!(!message(&outcome.1, "too-complex").contains("presented"));
    expect("too many", outcome, &["too-complex 0"]);
}

// ------------------------------------------------------------------------------------ critical extensions

/// A list of one signed certificate timestamp (RFC 6962 §3.3) without a signature.
fn timestamps() -> Vec<u8> {
    let head = [0, 49, 0, 47, 0];
    let (id_and_time, tail) = ([0; 40], [0, 0, 4, 3, 0, 0]);
    [&head[..], &id_and_time, &tail].concat()
}

#[test]
fn critical_extensions_are_named_in_words() {
    let root = Issuer::root("Critical Root");
    let policies = seq([seq([oid("1.2.3.4")])]);
    let both = "OpenSSL and GnuTLS accept it";
    for (number, content, words, others) in [
        ("2.5.29.32", policies.clone(), "certificate policies", both),
        (
            "2.5.29.36",
            seq([tlv(0x80, [5])]),
            "policy constraints",
            "OpenSSL accepts it, GnuTLS refuses",
        ),
        ("2.5.29.54", integer([3]), "inhibit any-policy", both),
        (
            "1.3.6.1.5.5.7.1.24",
            seq([integer([5])]),
            "must-staple",
            "GnuTLS accepts it, OpenSSL refuses",
        ),
        (
            "1.3.6.1.4.1.11129.2.4.3",
            null(),
            "precertificate poison",
            "OpenSSL and GnuTLS refuse it",
        ),
        (
            "1.3.6.1.4.1.11129.2.4.2",
            octet_string(timestamps()),
            "signed certificate timestamps",
            "refuse it, too",
        ),
        ("1.2.3.4", null(), "unknown", "refuse it, too"),
    ] {
        let critical = || extension(number, true, &content);
        let chain = [root.leaf(|fields| fields.extensions.push(critical()))];
        let outcome = judge(&chain, &[root.der()]);
        says(&outcome.1, "critical-extension", &[words, number, others]);
        expect(number, outcome, &["critical-extension 0"]);
        let ca = root.below("Critical CA", |fields| fields.extensions.push(critical()));
        let chain = [ca.leaf(|_| ()), ca.der()];
        let outcome = judge(&chain, &[root.der()]);
        says(
            &outcome.1,
            "critical-extension",
            &[words, number, "Critical CA"],
        );
        expect(number, outcome, &["critical-extension 1"]);
    }
    // No policy is asked for: an anchor may have one, as webpki ignores it.
    for (number, expected) in [
        ("2.5.29.32", &[][..]),
        ("1.2.3.4", &["critical-extension null"]),
    ] {
        let critical = extension(number, true, &policies);
        let root = Issuer::odd_root("Policy Root", |fields| fields.extensions.push(critical));
        expect(number, judge(&[root.leaf(|_| ())], &[root.der()]), expected);
    }
}

// ------------------------------------------------------------------------------------------ signatures

#[test]
fn unusual_parameters_of_a_signature_are_no_unknown_algorithm() {
    let with_null = seq([oid(testkit::der::ECDSA_SHA256), null()]);
    let change = |fields: &mut Fields| {
        fields.inner_algorithm = with_null.clone();
        fields.outer_algorithm = with_null.clone();
    };
    let root = Issuer::root("Parameter Root");
    let outcome = judge(&[root.leaf(change)], &[root.der()]);
    says(
        &outcome.1,
        "unsupported-algorithm",
        &["parameters", "NULL", "OpenSSL and GnuTLS accept it"],
    );
    expect("leaf", outcome, &["unsupported-algorithm 0"]);
    let ca = root.below("Parameter CA", change);
    let outcome = judge(&[ca.leaf(|_| ()), ca.der()], &[root.der()]);
    says(
        &outcome.1,
        "unsupported-algorithm",
        &["Parameter CA", "parameters", "NULL"],
    );
    expect("intermediate", outcome, &["unsupported-algorithm 1"]);
    // Nothing is unusual where there is nothing.
    let odd = algorithm("1.2.840.10045.4.3.1");
    let chain = [root.leaf(|fields| {
        fields.inner_algorithm = odd.clone();
        fields.outer_algorithm = odd.clone();
    })];
    let outcome = judge(&chain, &[root.der()]);
    assert!(!message(&outcome.1, "unsupported-algorithm").contains("parameters"));
    expect("SHA-224", outcome, &["unsupported-algorithm 0"]);
}

#[test]
fn an_anchor_of_the_right_name_with_another_key_is_no_issuer() {
    let names = &leaf(&["localhost"]);
    let other = with(|p| p.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    let kinds = [KeyKind::P256, KeyKind::Rsa2048, KeyKind::Ed25519];
    for kind in kinds {
        for old in kinds {
            for anchor in [names, &other] {
                let chain = Pki::self_signed(names, kind).chain;
                let anchors = Pki::self_signed(anchor, old).chain;
                let outcome = judge(&chain, &anchors);
                says(&outcome.1, "self-signed", &["another key"]);
                expect(&format!("{kind:?} {old:?}"), outcome, &["self-signed 0"]);
            }
        }
    }
    // A root that was sent is unknown, whatever another of its name says.
    let (mine, double) = (
        Pki::new("Twin", KeyKind::P256),
        Pki::new("Twin", KeyKind::Rsa2048),
    );
    let chain = [mine.identity(names.clone()).chain, vec![mine.root()]].concat();
    expect(
        "a root",
        judge(&chain, &[double.root()]),
        &["unknown-issuer 2"],
    );
}

#[test]
fn a_signature_of_another_kind_of_key_than_the_named_ca_has_is_bad() {
    // A named CA, without identifiers that could distinguish keys.
    let real = Issuer::root("Named Root");
    let forger = Issuer::root("Named Root");
    expect(
        "forged",
        judge(&[forger.leaf(|_| ())], &[real.der()]),
        &["bad-signature 0"],
    );
    let rsa = Pki::custom(
        super::unconstrained("Named Root"),
        super::ca_with(|_| ()),
        KeyKind::Rsa2048,
    );
    let outcome = judge(&[forger.leaf(|_| ())], &[rsa.root()]);
    expect("of another kind", outcome, &["bad-signature 0"]);
}

// ----------------------------------------------------------------------------------------------- names

#[test]
fn a_name_in_another_encoding_is_there() {
    let printable = |text: &str| name([("2.5.4.3", tlv(0x13, text))]);
    for (what, written, reason) in [
        (
            "string type",
            printable("Issuing CA 1"),
            "string of another type",
        ),
        ("case", common_name("ISSUING ca 1"), "letter case"),
        ("blanks", common_name(" Issuing  CA 1 "), "blanks"),
    ] {
        let root = Issuer::root("Encoding Root");
        let ca = root.below("Issuing CA 1", |_| ());
        let chain = [ca.leaf(|fields| fields.issuer = written.clone()), ca.der()];
        let outcome = judge(&chain, &[root.der()]);
        says(
            &outcome.1,
            "name-encoding",
            &["Issuing CA 1", "is sent", reason],
        );
        assert_eq!(
            notes(&outcome.1),
            [""; 0],
            "{what}: nothing is to be taken out"
        );
        expect(what, outcome, &["name-encoding 0"]);
        // The same of an anchor.
        let root = Issuer::root("Issuing CA 1");
        let chain = [root.leaf(|fields| fields.issuer = written)];
        let outcome = judge(&chain, &[root.der()]);
        says(&outcome.1, "name-encoding", &["among the anchors", reason]);
        expect(what, outcome, &["name-encoding 0"]);
    }
    // Beside an identifier that is written alike it is ignored.
    let root = Issuer::root("Encoding Root");
    let ca = root.below("Issuing CA 1", |_| ());
    let again = root.cross_sign(&ca, |fields| fields.subject = printable("Issuing CA 1"));
    let chain = [ca.leaf(|_| ()), ca.der(), again];
    let outcome = judge(&chain, &[root.der()]);
    assert_eq!(notes(&outcome.1), ["cross-signed"]);
    expect("one of both", outcome, &[]);
}

#[test]
fn names_that_look_right_and_do_not_count_say_why() {
    let root = Issuer::root("Look-alike Root");
    for (name, host, why) in [
        (dns("192.0.2.7"), "192.0.2.7", "as a DNS name"),
        (dns("*.internal"), "mail.internal", "two labels must follow"),
        (dns("mail.test."), "mail.test", "ends with a dot"),
        (dns(" mail.test"), "mail.test", "a blank"),
        (dns("m*l.a.test"), "mail.a.test", "whole first label"),
        (dns("bücher.test"), "bücher.test", "A-labels"),
    ] {
        let chain = [root.leaf(named_only(vec![dns("other.test"), name]))];
        let outcome = judge_for(host, &chain, &root);
        says(&outcome.1, "name-mismatch", &[why]);
        expect(host, outcome, &["name-mismatch 0"]);
    }
    let chain = [root.leaf(named_only(vec![dns("other.test")]))];
    let (_, report) = judge_for("mail.test", &chain, &root);
    says(&report, "name-mismatch", &["but for \"other.test\""]);
}

#[test]
fn without_a_common_name_the_first_san_stands_in() {
    let root = Issuer::root("Nameless Root");
    let case = |subject: Vec<u8>, names: Vec<Vec<u8>>| {
        let chain = [root.leaf(|fields| {
            named_only(names)(fields);
            fields.subject = subject;
            // Expired, so that a message names it.
            fields.validity = seq([
                utc(now() - Duration::days(9)),
                utc(now() - Duration::days(3)),
            ]);
        })];
        let (_, report) = judge(&chain, &[root.der()]);
        message(&report, "expired")
    };
    let other = || name([("2.5.4.10", utf8("Example"))]);
    for (subject, names, label) in [
        (
            seq([[]; 0]),
            vec![dns("mail.test"), dns("b.test")],
            "\"mail.test\"",
        ),
        (
            seq([[]; 0]),
            vec![tlv(0x87, [192, 0, 2, 7])],
            "\"192.0.2.7\"",
        ),
        (other(), vec![dns("mail.test")], "\"mail.test\""),
        (other(), vec![tlv(0x81, "a@test")], "\"O=Example\""),
        (common_name("Mine"), vec![dns("mail.test")], "\"Mine\""),
    ] {
        let message = case(subject, names);
        assert!(message.starts_with(label), "{label}: {message}");
    }
}

// ------------------------------------------------------------------------------------ the chain as sent

#[test]
fn steps_of_other_paths_are_not_unrelated() {
    // As Let's Encrypt's ECDSA chain: a new root, cross-signed by one that is older, and so on.
    let (x1, x2, ye) = (
        Issuer::root("Old Root"),
        Issuer::root("Newer Root"),
        Issuer::root("Newest Root"),
    );
    let sub = ye.below("Issuing CA", |_| ());
    let cross = x2.cross_sign(&ye, |_| ());
    let cross_again = x1.cross_sign(&x2, |_| ());
    let chain = [sub.leaf(|_| ()), sub.der(), cross, cross_again];
    for anchors in [vec![ye.der()], vec![x1.der(), x2.der(), ye.der()]] {
        let outcome = judge(&chain, &anchors);
        assert_eq!(notes(&outcome.1), ["cross-signed", "cross-signed"]);
        expect("the newest root is known", outcome, &[]);
    }
    let outcome = judge(&chain, &[x1.der()]);
    assert_eq!(notes(&outcome.1), [""; 0]);
    expect("only the oldest is", outcome, &[]);
    // No root is known: the chain is as long, and nothing is to be taken out.
    let (_, report) = judge(&chain, &[Issuer::root("Stranger").der()]);
    assert_eq!(problems(&report), ["unknown-issuer"]);
    assert_eq!(notes(&report), [""; 0]);
    // Through an anchor that was not sent.
    let chain = [sub.leaf(|_| ()), ye.der()];
    let outcome = judge(&chain, &[sub.der(), x1.der()]);
    assert_eq!(notes(&outcome.1), ["root-sent"]);
    expect("the anchor's own root", outcome, &[]);
}

#[test]
fn a_namesake_is_unrelated() {
    let root = Issuer::root("Namesake Root");
    let sub = root.below("Issuing CA", |_| ());
    let double = Issuer::root("Namesake Root");
    let namesake = double.below("Issuing CA", |_| ());
    let chain = [sub.leaf(|_| ()), sub.der(), namesake.der()];
    let outcome = judge(&chain, &[root.der()]);
    assert_eq!(notes(&outcome.1), ["unrelated"]);
    let note = find(&outcome.1, "notes", "unrelated");
    assert!(
        note["message"]
            .as_str()
            .is_some_and(|m| m.contains("another key")),
        "{note}"
    );
    expect("an intermediate", outcome, &[]);
    // A root that belongs to no path, of the same name or another.
    for stranger in [double.der(), Issuer::root("Stranger").der()] {
        let chain = [sub.leaf(|_| ()), sub.der(), stranger];
        let outcome = judge(&chain, &[root.der()]);
        assert_eq!(notes(&outcome.1), ["unrelated"]);
        expect("a root", outcome, &[]);
    }
}

#[test]
fn an_expired_twin_is_to_be_taken_out() {
    let root = Issuer::root("Twin Root");
    let other = Issuer::root("Other Root");
    let sub = root.below("Issuing CA", |_| ());
    let expired = |fields: &mut Fields| {
        fields.validity = seq([
            utc(now() - Duration::days(90)),
            utc(now() - Duration::days(3)),
        ]);
    };
    let (twin, cross, valid) = (
        root.cross_sign(&sub, expired),
        other.cross_sign(&root, expired),
        other.cross_sign(&root, |_| ()),
    );
    let leaf = sub.leaf(|_| ());
    for (what, chain, expired) in [
        ("before", [leaf.clone(), twin.clone(), sub.der()], true),
        ("after", [leaf.clone(), sub.der(), twin], true),
        ("cross", [leaf.clone(), sub.der(), cross], true),
        ("valid", [leaf, sub.der(), valid], false),
    ] {
        let outcome = judge(&chain, &[root.der()]);
        assert_eq!(notes(&outcome.1), ["cross-signed"], "{what}");
        let note = find(&outcome.1, "notes", "cross-signed");
        let text = |field: &str| note[field].as_str().unwrap_or_default().to_owned();
        let (message, advice) = (text("message"), text("advice"));
        assert_eq!(
            message.contains("expired 3 days ago"),
            expired,
            "{what}: {message}"
        );
        assert_eq!(message.contains("GnuTLS"), expired, "{what}: {message}");
        assert_eq!(
            advice.starts_with("take it out"),
            expired,
            "{what}: {advice}"
        );
        assert_eq!(advice.starts_with("keep it"), !expired, "{what}: {advice}");
        expect(what, outcome, &[]);
    }
}

#[test]
fn a_root_in_the_wrong_place_is_out_of_order_too() {
    let root = Issuer::root("Order Root");
    let (other, stranger) = (Issuer::root("Other Root"), Issuer::root("Stranger"));
    let sub = root.below("Issuing CA", |_| ());
    let leaf = sub.leaf(|_| ());
    let cross = other.cross_sign(&root, |_| ());
    for (what, chain, anchors, expected) in [
        (
            "known",
            vec![leaf.clone(), root.der(), sub.der()],
            vec![root.der()],
            &["root-sent", "out-of-order"][..],
        ),
        (
            "in order",
            vec![leaf.clone(), sub.der(), root.der()],
            vec![root.der()],
            &["root-sent"],
        ),
        (
            "unknown",
            vec![leaf.clone(), root.der(), sub.der()],
            vec![stranger.der()],
            &["root-sent", "out-of-order"],
        ),
        (
            "a step of another path",
            vec![leaf.clone(), cross.clone(), sub.der()],
            vec![root.der()],
            &["cross-signed", "out-of-order"],
        ),
        (
            "a step of another path in order",
            vec![leaf, sub.der(), root.der(), cross],
            vec![root.der()],
            &["root-sent", "cross-signed"],
        ),
    ] {
        let (_, report) = judge(&chain, &anchors);
        assert_eq!(notes(&report), expected, "{what}: {report:#}");
    }
}

// ---------------------------------------------------------------------------------------------- advice

#[test]
fn a_clock_that_is_years_ahead_is_named() {
    let chain = Pki::new("Clock", KeyKind::P256)
        .identity(leaf(&["localhost"]))
        .chain;
    let advice = |days: i64| {
        let at = format!("{}T00:00:00Z", (now() + Duration::days(days)).date());
        let (_, report) = judge_with(&chain, &[chain[1].clone()], &["--at", &at]);
        let advice = &find(&report, "problems", "expired")["advice"];
        advice.as_str().unwrap_or_default().to_owned()
    };
    assert!(advice(65).starts_with("renew"), "{}", advice(65));
    assert!(advice(4000).contains("clock"), "{}", advice(4000));
}

#[test]
fn what_is_malformed_has_a_place() {
    let root = Issuer::root("Malformed Root");
    let long_path = |fields: &mut Fields| {
        // More than an octet for the length of the path.
        fields.extensions[0] = extension(
            "2.5.29.19",
            true,
            seq([tlv(1, [0xff]), integer([0x01, 0x00])]),
        );
    };
    let ca = root.below("Long Path CA", long_path);
    let outcome = judge(&[ca.leaf(|_| ()), ca.der()], &[root.der()]);
    says(&outcome.1, "malformed", &["Long Path CA", "out of range"]);
    expect("path length", outcome, &["malformed 1"]);
    let ids = |fields: &mut Fields| fields.unique_ids = tlv(0x81, [0, 1, 2]);
    let outcome = judge(&[root.leaf(ids)], &[root.der()]);
    let all = problems_by_certificate(&outcome.1);
    assert!(
        all.iter()
            .all(|problem| !problem.starts_with("malformed null")),
        "{all:?}"
    );
    let names = |fields: &mut Fields| fields.extensions[1] = dns_sans(&["localhost", ""]);
    expect(
        "no constraints",
        judge(&[root.leaf(names)], &[root.der()]),
        &[],
    );
}
