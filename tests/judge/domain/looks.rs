//! What a sighting of a host is for the senders.

use super::world::{MX1, PKI};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Host, Protocol};
use smtp_certcheck::judge::domain::{Look, Seen};
use smtp_certcheck::judge::{Anchors, Policy, judge_server};
use smtp_certcheck::observation::{
    Alert, Cause, Exchange, Failure, Group, KeyType, Possession, Sighting, Step, TlsFacts,
};
use smtp_certcheck::starttls::Refusal;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use testkit::pki::now;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn look(sighting: &Sighting, name: &str) -> Option<Look> {
    let mut anchors = Anchors::new("the root");
    anchors.add(PKI.root(), "ca.pem").expect("an anchor");
    let reference: Host = name.parse().expect("a host");
    let policy = Policy::new(&anchors, &reference, now());
    let presented = sighting.presented.iter().cloned().map(Certificate::new);
    let presented: Vec<Certificate> = presented.collect();
    let judgement = judge_server(&presented, sighting, &policy);
    let key_type = Some(KeyType::Ecdsa);
    Look::of(ADDRESS, key_type, sighting, &presented, Some(&judgement))
}

#[test]
fn a_chain_is_kept_with_what_is_wrong_for_the_name() {
    let sighting = Sighting {
        presented: MX1.chain.clone(),
        possession: Possession::Proven,
        ..Sighting::default()
    };
    for (name, distrusted) in [("mx1.example.org", false), ("mx2.example.org", true)] {
        let look = look(&sighting, name).expect("a look");
        let Seen::Chain(chain) = look.seen else {
            unreachable!("{look:?}");
        };
        assert_eq!(chain.presented.len(), 2);
        assert_eq!(chain.path.len(), 3);
        assert_eq!(chain.distrust.is_some(), distrusted, "{name}");
    }
}

#[test]
fn only_a_server_that_answers_takes_mail_without_tls() {
    let seen = |step, cause| {
        let failure = Failure {
            step,
            protocol: Protocol::Smtp,
            cause,
        };
        let sighting = Sighting {
            failure: Some(failure),
            ..Sighting::default()
        };
        look(&sighting, "mx1.example.org").map(|look| look.seen)
    };
    let closed = seen(Step::Greeting, Cause::Closed);
    assert!(matches!(closed, Some(Seen::Unreachable(_))), "{closed:?}");
    let closed = seen(Step::Tls, Cause::Closed);
    assert!(matches!(closed, Some(Seen::TlsFailed(_))), "{closed:?}");
    // Postfix and Exim deliver in the clear to a server that sends text after its go-ahead.
    let text = Cause::Refused(Refusal::Injection("no".to_owned()));
    let injected = seen(Step::Tls, text);
    assert!(matches!(injected, Some(Seen::TlsFailed(_))), "{injected:?}");
    let late = seen(Step::Starttls, Cause::Timeout(Duration::from_secs(1)));
    assert!(matches!(late, Some(Seen::Unreachable(_))), "{late:?}");
}

#[test]
fn a_server_without_the_key_of_its_certificate_fails_in_tls() {
    let sighting = Sighting {
        presented: MX1.chain.clone(),
        possession: Possession::Refuted,
        ..Sighting::default()
    };
    let look = look(&sighting, "mx1.example.org").expect("a look");
    assert!(matches!(look.seen, Seen::TlsFailed(_)), "{look:?}");
}

/// A sighting whose chain was read from an old handshake.
fn old(version: &str, suite: &str, exchange: Option<Exchange>, cause: Cause) -> Sighting {
    Sighting {
        presented: MX1.chain.clone(),
        legacy: true,
        exchange,
        tls: Some(TlsFacts {
            version: version.to_owned(),
            cipher_suite: suite.to_owned(),
            key_exchange: None,
        }),
        failure: Some(Failure {
            step: Step::Tls,
            protocol: Protocol::Smtp,
            cause,
        }),
        ..Sighting::default()
    }
}

/// A group, and the algorithm of the signature.
fn signed(group: Group, signature: u16) -> Exchange {
    Exchange { group, signature }
}

const SHA256: u16 = 0x0401;
const SHA1: u16 = 0x0201;
const P256: Group = Group::Curve(23);

#[test]
fn senders_go_on_with_an_old_server_as_far_as_openssl_does() {
    let prime = Group::Prime;
    for (version, suite, exchange, goes_on) in [
        ("TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", None, true),
        ("TLSv1.2", "TLS_RSA_WITH_AES_256_GCM_SHA384", None, true),
        ("TLSv1.2", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", None, true),
        ("TLSv1.1", "TLS_RSA_WITH_AES_128_CBC_SHA", None, false),
        ("TLSv1.2", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", None, false),
        ("TLSv1.2", "TLS_RSA_WITH_RC4_128_SHA", None, false),
        ("TLSv1.2", "TLS_RSA_WITH_NULL_SHA", None, false),
        (
            "TLSv1.2",
            "TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256",
            None,
            false,
        ),
        ("TLSv1.2", "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", None, false),
        ("TLSv1.2", "0xfefe", None, false),
    ]
    .into_iter()
    .chain(
        [
            (Some(signed(P256, SHA256)), true),
            (Some(signed(P256, SHA1)), false),
            // secp256k1
            (Some(signed(Group::Curve(22), SHA256)), false),
            (None, false),
        ]
        .map(|(exchange, is)| {
            (
                "TLSv1.2",
                "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                exchange,
                is,
            )
        }),
    )
    .chain(
        [
            (Some(signed(prime(1024), SHA256)), true),
            (Some(signed(prime(1023), SHA256)), false),
            (Some(signed(prime(2048), SHA1)), false),
        ]
        .map(|(exchange, is)| {
            (
                "TLSv1.2",
                "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
                exchange,
                is,
            )
        }),
    ) {
        let cause = Cause::Alert(Alert::HANDSHAKE_FAILURE);
        let look = look(&old(version, suite, exchange, cause), "mx1.example.org");
        let seen = look.expect("a look").seen;
        match seen {
            // What the report on the host says of its TLS does not make the chain worse.
            Seen::Chain(chain) if goes_on => assert_eq!(chain.distrust, None, "{suite}"),
            Seen::TlsFailed(_) if !goes_on => {}
            other => unreachable!("{version} {suite} {exchange:?}: {other:?}"),
        }
    }
}

#[test]
fn what_this_tool_speaks_too_is_not_why_it_fails() {
    const NEW: &str = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let alert = || Cause::Alert(Alert::HANDSHAKE_FAILURE);
    for (group, cause, goes_on) in [
        (P256, alert(), false),
        // secp521r1
        (Group::Curve(25), alert(), true),
        (P256, Cause::TooLarge, true),
    ] {
        let sighting = old("TLSv1.2", NEW, Some(signed(group, 0x0403)), cause);
        let seen = look(&sighting, "mx1.example.org").expect("a look").seen;
        assert_eq!(matches!(seen, Seen::Chain(_)), goes_on, "{group:?}");
    }
    // A chain that OpenSSL does not read to its end.
    let mut sighting = old("TLSv1.2", NEW, Some(signed(P256, 0x0403)), Cause::TooLarge);
    let more = sighting.presented[1].clone();
    sighting.presented.resize(100 * 1024 / more.len() + 2, more);
    let seen = look(&sighting, "mx1.example.org").expect("a look").seen;
    assert!(matches!(seen, Seen::TlsFailed(_)), "{seen:?}");
}
