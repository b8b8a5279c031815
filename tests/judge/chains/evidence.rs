//! What findings carry beside their sentence: the values that it was made from, as data.

use rcgen::{CertificateParams, KeyUsagePurpose};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::finding::{Code, Evidence, Finding};
use smtp_certcheck::fingerprint::Algorithm;
use smtp_certcheck::judge::{Anchors, Judgement, Policy, judge_chain, pin_mismatch};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now};
use time::{Duration, OffsetDateTime};

fn pki() -> &'static Pki {
    &super::PKI
}

fn chain(identity: &Identity) -> Vec<Certificate> {
    let chain = identity.chain.iter().cloned();
    chain.map(Certificate::new).collect()
}

/// Judges for localhost, with the root as the anchor.
fn judge(presented: &[Certificate], at: OffsetDateTime) -> Judgement {
    let mut anchors = Anchors::new("the test");
    anchors.add(pki().root(), "").expect("an anchor");
    let reference = "localhost".parse().expect("a host");
    let policy = Policy::new(&anchors, &reference, at);
    judge_chain(presented, &policy)
}

#[track_caller]
fn evidence(found: &[Finding], code: Code) -> Evidence {
    let finding = found.iter().find(|finding| finding.code == code);
    let evidence = finding.and_then(|finding| finding.evidence.clone());
    *evidence.expect("evidence")
}

fn of_leaf(params: CertificateParams, code: Code) -> Evidence {
    let presented = chain(&pki().identity(params));
    evidence(&judge(&presented, now()).problems, code)
}

#[test]
fn dates_are_those_of_the_certificate_and_of_the_judgement() {
    let presented = chain(&pki().identity(expired_leaf(&["localhost"])));
    let facts = presented[0].facts().expect("facts");
    let at = now().replace_nanosecond(0).expect("a time");
    let expected = |at| Evidence::Validity {
        not_before: facts.not_before,
        not_after: facts.not_after,
        judged_at: at,
    };
    let problems = judge(&presented, at).problems;
    assert_eq!(evidence(&problems, Code::Expired), expected(at));
    let early = facts.not_before - Duration::seconds(1);
    let problems = judge(&presented, early).problems;
    assert_eq!(evidence(&problems, Code::NotYetValid), expected(early));
}

#[test]
fn names_are_those_that_were_compared() {
    let names = ["a.example", "b.example"];
    let expected = Evidence::Names {
        reference: "localhost".to_owned(),
        presented: names.map(str::to_owned).to_vec(),
    };
    assert_eq!(of_leaf(leaf(&names), Code::NameMismatch), expected);
}

#[test]
fn keys_uses_and_links_are_data() {
    let mut params = leaf(&["localhost"]);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    assert_eq!(
        of_leaf(params, Code::KeyUsage),
        Evidence::KeyUsage(vec!["keyCertSign"])
    );

    let alone = chain(&pki().lonely(leaf(&["localhost"])));
    let facts = alone[0].facts().expect("facts");
    let problems = judge(&alone, now()).problems;
    assert_eq!(
        evidence(&problems, Code::MissingIntermediate),
        Evidence::Link {
            subject: alone[0].label(),
            issuer: facts.issuer.label(),
        }
    );

    let weak = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let presented = chain(&weak);
    assert_eq!(
        evidence(&judge(&presented, now()).problems, Code::SelfSigned),
        Evidence::Link {
            subject: presented[0].label(),
            issuer: presented[0].label(),
        }
    );
}

#[test]
fn what_is_sent_twice_and_out_of_order_is_named_by_its_index() {
    let sound = chain(&pki().identity(leaf(&["localhost"])));
    let twice = [&sound[..], &sound[1..]].concat();
    let notes = judge(&twice, now()).notes;
    assert_eq!(evidence(&notes, Code::Duplicate), Evidence::SentAt(1));

    let root = Certificate::new(pki().root());
    let mixed = [sound[0].clone(), root, sound[1].clone()];
    let notes = judge(&mixed, now()).notes;
    assert_eq!(
        evidence(&notes, Code::OutOfOrder),
        Evidence::Order(vec![0, 2, 1])
    );
}

#[test]
fn a_pin_that_does_not_match_is_beside_what_was_presented() {
    let leaf = &chain(&pki().identity(leaf(&["localhost"])))[0];
    let pinned = vec!["sha256:00".to_owned()];
    let finding = pin_mismatch(leaf, pinned.iter().cloned(), None);
    assert_eq!(
        evidence(&[finding], Code::PinMismatch),
        Evidence::Pin {
            presented: leaf.fingerprint(Algorithm::Sha256).hex(),
            pinned,
        }
    );
}
