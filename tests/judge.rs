//! Judgement of saved chains: what each defect is called and which certificate it names, that no
//! defect hides another, and what is trusted all the same. Facts are compared with OpenSSL's.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod common;

use common::{Dir, finish, notes, openssl, problems, program};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use testkit::pki::{Identity, KeyKind, Pki, ca, expired_leaf, leaf, now, to_pem};
use time::Duration;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Judge", KeyKind::P256));

type Der = CertificateDer<'static>;

fn pem(chain: &[Der]) -> String {
    chain.iter().map(|der| to_pem(der)).collect()
}

/// Judges a chain for localhost under `anchors`, with more options.
fn judge_with(chain: &[Der], anchors: &[Der], options: &[&str]) -> (i32, Value) {
    let dir = Dir::new();
    let (chain, anchors) = (
        dir.file("chain.pem", pem(chain)),
        dir.file("ca.pem", pem(anchors)),
    );
    let mut args = vec!["--chain", path(&chain), "--cacerts", path(&anchors)];
    if !options.contains(&"--servername") {
        args.extend(["--servername", "localhost"]);
    }
    args.extend(options);
    common::report(args)
}

fn judge(chain: &[Der], anchors: &[Der]) -> (i32, Value) {
    judge_with(chain, anchors, &[])
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The problems with the certificate that each is about: `expired 0`.
fn named(report: &Value) -> Vec<String> {
    let problems = report["validation"]["problems"].as_array();
    problems
        .into_iter()
        .flatten()
        .map(|problem| {
            let code = problem["code"].as_str().unwrap_or_default();
            format!("{code} {}", problem["certificate"])
        })
        .collect()
}

#[track_caller]
fn expect(name: &str, (code, report): (i32, Value), expected: &[&str]) {
    assert_eq!(named(&report), expected, "{name}: {report:#}");
    assert_eq!(code, i32::from(!expected.is_empty()), "{name}");
    assert_eq!(
        report["validation"]["trusted"],
        expected.is_empty(),
        "{name}"
    );
    let path = report["validation"]["path"].as_array().map_or(0, Vec::len);
    assert!(
        !expected.is_empty() || path > 0,
        "{name}: a trusted chain has a path"
    );
}

fn with(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = leaf(&["localhost"]);
    change(&mut params);
    params
}

fn ca_with(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = ca("Odd Issuer");
    change(&mut params);
    params
}

fn unconstrained(name: &str) -> CertificateParams {
    let mut params = ca(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn permitting(domain: &str) -> NameConstraints {
    NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
        excluded_subtrees: Vec::new(),
    }
}

#[test]
fn defects_of_the_leaf() {
    let pki = &*PKI;
    let future = with(|p| p.not_before = now() + Duration::days(5));
    let client = with(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let signer = with(|p| p.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
    let ca_leaf = with(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let backwards = with(|p| (p.not_before, p.not_after) = (p.not_after, p.not_before));
    let nameless = with(|p| p.subject_alt_names.clear());
    for (name, params, expected) in [
        ("good", leaf(&["localhost"]), vec![]),
        ("expired", expired_leaf(&["localhost"]), vec!["expired 0"]),
        ("future", future, vec!["not-yet-valid 0"]),
        (
            "other name",
            leaf(&["mail.example"]),
            vec!["name-mismatch 0"],
        ),
        ("no SAN", nameless, vec!["no-san 0"]),
        ("client only", client, vec!["wrong-usage 0"]),
        ("key usage", signer, vec!["key-usage 0"]),
        ("a CA", ca_leaf, vec!["ca-as-leaf 0"]),
        ("dates reversed", backwards, vec!["malformed 0"]),
        ("no EKU", with(|p| p.extended_key_usages.clear()), vec![]),
        ("no key usage", with(|p| p.key_usages.clear()), vec![]),
    ] {
        let identity = pki.identity(params);
        expect(name, judge(&identity.chain, &[pki.root()]), &expected);
    }
}

#[test]
fn defects_of_the_chain() {
    let pki = &*PKI;
    let good = leaf(&["localhost"]);
    let roots = [pki.root()];
    let chain = |issuer: CertificateParams| pki.below(issuer, &good).chain;
    let no_ca = ca_with(|p| {
        p.is_ca = IsCa::ExplicitNoCa;
        p.key_usages.clear();
    });
    let client_ca = ca_with(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    for (name, chain, expected) in [
        (
            "not sent",
            pki.lonely(good.clone()).chain,
            vec!["missing-intermediate 0"],
        ),
        ("no CA", chain(no_ca), vec!["not-a-ca 1"]),
        (
            "no keyCertSign",
            chain(ca_with(|p| p.key_usages = vec![KeyUsagePurpose::CrlSign])),
            vec!["key-usage 1"],
        ),
        ("for clients", chain(client_ca), vec!["wrong-usage 1"]),
        (
            "constrained",
            chain(ca_with(|p| {
                p.name_constraints = Some(permitting("example.com"));
            })),
            vec!["name-constraint null"],
        ),
        (
            "constrained to us",
            chain(ca_with(|p| {
                p.name_constraints = Some(permitting("localhost"));
            })),
            vec![],
        ),
        (
            "expired CA",
            chain(ca_with(|p| p.not_after = now() - Duration::days(3))),
            vec!["expired 1"],
        ),
        (
            "too long",
            pki.deep(ca("Odd Issuer"), &good).chain,
            vec!["path-too-long 2"],
        ),
    ] {
        expect(name, judge(&chain, &roots), &expected);
    }
    let stranger = Pki::new("Stranger", KeyKind::P256);
    let foreign = stranger.identity(good.clone());
    expect(
        "unknown",
        judge(&foreign.chain, &roots),
        &["unknown-issuer 1"],
    );
    let with_root = [foreign.chain.clone(), vec![stranger.root()]].concat();
    expect(
        "unknown root",
        judge(&with_root, &roots),
        &["unknown-issuer 2"],
    );
    let own = Pki::self_signed(&good, KeyKind::P256);
    expect("self-signed", judge(&own.chain, &roots), &["self-signed 0"]);
}

#[test]
fn altered_bytes_are_a_bad_signature() {
    let pki = &*PKI;
    let identity = pki.identity(leaf(&["localhost"]));
    let text = b"localhost";
    let mut altered = identity.chain[0].to_vec();
    let at = altered
        .windows(text.len())
        .position(|w| w == text)
        .expect("the name");
    // Another common name, the same length.
    altered[at] = b'L';
    let chain = [altered.into(), pki.intermediate()];
    expect(
        "altered leaf",
        judge(&chain, &[pki.root()]),
        &["bad-signature 0"],
    );
    // An intermediate of the right name whose root has the name of the configured one only.
    let double = Pki::new("Judge", KeyKind::P256);
    let identity = double.identity(leaf(&["localhost"]));
    let (code, report) = judge(&identity.chain, &[pki.root()]);
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["unknown-issuer".to_owned()]),
        "{report:#}"
    );
}

#[test]
fn defects_of_the_anchor_count() {
    let sound = || unconstrained("Anchor Root");
    let expired = ca_of(sound(), |p| p.not_after = now() - Duration::days(2));
    let future = ca_of(sound(), |p| p.not_before = now() + Duration::days(2));
    let signless = ca_of(sound(), |p| p.key_usages = vec![KeyUsagePurpose::CrlSign]);
    let short = ca_of(sound(), |p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let client = ca_of(sound(), |p| {
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    for (root, expected) in [
        (sound(), vec![]),
        (expired, vec!["anchor-expired null"]),
        (future, vec!["anchor-not-yet-valid null"]),
        (signless, vec!["key-usage null"]),
        (short, vec!["path-too-long null"]),
        (client, vec!["wrong-usage null"]),
    ] {
        let pki = Pki::custom(root, ca("Anchor Intermediate"), KeyKind::P256);
        let identity = pki.identity(leaf(&["localhost"]));
        expect(
            &format!("{expected:?}"),
            judge(&identity.chain, &[pki.root()]),
            &expected,
        );
        // The same root in good order beside it: a path that fails is passed over for another.
        let good = pki.root_again(|params| *params = sound());
        expect(
            "beside a good one",
            judge(&identity.chain, &[pki.root(), good]),
            &[],
        );
    }
}

fn ca_of(
    mut params: CertificateParams,
    change: impl FnOnce(&mut CertificateParams),
) -> CertificateParams {
    change(&mut params);
    params
}

#[test]
fn no_problem_hides_another() {
    let pki = &*PKI;
    let constrained = ca_with(|p| p.name_constraints = Some(permitting("example.com")));
    let chain = pki
        .below(constrained, &expired_leaf(&["mail.example"]))
        .chain;
    let expected = ["expired 0", "name-mismatch 0", "name-constraint null"];
    let (code, report) = judge(&chain, &[pki.root()]);
    let mut found = named(&report);
    found.sort();
    let mut wanted = expected.map(ToOwned::to_owned).to_vec();
    wanted.sort();
    assert_eq!((code, found), (1, wanted), "{report:#}");

    let stranger = Pki::new("Stranger", KeyKind::P256);
    let chain = stranger.identity(expired_leaf(&["mail.example"])).chain;
    expect(
        "everything",
        judge(&chain, &[pki.root()]),
        &["expired 0", "unknown-issuer 1", "name-mismatch 0"],
    );
    let lonely = pki.lonely(expired_leaf(&["mail.example"])).chain;
    expect(
        "lonely",
        judge(&lonely, &[pki.root()]),
        &["expired 0", "missing-intermediate 0", "name-mismatch 0"],
    );
}

#[test]
fn a_configured_self_signed_certificate_is_judged_by_dates_purpose_and_name() {
    let case = |params: &CertificateParams| {
        let chain = Pki::self_signed(params, KeyKind::P256).chain;
        judge(&chain, &chain)
    };
    expect("CA:FALSE", case(&leaf(&["localhost"])), &[]);
    expect(
        "CA:TRUE",
        case(&with(|p| {
            p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        })),
        &[],
    );
    expect(
        "no basic constraints",
        case(&with(|p| p.is_ca = IsCa::NoCa)),
        &[],
    );
    expect(
        "expired",
        case(&expired_leaf(&["localhost"])),
        &["expired 0"],
    );
    expect(
        "other name",
        case(&leaf(&["mail.example"])),
        &["name-mismatch 0"],
    );
    let client = with(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    expect("for clients", case(&client), &["wrong-usage 0"]);
}

#[test]
fn a_leaf_of_another_ca_is_no_anchor() {
    let chain = PKI.lonely(leaf(&["localhost"])).chain;
    let (code, report) = judge(&chain, &chain);
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["missing-intermediate".to_owned()])
    );
    assert_eq!(notes(&report), ["anchor-is-leaf"]);
}

#[test]
fn untidy_chains_are_noted_and_trusted() {
    let pki = Pki::custom(
        unconstrained("Tidy Root"),
        unconstrained("Tidy Intermediate"),
        KeyKind::P256,
    );
    let other = Pki::new("Other", KeyKind::P256);
    let good = leaf(&["localhost"]);
    let identity = pki.identity(good.clone());
    let [leaf, intermediate] = [identity.chain[0].clone(), identity.chain[1].clone()];
    let deep = pki.deep(unconstrained("Deep Issuer"), &good).chain;
    let expired_root = pki.root_again(|p| p.not_after = now() - Duration::days(1));
    let expired_intermediate =
        pki.intermediate_again(&pki, |p| p.not_after = now() - Duration::days(1));
    let cross = pki.intermediate_again(&other, |_| {});
    for (name, chain, expected) in [
        (
            "root sent",
            vec![leaf.clone(), intermediate.clone(), pki.root()],
            vec!["root-sent"],
        ),
        (
            "expired root sent",
            vec![leaf.clone(), intermediate.clone(), expired_root],
            vec!["root-sent"],
        ),
        (
            "twice",
            vec![leaf.clone(), intermediate.clone(), intermediate.clone()],
            vec!["duplicate"],
        ),
        (
            "leaf twice",
            vec![leaf.clone(), leaf.clone(), intermediate.clone()],
            vec!["duplicate"],
        ),
        (
            "stranger",
            vec![leaf.clone(), intermediate.clone(), other.intermediate()],
            vec!["unrelated"],
        ),
        (
            "order",
            vec![deep[0].clone(), deep[2].clone(), deep[1].clone()],
            vec!["out-of-order"],
        ),
        (
            "expired twin",
            vec![leaf.clone(), expired_intermediate, intermediate.clone()],
            vec!["cross-signed"],
        ),
        (
            "other path",
            vec![leaf.clone(), cross.clone(), intermediate.clone()],
            vec!["cross-signed"],
        ),
    ] {
        let outcome = judge(&chain, &[pki.root()]);
        assert_eq!(notes(&outcome.1), expected, "{name}: {:#}", outcome.1);
        expect(name, outcome, &[]);
    }
    // The same chain leads to the other root, too, through the other certificate.
    let chain = [leaf, cross, intermediate];
    let (_, report) = judge(&chain, &[other.root()]);
    assert_eq!(
        report["validation"]["anchor"]["subject"], "CN=Other Root",
        "{report:#}"
    );
}

#[test]
fn the_time_to_judge_at_can_be_chosen() {
    let pki = &*PKI;
    let identity = pki.identity(leaf(&["localhost"]));
    let at = |days: i64| {
        let time = now() + Duration::days(days);
        let text = format!("{}T00:00:00Z", time.date());
        judge_with(&identity.chain, &[pki.root()], &["--at", &text])
    };
    expect("in ten days", at(10), &[]);
    expect("in seventy days", at(70), &["expired 0"]);
    expect("forty days ago", at(-40), &["not-yet-valid 0"]);
    expect(
        "in twenty years",
        at(7300),
        &["expired 0", "expired 1", "anchor-expired null"],
    );
    assert!(
        at(70).1["judged_at"]
            .as_str()
            .is_some_and(|t| t.ends_with("T00:00:00Z"))
    );
}

#[test]
fn names_are_compared_as_rfc_9525_has_it() {
    let names = [
        "mail.example.org",
        "*.wild.example",
        "192.0.2.25",
        "2001:db8::25",
        "xn--bcher-kva.example",
    ];
    let identity = PKI.identity(leaf(&names));
    for name in [
        "mail.example.org",
        "MAIL.Example.ORG",
        "mail.example.org.",
        "a.wild.example",
        "192.0.2.25",
        "2001:db8::25",
        "[2001:db8::25]",
        "2001:db8:0::0:25",
        "bücher.example",
    ] {
        let outcome = judge_with(&identity.chain, &[PKI.root()], &["--servername", name]);
        expect(name, outcome, &[]);
    }
    for name in [
        "example.org",
        "wild.example",
        "a.b.wild.example",
        "192.0.2.26",
        "2001:db8::26",
        "localhost",
    ] {
        let outcome = judge_with(&identity.chain, &[PKI.root()], &["--servername", name]);
        expect(name, outcome, &["name-mismatch 0"]);
    }
    // The name in the common name alone, and only an IP address among the SANs.
    let only_ip = PKI.identity(with(|p| {
        p.subject_alt_names = leaf(&["192.0.2.25"]).subject_alt_names;
    }));
    expect(
        "only an IP",
        judge(&only_ip.chain, &[PKI.root()]),
        &["name-mismatch 0"],
    );
}

/// A CA of OpenSSL's in `dir` (ca.pem, ca.key).
fn openssl_ca(dir: &Dir) {
    let subject = "/CN=OpenSSL Root";
    openssl::run(
        dir,
        &[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", subject, "-days", "30",
        ],
    );
    dir.file(
        "v3.cnf",
        "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
    );
}

/// A leaf of that CA (leaf.pem), judged.
fn openssl_leaf(dir: &Dir, key: &[&str], sign: &[&str]) -> (i32, Value) {
    let request = [
        "-nodes",
        "-keyout",
        "leaf.key",
        "-out",
        "leaf.csr",
        "-subj",
        "/CN=localhost",
    ];
    openssl::run(dir, &[&["req"], key, &request[..]].concat());
    let from = [
        "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20", "-out", "leaf.pem",
    ];
    openssl::run(dir, &[&["x509", "-req"], &from[..], sign].concat());
    let (chain, ca) = (dir.path().join("leaf.pem"), dir.path().join("ca.pem"));
    common::report([
        "--chain",
        path(&chain),
        "--cacerts",
        path(&ca),
        "--servername",
        "localhost",
    ])
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn odd_certificates_of_openssl_are_named() {
    let dir = Dir::new();
    openssl_ca(&dir);
    dir.file(
        "critical.cnf",
        "subjectAltName=DNS:localhost\n1.2.3.4=critical,ASN1:UTF8String:x\n",
    );
    dir.file(
        "constrained.cnf",
        "subjectAltName=DNS:localhost\npolicyConstraints=critical,requireExplicitPolicy:0\n",
    );
    openssl::run(&dir, &["dsaparam", "-out", "dsa.pem", "2048"]);
    let rsa = ["-newkey", "rsa:2048"];
    let v3 = ["-extfile", "v3.cnf"];
    let ec = |curve: &'static str| ["-newkey", "ec", "-pkeyopt", curve];
    let curve = |name| ec(name).to_vec();
    for (name, key, sign, expected) in [
        ("good", rsa.to_vec(), v3.to_vec(), vec![]),
        (
            "P-384",
            curve("ec_paramgen_curve:P-384"),
            v3.to_vec(),
            vec![],
        ),
        (
            "P-521",
            curve("ec_paramgen_curve:P-521"),
            v3.to_vec(),
            vec![],
        ),
        (
            "version 1",
            rsa.to_vec(),
            vec![],
            vec!["unsupported-version 0", "no-san 0"],
        ),
        (
            "MD5",
            rsa.to_vec(),
            vec!["-md5", "-extfile", "v3.cnf"],
            vec!["weak-signature 0"],
        ),
        (
            "SHA-1",
            rsa.to_vec(),
            vec!["-sha1", "-extfile", "v3.cnf"],
            vec!["weak-signature 0"],
        ),
        (
            "RSA 1024",
            vec!["-newkey", "rsa:1024"],
            v3.to_vec(),
            vec!["weak-key 0"],
        ),
        (
            "P-192",
            curve("ec_paramgen_curve:prime192v1"),
            v3.to_vec(),
            vec!["weak-key 0"],
        ),
        (
            "DSA",
            vec!["-newkey", "dsa:dsa.pem"],
            v3.to_vec(),
            vec!["weak-key 0"],
        ),
        (
            "P-224",
            curve("ec_paramgen_curve:secp224r1"),
            v3.to_vec(),
            vec!["unsupported-algorithm 0"],
        ),
        (
            "brainpool",
            curve("ec_paramgen_curve:brainpoolP256r1"),
            v3.to_vec(),
            vec!["unsupported-algorithm 0"],
        ),
        (
            "secp256k1",
            curve("ec_paramgen_curve:secp256k1"),
            v3.to_vec(),
            vec!["unsupported-algorithm 0"],
        ),
        (
            "Ed448",
            vec!["-newkey", "ed448"],
            v3.to_vec(),
            vec!["unsupported-algorithm 0"],
        ),
        (
            "RSA-PSS",
            vec!["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
            v3.to_vec(),
            vec!["unsupported-algorithm 0"],
        ),
        (
            "critical",
            rsa.to_vec(),
            vec!["-extfile", "critical.cnf"],
            vec!["critical-extension 0"],
        ),
        (
            "policy",
            rsa.to_vec(),
            vec!["-extfile", "constrained.cnf"],
            vec!["critical-extension 0"],
        ),
    ] {
        expect(name, openssl_leaf(&dir, &key, &sign), &expected);
    }
}

#[test]
fn a_weak_issuer_is_found_through_the_leaf_that_it_signed() {
    let dir = Dir::new();
    openssl_ca(&dir);
    openssl::run(
        &dir,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:1024",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=Weak Root",
            "-days",
            "30",
        ],
    );
    let (code, report) = openssl_leaf(&dir, &["-newkey", "rsa:2048"], &["-extfile", "v3.cnf"]);
    assert_eq!(code, 1);
    assert!(
        problems(&report).contains(&"weak-key".to_owned()),
        "{report:#}"
    );
    assert!(
        !problems(&report).contains(&"bad-signature".to_owned()),
        "{report:#}"
    );
}

#[test]
fn facts_equal_those_of_openssl() {
    let dir = Dir::new();
    openssl_ca(&dir);
    dir.file(
        "names.cnf",
        "subjectAltName=DNS:localhost,DNS:*.example.org,IP:192.0.2.1,IP:2001:db8::1,email:a@example.org,URI:https://example.org/\n\
         extendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    );
    for subject in [
        "/C=DE/O=Acme, Inc/CN=localhost",
        "/O=Quote \"Q\" <x>;/CN=a\\+b=c",
        "/O= leading and trailing /CN=#hash",
        "/O=Müller & Söhne/CN=ü",
        "/DC=org/DC=example/UID=me/emailAddress=a@example.org/CN=x",
        "/O=multi/CN=one+OU=two",
    ] {
        let request = [
            "req", "-utf8", "-newkey", "ed25519", "-nodes", "-keyout", "leaf.key", "-out",
            "leaf.csr", "-subj", subject,
        ];
        openssl::run(&dir, &request);
        openssl::run(
            &dir,
            &[
                "x509",
                "-req",
                "-in",
                "leaf.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-days",
                "20",
                "-out",
                "leaf.pem",
                "-extfile",
                "names.cnf",
            ],
        );
        let chain = dir.path().join("leaf.pem");
        let ca = dir.path().join("ca.pem");
        let (_, report) = common::report([
            "--chain",
            path(&chain),
            "--cacerts",
            path(&ca),
            "--servername",
            "localhost",
        ]);
        let ours = &report["chain"][0];
        openssl::compare(ours, &std::fs::read_to_string(&chain).expect("the leaf"));
        assert_eq!(
            ours["sans"]["ip"],
            serde_json::json!(["192.0.2.1", "2001:db8::1"])
        );
        assert_eq!(ours["sans"]["email"], serde_json::json!(["a@example.org"]));
        assert_eq!(
            ours["sans"]["uri"],
            serde_json::json!(["https://example.org/"])
        );
        assert_eq!(
            ours["extended_key_usage"],
            serde_json::json!(["serverAuth", "clientAuth"])
        );
        assert_eq!(ours["key_usage"], serde_json::json!(["digitalSignature"]));
        assert_eq!(ours["public_key"]["algorithm"], "Ed25519");
        assert!(ours["subject_key_id"].is_string() && ours["authority_key_id"].is_string());
    }
}

#[test]
fn what_cannot_be_parsed_still_has_fingerprints() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let junk = CertificateDer::from(b"\x30\x82\x01\x00 this is no certificate".to_vec());
    let in_the_middle = [
        identity.chain[0].clone(),
        junk.clone(),
        identity.chain[1].clone(),
    ];
    let outcome = judge(&in_the_middle, &[PKI.root()]);
    let garbage = &outcome.1["chain"][1];
    assert!(garbage["parse_error"].is_string() && garbage["subject"].is_null());
    assert_eq!(garbage["size"], junk.len());
    assert_eq!(
        garbage["fingerprints"]["sha256"].as_str().map(str::len),
        Some(64)
    );
    expect("in the middle", outcome, &[]);

    expect(
        "first",
        judge(&[junk, PKI.intermediate()], &[PKI.root()]),
        &["malformed 0"],
    );
    let mut trailing = identity.chain[0].to_vec();
    trailing.extend(b"more");
    let chain = [trailing.into(), PKI.intermediate()];
    expect("trailing", judge(&chain, &[PKI.root()]), &["malformed 0"]);
}

#[test]
fn hostile_names_never_reach_an_output() {
    let hostile = "x\u{1b}]0;pwn\u{7}\u{202e}\u{200b}\r\n[hooks]";
    let identity = PKI.identity(with(|p| {
        p.distinguished_name
            .push(rcgen::DnType::CommonName, hostile);
    }));
    let dir = Dir::new();
    let chain = dir.file("chain.pem", pem(&identity.chain));
    for options in [&["--format", "json"][..], &[], &["-q"], &["-v"]] {
        let args = [
            "--chain",
            path(&chain),
            "--cacerts",
            path(&chain),
            "--servername",
            "other.example",
        ];
        let run = finish(program().args(args).args(options));
        assert_eq!(run.code, 1);
        let raw = run
            .stdout
            .chars()
            .any(|c| c != '\n' && smtp_certcheck::escape::is_unsafe(c));
        assert!(!raw, "{options:?}: {}", run.stdout);
        assert!(!run.stdout.contains("\n[hooks]"), "{options:?}");
    }
}

fn saved(dir: &Dir) -> (Identity, PathBuf) {
    let identity = PKI.identity(leaf(&["localhost"]));
    let chain = dir.file("chain.pem", pem(&identity.chain));
    (identity, chain)
}

#[test]
fn anchors_come_from_files_directories_and_the_environment() {
    let dir = Dir::new();
    let (_, chain) = saved(&dir);
    let root = PKI.root_pem();
    let other = Pki::new("Other", KeyKind::P256).root_pem();
    let bundle = dir.file("bundle.pem", format!("# two\r\n{other}text\n{root}"));
    let der = dir.file("root.der", PKI.root());
    let folder = dir.path().join("folder");
    std::fs::create_dir_all(folder.join("sub")).expect("a directory");
    std::fs::write(folder.join("root.crt"), &root).expect("a file");
    std::fs::write(folder.join("README"), "no certificate").expect("a file");
    openssl::run(&dir, &["rehash", path(&folder)]);
    let judge = |args: &[&str], variable: Option<(&str, &PathBuf)>| {
        let mut command = program();
        command
            .args([
                "--chain",
                path(&chain),
                "--servername",
                "localhost",
                "--format",
                "json",
            ])
            .args(args);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let run = finish(&mut command);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (0, ""),
            "{args:?}: {}",
            run.stdout
        );
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        report["validation"]["anchor"]["source"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(judge(&["--cacerts", path(&bundle)], None), path(&bundle));
    assert_eq!(judge(&["--cacerts", path(&der)], None), path(&der));
    assert!(judge(&["--cacerts", path(&folder)], None).starts_with(path(&folder)));
    assert_eq!(
        judge(&["--cacerts", path(&bundle), "--cacerts", path(&der)], None),
        path(&bundle)
    );
    assert_eq!(judge(&[], Some(("SSL_CERT_FILE", &bundle))), path(&bundle));
    assert!(judge(&[], Some(("SSL_CERT_DIR", &folder))).starts_with(path(&folder)));
}

#[test]
fn files_that_cannot_be_used_are_errors_that_name_them() {
    let dir = Dir::new();
    let (_, chain) = saved(&dir);
    let root = PKI.root_pem();
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).expect("a directory");
    for (file, what) in [
        (dir.path().join("missing.pem"), "No such file"),
        (dir.file("empty.pem", ""), "no certificate"),
        (dir.file("junk.pem", "hello"), "no certificate"),
        (dir.file("torn.pem", &root[..root.len() / 2]), "PEM block"),
        (dir.file("bad.pem", root.replace('M', "*")), "PEM block"),
        (
            dir.file("no.der", [0x30, 0x82, 0, 1, 5]),
            "not an X.509 certificate",
        ),
        (empty, "no file in it"),
    ] {
        let args = [
            "--chain",
            path(&chain),
            "--servername",
            "localhost",
            "--cacerts",
            path(&file),
        ];
        let run = common::run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{file:?}");
        assert!(
            run.stderr.contains(path(&file)) && run.stderr.contains(what),
            "{}",
            run.stderr
        );
    }
    for (file, what) in [
        (dir.path().join("gone.pem"), "No such file"),
        (dir.file("none.pem", ""), "no certificate"),
    ] {
        let run = common::run(["--chain", path(&file), "--servername", "localhost"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{file:?}");
        assert!(
            run.stderr.contains(path(&file)) && run.stderr.contains(what),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_chain_is_read_from_standard_input_and_written_back_whole() {
    let dir = Dir::new();
    let (identity, chain) = saved(&dir);
    let root = dir.file("root.pem", PKI.root_pem());
    let input = std::fs::File::open(&chain).expect("the chain");
    let args = [
        "--chain",
        "-",
        "--servername",
        "localhost",
        "--cacerts",
        path(&root),
        "--format",
        "pem",
    ];
    let run = finish(program().args(args).stdin(input));
    assert_eq!((run.code, run.stdout), (0, pem(&identity.chain)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_make_a_certificate_without_a_panic(bytes: Vec<u8>, at: proptest::sample::Index, value: u8) {
        let _ = smtp_certcheck::certificate::Certificate::new(bytes.into());
        let mut altered = PKI.root().to_vec();
        let at = at.index(altered.len());
        altered[at] = value;
        let certificate = smtp_certcheck::certificate::Certificate::new(altered.into());
        let _ = (certificate.label(), certificate.spki_sha256());
    }
}
