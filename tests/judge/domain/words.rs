//! What messages say where the code alone would mislead.

use super::world::{self, show, single, sts, unreachable};
use smtp_certcheck::finding::{Code, Finding, Piece};
use smtp_certcheck::judge::domain::{Domain, Fetched, KnownPolicy, judge_domain};
use smtp_certcheck::records::mta_sts::Mode;

fn found(domain: &Domain, code: Code) -> Finding {
    let findings = judge_domain(domain).findings;
    let found = findings.into_iter().find(|finding| finding.code == code);
    found.expect("the finding")
}

fn advice(finding: &Finding) -> String {
    let pieces = finding.advice.pieces().iter();
    pieces
        .map(|piece| match piece {
            Piece::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn where_no_host_is_reached_the_cause_may_be_here() {
    let here = "many providers close port 25";
    let mut domain = world::sound();
    show(&mut domain.hosts[0], &unreachable());
    let one = found(&domain, Code::ConnectFailed);
    assert!(!advice(&one).contains(here), "{one:?}");
    show(&mut domain.hosts[1], &unreachable());
    let both = found(&domain, Code::ConnectFailed);
    assert!(advice(&both).contains(here), "{both:?}");
    let mut domain = single();
    domain.hosts[0].looks.clear();
    let none = found(&domain, Code::NoAddress);
    assert!(none.message.ends_with("has no address"), "{none:?}");
    domain.hosts[0].out_of_reach = vec!["2001:db8::1".parse().expect("an address")];
    let none = found(&domain, Code::NoAddress);
    assert!(none.message.contains("from here"), "{none:?}");
}

#[test]
fn a_policy_that_was_kept_and_does_not_cover_a_host_is_named() {
    let mut domain = single();
    let policy = |mx: &str| KnownPolicy {
        id: "7".to_owned(),
        mode: Mode::Enforce,
        mx: vec![mx.to_owned()],
        max_age: 86_400,
    };
    sts(&mut domain).fetched = Some(Fetched::Failed("the server answers 404".to_owned()));
    for (pattern, is_named) in [("*.example.org", false), ("old.example.org", true)] {
        sts(&mut domain).known = Some(policy(pattern));
        let finding = found(&domain, Code::StsFetch);
        let words = "do not deliver to \"mx1.example.org\"";
        assert_eq!(finding.message.contains(words), is_named, "{finding:?}");
    }
}
