//! One certificate or several: what the ports of a host show together, case by case.

use rcgen::{CertificateParams, DnType};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Protocol, Start};
use smtp_certcheck::observation::Sighting;
use smtp_certcheck::report::{Assessment, Port, Report, Target};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use testkit::pki::{Identity, KeyKind, Pki, ca, leaf, now};
use time::Duration;

const NAME: &str = "mail.example";

/// A leaf that was issued so many days ago, and has so many left.
fn dated(names: &[&str], since: i64, left: i64) -> CertificateParams {
    let mut params = leaf(names);
    params.not_before = now() - Duration::days(since);
    params.not_after = now() + Duration::days(left);
    params
}

/// A CA that issues by this intermediate, of an organization if one is named.
fn pki(intermediate: &str, organization: Option<&str>) -> Pki {
    let mut below = ca(intermediate);
    if let Some(organization) = organization {
        below
            .distinguished_name
            .push(DnType::OrganizationName, organization);
    }
    Pki::custom(ca("Root"), below, KeyKind::P256)
}

/// The certificates of the cases, by their names.
fn certificates() -> BTreeMap<&'static str, Identity> {
    let here = pki("Here R1", None);
    let (one, two) = (pki("O R10", Some("O")), pki("O R11", Some("O")));
    let new = dated(&[NAME], 10, 80);
    let old = dated(&[NAME], 70, 20);
    let current = here.identity(new.clone());
    let self_signed = |params: &CertificateParams| Pki::self_signed(params, KeyKind::P256);
    BTreeMap::from([
        ("old", here.identity(old.clone())),
        ("old again", here.identity(dated(&[NAME], 60, 30))),
        ("old, same key", pki("Else", None).renewed(&current, &old)),
        ("old RSA", here.identity_of(KeyKind::Rsa2048, &old)),
        ("RSA", here.identity_of(KeyKind::Rsa2048, &new)),
        ("old of another CA", pki("Else", None).identity(old.clone())),
        ("O, new", one.identity(new.clone())),
        ("O, old", two.identity(old.clone())),
        (
            "old in capitals",
            here.identity(dated(&["MAIL.example"], 70, 20)),
        ),
        (
            "old, two names",
            here.identity(dated(&[NAME, "mx.example"], 70, 20)),
        ),
        (
            "new, two names",
            here.identity(dated(&[NAME, "mx.example"], 10, 80)),
        ),
        ("self-signed, old", self_signed(&old)),
        ("self-signed, new", self_signed(&new)),
        ("new", current),
    ])
}

/// A look that saw these, the number of the last part of an address, and the certificate.
fn look(port: u16, last: u8, identity: &Identity) -> Assessment {
    let chain = identity.chain.iter().take(1).cloned();
    Assessment {
        seen: Some(Sighting {
            address: Some(SocketAddr::new(IpAddr::from([192, 0, 2, last]), port)),
            protocol: Protocol::on_port(port),
            start: Some(Start::Implicit),
            ..Sighting::default()
        }),
        chain: chain.map(Certificate::new).collect(),
        ..Assessment::default()
    }
}

fn target(port: Option<u16>) -> Target {
    Target {
        input: NAME.to_owned(),
        host: Some(NAME.to_owned()),
        port,
        label: NAME.to_owned(),
        protocol: port.and_then(Protocol::on_port),
        tls: None,
        servername: NAME.to_owned(),
    }
}

