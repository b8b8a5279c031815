//! What it takes more than one run or another resolver to find.

use crate::case::Case;
use crate::lab::Lab;
use crate::ours;
use smtp_certcheck::finding::{Code, Kind};
use testkit::dns::liar::{Liar, stripping};

/// The codes that no domain of the table has: one is for the resolver, one for an earlier report.
const ELSEWHERE: [Code; 2] = [Code::DnssecNotPassed, Code::StsIdUnchanged];

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
    let is_named = ours
        .codes
        .iter()
        .any(|code| code.starts_with("dnssec-not-passed"));
    assert!(is_named, "{:#}", ours.report);
}

fn named<'a>(lab: &'a Lab, name: &str) -> &'a Case {
    let found = lab.cases.iter().find(|case| case.name == name);
    found.expect("the domain")
}
