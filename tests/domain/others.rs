//! What it takes more than one run or another resolver to find.

use crate::case::Case;
use crate::cases::ENFORCE;
use crate::lab::Lab;
use crate::ours::{self, Ours};
use crate::web;
use serde_json::Value;
use smtp_certcheck::finding::{Code, Kind};
use std::path::Path;
use testkit::dns::liar::{Liar, stripping};
use testkit::program::{finish, program};

/// The codes that no domain of the table has: one is for the resolver, one for an earlier report, one for
/// what the user requires.
const ELSEWHERE: [Code; 3] = [
    Code::DnssecNotPassed,
    Code::StsIdUnchanged,
    Code::RequiredMissing,
];

#[test]
fn every_code_of_a_domain_has_a_case() {
    let cases = crate::cases::all();
    let of_domains = Code::ALL.iter().filter(|code| code.kind() == Kind::Domain);
    for code in of_domains.filter(|code| !ELSEWHERE.contains(code)) {
        let name = code.as_str();
        let has = |case: &Case| {
            let mut codes = case.codes.split_whitespace();
            codes.any(|code| code.trim_end_matches(['!', '?']) == name)
        };
        assert!(cases.iter().any(has), "no domain has {name}");
    }
}

/// A resolver that leaves DNSSEC out is named, and nothing is taken for secure.
pub fn strips(lab: &Lab) {
    const RESOLVER: u16 = 53;
    let liar = Liar::new(RESOLVER, stripping());
    let resolver = format!("127.0.0.1:{}", liar.port);
    let ours = ours::run(lab, std::slice::from_ref(named(lab, "good")), &resolver);
    let ours = &ours[0];
    assert!(!ours.verdict.contains("authenticated"), "{:#}", ours.report);
    let first = &ours.report["findings"][0]["code"];
    assert_eq!(first, "dnssec-not-passed", "{:#}", ours.report);
    // The resolver is to blame, not the domain.
    assert!(
        !ours.codes.iter().any(|code| code.starts_with("dns-bogus")),
        "{:#}",
        ours.report
    );
}

/// A resolver that validates, and is believed, leads to the same of hosts that are aliases: it is asked
/// for the alias itself, which may be secure where the way on is not.
pub fn believes(lab: &Lab, validated: &[Ours]) {
    let is_alias = |case: &Case| case.records.contains("\nmx CNAME ");
    let all = lab.cases.iter().zip(validated);
    let (cases, expected): (Vec<&Case>, Vec<&Ours>) =
        all.filter(|(case, _)| is_alias(case)).unzip();
    let cases: Vec<Case> = cases.into_iter().cloned().collect();
    let options = believing(lab);
    let found = ours::run_with(&cases, &options);
    let mut insecure = 0;
    for ((case, expected), found) in cases.iter().zip(expected).zip(&found) {
        let (name, report) = (&case.name, &found.report);
        assert_eq!(found.verdict, expected.verdict, "{name}: {report:#}");
        assert_eq!(found.codes, expected.codes, "{name}: {report:#}");
        let host = &report["hosts"][0];
        let counts = host["tlsa"]["status"] == "secure";
        insecure += usize::from(counts && host["addresses_status"] == "insecure");
    }
    assert!(insecure > 0, "no alias is secure at its first link alone");
}

/// A policy that has changed under the id that it had is found by what an earlier audit has saved.
pub fn changes(lab: &Lab) {
    let case = named(lab, "enforce");
    let dir = tempfile::tempdir().expect("a directory");
    let saved = dir.path().join("saved.jsonl");
    assert!(audit(lab, case, "--save", &saved).codes.is_empty());
    web::change(&lab.web, case, &ENFORCE.replace("604800", "604801"));
    let ours = audit(lab, case, "--baseline", &saved);
    assert_eq!(ours.codes, ["sts-id-unchanged"], "{:#}", ours.report);
}

fn named<'a>(lab: &'a Lab, name: &str) -> &'a Case {
    let found = lab.cases.iter().find(|case| case.name == name);
    found.expect("the domain")
}

/// The options for the machine's resolver, which is believed.
fn believing(lab: &Lab) -> Vec<String> {
    let cas = lab.cas.display().to_string();
    let options = ["--timeout", "6", "--trust-ad", "--cacerts", &cas];
    options.map(str::to_owned).into()
}

fn audit(lab: &Lab, case: &Case, option: &str, file: &Path) -> Ours {
    let mut command = program();
    command
        .args(["audit", &format!("mx:{}", case.domain())])
        .args(ours::options(lab, "127.0.0.1"))
        .args(["--format", "jsonl", option])
        .arg(file);
    let run = finish(&mut command);
    let report: Result<Value, _> = serde_json::from_str(&run.stdout);
    Ours::from(report.unwrap_or_else(|why| panic!("{why}: {} {}", run.stdout, run.stderr)))
}
