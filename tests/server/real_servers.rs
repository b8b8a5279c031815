//! Postfix, Exim and OpenSMTPD, seen by us and by OpenSSL: both must report the same.
#![allow(
    clippy::disallowed_methods,
    reason = "tests write files, and use the clock"
)]

use serde_json::Value;
use std::time::{Duration, Instant};
use testkit::mta::{Kind, Mta};
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, to_pem};
use testkit::program::{Dir, problems, report, run};
use testkit::service::Service;

fn port_and_mode(mta: &Mta, starttls: bool) -> (u16, &'static str) {
    if starttls {
        (mta.starttls_port(), "starttls")
    } else {
        (mta.smtps_port(), "smtps")
    }
}

/// Our report on a port of a server equals what OpenSSL sees there.
fn compare(mta: &Mta, starttls: bool) -> Value {
    let (port, mode) = port_and_mode(mta, starttls);
    let (_, report) = report([&format!("localhost:{port}"), "--tls", mode]);
    let service = if starttls {
        Service::Smtp
    } else {
        Service::Smtps
    };
    openssl::compare_chain(&report, &service.presented(port), &mta.log());
    report
}

fn each_kind(test: &str, identity: &Identity, check: impl Fn(Kind, &Mta)) {
    for kind in Kind::ALL {
        if let Some(mta) = Mta::for_test(test, kind, identity) {
            check(kind, &mta);
        }
    }
}

#[test]
fn a_good_chain_is_trusted_and_equals_what_openssl_sees() {
    for key in [KeyKind::P256, KeyKind::Rsa2048] {
        let pki = Pki::new("Real", key);
        let identity = pki.identity(leaf(&["localhost", "mail.example.test", "192.0.2.25"]));
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        let root = root.to_str().expect("UTF-8");
        each_kind("a good chain", &identity, |kind, mta| {
            for starttls in [true, false] {
                compare(mta, starttls);
                let (port, mode) = port_and_mode(mta, starttls);
                let target = format!("localhost:{port}");
                let (code, report) = report([&target, "--tls", mode, "--cacerts", root]);
                assert_eq!(code, 0, "{kind} {mode}: {report:#}");
                assert_eq!(report["connection"]["key_proven"], true);
                assert_eq!(report["validation"]["anchor"]["source"], root);
                assert_eq!(
                    report["validation"]["path"].as_array().map(Vec::len),
                    Some(3)
                );
            }
        });
    }
}

#[test]
fn bad_chains_are_named_for_what_they_are() {
    let pki = Pki::new("Real", KeyKind::P256);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let cases = [
        (pki.identity(expired_leaf(&["localhost"])), vec!["expired"]),
        (
            pki.identity(leaf(&["other.example.test"])),
            vec!["name-mismatch"],
        ),
        (
            pki.lonely(leaf(&["localhost"])),
            vec!["missing-intermediate"],
        ),
        (
            Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256),
            vec!["self-signed"],
        ),
        (
            Pki::new("Stranger", KeyKind::P256).identity(leaf(&["localhost"])),
            vec!["unknown-issuer"],
        ),
    ];
    for (identity, expected) in &cases {
        each_kind("bad chains", identity, |kind, mta| {
            compare(mta, true);
            let target = format!("localhost:{}", mta.starttls_port());
            let (code, report) = report([&target, "--cacerts", root]);
            assert_eq!(code, 1, "{kind}: {report:#}");
            assert_eq!(&problems(&report), expected, "{kind}");
        });
    }
}

#[test]
fn a_self_signed_certificate_is_trusted_when_it_is_configured() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::Rsa2048);
    let dir = Dir::new();
    let file = dir.file("server.pem", to_pem(&identity.chain[0]));
    each_kind("self-signed", &identity, |kind, mta| {
        let target = format!("localhost:{}", mta.starttls_port());
        let (code, report) = report([target.as_ref(), "--cacerts".as_ref(), file.as_os_str()]);
        assert_eq!(code, 0, "{kind}: {report:#}");
    });
}

/// Without its certificate Postfix offers STARTTLS, and answers it with 454.
#[test]
fn postfix_without_its_certificate_is_critical() {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let Some(mta) = Mta::for_test("no certificate", Kind::Postfix, &identity) else {
        return;
    };
    let nothing = "smtpd_tls_chain_files =\nsmtpd_tls_cert_file = /nonexistent/cert.pem\nsmtpd_tls_key_file = $smtpd_tls_cert_file\n";
    mta.reconfigure(nothing).expect("another configuration");
    let target = format!("localhost:{}", mta.starttls_port());
    let start = Instant::now();
    let (code, report) = loop {
        let (code, report) = report([target.as_str(), "--no-hgrc"]);
        if report["error"]["code"] != Value::Null || start.elapsed() > Duration::from_secs(20) {
            break (code, report);
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["outcome"], "smtp-refused");
    let error = &report["error"];
    assert_eq!(
        (&error["step"], &error["code"]),
        (&"starttls".into(), &"starttls-unavailable".into())
    );
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("454 4.7.0 TLS not available"), "{message}");
    let advice = error["advice"].as_str().unwrap_or_default();
    assert!(advice.contains("its certificate and its key"), "{advice}");
    let log = mta.log_with("/nonexistent/cert.pem");
    assert!(log.contains("/nonexistent/cert.pem"), "{log}");
    for (args, begin) in [
        (&["--no-hgrc"][..], "SMTP CERT CRITICAL"),
        (&["audit"], "SMTP CERTS CRITICAL"),
    ] {
        // A subcommand comes first.
        let run = run([args, &[target.as_str(), "--format", "nagios"]].concat());
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stdout.starts_with(begin), "{}", run.stdout);
    }
}

#[test]
fn servers_find_no_fault_with_our_manners() {
    let pki = Pki::new("Pacing", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    each_kind("manners", &identity, |kind, mta| {
        run([
            format!("localhost:{}", mta.starttls_port()).as_str(),
            "--ehlo",
            "probe.example.test",
        ]);
        std::thread::sleep(Duration::from_millis(500));
        let log = mta.log().to_lowercase();
        for complaint in [
            "synchronization",
            "pipelining",
            "syntax",
            "lost connection after starttls",
        ] {
            assert!(!log.contains(complaint), "{kind}: {log}");
        }
        let farewell = match kind {
            Kind::Postfix => "quit=1",
            Kind::Exim => "closed by quit",
            Kind::OpenSmtpd => "reason=quit",
        };
        assert!(log.contains(farewell), "{kind}: {log}");
    });
}
