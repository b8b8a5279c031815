//! Which findings are asked for, and what happens to the others: leaving out a problem does not
//! make a target fine.

use super::line::{addresses_of_line, findings_of_line, is_domain, left_out_of_line};
use crate::finding::{Code, Finding, Kind, Severity, WrittenCode};
use serde_json::Value;

/// The codes of `--only` and `--ignore`.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only these, and findings that say that nothing could be checked; empty means all.
    pub only: Vec<Code>,
    /// All but these.
    pub ignore: Vec<Code>,
}

/// A finding above a note that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// It is a warning that `--ignore` names, so the user knows of it and accepts it. Critical
    /// findings are never accepted, and neither are those that say that nothing could be checked.
    pub accepted: bool,
    /// `--ignore` names it; else `--only` does not.
    pub ignored: bool,
}

/// The standing of a target, in ascending order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing above a note.
    Fine,
    /// No finding that was asked for, but some were left out.
    LeftOut,
    /// A warning.
    Warning,
    /// Critical.
    Critical,
}

impl Choice {
    /// Whether a finding is asked for. `--only` never drops a code in `unseen`: a target that could
    /// not be checked is not fine.
    pub fn takes(&self, code: Code, unseen: &[Code]) -> bool {
        self.takes_written(WrittenCode::Known(code), unseen.contains(&code))
    }

    fn takes_written(&self, code: WrittenCode<'_>, is_unseen: bool) -> bool {
        let is_asked_for = self.only.is_empty() || is_in(&self.only, code) || is_unseen;
        is_asked_for && !is_in(&self.ignore, code)
    }

    /// Splits findings into those that are asked for and those that are left out.
    pub fn apply(&self, found: Vec<Finding>, unseen: &[Code]) -> (Vec<Finding>, Vec<LeftOut>) {
        let (taken, others): (Vec<Finding>, Vec<Finding>) = found
            .into_iter()
            .partition(|finding| self.takes(finding.code, unseen));
        let others = others.iter();
        let mut left_out: Vec<LeftOut> = others
            .filter(|finding| finding.severity > Severity::Note)
            .map(|finding| {
                let ignored = self.ignore.contains(&finding.code);
                LeftOut {
                    code: finding.code,
                    severity: finding.severity,
                    accepted: finding.severity == Severity::Warning
                        && ignored
                        && !unseen.contains(&finding.code),
                    ignored,
                }
            })
            .collect();
        left_out.sort_by_key(|left| (std::cmp::Reverse(left.severity), left.code));
        left_out.dedup();
        (taken, left_out)
    }

    /// Selects from the findings of an earlier line those that are asked for now, whatever was
    /// asked for then.
    pub(super) fn of_line<'a>(
        &'a self,
        report: &'a Value,
    ) -> impl Iterator<Item = (WrittenCode<'a>, Severity)> {
        let found = || findings_of_line(report).chain(left_out_of_line(report));
        let of_domain = found().map(|(code, _)| code);
        let of_domain = of_domain.filter(|code| is_domain(report) && is_failure(*code));
        let unseen: Vec<WrittenCode<'_>> = addresses_of_line(report)
            .map(|address| address.pointer("/error/code"))
            .chain([report.pointer("/error/code")])
            .filter_map(|code| Some(WrittenCode::read(code?.as_str()?)))
            .chain(UNJUDGED.map(WrittenCode::Known))
            .chain(of_domain)
            .collect();
        found().filter(move |(code, _)| self.takes_written(*code, unseen.contains(code)))
    }
}

/// Codes that say why nothing could be judged: `--only` does not leave them out.
pub const UNJUDGED: [Code; 7] = [
    Code::BadCaFile,
    Code::BadCrlFile,
    Code::AnchorsUnreadable,
    Code::PortUnprotected,
    Code::DnsBogus,
    Code::DnsNoAnswer,
    Code::DnssecNotPassed,
];

