//! Judgement of saved chains: what each defect is called and which certificate it names, that no
//! defect hides another, and what is trusted all the same. Facts are compared with OpenSSL's.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod evidence;
mod reasons;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use testkit::der::{
    Fields, Issuer, common_name, extension, integer, octet_string, oid, seq, tlv, utc,
};
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, ca, expired_leaf, leaf, now, to_pem};
use testkit::program::{Dir, finish, notes, problems, problems_by_certificate, program};
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
    testkit::program::report(args)
}

fn judge(chain: &[Der], anchors: &[Der]) -> (i32, Value) {
    judge_with(chain, anchors, &[])
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[track_caller]
fn expect(name: &str, (code, report): (i32, Value), expected: &[&str]) {
    assert_eq!(
        problems_by_certificate(&report),
        expected,
        "{name}: {report:#}"
    );
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
    let mut found = problems_by_certificate(&report);
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
    let plain = case(&leaf(&["localhost"]));
    assert_eq!(notes(&plain.1), [""; 0]);
    expect("CA:FALSE", plain, &[]);
    let ca = case(&with(|p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }));
    assert_eq!(notes(&ca.1), ["self-signed-ca", "clients-differ"]);
    expect("CA:TRUE", ca, &[]);
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
fn a_leaf_of_another_ca_is_not_an_anchor() {
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
            vec!["cross-signed", "clients-differ"],
        ),
        (
            // OpenSSL and GnuTLS take the first, and do not go back.
            "other path",
            vec![leaf.clone(), cross.clone(), intermediate.clone()],
            vec!["cross-signed", "clients-differ", "clients-differ"],
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

/// GnuTLS ends the handshake without it (RFC 8446 §4.4.2.2); OpenSSL does not look. That no key usage
/// suits a server at all is worse, and said by itself.
#[test]
fn a_key_usage_without_digital_signature_is_noted() {
    use KeyUsagePurpose as U;
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let pki = Pki::new("Usage", kind);
        for (usages, note, problem) in [
            (vec![], false, false),
            (vec![U::DigitalSignature], false, false),
            (vec![U::DigitalSignature, U::KeyEncipherment], false, false),
            (vec![U::KeyEncipherment], true, false),
            (vec![U::KeyAgreement], true, false),
            (vec![U::KeyEncipherment, U::DataEncipherment], true, false),
            (vec![U::KeyAgreement, U::ContentCommitment], true, false),
            (vec![U::ContentCommitment], false, true),
            (vec![U::DataEncipherment], false, true),
        ] {
            let leaf = with(|params| params.key_usages.clone_from(&usages));
            let identity = pki.identity(leaf.clone());
            let (_, report) = judge(&identity.chain, &[pki.root()]);
            let noted = ["key-usage-signature", "clients-differ"];
            let noted = if note { &noted[..] } else { &[] };
            assert_eq!(notes(&report), noted, "{usages:?}");
            let expected = if problem { &["key-usage"][..] } else { &[] };
            assert_eq!(problems(&report), expected, "{usages:?}");
            // Also where nothing leads to an anchor, and where the certificate is one itself.
            let (_, report) = judge(&identity.chain, &[PKI.root()]);
            assert_eq!(
                notes(&report).contains(&"key-usage-signature".to_owned()),
                note
            );
            let own = Pki::self_signed(&leaf, kind);
            let (_, report) = judge(&own.chain, &own.chain);
            assert_eq!(notes(&report), noted, "{usages:?}");
        }
    }
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
    testkit::program::report([
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
        let (_, report) = testkit::program::report([
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
        let run = testkit::program::run(args);
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
        let run = testkit::program::run(["--chain", path(&file), "--servername", "localhost"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{file:?}");
        assert!(
            run.stderr.contains(path(&file)) && run.stderr.contains(what),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_is_too_large_for_a_chain_is_refused() {
    let dir = Dir::new();
    let root = pem(&[PKI.root()]);
    let large = vec![b'\n'; (16 << 20) + 1];
    for (text, what) in [
        (root.repeat(1025).into_bytes(), "holds 1025 certificates"),
        ([root.as_bytes(), &large].concat(), "larger than 16 MiB"),
    ] {
        let file = dir.file("large.pem", text);
        for name in [path(&file), "-"] {
            let input = std::fs::File::open(&file).expect("the chain");
            let args = ["--chain", name, "--servername", "localhost"];
            let run = finish(program().args(args).stdin(input));
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{name} {what}");
            assert!(run.stderr.contains(what), "{name}: {}", run.stderr);
        }
    }
    let file = dir.file("many.pem", root.repeat(1024));
    let args = ["--chain", path(&file), "--servername", "localhost"];
    assert_eq!(testkit::program::run(args).code, 1);
}

#[test]
fn a_chain_is_read_from_standard_input_and_written_back_completely() {
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

/// An RSA, P-256, Ed25519 ... certificate of OpenSSL's called `name` (name.pem, name.key), signed by
/// `issuer` with `options` to `openssl x509`.
fn openssl_issue(dir: &Dir, name: &str, issuer: &str, key: &[&str], options: &[&str]) {
    let [csr, out, private] = ["csr", "pem", "key"].map(|suffix| format!("{name}.{suffix}"));
    let [ca, ca_key] = ["pem", "key"].map(|suffix| format!("{issuer}.{suffix}"));
    let subject = format!("/CN={name}");
    let request = [
        "-nodes", "-keyout", &private, "-out", &csr, "-subj", &subject,
    ];
    openssl::run(dir, &[&["req"], key, &request[..]].concat());
    let sign = [
        "x509", "-req", "-in", &csr, "-CA", &ca, "-CAkey", &ca_key, "-days", "20", "-out", &out,
    ];
    openssl::run(dir, &[&sign[..], options].concat());
}

/// The certificate in a PEM file of OpenSSL's.
fn der(dir: &Dir, name: &str) -> Der {
    let text = std::fs::read_to_string(dir.path().join(name)).expect("a PEM file");
    let block = smtp_certcheck::certificate::pem::read(text.as_bytes()).expect("a certificate");
    block[0].der.clone()
}

const RSA: &[&str] = &["-newkey", "rsa:2048"];
const P256: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// Configurations for intermediates that are sound, or odd in one way.
fn openssl_intermediate_files(dir: &Dir) {
    let base = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n";
    dir.file("mid.cnf", base);
    dir.file(
        "critical.cnf",
        format!("{base}1.2.3.4=critical,ASN1:NULL\n"),
    );
    dir.file("client.cnf", format!("{base}extendedKeyUsage=clientAuth\n"));
    dir.file(
        "broken.cnf",
        format!("{base}certificatePolicies=DER:300501\n"),
    );
}

#[test]
fn odd_intermediates_are_named_with_their_place() {
    let dir = Dir::new();
    openssl_ca(&dir);
    openssl_intermediate_files(&dir);
    let mid = &["-extfile", "mid.cnf"][..];
    let ed448 = ["-newkey", "ed448"];
    for (name, key, options, expected) in [
        ("good", RSA, mid, &[][..]),
        (
            "version 1",
            RSA,
            &[],
            &["unsupported-version 1", "not-a-ca 1"],
        ),
        (
            "MD5",
            RSA,
            &["-extfile", "mid.cnf", "-md5"],
            &["weak-signature 1"],
        ),
        (
            "SHA-1",
            RSA,
            &["-extfile", "mid.cnf", "-sha1"],
            &["weak-signature 1"],
        ),
        (
            "RSA 1024",
            &["-newkey", "rsa:1024"],
            mid,
            &["unsupported-algorithm 0", "weak-key 1"],
        ),
        (
            "Ed448",
            &ed448,
            mid,
            &["unsupported-algorithm 0", "unsupported-algorithm 1"],
        ),
        (
            "critical",
            RSA,
            &["-extfile", "critical.cnf"],
            &["critical-extension 1"],
        ),
        (
            "client",
            RSA,
            &["-extfile", "client.cnf"],
            &["wrong-usage 1"],
        ),
        ("broken", RSA, &["-extfile", "broken.cnf"], &["malformed 1"]),
    ] {
        openssl_issue(&dir, "mid", "ca", key, options);
        openssl_issue(&dir, "localhost", "mid", P256, &["-extfile", "v3.cnf"]);
        let chain = [der(&dir, "localhost.pem"), der(&dir, "mid.pem")];
        expect(name, judge(&chain, &[der(&dir, "ca.pem")]), expected);
    }
}

#[test]
fn sound_signatures_of_every_kind_are_trusted() {
    let v3 = ["-extfile", "v3.cnf"];
    let pss = [
        "-extfile",
        "v3.cnf",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:digest",
    ];
    let p384 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
    let sha = |bits: &'static str| ["-extfile", "v3.cnf", bits].to_vec();
    // The digest of an anchor's own signature does not matter.
    for (name, ca, ca_digest, sign) in [
        ("RSA-PSS signature", RSA, "-sha256", pss.to_vec()),
        ("SHA-384", RSA, "-sha256", sha("-sha384")),
        ("SHA-512", RSA, "-sha256", sha("-sha512")),
        ("P-256 with SHA-384", P256, "-sha256", sha("-sha384")),
        ("P-384 with SHA-256", &p384, "-sha256", sha("-sha256")),
        ("Ed25519", &["-newkey", "ed25519"], "-sha256", v3.to_vec()),
        ("root with SHA-1", RSA, "-sha1", v3.to_vec()),
        ("root with MD5", RSA, "-md5", v3.to_vec()),
    ] {
        let dir = Dir::new();
        openssl_ca(&dir);
        let root = [
            "req", "-x509", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=Root", ca_digest,
        ];
        openssl::run(&dir, &[&root[..], ca].concat());
        openssl_issue(&dir, "localhost", "ca", P256, &sign);
        let (leaf, root) = (der(&dir, "localhost.pem"), der(&dir, "ca.pem"));
        expect(name, judge(&[leaf], &[root]), &[]);
    }
}

#[test]
fn self_signed_anchors_of_openssl() {
    let san = "subjectAltName=DNS:localhost";
    let rsa = |more: &[&'static str]| [RSA, &["-addext", san], more].concat();
    let no_extensions = [RSA, &["-config", "v1.cnf"]].concat();
    let signer = rsa(&["-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
    for (name, request, expected) in [
        ("as OpenSSL makes it", rsa(&[]), &[][..]),
        ("MD5", rsa(&["-md5"]), &[]),
        ("SHA-1", rsa(&["-sha1"]), &[]),
        (
            "weak",
            ["-newkey", "rsa:1024", "-addext", san].to_vec(),
            &["weak-key 0"],
        ),
        ("cannot sign handshakes", signer, &["key-usage 0"]),
        (
            "version 1",
            no_extensions,
            &["unsupported-version 0", "no-san 0"],
        ),
        ("no SAN", RSA.to_vec(), &["no-san 0"]),
        (
            "an unknown critical extension",
            rsa(&["-addext", "1.2.3.4=critical,ASN1:NULL"]),
            &["critical-extension 0"],
        ),
    ] {
        let dir = Dir::new();
        dir.file("v1.cnf", "[req]\ndistinguished_name=dn\n[dn]\n");
        let base = [
            "req",
            "-x509",
            "-nodes",
            "-days",
            "9",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ];
        openssl::run(&dir, &[&base[..], &request].concat());
        let own = [der(&dir, "cert.pem")];
        expect(name, judge(&own, &own), expected);
        // Not configured, it has the same defects, and is said to be self-signed once.
        let (code, report) = judge(&own, &[PKI.root()]);
        let found = problems(&report);
        let times = found.iter().filter(|code| *code == "self-signed").count();
        assert_eq!((code, times), (1, 1), "{name}: {report:#}");
        for problem in expected {
            let code = problem.split(' ').next().unwrap_or_default();
            assert!(found.iter().any(|other| other == code), "{name}: {found:?}");
        }
    }
}

#[test]
fn name_constraints_of_every_kind() {
    let excluding = |domain: &str| NameConstraints {
        permitted_subtrees: Vec::new(),
        excluded_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
    };
    let network = rcgen::CidrSubnet::from_v4_prefix([192, 0, 2, 0], 24);
    let addresses = NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::IpAddress(network)],
        excluded_subtrees: Vec::new(),
    };
    let refused = &["name-constraint null"][..];
    for (what, constraints, names, reference, expected) in [
        (
            "excluded",
            excluding("example.org"),
            ["mail.example.org"].as_slice(),
            "mail.example.org",
            refused,
        ),
        (
            "not excluded",
            excluding("example.com"),
            &["mail.example.org"],
            "mail.example.org",
            &[],
        ),
        (
            "one of two",
            permitting("example.org"),
            &["mail.example.org", "a.example"],
            "mail.example.org",
            refused,
        ),
        (
            "inside",
            addresses.clone(),
            &["192.0.2.9"],
            "192.0.2.9",
            &[],
        ),
        (
            "outside",
            addresses,
            &["198.51.100.9"],
            "198.51.100.9",
            refused,
        ),
    ] {
        let issuer = ca_with(|p| p.name_constraints = Some(constraints));
        let chain = PKI.below(issuer, &leaf(names)).chain;
        let outcome = judge_with(&chain, &[PKI.root()], &["--servername", reference]);
        expect(what, outcome, expected);
    }
}

#[test]
fn an_unknown_issuer_hides_no_name_constraint() {
    let stranger = Pki::new("Stranger", KeyKind::P256);
    let constrained = ca_with(|p| p.name_constraints = Some(permitting("example.com")));
    let chain = stranger
        .below(constrained, &expired_leaf(&["mail.example"]))
        .chain;
    let (code, report) = judge(&chain, &[PKI.root()]);
    let mut found = problems(&report);
    found.sort();
    let wanted = [
        "expired",
        "name-constraint",
        "name-mismatch",
        "unknown-issuer",
    ];
    assert_eq!(code, 1);
    assert_eq!(found, wanted, "{report:#}");
}

#[test]
fn the_first_and_the_last_second_are_valid() {
    let chain = PKI.identity(leaf(&["localhost"])).chain;
    let (_, report) = judge(&chain, &[PKI.root()]);
    let format = &time::format_description::well_known::Rfc3339;
    let date = |field: &str| {
        let text = report["chain"][0][field].as_str().expect("a date");
        time::OffsetDateTime::parse(text, format).expect("RFC 3339")
    };
    let (begin, end) = (date("not_before"), date("not_after"));
    let second = Duration::SECOND;
    for (name, at, expected) in [
        ("first", begin, &[][..]),
        ("before", begin - second, &["not-yet-valid 0"]),
        ("last", end, &[]),
        ("after", end + second, &["expired 0"]),
    ] {
        let at = at.format(format).expect("RFC 3339");
        expect(
            name,
            judge_with(&chain, &[PKI.root()], &["--at", &at]),
            expected,
        );
    }
    // The ends of the calendar.
    let (_, past) = judge_with(&chain, &[PKI.root()], &["--at", "1970-01-01"]);
    let all = [
        "not-yet-valid 0",
        "not-yet-valid 1",
        "anchor-not-yet-valid null",
    ];
    assert_eq!(problems_by_certificate(&past), all, "{past:#}");
    let (_, future) = judge_with(&chain, &[PKI.root()], &["--at", "9999-12-31"]);
    let all = ["expired 0", "expired 1", "anchor-expired null"];
    assert_eq!(problems_by_certificate(&future), all, "{future:#}");
}

#[test]
fn the_right_one_of_several_anchors_is_found() {
    let double = Pki::new("Judge", KeyKind::P256);
    let chain = PKI.identity(leaf(&["localhost"])).chain;
    let sha256 = |der: &Der| {
        let certificate = smtp_certcheck::certificate::Certificate::new(der.clone());
        let algorithm = smtp_certcheck::fingerprint::Algorithm::Sha256;
        certificate.fingerprint(algorithm).hex()
    };
    for anchors in [[double.root(), PKI.root()], [PKI.root(), double.root()]] {
        let outcome = judge(&chain, &anchors);
        let anchor = &outcome.1["validation"]["anchor"];
        assert_eq!(
            anchor["fingerprint_sha256"],
            sha256(&PKI.root()),
            "{anchor:#}"
        );
        expect("same name, other key", outcome, &[]);
    }
    // An intermediate is an anchor like any other, sent or not.
    expect("intermediate", judge(&chain, &[PKI.intermediate()]), &[]);
    expect(
        "intermediate not sent",
        judge(&chain[..1], &[PKI.intermediate()]),
        &[],
    );
    // Expired, it does not hide the root, and the root does not hide it.
    let old = PKI.intermediate_again(&PKI, |p| p.not_after = now() - Duration::days(1));
    expect(
        "expired beside the root",
        judge(&chain, &[old.clone(), PKI.root()]),
        &[],
    );
    expect(
        "only expired",
        judge(&chain[..1], &[old]),
        &["anchor-expired null"],
    );
}

/// A leaf below `depth` intermediates, and the root above them.
fn tower(depth: usize) -> (Vec<Der>, Der) {
    use rcgen::{CertifiedIssuer, KeyPair};
    let key = || KeyPair::generate().expect("a key");
    let mut issuer =
        CertifiedIssuer::self_signed(unconstrained("Tower Root"), key()).expect("a root");
    let root = issuer.der().clone();
    let mut chain = Vec::new();
    for level in 0..depth {
        let params = unconstrained(&format!("Tower {level}"));
        issuer = CertifiedIssuer::signed_by(params, key(), &issuer).expect("a CA");
        chain.insert(0, issuer.der().clone());
    }
    let leaf = leaf(&["localhost"])
        .signed_by(&key(), &issuer)
        .expect("a leaf");
    chain.insert(0, leaf.der().clone());
    (chain, root)
}

#[test]
fn what_is_sent_is_never_said_to_be_missing() {
    let (chain, root) = tower(5);
    expect("five", judge(&chain, std::slice::from_ref(&root)), &[]);
    for depth in [8, 14, 40] {
        let (chain, root) = tower(depth);
        for (name, anchor) in [("known root", root), ("unknown root", PKI.root())] {
            let (code, report) = judge(&chain, &[anchor]);
            let found = problems(&report);
            assert_eq!(code, 1, "{depth} {name}");
            let wrong = found.iter().any(|code| code == "missing-intermediate");
            assert!(!wrong, "{depth} {name}: {:#}", report["validation"]);
        }
    }
    // Two that issued each other: the issuer is sent, and leads nowhere.
    let (one, two) = (
        Pki::custom(unconstrained("One"), unconstrained("Two"), KeyKind::P256),
        Pki::custom(unconstrained("Two"), unconstrained("One"), KeyKind::P256),
    );
    let chain = one.identity(leaf(&["localhost"])).chain;
    let chain = [chain, vec![two.intermediate()]].concat();
    let (code, report) = judge(&chain, &[PKI.root()]);
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["unknown-issuer".to_owned()]),
        "{report:#}"
    );
}

#[test]
fn keys_that_are_described_by_numbers_are_described_in_words() {
    let dir = Dir::new();
    openssl_ca(&dir);
    let explicit = [P256, &["-pkeyopt", "ec_param_enc:explicit"]].concat();
    openssl_issue(&dir, "localhost", "ca", &explicit, &["-extfile", "v3.cnf"]);
    let chain = [der(&dir, "localhost.pem")];
    let outcome = judge(&chain, &[der(&dir, "ca.pem")]);
    assert_eq!(
        outcome.1["chain"][0]["public_key"]["curve"],
        "explicit parameters"
    );
    expect("explicit", outcome, &["unsupported-algorithm 0"]);
}

fn add_extension(params: &mut CertificateParams, oid: &[u64], content: &[u8]) {
    let extension = rcgen::CustomExtension::from_oid_content(oid, content.to_vec());
    params.custom_extensions.push(extension);
}

#[test]
fn broken_extensions_name_their_certificate() {
    let broken = with(|p| add_extension(p, &[2, 5, 29, 32], &[0x30, 5, 1]));
    let chain = PKI.identity(broken).chain;
    expect("cut off", judge(&chain, &[PKI.root()]), &["malformed 0"]);
    // RFC 5280 §4.2: no extension twice. With two, a reader of the last one sees other rules than a
    // reader of the first.
    let server_auth = [0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
    for (name, oid, content) in [
        ("key usage", [2, 5, 29, 15], &[3, 2, 1, 0x86][..]),
        ("extended key usage", [2, 5, 29, 37], &server_auth),
        ("basic constraints", [2, 5, 29, 19], &[0x30, 3, 1, 1, 0xff]),
    ] {
        let chain = PKI
            .identity(with(|p| add_extension(p, &oid, content)))
            .chain;
        let outcome = judge(&chain, &[PKI.root()]);
        assert_eq!(
            outcome.0, 1,
            "{name} of the leaf twice: {:#}",
            outcome.1["validation"]
        );
        let found = problems_by_certificate(&outcome.1);
        assert!(
            found.contains(&"malformed 0".to_owned()),
            "{name} of the leaf twice: {found:?}"
        );
        let issuer = ca_with(|p| {
            // The first of the two says no.
            p.key_usages = vec![KeyUsagePurpose::CrlSign];
            p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            add_extension(p, &[2, 5, 29, 15], &[3, 2, 1, 6]);
            add_extension(p, &[2, 5, 29, 37], &server_auth);
        });
        let chain = PKI.below(issuer, &leaf(&["localhost"])).chain;
        let found = problems_by_certificate(&judge(&chain, &[PKI.root()]).1);
        assert!(
            found.contains(&"malformed 1".to_owned()),
            "of the issuer twice: {found:?}"
        );
    }
}

#[test]
fn a_broken_intermediate_is_pointed_at() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let whole = identity.chain[1].to_vec();
    let cut = CertificateDer::from(whole[..whole.len() - 20].to_vec());
    let chain = [identity.chain[0].clone(), cut];
    expect(
        "cut off",
        judge(&chain, &[PKI.root()]),
        &["missing-intermediate 0", "malformed 1"],
    );
    // A flipped bit in the signature, at the end of the certificate.
    let mut altered = whole;
    *altered.last_mut().expect("bytes") ^= 1;
    let chain = [identity.chain[0].clone(), altered.into()];
    expect(
        "flipped",
        judge(&chain, &[PKI.root()]),
        &["bad-signature 1"],
    );
}

#[test]
fn only_dns_and_ip_names_count() {
    let named = |names: Vec<rcgen::SanType>| with(|p| p.subject_alt_names = names);
    let ia5 = |text: &str| text.to_owned().try_into().expect("ASCII");
    let email = named(vec![rcgen::SanType::Rfc822Name(ia5(
        "postmaster@localhost",
    ))]);
    let address_as_name = named(vec![rcgen::SanType::DnsName(ia5("192.0.2.25"))]);
    let partial = named(vec![rcgen::SanType::DnsName(ia5("mail*.example.org"))]);
    let inner = named(vec![rcgen::SanType::DnsName(ia5("mail.*.org"))]);
    let nul = named(vec![rcgen::SanType::DnsName(ia5(
        "mail.example.org\0.evil.example",
    ))]);
    for (what, params, reference, expected) in [
        ("only an address of mail", email, "localhost", "no-san 0"),
        (
            "an IP address as a DNS name",
            address_as_name,
            "192.0.2.25",
            "name-mismatch 0",
        ),
        (
            "a part of a label",
            partial,
            "mail1.example.org",
            "name-mismatch 0",
        ),
        (
            "an inner label",
            inner,
            "mail.example.org",
            "name-mismatch 0",
        ),
        ("NUL", nul, "mail.example.org", "name-mismatch 0"),
    ] {
        let chain = PKI.identity(params).chain;
        let outcome = judge_with(&chain, &[PKI.root()], &["--servername", reference]);
        expect(what, outcome, &[expected]);
    }
}

#[test]
fn odd_facts_equal_those_of_openssl() {
    let dir = Dir::new();
    openssl_ca(&dir);
    dir.file(
        "bmp.cnf",
        "[req]\nstring_mask=MASK:0x800\ndistinguished_name=dn\n[dn]\n",
    );
    dir.file(
        "t61.cnf",
        "[req]\nstring_mask=MASK:0x4\ndistinguished_name=dn\n[dn]\n",
    );
    dir.file("utf8.cnf", "[req]\ndistinguished_name=dn\n[dn]\n");
    let plain: &[&str] = &["-days", "20"];
    for (subject, config, options) in [
        ("/O=Müller/CN=Ωmega", "bmp.cnf", plain),
        ("/O=Müller/CN=localhost", "t61.cnf", plain),
        ("/CN=late", "utf8.cnf", &["-days", "20000"]),
        ("/CN=zero", "utf8.cnf", &["-set_serial", "0"]),
        (
            "/CN=large",
            "utf8.cnf",
            &["-set_serial", "0xfedcba98765432100123456789abcdef01234567"],
        ),
        ("/CN=first/CN=second/CN=third", "utf8.cnf", plain),
        ("/", "utf8.cnf", plain),
    ] {
        let request = [
            "req", "-utf8", "-newkey", "ed25519", "-nodes", "-keyout", "leaf.key", "-out",
            "leaf.csr", "-subj", subject, "-config", config,
        ];
        openssl::run(&dir, &request);
        let sign = [
            "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-extfile",
            "v3.cnf", "-out", "leaf.pem",
        ];
        openssl::run(&dir, &[&sign[..], options].concat());
        let (_, report) = judge(&[der(&dir, "leaf.pem")], &[der(&dir, "ca.pem")]);
        let text = std::fs::read_to_string(dir.path().join("leaf.pem")).expect("the leaf");
        openssl::compare(&report["chain"][0], &text);
    }
}

/// A self-signed certificate for `subject`: ours of it, and as OpenSSL prints its subject.
fn subject_of(subject: &str) -> (Value, String) {
    let dir = Dir::new();
    let request = [
        "req",
        "-utf8",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-days",
        "9",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-subj",
        subject,
    ];
    openssl::run(&dir, &request);
    let own = [der(&dir, "cert.pem")];
    let (_, mut report) = judge(&own, &own);
    let options = ["-subject", "-nameopt", "RFC2253,-esc_msb,utf8"];
    let theirs = openssl::x509(&to_pem(&own[0]), &options);
    let theirs = theirs
        .strip_prefix("subject=")
        .expect("a subject")
        .to_owned();
    (report["chain"][0]["subject"].take(), theirs)
}

#[test]
fn control_characters_of_a_subject_are_those_that_openssl_escapes() {
    for subject in [
        "/CN=a\u{7}b\u{1b}[31m\tz",
        "/CN=\u{7f}x",
        "/O=\u{1},\u{2}/CN=a\r\nb",
    ] {
        let (ours, theirs) = subject_of(subject);
        // JSON keeps the character, as \\u0007; OpenSSL writes its RFC 4514 form.
        let ours = ours.as_str().expect("text").chars();
        let ours = ours.fold(String::new(), |text, c| match c {
            c if c.is_control() => format!("{text}\\{:02X}", u32::from(c)),
            c => format!("{text}{c}"),
        });
        assert_eq!(ours, theirs, "{subject:?}");
    }
}

#[test]
fn attributes_have_the_names_that_openssl_gives_them() {
    for subject in [
        "/businessCategory=Private Organization/jurisdictionC=DE/jurisdictionST=BY/jurisdictionL=M/CN=x",
        "/serialNumber=1/title=t/GN=g/SN=s/initials=i/generationQualifier=j/CN=x",
        "/street=s/postalCode=p/description=d/name=n/pseudonym=p/dnQualifier=q/CN=x",
        "/organizationIdentifier=VATDE-1/emailAddress=a@example.org/UID=u/CN=x",
    ] {
        let (ours, theirs) = subject_of(subject);
        assert_eq!(ours, theirs);
    }
}

#[test]
fn negative_serials_equal_those_of_openssl() {
    let dir = Dir::new();
    openssl_ca(&dir);
    for serial in ["-1", "-128", "-129", "-255", "-256", "-0x123456789abcdef0"] {
        let options = ["-extfile", "v3.cnf", "-set_serial", serial];
        openssl_issue(&dir, "localhost", "ca", P256, &options);
        let (_, report) = judge(&[der(&dir, "localhost.pem")], &[der(&dir, "ca.pem")]);
        let text = std::fs::read_to_string(dir.path().join("localhost.pem")).expect("the leaf");
        openssl::compare(&report["chain"][0], &text);
    }
}

#[test]
fn hostile_text_of_every_place_is_escaped() {
    let hostile = "x\u{1b}[31m\u{202e}\u{2066}\u{9b}\u{7f}\r\n[hooks]";
    let root = Pki::custom(
        unconstrained(hostile),
        unconstrained(hostile),
        KeyKind::P256,
    );
    let identity = root.identity(with(|p| {
        p.distinguished_name
            .push(rcgen::DnType::OrganizationName, hostile);
        let name = "evil\u{1b}[31m\n.example".to_owned();
        p.subject_alt_names
            .push(rcgen::SanType::DnsName(name.try_into().expect("ASCII")));
    }));
    let dir = Dir::new();
    let chain = dir.file("chain.pem", pem(&identity.chain));
    let other = dir.file("a\u{1b}[31m\nb.pem", PKI.root_pem());
    let junk = dir.file("a\u{1b}[31m\nc.pem", "junk");
    let own = dir.file("own.pem", root.root_pem());
    for (anchors, code) in [(&own, 1), (&other, 1), (&junk, 2)] {
        for options in [
            &["--format", "json"][..],
            &[],
            &["-q"],
            &["-v"],
            &["--color", "always"],
        ] {
            let args = [
                "--chain",
                path(&chain),
                "--cacerts",
                path(anchors),
                "--servername",
                "other.example",
            ];
            let run = finish(program().args(args).args(options));
            assert_eq!(run.code, code, "{options:?}: {}", run.stderr);
            let colored = options.contains(&"always");
            for output in [&run.stdout, &run.stderr] {
                let raw = output.chars().any(|c| {
                    c != '\n' && !(colored && c == '\u{1b}') && smtp_certcheck::escape::is_unsafe(c)
                });
                assert!(!raw, "{anchors:?} {options:?}: {output:?}");
                assert!(!output.contains("\u{1b}[31m\n"), "{options:?}: {output:?}");
                let split = output.lines().any(|line| {
                    let line = line.trim_start();
                    [".example", "[hooks]", "b.pem", "c.pem"]
                        .iter()
                        .any(|tail| line.starts_with(tail))
                });
                assert!(!split, "{anchors:?} {options:?}: {output}");
            }
        }
    }
}

#[test]
fn chains_are_read_in_every_form_or_refused() {
    let dir = Dir::new();
    let (identity, _) = saved(&dir);
    let anchor = dir.file("intermediate.pem", to_pem(&PKI.intermediate()));
    let with_key = format!("{}{}", identity.key_pem, pem(&identity.chain));
    let crlf = pem(&identity.chain).replace('\n', "\r\n");
    let forms: [(&str, Vec<u8>, i32, &str); 7] = [
        ("DER", identity.chain[0].to_vec(), 0, ""),
        ("with the key", with_key.into_bytes(), 0, ""),
        ("CR LF", crlf.into_bytes(), 0, ""),
        ("empty", Vec::new(), 2, "no certificate"),
        ("junk", (0..=255).collect(), 2, "no certificate"),
        (
            "a key",
            identity.key_pem.clone().into_bytes(),
            2,
            "no certificate",
        ),
        (
            "DER of something else",
            [&[0x30, 0x82, 1, 0][..], &[7; 256]].concat(),
            1,
            "",
        ),
    ];
    for (name, bytes, code, message) in forms {
        let file = dir.file("form", &bytes);
        for source in [path(&file), "-"] {
            let args = [
                "--chain",
                source,
                "--servername",
                "localhost",
                "--cacerts",
                path(&anchor),
            ];
            let input = std::fs::File::open(&file).expect("the file");
            let run = finish(program().args(args).stdin(input));
            assert_eq!(
                run.code, code,
                "{name} {source}: {}{}",
                run.stdout, run.stderr
            );
            assert!(
                run.stderr.contains(message),
                "{name} {source}: {}",
                run.stderr
            );
            let place = if source == "-" {
                "standard input"
            } else {
                source
            };
            assert!(
                code != 2 || run.stderr.contains(place),
                "{name}: {}",
                run.stderr
            );
            assert!(!run.stdout.contains("PRIVATE KEY"), "{name}");
        }
    }
}

#[test]
fn a_system_store_without_anchors_is_a_finding() {
    let dir = Dir::new();
    let (_, chain) = saved(&dir);
    let junk = dir.file("junk.pem", "junk");
    let missing = dir.path().join("missing");
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).expect("a directory");
    for (name, value) in [
        ("SSL_CERT_FILE", &missing),
        ("SSL_CERT_FILE", &junk),
        ("SSL_CERT_DIR", &empty),
        ("SSL_CERT_DIR", &missing),
    ] {
        let args = ["--chain", path(&chain), "--servername", "localhost"];
        let json = ["--format", "json"];
        let run = finish(program().args(args).args(json).env(name, value));
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{name}={value:?}");
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(problems(&report), ["anchors-unreadable"], "{report:#}");
        let message = report["validation"]["problems"][0]["message"].to_string();
        assert!(message.contains(path(value)), "{message}");
    }
    // What is named on the command line counts alone.
    let root = dir.file("root.pem", PKI.root_pem());
    let args = [
        "--chain",
        path(&chain),
        "--servername",
        "localhost",
        "--cacerts",
        path(&root),
    ];
    let run = finish(program().args(args).env("SSL_CERT_FILE", &missing));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

/// webpki refuses a CA as leaf before it looks at the path. That refusal must be final, or a
/// constrained CA could issue for any name with a leaf that bears its own.
#[test]
fn a_self_issued_ca_as_leaf_is_not_trusted() {
    let pki = &*PKI;
    let constrained = ca_with(|p| p.name_constraints = Some(permitting("example.com")));
    let evil = with(|p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        p.distinguished_name = constrained.distinguished_name.clone();
    });
    let chain = pki.below(constrained, &evil).chain;
    let (code, report) = judge(&chain, &[pki.root()]);
    assert_eq!(
        (code, &report["validation"]["trusted"]),
        (1, &false.into()),
        "{report:#}"
    );
}

/// A self-signed server certificate that is configured may not issue for other names.
#[test]
fn an_anchor_without_basic_constraints_issues_nothing() {
    let bare = ca_of(unconstrained("Bare"), |p| {
        p.is_ca = IsCa::NoCa;
        p.key_usages.clear();
    });
    let pki = Pki::custom(bare, ca("Below"), KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    expect(
        "bare",
        judge(&identity.chain, &[pki.root()]),
        &["not-a-ca null"],
    );
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

/// The answer of a family of clients.
fn client<'r>(report: &'r Value, family: &str) -> &'r Value {
    let clients = report["clients"].as_array().expect("an array");
    let found = clients.iter().find(|client| client["family"] == family);
    &found.expect("the family")["accepts"]
}

/// An authority key identifier: key identifier, name of the issuer's issuer, serial number.
fn aki(key_id: &[u8], issuer: Option<&[u8]>, serial: &[u8]) -> Vec<u8> {
    let field = |tag, content: &[u8]| match content {
        [] => Vec::new(),
        some => tlv(tag, some),
    };
    let issuer = issuer.map_or_else(Vec::new, |name| tlv(0xa1, tlv(0xa4, name)));
    let fields = [field(0x80, key_id), issuer, field(0x82, serial)];
    extension("2.5.29.35", false, seq(fields))
}

/// What an issuer's identifiers say decides for OpenSSL, which asked itself says the same.
#[test]
fn an_issuer_with_other_identifiers_is_not_the_issuer() {
    const KEY_ID: [u8; 4] = [1, 2, 3, 4];
    let with_ski = |fields: &mut Fields| {
        let id = octet_string(KEY_ID);
        fields.extensions.push(extension("2.5.29.14", false, id));
    };
    let root = Issuer::odd_root("Corp Root", with_ski);
    let bare = Issuer::root("Corp Root");
    let name = common_name("Corp Root");
    let other = common_name("Other Root");
    // The serial number of all of them.
    let serial = [0x5e, 0x51, 0xa1];
    let mismatch = &["issuer-mismatch 0"][..];
    for (what, issuer, identifier, expected) in [
        ("the key", &root, aki(&KEY_ID, None, &[]), &[][..]),
        ("another key", &root, aki(&[9], None, &[]), mismatch),
        (
            "a longer one",
            &root,
            aki(&[1, 2, 3, 4, 5], None, &[]),
            mismatch,
        ),
        ("not compared", &bare, aki(&[9], None, &[]), &[]),
        ("the serial", &root, aki(&[], Some(&name), &serial), &[]),
        (
            "another serial",
            &root,
            aki(&[], Some(&name), &[7]),
            mismatch,
        ),
        (
            "another issuer",
            &root,
            aki(&[], Some(&other), &serial),
            mismatch,
        ),
        ("all", &root, aki(&KEY_ID, Some(&name), &serial), &[]),
        (
            "the serial alone",
            &root,
            aki(&KEY_ID, None, &[7]),
            mismatch,
        ),
    ] {
        let chain = [issuer.leaf(|fields| fields.extensions.push(identifier.clone()))];
        let anchors = [issuer.der()];
        let outcome = judge(&chain, &anchors);
        let accepts = Value::Bool(expected.is_empty());
        assert_eq!(client(&outcome.1, "openssl"), &accepts, "{what}");
        assert_eq!(
            openssl_accepts(&chain, &anchors),
            expected.is_empty(),
            "{what}"
        );
        expect(what, outcome, expected);
    }
    // Where another certificate of the CA fits, nothing is wrong.
    let old = root.cross_sign(&root, |fields| fields.serial = integer([7]));
    let identifier = aki(&[], Some(&name), &[7]);
    let chain = [root.leaf(|fields| fields.extensions.push(identifier.clone()))];
    let anchors = [root.der(), old.clone()];
    assert!(openssl_accepts(&chain, &anchors));
    expect("both", judge(&chain, &anchors), &[]);
    // Where that has expired, OpenSSL takes it all the same.
    let old = root.cross_sign(&root, |fields| {
        fields.serial = integer([7]);
        let ago = |days| utc(now() - Duration::days(days));
        fields.valid(ago(90), ago(1));
    });
    let anchors = [root.der(), old];
    assert!(!openssl_accepts(&chain, &anchors));
    expect("expired", judge(&chain, &anchors), mismatch);
}

/// Of two roots of one name OpenSSL takes the first, unless an identifier distinguishes them.
#[test]
fn of_two_roots_of_one_name_the_first_one_counts() {
    let (right, wrong) = (Issuer::root("Twin Root"), Issuer::root("Twin Root"));
    let chain = [right.leaf(|_| ())];
    for (anchors, accepts) in [
        ([right.der(), wrong.der()], true),
        ([wrong.der(), right.der()], false),
    ] {
        let (code, report) = judge(&chain, &anchors);
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(client(&report, "openssl"), accepts);
        assert_eq!(openssl_accepts(&chain, &anchors), accepts);
        let told = notes(&report).contains(&"clients-differ".to_owned());
        // Python's strict mode misses the authority key identifier in either.
        assert!(told, "{report:#}");
    }
}

/// The families, in their order, for chains that some of them refuse.
#[test]
fn the_families_of_clients_are_distinguished() {
    let pki = &*PKI;
    let good = pki.identity(leaf(&["localhost"])).chain;
    let (_, report) = judge(&good, &[pki.root()]);
    let families: Vec<&Value> = report["clients"]
        .as_array()
        .expect("an array")
        .iter()
        .collect();
    let names: Vec<&Value> = families.iter().map(|client| &client["family"]).collect();
    assert_eq!(names, ["openssl", "openssl-strict", "gnutls", "webpki"]);
    for client in families {
        assert_eq!(
            (&client["accepts"], &client["reason"]),
            (&Value::Bool(true), &Value::Null)
        );
    }
    assert_eq!(notes(&report), [""; 0]);
    let root = Issuer::root("Odd Root");
    let v1 = [root.leaf(|fields| {
        fields.version = Vec::new();
        fields.extensions = Vec::new();
    })];
    // Netscape's Server Gated Crypto.
    let sgc = extension("2.5.29.37", false, seq([oid("2.16.840.1.113730.4.1")]));
    let sgc = [root.leaf(|fields| fields.extensions.push(sgc))];
    let any = extension("2.5.29.37", false, seq([oid("2.5.29.37.0")]));
    let any = [root.leaf(|fields| fields.extensions.push(any))];
    let without_aki = [root.leaf(|_| ())];
    for (what, chain, openssl, strict, webpki) in [
        ("version 1", &v1, true, false, false),
        ("SGC", &sgc, true, false, false),
        ("any purpose", &any, false, false, false),
        ("no identifiers", &without_aki, true, false, true),
    ] {
        let anchors = [root.der()];
        let (_, report) = judge(chain, &anchors);
        assert_eq!(client(&report, "openssl"), openssl, "{what}");
        assert_eq!(openssl_accepts(chain, &anchors), openssl, "{what}");
        assert_eq!(client(&report, "openssl-strict"), strict, "{what}");
        assert_eq!(client(&report, "webpki"), webpki, "{what}");
    }
}

/// webpki takes an underscore for a letter of host names, also under a wildcard; OpenSSL does not.
#[test]
fn a_wildcard_over_an_underscore_is_for_some_clients_only() {
    let chain = PKI.identity(leaf(&["*.a_b.test"])).chain;
    let (code, report) = judge_with(&chain, &[PKI.root()], &["--servername", "x_y.a_b.test"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(client(&report, "webpki"), true);
    assert_eq!(client(&report, "openssl"), false);
    assert!(notes(&report).contains(&"clients-differ".to_owned()));
    let (_, report) = judge_with(&chain, &[PKI.root()], &["--servername", "x-y.a_b.test"]);
    assert_eq!(client(&report, "webpki"), true);
}

/// Whether `openssl verify` takes the chain for localhost.
fn openssl_accepts(chain: &[Der], anchors: &[Der]) -> bool {
    let dir = Dir::new();
    dir.file("leaf.pem", pem(&chain[..1]));
    dir.file("chain.pem", pem(chain));
    dir.file("ca.pem", pem(anchors));
    let output = std::process::Command::new("openssl")
        .current_dir(dir.path())
        .args([
            "verify",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "localhost",
        ])
        .args([
            "-CAfile",
            "ca.pem",
            "-no-CApath",
            "-no-CAstore",
            "-untrusted",
            "chain.pem",
        ])
        .arg("leaf.pem")
        .output()
        .expect("openssl runs");
    output.status.success()
}
