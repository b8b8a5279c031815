//! The resolvers that are asked: which, how often, and what is made of those that do not answer.

use crate::lab::served;
use crate::ours::{self, Ours, now, question};
use smtp_certcheck::records::{Note, Status};
use smtp_certcheck::resolve::Trust;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::dns::key::Keys;
use testkit::dns::liar::{Liar, Lie, Sent, stripping};
use testkit::dns::served::Served;
use testkit::dns::unbound::Unbound;
use testkit::dns::zone::Zone;

const SMALL: &str = "www A 192.0.2.1\nbig TXT \"x\"\n";

fn zones() -> Vec<Zone> {
    let mut many = String::from(SMALL);
    for number in 0..300 {
        let _ = writeln!(many, "h{number} A 192.0.2.1");
    }
    vec![
        Zone::new(".", "").key(1),
        Zone::new("lab.", SMALL).key(2),
        Zone::new("two.lab.", &many),
        Zone::new("unsigned.lab.", SMALL).unsigned(),
        Zone::new("wrong.lab.", SMALL).ds(&["1 ALG 2 SHA256"]),
    ]
}

fn honest() -> Lie {
    Arc::new(|query, honest| vec![Sent::Message(Box::new(honest.reply(query)))])
}

fn lab(test: &str) -> Option<Served> {
    served(test, &zones(), &Keys::default())
}

#[test]
fn a_name_two_zones_below_the_root_takes_six_questions_and_then_one() {
    let Some(lab) = lab("how many questions") else {
        return;
    };
    let liar = Liar::new(lab.resolver.port, honest());
    let ours = Ours::new(&[liar.port], &lab.tree.anchors);
    for (name, most) in [
        ("www.two.lab.", 6),
        ("www.two.lab.", 0),
        ("h1.two.lab.", 1),
        ("nope.two.lab.", 1),
        ("www.unsigned.lab.", 2),
    ] {
        let found = ours.look_up(name, "A");
        let asked = liar.take_queries();
        assert!(asked <= most, "{name}: {asked} questions");
        assert!(
            matches!(found.answer.status, Status::Secure | Status::Insecure),
            "{name}"
        );
    }
}

#[test]
fn many_names_side_by_side_share_what_they_have_in_common() {
    let Some(lab) = lab("many names") else {
        return;
    };
    let liar = Liar::new(lab.resolver.port, honest());
    let ours = Ours::new(&[liar.port], &lab.tree.anchors);
    let all: Vec<Status> = ours.runtime.block_on(async {
        let mut running = tokio::task::JoinSet::new();
        // Each name twice.
        for number in 0..600 {
            let lookups = Arc::clone(&ours.lookups);
            let name = format!("h{}.two.lab.", number / 2);
            running.spawn(async move {
                let found = lookups.look_up(question(&name, "A"), now(), Duration::from_secs(20));
                found.await.answer.status
            });
        }
        running.join_all().await
    });
    assert!(all.len() == 600 && all.iter().all(|status| *status == Status::Secure));
    let asked = liar.take_queries();
    assert!(asked <= 300 + 8, "{asked} questions");
}

#[test]
fn the_next_resolver_is_asked_when_one_does_not_answer() {
    let Some(lab) = lab("several resolvers") else {
        return;
    };
    let silent = Liar::new(lab.resolver.port, Arc::new(|_, _| Vec::new()));
    let failing = Liar::new(
        lab.resolver.port,
        crate::lies::code(hickory_proto::op::ResponseCode::ServFail),
    );
    let old = Liar::new(lab.resolver.port, crate::lies::without_edns());
    let closed = 1;
    for first in [silent.port, failing.port, old.port, closed] {
        let ours = Ours::new(&[first, lab.resolver.port], &lab.tree.anchors);
        let start = Instant::now();
        let found = ours.look_up("www.two.lab.", "A");
        assert_eq!(
            found.answer.status,
            Status::Secure,
            "{}",
            ours::reason(&found)
        );
        // The one that answers is asked first from then on.
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "{:?}",
            start.elapsed()
        );
        assert!(
            found
                .heard
                .iter()
                .all(|server| server.0.port() == lab.resolver.port)
        );
    }
}