/// The codes of a domain's findings that say why something could not be judged: a host that was not
/// reached has the code of the failure.
pub fn unseen_of_domain(found: &[Finding]) -> Vec<Code> {
    let codes = found.iter().map(|finding| finding.code);
    let failures = codes.filter(|code| code.kind() == Kind::Failure);
    failures.chain(UNJUDGED).collect()
}

fn is_failure(code: WrittenCode<'_>) -> bool {
    matches!(code, WrittenCode::Known(code) if code.kind() == Kind::Failure)
}

fn is_in(list: &[Code], code: WrittenCode<'_>) -> bool {
    list.iter()
        .any(|listed| WrittenCode::Known(*listed) == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_earlier_line_only_takes_what_kept_it_from_being_judged() {
        let finding = |code| format!("{{\"code\":\"{code}\",\"severity\":\"critical\"}}");
        let line = format!(
            "{{\"findings\":[{},{},{}],\"addresses\":[{{\"error\":{{\"code\":\"timeout\"}}}}]}}",
            finding("timeout"),
            finding("anchors-unreadable"),
            finding("expired"),
        );
        let line: Value = serde_json::from_str(&line).expect("JSON");
        let choice = Choice {
            only: vec![Code::NameMismatch],
            ..Choice::default()
        };
        let taken: Vec<_> = choice.of_line(&line).map(|(code, _)| code).collect();
        let expected = [Code::Timeout, Code::AnchorsUnreadable].map(WrittenCode::Known);
        assert_eq!(taken, expected);
    }

    fn left_out(only: &[Code], ignore: &[Code]) -> Vec<(Code, bool)> {
        let choice = Choice {
            only: only.to_vec(),
            ignore: ignore.to_vec(),
        };
        let found = [
            Code::Timeout,
            Code::NameMismatch,
            Code::NameMismatch,
            Code::LongValidity,
            Code::Tls12,
        ];
        let found = found.map(|code| Finding::new(code, None, "", "")).to_vec();
        let (taken, left) = choice.apply(found, &[Code::Timeout, Code::TemporaryRefusal]);
        let count = left.len() + taken.len();
        assert!((3..=5).contains(&count), "{taken:?} {left:?}");
        left.iter().map(|left| (left.code, left.accepted)).collect()
    }

    #[test]
    fn what_is_left_out_is_known_and_only_a_named_warning_is_accepted() {
        assert_eq!(left_out(&[], &[]), []);
        let both = [(Code::NameMismatch, false), (Code::LongValidity, false)];
        assert_eq!(left_out(&[Code::Expired], &[]), both);
        let accepted = [(Code::NameMismatch, false), (Code::LongValidity, true)];
        assert_eq!(left_out(&[Code::Expired], &[Code::LongValidity]), accepted);
        assert_eq!(
            left_out(&[], &[Code::NameMismatch]),
            [(Code::NameMismatch, false)]
        );
        assert_eq!(left_out(&[], &[Code::Timeout]), [(Code::Timeout, false)]);
        assert_eq!(left_out(&[], &[Code::Tls12]), []);
    }

    #[test]
    fn a_code_of_a_newer_version_counts_where_all_are_asked_for_or_nothing_was_seen() {
        let line = r#"{"error": {"code": "of-2030"}, "findings": [
            {"code": "of-2030", "severity": "critical"}, {"code": "of-2031", "severity": "warning"},
            {"code": "expired", "severity": "critical"}]}"#;
        let line = serde_json::from_str(line).expect("JSON");
        let choice = |only: &[Code]| Choice {
            only: only.to_vec(),
            ignore: vec![Code::Expired],
        };
        let (all, some) = (choice(&[]), choice(&[Code::NoSan]));
        let codes = |choice| Choice::of_line(choice, &line).map(|(code, _)| code);
        let [error, other] = ["of-2030", "of-2031"].map(WrittenCode::Unknown);
        assert!(codes(&all).eq([error, other]));
        assert!(codes(&some).eq([error]));
    }
}
