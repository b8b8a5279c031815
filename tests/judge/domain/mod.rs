//! Verdicts on domains: each outcome and each finding once at least, from made-up facts with real
//! certificates, and what must hold whatever the facts are.
#![allow(
    unreachable_pub,
    clippy::semicolon_if_nothing_returned,
    clippy::panic,
    clippy::too_many_lines,
    reason = "the cases are a table, in files of their own"
)]

mod advice;
mod cases;
mod looks;
mod properties;
mod shown;
mod upkeep;
mod words;
mod world;

use smtp_certcheck::finding::{Advice, Code, Kind as CodeKind, Severity};
use smtp_certcheck::judge::domain::{Domain, Kind, Outcome, Verdict, judge_domain};
use std::collections::BTreeSet;

/// The words of a verdict: outcome, then DANE, MTA-STS, others.
fn words(verdict: &Verdict) -> String {
    let senders = verdict.senders.iter().map(|sender| sender.result.as_str());
    let senders: Vec<&str> = senders.collect();
    format!("{}: {}", verdict.outcome, senders.join(" "))
}

fn codes(verdict: &Verdict) -> String {
    let code = |finding: &smtp_certcheck::finding::Finding| {
        let mark = match finding.severity {
            Severity::Critical => "!",
            Severity::Warning => "",
            Severity::Note => "?",
        };
        format!("{}{mark}", finding.code)
    };
    let codes: Vec<String> = verdict.findings.iter().map(code).collect();
    codes.join(" ")
}

/// A deferred domain has a critical finding, and every text can be shown.
fn hold(name: &str, domain: &Domain, verdict: &Verdict) {
    let critical = verdict
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Critical);
    let is_bad = matches!(verdict.outcome, Outcome::Deferred | Outcome::Unresolved);
    assert!(!is_bad || critical, "{name}: {}", codes(verdict));
    let sts = domain.mta_sts.is_some();
    assert_eq!(verdict.result(Kind::MtaSts).is_some(), sts, "{name}");
    for finding in &verdict.findings {
        assert!(
            !finding.message.is_empty() && !finding.message.ends_with('.'),
            "{name}"
        );
    }
    for sender in &verdict.senders {
        let hosts = domain.hosts.len();
        assert_eq!(sender.hosts.len(), hosts, "{name}");
        assert!(
            sender.hosts.iter().all(|at| !at.reason.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn every_outcome_is_what_the_senders_do() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let verdict = judge_domain(&case.domain);
        hold(case.name, &case.domain, &verdict);
        let found = (words(&verdict), codes(&verdict));
        if found != (case.verdict.to_owned(), case.codes.to_owned()) {
            wrong.push(format!(
                "{}:\n    {:?}\n    {:?}",
                case.name, found.0, found.1
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_a_domain_has_a_case() {
    let found: BTreeSet<Code> = cases::all()
        .iter()
        .flat_map(|case| judge_domain(&case.domain).findings)
        .map(|finding| finding.code)
        .collect();
    let all = Code::ALL.iter().copied();
    let missing: Vec<Code> = all
        .filter(|code| code.kind() == CodeKind::Domain && !found.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_advice_has_the_record_to_publish() {
    let mut domain = world::single();
    domain.hosts[0].tlsa.records = vec![world::next_key()];
    let verdict = judge_domain(&domain);
    let record = world::tlsa(3, 1, &world::MX1.chain[0]);
    let line = format!("_25._tcp.mx1.example.org. IN TLSA {record}");
    let advice = Advice::new("publish ").line(line);
    assert_eq!(verdict.findings[0].advice, advice);
    // Published, it helps.
    domain.hosts[0].tlsa.records.push(record);
    assert_eq!(judge_domain(&domain).outcome, Outcome::Authenticated);
}
