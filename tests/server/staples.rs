//! OCSP responses that servers staple: what each is worth, and that real servers' are read.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::judge::{Anchors, Policy, StapleStatus, judge_server};
use smtp_certcheck::observation::{Possession, Sighting, Staple};
use std::process::{Command, Stdio};
use testkit::haproxy::HaProxy;
use testkit::mta::Mta;
use testkit::ocsp::{Known, Responder, leaf_of};
use testkit::old::OldServer;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now, to_pem};
use testkit::program::{Dir, problems, report};
use testkit::server::{Behaviour, Server};
use testkit::skip;
use time::{Duration, OffsetDateTime};

/// A CA with a server's certificate, one for its OCSP responder, and another server's.
struct World {
    pki: Pki,
    server: Identity,
    delegate: Identity,
    other: Identity,
    issuer: String,
}

impl World {
    fn new() -> Self {
        let pki = Pki::new("Staple", KeyKind::P256);
        let signing = |params: CertificateParams| {
            let mut params = params;
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
            params
        };
        Self {
            server: pki.identity(leaf(&["localhost"])),
            delegate: pki.identity(signing(leaf(&["ocsp.example"]))),
            other: pki.identity(leaf(&["other.example"])),
            issuer: to_pem(&pki.intermediate()),
            pki,
        }
    }

    fn key(&self) -> String {
        self.pki.intermediate_key_pem()
    }

    /// The CA's own response, for a week.
    fn answer(&self, digest: &str, known: Known) -> Vec<u8> {
        let key = self.key();
        let responder = Responder {
            issuer: &self.issuer,
            signer: &self.issuer,
            key: &key,
            digest,
            options: &["-ndays", "7"],
        };
        responder.answer(&[&leaf_of(&self.server)], known)
    }

    /// A good one, signed by another of its certificates.
    fn signed_by(&self, signer: &Identity) -> Vec<u8> {
        let responder = Responder {
            issuer: &self.issuer,
            signer: &leaf_of(signer),
            key: &signer.key_pem,
            digest: "-sha1",
            options: &["-ndays", "7"],
        };
        responder.answer(&[&leaf_of(&self.server)], Known::Good)
    }

    fn judge(&self, response: Vec<u8>, at: OffsetDateTime) -> StapleStatus {
        let mut anchors = Anchors::new("the test");
        anchors.add(self.pki.root(), "").expect("an anchor");
        let reference = "localhost".parse().expect("a name");
        let seen = Sighting {
            possession: Possession::Proven,
            staple: Staple::Stapled,
            ocsp_response: response,
            ..Sighting::default()
        };
        let chain = self.server.chain.iter().cloned().map(Certificate::new);
        let chain: Vec<Certificate> = chain.collect();
        let policy = Policy::new(&anchors, &reference, at);
        judge_server(&chain, &seen, &policy).ocsp
    }

    /// The status, and why a response proves nothing.
    fn said(&self, response: Vec<u8>, at: OffsetDateTime) -> String {
        match self.judge(response, at) {
            StapleStatus::Invalid { why, .. } => format!("invalid: {why}"),
            status => status.as_str().unwrap_or_default().to_owned(),
        }
    }
}

#[test]
fn a_response_is_worth_what_its_signer_and_its_dates_are() {
    let world = World::new();
    let now = now() + Duration::minutes(1);
    let (leaf, key) = (leaf_of(&world.server), world.key());
    let own = Responder {
        issuer: &world.issuer,
        signer: &world.issuer,
        key: &key,
        digest: "-sha256",
        options: &[],
    };
    let stranger = Pki::new("Staple", KeyKind::P256);
    let stranger_pem = to_pem(&stranger.intermediate());
    let stranger_key = stranger.intermediate_key_pem();
    let foreign = Responder {
        signer: &stranger_pem,
        key: &stranger_key,
        options: &["-ndays", "7"],
        ..own.clone()
    };
    let other = leaf_of(&world.other);
    let weeks = Responder {
        options: &["-ndays", "7"],
        ..own.clone()
    };
    for (response, expected) in [
        (world.answer("-sha1", Known::Good), "good"),
        (world.answer("-sha256", Known::Good), "good"),
        (
            world.answer("-sha1", Known::Revoked("keyCompromise")),
            "revoked",
        ),
        (world.answer("-sha256", Known::Revoked("")), "revoked"),
        (world.answer("-sha1", Known::Unknown), "unknown"),
        (world.signed_by(&world.delegate), "good"),
        (
            world.signed_by(&world.other),
            "invalid: \"other.example\" has signed it, which \"Staple Intermediate\" has not entitled: its extended key usage is not OCSPSigning",
        ),
        (
            world.signed_by(&world.server),
            "invalid: \"localhost\" has signed it, which \"Staple Intermediate\" has not entitled: its extended key usage is not OCSPSigning",
        ),
        (
            foreign.answer(&[&leaf], Known::Good),
            "invalid: \"Staple Intermediate\" has signed it, which \"Staple Intermediate\" has not entitled: it is not a certificate that this CA has issued for it",
        ),
        (
            weeks.answer(&[&other], Known::Good),
            "invalid: it is for another certificate",
        ),
        (weeks.answer(&[&leaf, &other], Known::Good), "good"),
        // The database has the first alone.
        (weeks.answer(&[&other, &leaf], Known::Good), "unknown"),
        (
            own.answer(&[&leaf], Known::Good),
            "invalid: it does not say until when it holds (nextUpdate)",
        ),
        (
            own.answer(&[&leaf], Known::Revoked("superseded")),
            "revoked",
        ),
        (b"a response".to_vec(), "invalid: it cannot be read"),
        (
            vec![0x30, 3, 0x0a, 1, 3],
            "invalid: the responder reports an error (tryLater)",
        ),
    ] {
        assert_eq!(world.said(response, now), expected);
    }
    let good = world.answer("-sha1", Known::Good);
    let of = |days| now + Duration::days(days);
    assert!(
        world
            .said(good.clone(), of(-1))
            .starts_with("invalid: it is of ")
    );
    assert!(
        world
            .said(good.clone(), of(8))
            .starts_with("invalid: it is out of date since ")
    );
    let revoked = world.answer("-sha1", Known::Revoked("keyCompromise"));
    assert_eq!(world.said(revoked, of(8)), "revoked");
    // No octet of it can be changed.
    for index in (0..good.len()).step_by(3) {
        let mut changed = good.clone();
        changed[index] ^= 0x04;
        let said = world.said(changed, now);
        let in_certificate = good.len() - index < 700;
        assert!(said != "good" || in_certificate, "octet {index}: {said}");
    }
}