/// The certificates of a port, by its addresses.
type Served<'a> = (u16, &'a [&'a str]);

fn report(served: &[Served<'_>], all: &BTreeMap<&str, Identity>) -> Report {
    let ports = served.iter().map(|(port, names)| {
        let looks = names.iter().zip(1..);
        let looks = looks.map(|(name, last)| look(*port, last, &all[name]));
        let report = Report::of(target(Some(*port)), looks.collect(), now());
        Port {
            is_named: false,
            report: report.expect("a look"),
        }
    });
    Report::of_ports(target(None), ports.collect()).expect("a port")
}

/// `CODE SEVERITY PORTS`.
fn found(report: &Report) -> Vec<String> {
    let found = report.about_ports();
    let shown = found.iter().map(|finding| {
        let ports: Vec<String> = finding.ports.iter().map(u16::to_string).collect();
        format!("{} {} {}", finding.code, finding.severity, ports.join(","))
    });
    shown.collect()
}

#[test]
fn an_older_certificate_is_a_warning_and_another_one_by_intent_a_note() {
    const EARLIER: &str = "port-expires-earlier note 993";
    const NOTE: &str = "ports-differ note 25,993";
    const STALE: &str = "ports-differ warning 993";
    type Case<'a> = (&'a [Served<'a>], &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        // One certificate.
        (&[(25, &["new"])], &[]),
        (&[(25, &["new"]), (993, &["new"])], &[]),
        // A daemon was not reloaded.
        (&[(25, &["new"]), (993, &["old"])], &[STALE, EARLIER]),
        (&[(993, &["old"]), (25, &["new"])], &[STALE, EARLIER]),
        (
            &[(25, &["new"]), (143, &["old"]), (993, &["old"])],
            &[
                "ports-differ warning 143,993",
                "port-expires-earlier note 143,993",
            ],
        ),
        (
            &[(25, &["new"]), (465, &["old again"]), (993, &["old"])],
            &["ports-differ warning 465,993", EARLIER],
        ),
        (
            &[(25, &["new"]), (993, &["old, same key"])],
            &[STALE, EARLIER],
        ),
        (
            &[(25, &["new"]), (993, &["old in capitals"])],
            &[STALE, EARLIER],
        ),
        (&[(25, &["O, new"]), (993, &["O, old"])], &[STALE, EARLIER]),
        (
            &[(25, &["self-signed, new"]), (993, &["self-signed, old"])],
            &[STALE, EARLIER],
        ),
        // Another kind of key, another CA or other names may be meant.
        (&[(25, &["new"]), (993, &["RSA"])], &[NOTE]),
        (&[(25, &["new"]), (993, &["old RSA"])], &[NOTE, EARLIER]),
        (&[(25, &["RSA"]), (993, &["old RSA"])], &[STALE, EARLIER]),
        (
            &[(25, &["new"]), (993, &["old of another CA"])],
            &[NOTE, EARLIER],
        ),
        (
            &[(25, &["new"]), (993, &["new, two names"])],
            &[NOTE, "name-differs note 25"],
        ),
        (
            &[(25, &["new"]), (993, &["old, two names"])],
            &[NOTE, EARLIER, "name-differs note 25"],
        ),
        // Addresses differ, which is another finding, unless they do so on one port only.
        (&[(25, &["new", "old"]), (993, &["new", "old"])], &[]),
        (
            &[(25, &["new", "new"]), (993, &["new", "old"])],
            &[STALE, EARLIER],
        ),
    ];
    let all = certificates();
    for (served, expected) in cases {
        assert_eq!(found(&report(served, &all)), *expected, "{served:?}");
    }
}

#[test]
fn a_finding_says_where_and_what_to_do() {
    let all = certificates();
    let of = |served: &[Served<'_>]| report(served, &all).about_ports().remove(0);
    let stale = of(&[
        (25, &["new", "new"]),
        (465, &["old", "old"]),
        (993, &["new", "old"]),
    ]);
    let message = &stale.message;
    assert!(
        message.starts_with("ports 465 (SMTP), 993 (IMAP) still serve an older certificate: "),
        "{message}"
    );
    assert!(message.contains("on 465, 993 at 192.0.2.2; "), "{message}");
    assert!(message.ends_with("on 25, 993 at 192.0.2.1"), "{message}");
    let advice = format!("{:?}", stale.advice);
    assert!(
        advice.contains("postfix reload") && advice.contains("doveadm reload"),
        "{advice}"
    );
    let stale = of(&[(25, &["old"]), (993, &["new"])]);
    assert!(!format!("{:?}", stale.advice).contains("doveadm"));
}

#[test]
fn the_worst_port_speaks_for_the_host_and_of_equals_the_one_that_expires_first() {
    let all = certificates();
    let served: &[Served<'_>] = &[(25, &["new"]), (465, &["old"]), (993, &["old again"])];
    let report = report(served, &all);
    assert_eq!(report.speaking_port().map(Port::number), Some(465));
    assert_eq!(report.certificate_count(), 3);
    assert_eq!(report.target.port, None);
}
