//! What a sighting of a host is for the senders.

use super::world::{MX1, PKI};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Host, Protocol};
use smtp_certcheck::judge::domain::{Look, Seen};
use smtp_certcheck::judge::{Anchors, Policy, judge_chain};
use smtp_certcheck::observation::{Cause, Failure, KeyType, Possession, Sighting, Step};
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
    let judgement = judge_chain(&presented, &policy);
    let key_type = Some(KeyType::Ecdsa);
    Look::of(ADDRESS, key_type, sighting, &presented, Some(&judgement))
}

#[test]
fn a_chain_is_kept_with_what_is_wrong_for_the_name() {
    let sighting = Sighting {
        presented: MX1.chain.clone(),
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
