//! An audit for CI systems, as `JUnit` XML.

use crate::audit::{Audited, Severity, other_name};
use crate::escape::visible;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// A target as a test case: it fails if a finding is critical, and tells its warnings.
pub fn case(audited: &Audited) -> TestCase {
    let report = &audited.report;
    let critical: Vec<String> = texts(audited, |severity| severity == Severity::Critical);
    let mut status = if critical.is_empty() {
        TestCaseStatus::success()
    } else {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    };
    if let Some(first) = critical.first() {
        status
            .set_message(first.as_str())
            .set_description(critical.join("\n"));
        status.set_type(report.outcome().as_str());
    }
    let mut name = visible(&report.target.input).into_owned();
    if let Some(other) = other_name(&report.target) {
        name = format!("{name} ({})", visible(other));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname("smtp-certcheck");
    case.set_time(
        report
            .seen
            .as_ref()
            .map_or(Duration::ZERO, |seen| seen.elapsed),
    );
    let others = texts(audited, |severity| severity != Severity::Critical);
    if !others.is_empty() {
        case.set_system_out(others.join("\n"));
    }
    case
}

/// The whole file.
pub fn render(cases: Vec<TestCase>) -> String {
    let mut suite = TestSuite::new("smtp-certcheck");
    suite.add_test_cases(cases);
    let mut report = Report::new("smtp-certcheck audit");
    report.add_test_suite(suite);
    // Strings cannot fail to be written.
    report.to_string().unwrap_or_default()
}

fn texts(audited: &Audited, wanted: impl Fn(Severity) -> bool) -> Vec<String> {
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
