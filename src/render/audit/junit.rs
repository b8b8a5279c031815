//! An audit for CI systems, as `JUnit` XML.

use super::format::{Ending, Format};
use crate::audit::{Audited, Completeness, Summary, other_name};
use crate::escape::visible;
use crate::finding::{Code, Severity};
use crate::report::DomainReport;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The format.
#[derive(Clone, Debug)]
pub struct Junit {
    /// The least severity of a finding that makes a case fail.
    fails_from: Severity,
    cases: Vec<TestCase>,
}

impl Junit {
    /// A case fails by a finding of that severity or a worse one.
    pub fn new(fails_from: Severity) -> Self {
        Self {
            fails_from,
            cases: Vec::new(),
        }
    }
}

impl Format for Junit {
    fn target(&mut self, audited: &Audited) -> String {
        let report = &audited.report;
        let name = report.target.input.clone();
        let other = other_name(&report.target);
        let name = other.map_or_else(|| name.clone(), |other| format!("{name} ({other})"));
        // Ports come one after the other.
        let ports = report.ports.iter().filter_map(|port| port.report.seen());
        let seen = report
            .seen()
            .into_iter()
            .filter(|_| report.ports.is_empty());
        let time = seen.chain(ports).map(|seen| seen.elapsed).sum();
        let outcome = report.outcome().as_str();
        let case = case(audited, self.fails_from, (&name, outcome, time));
        self.cases.push(case);
        String::new()
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        let report = &audited.report;
        let told = (
            report.input.as_str(),
            report.outcome().as_str(),
            report.elapsed,
        );
        self.cases.push(case(audited, self.fails_from, told));
        String::new()
    }

    fn end(&mut self, completeness: &Completeness, _: &Summary) -> Ending {
        let text = render(std::mem::take(&mut self.cases), &completeness.missing());
        Ending::for_programs(text)
    }
}

/// A target, with its name, its outcome and its time, as a test case: it fails if a finding is at least
/// as severe as `least`, and lists the other findings. It is skipped if its only findings are ones that
/// were left out.
fn case<R>(
    audited: &Audited<R>,
    least: Severity,
    (name, outcome, time): (&str, &'static str, Duration),
) -> TestCase {
    let critical: Vec<String> = texts(audited, |severity| severity >= least);
    let hidden = audited.hidden_codes();
    let hidden = (!hidden.is_empty()).then(|| format!("left out by --only or --ignore: {hidden}"));
    let mut status = match (critical.is_empty(), &hidden) {
        (true, None) => TestCaseStatus::success(),
        // It has not passed: what is wrong was not asked for.
        (true, Some(_)) => TestCaseStatus::skipped(),
        (false, _) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if let (true, Some(hidden)) = (critical.is_empty(), &hidden) {
        status.set_message(hidden.as_str());
    }
    if let Some(first) = critical.first() {
        status
            .set_message(first.as_str())
            .set_description(critical.join("\n"));
        // The worst finding comes first.
        let code = audited.findings.first().map(|finding| finding.code);
        status.set_type(code.map_or(outcome, Code::as_str));
    }
    let mut case = TestCase::new(visible(name).into_owned(), status);
    case.set_classname("smtp-certcheck");
    case.set_time(time);
    let mut others = texts(audited, |severity| severity < least);
    others.extend(hidden);
    if !others.is_empty() {
        case.set_system_out(others.join("\n"));
    }
    case
}

/// The complete file; `missing` are sentences about what was not checked, which is an error.
fn render(cases: Vec<TestCase>, missing: &[String]) -> String {
    let mut suite = TestSuite::new("smtp-certcheck");
    suite.add_test_cases(cases);
    if !missing.is_empty() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(visible(&missing.join(" ")).into_owned());
        status.set_type("incomplete");
        let mut case = TestCase::new("the list", status);
        case.set_classname("smtp-certcheck");
        suite.add_test_case(case);
    }
    let mut report = Report::new("smtp-certcheck audit");
    report.add_test_suite(suite);
    // Strings cannot fail to be written.
    report.to_string().unwrap_or_default()
}

fn texts<R>(audited: &Audited<R>, wanted: impl Fn(Severity) -> bool) -> Vec<String> {
    let found = audited
        .findings
        .iter()
        .filter(|finding| wanted(finding.severity));
    found
        .map(|finding| {
            format!(
                "{} ({}): {}",
                finding.code,
                finding.severity,
                visible(&finding.message)
            )
        })
        .collect()
}