#[test]
fn what_does_not_answer_is_named() {
    let Some(lab) = lab("no resolver") else {
        return;
    };
    let silent = Liar::new(lab.resolver.port, Arc::new(|_, _| Vec::new()));
    let old = Liar::new(lab.resolver.port, crate::lies::without_edns());
    let mut ours = Ours::new(&[silent.port, 1], &lab.tree.anchors);
    ours.patience = Duration::from_secs(2);
    let found = ours.look_up("www.two.lab.", "A");
    assert_eq!(found.answer.status, Status::NoAnswer);
    let reason = ours::reason(&found);
    let silent = format!("127.0.0.1:{}: no reply in time", silent.port);
    assert!(
        reason.contains(&silent) && reason.contains("127.0.0.1:1: "),
        "{reason}"
    );
    let found = Ours::new(&[old.port], &lab.tree.anchors).look_up("www.two.lab.", "A");
    assert_eq!(found.answer.status, Status::NoAnswer);
    let reason = ours::reason(&found);
    assert!(reason.contains("does not pass DNSSEC on"), "{reason}");
    let none = Ours::new(&[], &lab.tree.anchors).look_up("www.two.lab.", "A");
    assert_eq!(none.answer.status, Status::NoAnswer);
}

#[test]
fn a_resolver_that_strips_is_named() {
    let Some(lab) = lab("a resolver that strips") else {
        return;
    };
    let stripping = Liar::new(lab.resolver.port, stripping());
    let found = Ours::new(&[stripping.port], &lab.tree.anchors).look_up("www.two.lab.", "A");
    assert_eq!(found.answer.status, Status::Bogus);
    assert!(
        found.answer.notes.contains(&Note::NotPassed),
        "{:?}",
        found.answer
    );
    assert_eq!(found.heard.len(), 1);
}

#[test]
fn a_resolver_that_does_not_know_edns_is_named_whoever_validates() {
    let Some(lab) = lab("a resolver without EDNS") else {
        return;
    };
    let lies = crate::lies::all();
    let told = lies.iter().find(|told| told.name == "FORMERR to EDNS");
    let lie = Arc::clone(&told.expect("the lie").lie);
    let liar = Liar::new(lab.resolver.port, lie);
    for trust in [Trust::NoResolver, Trust::Resolver] {
        let ours = Ours::with(&[liar.port], &lab.tree.anchors, trust);
        let answer = ours.look_up("www.two.lab.", "A").answer;
        assert_eq!(answer.status, Status::NoAnswer);
        assert!(answer.notes.contains(&Note::NotPassed), "{answer:?}");
    }
}

#[test]
fn a_resolver_may_be_believed() {
    let test = "a resolver that is believed";
    let Some(lab) = lab(test) else {
        return;
    };
    let Some(unbound) = Unbound::judge(test, &lab.tree.anchors, lab.resolver.port) else {
        return;
    };
    // With anchors that fit nothing: they do not matter.
    let wrong = format!(". DS 1 13 2 {}", "00".repeat(32));
    let ours = Ours::with(&[unbound.port], &wrong, Trust::Resolver);
    for (name, kind, status, count) in [
        ("www.two.lab.", "A", Status::Secure, 1),
        ("nope.two.lab.", "A", Status::Secure, 0),
        ("www.unsigned.lab.", "A", Status::Insecure, 1),
        ("www.wrong.lab.", "A", Status::Bogus, 0),
    ] {
        let found = ours.look_up(name, kind);
        assert_eq!(
            (found.answer.status, found.answer.records.len()),
            (status, count),
            "{name}"
        );
        assert_eq!(found.trust, Trust::Resolver);
        assert_eq!(found.answer.reason.is_some(), status == Status::Bogus);
    }
}

#[test]
fn a_wrong_anchor_makes_everything_bogus() {
    let Some(lab) = lab("a wrong anchor") else {
        return;
    };
    let wrong = format!(
        "; not this root's\n. 3600 IN DS 4711 13 2 {}\n",
        "ab".repeat(32)
    );
    let ours = Ours::new(&[lab.resolver.port], &wrong);
    for name in ["www.two.lab.", "www.unsigned.lab.", "nope."] {
        let found = ours.look_up(name, "A");
        assert_eq!(found.answer.status, Status::Bogus, "{name}");
    }
}

#[test]
fn nothing_holds_a_question_up_beyond_its_deadline() {
    let Some(lab) = lab("deadlines") else {
        return;
    };
    let holding = [
        "silence",
        "more promised than sent over TCP",
        "an octet a second over TCP",
    ];
    let lies = crate::lies::all();
    let told = lies.iter().filter(|told| holding.contains(&told.name));
    let mut tried = 0;
    for told in told {
        let liar = Liar::new(lab.resolver.port, Arc::clone(&told.lie));
        let mut ours = Ours::new(&[liar.port], &lab.tree.anchors);
        ours.patience = Duration::from_secs(2);
        let start = Instant::now();
        let found = ours.look_up("www.two.lab.", "A");
        assert_eq!(found.answer.status, Status::NoAnswer, "{}", told.name);
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "{}: {:?}",
            told.name,
            start.elapsed()
        );
        tried += 1;
    }
    assert_eq!(tried, holding.len());
}
