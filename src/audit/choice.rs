//! Which findings are asked for, and what becomes of the others: a target is not fine because what
//! is wrong with it was not asked for.

use super::{Audited, Finding, Severity, worst};
use serde_json::Value;

/// The codes of `--only` and `--ignore`.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// No others, but for those where nothing could be seen; empty: all.
    pub only: Vec<String>,
    /// None of these.
    pub ignore: Vec<String>,
}

/// A finding that was left out, and is more than a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// It is a warning that `--ignore` names: whoever names it knows of it and lives with it. Not
    /// so what is critical, or where nothing could be seen.
    pub accepted: bool,
}

/// How a target stands. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing above a note.
    Fine,
    /// Nothing of what was asked for, and findings that were left out.
    LeftOut,
    /// A warning.
    Warning,
    /// Critical.
    Critical,
}

impl Choice {
    /// Whether a finding is asked for. Where nothing could be seen, as codes in `unseen` say,
    /// `--only` must not make it fine.
    pub fn takes(&self, code: &str, unseen: &[&str]) -> bool {
        let is_asked_for =
            self.only.is_empty() || is_in(&self.only, code) || unseen.contains(&code);
        is_asked_for && !is_in(&self.ignore, code)
    }

    /// The findings that are asked for, and what is left out.
    pub fn apply(&self, found: Vec<Finding>, unseen: &[&str]) -> (Vec<Finding>, Vec<LeftOut>) {
        let (taken, others): (Vec<Finding>, Vec<Finding>) = found
            .into_iter()
            .partition(|finding| self.takes(finding.code, unseen));
        let others = others.iter();
        let mut left_out: Vec<LeftOut> = others
            .filter(|finding| finding.severity > Severity::Note)
            .map(|finding| LeftOut {
                code: finding.code,
                severity: finding.severity,
                accepted: finding.severity == Severity::Warning
                    && is_in(&self.ignore, finding.code)
                    && !unseen.contains(&finding.code),
            })
            .collect();
        left_out.sort_by_key(|left| (std::cmp::Reverse(left.severity), left.code));
        left_out.dedup();
        (taken, left_out)
    }

    /// Of the findings of an earlier line, those that are asked for now, whatever was asked for
    /// then.
    pub(super) fn of_line<'a>(
        &'a self,
        report: &'a Value,
    ) -> impl Iterator<Item = (&'a str, Severity)> {
        let addresses = report.get("addresses").and_then(Value::as_array);
        let addresses = addresses.into_iter().flatten();
        let unseen: Vec<&str> = addresses
            .map(|address| address.get("error"))
            .chain([report.pointer("/error/code")])
            .filter_map(|code| code?.as_str())
            .chain(["bad-ca-file"])
            .collect();
        let found = Severity::of_line(report).chain(Severity::left_out_of_line(report));
        found.filter(move |(code, _)| self.takes(code, &unseen))
    }
}

fn is_in(list: &[String], code: &str) -> bool {
    list.iter().any(|listed| listed == code)
}

impl Audited {
    /// How it stands, by what is told and what is left out.
    pub fn standing(&self) -> Standing {
        match worst(&self.findings) {
            Some(Severity::Critical) => Standing::Critical,
            Some(Severity::Warning) => Standing::Warning,
            _ if self.hidden().next().is_some() => Standing::LeftOut,
            _ => Standing::Fine,
        }
    }

    /// What is left out, and not accepted: for its sake the target is not fine.
    pub fn hidden(&self) -> impl Iterator<Item = &LeftOut> {
        self.left_out.iter().filter(|left| !left.accepted)
    }

    /// That in words, each code once; empty: nothing.
    pub fn hidden_codes(&self) -> String {
        let mut codes: Vec<&str> = self.hidden().map(|left| left.code).collect();
        codes.dedup();
        codes.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &'static str, severity: Severity) -> Finding {
        Finding {
            code,
            severity,
            certificate: None,
            message: String::new(),
            advice: String::new(),
        }
    }

    fn left_out(only: &[&str], ignore: &[&str]) -> Vec<(&'static str, bool)> {
        let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let choice = Choice {
            only: owned(only),
            ignore: owned(ignore),
        };
        let found = vec![
            finding("timeout", Severity::Critical),
            finding("name-mismatch", Severity::Critical),
            finding("name-mismatch", Severity::Critical),
            finding("long-validity", Severity::Warning),
            finding("tls-1.2", Severity::Note),
        ];
        let (taken, left) = choice.apply(found, &["timeout", "temporary-refusal"]);
        let count = left.len() + taken.len();
        assert!((3..=5).contains(&count), "{taken:?} {left:?}");
        left.iter().map(|left| (left.code, left.accepted)).collect()
    }

    #[test]
    fn what_is_left_out_is_known_and_only_a_named_warning_is_accepted() {
        assert_eq!(left_out(&[], &[]), []);
        let both = [("name-mismatch", false), ("long-validity", false)];
        assert_eq!(left_out(&["expired"], &[]), both);
        let accepted = [("name-mismatch", false), ("long-validity", true)];
        assert_eq!(left_out(&["expired"], &["long-validity"]), accepted);
        assert_eq!(
            left_out(&[], &["name-mismatch"]),
            [("name-mismatch", false)]
        );
        assert_eq!(left_out(&[], &["timeout"]), [("timeout", false)]);
        assert_eq!(left_out(&[], &["tls-1.2"]), []);
    }
}