/// The codes of problems and notes of a server that staples this.
fn codes(target: &str, root: &str, more: &[&str]) -> (Vec<String>, Vec<String>) {
    let (_, report) = report([&[target, "--cacerts", root], more].concat());
    assert_eq!(report["connection"]["ocsp_stapled"], true, "{report:#}");
    let notes = report["validation"]["notes"].as_array().expect("notes");
    let notes = notes
        .iter()
        .map(|note| note["code"].as_str().expect("a code").to_owned());
    (problems(&report), notes.collect())
}

#[test]
fn a_stapled_revocation_is_a_problem_and_what_proves_nothing_is_a_note() {
    let world = World::new();
    let dir = Dir::new();
    let root = dir.file("root.pem", world.pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let revoked = || world.answer("-sha1", Known::Revoked("keyCompromise"));
    for (response, more, problem, note) in [
        (world.answer("-sha1", Known::Good), &[][..], None, None),
        (revoked(), &[], Some("certificate-revoked"), None),
        (
            world.answer("-sha1", Known::Unknown),
            &[],
            None,
            Some("revocation-unknown"),
        ),
        (b"a response".to_vec(), &[], None, Some("staple-invalid")),
        // What is stapled today says nothing of another day.
        (
            world.answer("-sha1", Known::Good),
            &["--at", "+20d"],
            None,
            None,
        ),
    ] {
        let behaviour = Behaviour {
            ocsp: Some(response),
            ..Behaviour::default()
        };
        let server = Server::start(&world.server, behaviour);
        let target = format!("localhost:{}", server.port());
        let (problems, notes) = codes(&target, root, more);
        assert_eq!(problems, problem.into_iter().collect::<Vec<_>>());
        assert_eq!(notes, note.into_iter().collect::<Vec<_>>());
    }
}

/// `openssl s_server`, which GnuTLS's client then refuses, as its model says.
#[test]
fn the_staple_of_openssl_is_read_and_gnutls_looks_at_it_too() {
    let world = World::new();
    let dir = Dir::new();
    let root = dir.file("root.pem", world.pki.root_pem());
    dir.file("cert.pem", leaf_of(&world.server));
    dir.file("chain.pem", &world.issuer);
    dir.file("key.pem", &world.server.key_pem);
    let has_gnutls = skip::has("a stapled revocation before GnuTLS", "gnutls-cli");
    for (known, expected) in [
        (Known::Good, &[][..]),
        (Known::Revoked("keyCompromise"), &["certificate-revoked"]),
    ] {
        dir.file("response.der", world.answer("-sha1", known));
        let options = ["-cert_chain", "chain.pem", "-status_file", "response.der"];
        let server = OldServer::openssl(dir.path(), &options);
        let target = format!("smtps://localhost:{}", server.address.port());
        let root = root.to_str().expect("UTF-8");
        let (code, report) = report([target.as_str(), "--cacerts", root]);
        assert_eq!(problems(&report), expected, "{code}");
        let clients = report["clients"].as_array().expect("clients");
        let gnutls = clients.iter().find(|one| one["family"] == "gnutls");
        let accepts = gnutls.expect("GnuTLS")["accepts"].as_bool();
        assert_eq!(accepts, Some(known == Known::Good));
        if has_gnutls {
            let mut client = Command::new("gnutls-cli");
            client
                .args([
                    "--x509cafile",
                    root,
                    "--port",
                    &server.address.port().to_string(),
                ])
                .arg("localhost")
                .stdin(Stdio::null());
            let output = client.output().expect("gnutls-cli starts");
            assert_eq!(Some(output.status.success()), accepts, "{output:?}");
        }
    }
}

#[test]
fn the_staples_of_haproxy_and_exim_are_read() {
    let world = World::new();
    let dir = Dir::new();
    let root = dir.file("root.pem", world.pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let behind = Server::start(&world.server, Behaviour::default());
    for (known, expected) in [
        (Known::Good, &[][..]),
        (Known::Revoked("superseded"), &["certificate-revoked"]),
    ] {
        let response = world.answer("-sha1", known);
        let test = "the staple of HAProxy";
        if let Some(proxy) = HaProxy::stapling(test, &world.server, &response, behind.port()) {
            let target = format!("smtps://localhost:{}", proxy.before(behind.port()));
            assert_eq!(codes(&target, root, &[]).0, expected);
        }
    }
    // With GnuTLS it offers no TLS with a response that says revoked (`_gnutls_ocsp_get_validity`).
    let good = world.answer("-sha256", Known::Good);
    if let Some(exim) = Mta::stapling("the staple of Exim", &world.server, &good) {
        let target = format!("localhost:{}", exim.starttls_port());
        let (problems, notes) = codes(&target, root, &[]);
        assert_eq!(problems, [""; 0]);
        assert!(!notes.contains(&"staple-invalid".to_owned()), "{notes:?}");
    }
}
