//! What messages say where the code alone would mislead.

use super::world::{self, show, single, sts, unreachable};
use smtp_certcheck::finding::{Code, Evidence, Finding, Piece, Severity};
use smtp_certcheck::judge::domain::{Domain, Fetched, KnownPolicy, judge_domain};
use smtp_certcheck::records::mta_sts::Mode;
use smtp_certcheck::records::mx::Exchange;

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
fn what_was_not_looked_at_is_a_note_beside_what_was() {
    let notes = |domain: &Domain| -> Vec<(Severity, String, Option<Evidence>)> {
        let findings = judge_domain(domain).findings.into_iter();
        findings
            .filter(|finding| finding.code == Code::AddressNotTried)
            .map(|finding| {
                let evidence = finding.evidence.map(|evidence| *evidence);
                (finding.severity, finding.message, evidence)
            })
            .collect()
    };
    let ip = |text: &str| text.parse().expect("an address");
    let mut domain = world::sound();
    assert_eq!(notes(&domain), []);

    let second = world::look("192.0.2.9", &world::MX1);
    domain.hosts[0].looks.push(second);
    domain.hosts[0].left_out = 4;
    domain.hosts[0].out_of_reach = vec![ip("2001:db8::1")];
    domain.hosts[1].out_of_reach = vec![ip("2001:db8::2"), ip("2001:db8::3")];
    let Exchange::Hosts(hosts) = &mut domain.exchange else {
        panic!("it has hosts");
    };
    hosts.left_out = 68;
    let beyond = |looked_at, left_out| {
        Some(Evidence::Beyond {
            looked_at,
            left_out,
        })
    };
    let all = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(ip);
    assert_eq!(
        notes(&domain),
        [
            (
                Severity::Note,
                "2 addresses of the MX host \"mx1.example.org\" were looked at, and 4 more were not"
                    .to_owned(),
                beyond(2, 4),
            ),
            (
                Severity::Note,
                "this machine has no route to 2001:db8::1 of the MX host \"mx1.example.org\", or to 2 more of the MX hosts, or no address of the family"
                    .to_owned(),
                Some(Evidence::Addresses(all.to_vec())),
            ),
            (
                Severity::Note,
                "2 MX hosts of \"example.org\" were looked at, and 68 more were not".to_owned(),
                beyond(2, 68),
            ),
        ]
    );

    // Without any look at a host, that says so.
    domain.hosts[1].looks.clear();
    let [_, (_, message, _), _] = &notes(&domain)[..] else {
        panic!("three notes");
    };
    assert_eq!(
        message,
        "this machine has no route to 2001:db8::1 of the MX host \"mx1.example.org\", or no address of its family"
    );

    // Without an answer that counts, no host is looked at.
    domain.hosts.clear();
    assert_eq!(notes(&domain), []);
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
