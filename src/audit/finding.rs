//! What is worth telling of a target, with a severity: its failure, the judges' findings, and what
//! will be bad soon.

use super::{Levels, left};
use crate::certificate::{Certificate, in_words};
use crate::finding;
use crate::report::{Assessment, Outcome};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;
use time::{Date, Month, OffsetDateTime};

/// How bad it is. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Will be bad, or is not as it should be.
    Warning,
    /// Mail is not safe, or does not flow.
    Critical,
}

impl Severity {
    /// The name in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The findings of a line of an earlier audit: code and severity of each.
    pub fn of_line(report: &Value) -> impl Iterator<Item = (&str, Self)> {
        Self::of_field(report, "findings")
    }

    /// What was left out there.
    pub fn left_out_of_line(report: &Value) -> impl Iterator<Item = (&str, Self)> {
        Self::of_field(report, "left_out")
    }

    fn of_field<'a>(
        report: &'a Value,
        field: &str,
    ) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let found = report.get(field).and_then(Value::as_array);
        found.into_iter().flatten().filter_map(|finding| {
            let severity = finding.get("severity")?.as_str()?.parse().ok()?;
            Some((finding.get("code")?.as_str()?, severity))
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Note, Self::Warning, Self::Critical]
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| "it is critical, warning or note".to_owned())
    }
}

/// Something worth telling. The texts hold untrusted parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable; those of `docs/json.md`, and a few of the audit's own.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The index of the certificate in the presented chain.
    pub certificate: Option<usize>,
    /// In a sentence.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// All findings on one address of a target, the worst first.
pub(super) fn findings(look: &Assessment, at: OffsetDateTime, levels: Levels) -> Vec<Finding> {
    let mut found: Vec<Finding> = failure(look).into_iter().collect();
    // Why the handshake failed says more than that it did.
    let is_cause = |finding: &finding::Finding| finding.code == finding::Code::ObsoleteTls;
    let of = |list: &[finding::Finding], severity| -> Vec<Finding> {
        list.iter()
            .map(|finding| judged(finding, severity))
            .collect()
    };
    let problem = match look.outcome() {
        // The user has said that this certificate is right.
        Outcome::Pinned => Severity::Warning,
        _ => Severity::Critical,
    };
    let (cause, problems): (Vec<_>, Vec<_>) = look.problems().iter().cloned().partition(is_cause);
    found.splice(0..0, of(&cause, problem));
    found.extend(of(&problems, problem));
    found.extend(
        look.notes()
            .iter()
            .map(|note| judged(note, note_severity(note.code))),
    );
    found.extend(expiring(look, at, levels));
    found.extend(old_tls(look));
    if levels.public_cas {
        found.extend(long_validity(look));
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// The worst severity.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}

fn failure(look: &Assessment) -> Option<Finding> {
    let failure = look.failure()?;
    let severity = if look.is_busy() {
        // Busy, later: not broken.
        Severity::Warning
    } else {
        Severity::Critical
    };
    Some(Finding {
        code: failure.code(),
        severity,
        certificate: None,
        message: failure.to_string(),
        advice: failure.advice().to_owned(),
    })
}

/// A note is no reason for distrust; some are for action.
fn note_severity(code: finding::Code) -> Severity {
    match code {
        // Modern programs do not reach that server.
        finding::Code::LargeHello
        | finding::Code::KeyUsageSignature
        | finding::Code::StapleMissing
        | finding::Code::AnchorNotHashed
        | finding::Code::ClientsDiffer => Severity::Warning,
        _ => Severity::Note,
    }
}

fn judged(finding: &finding::Finding, severity: Severity) -> Finding {
    Finding {
        code: finding.code.as_str(),
        severity,
        certificate: finding.certificate,
        message: finding.message.clone(),
        advice: finding.advice.clone().into_owned(),
    }
}

/// Certificates of the path that will end soon; those that have ended are problems already.
fn expiring(look: &Assessment, at: OffsetDateTime, levels: Levels) -> Vec<Finding> {
    let path = look.path();
    let used = |certificate: &Certificate| path.is_empty() || path.contains(certificate);
    let chain = look.chain.iter().enumerate();
    chain
        .filter(|(index, certificate)| *index == 0 || (!path.is_empty() && used(certificate)))
        .filter_map(|(index, certificate)| {
            let facts = certificate.facts().ok()?;
            let left = left(facts, at);
            let limits = levels.limits(facts.lifetime());
            let severity = match left {
                left if left.is_negative() => return None,
                left if limits.critical.alerts(left) => Severity::Critical,
                left if limits.warning.alerts(left) => Severity::Warning,
                _ => return None,
            };
            let (code, whose) = match index {
                0 => ("expiring", "the server's certificate"),
                _ => ("intermediate-expiring", "an intermediate certificate"),
            };
            Some(Finding {
                code,
                severity,
                certificate: Some(index),
                message: format!(
                    "{whose}, \"{}\", expires in {}, on {}",
                    certificate.label(),
                    in_words(left),
                    facts.not_after.date()
                ),
                advice: "renew it, and have the server reload it".to_owned(),
            })
        })
        .collect()
}

/// Whole days until `end`; `None`: it has passed.
pub(super) fn days_left(end: OffsetDateTime, now: OffsetDateTime) -> Option<i64> {
    let left = end - now;
    (!left.is_negative()).then(|| left.whole_days())
}

fn old_tls(look: &Assessment) -> Option<Finding> {
    let tls = look.seen.as_ref()?.tls.as_ref()?;
    (tls.version == "TLSv1.2").then(|| Finding {
        code: "tls-1.2",
        severity: Severity::Note,
        certificate: None,
        message: "the server speaks TLS 1.2 at most".to_owned(),
        advice: "enable TLS 1.3".to_owned(),
    })
}

/// Longest validity in days of a public server certificate by the day of its issue (CA/Browser
/// Forum, Baseline Requirements §6.3.2, and their earlier versions).
const LONGEST: &[((i32, Month, u8), i64)] = &[
    ((2029, Month::March, 15), 47),
    ((2027, Month::March, 15), 100),
    ((2026, Month::March, 15), 200),
    ((2020, Month::September, 1), 398),
    ((2018, Month::March, 1), 825),
    ((2015, Month::April, 1), 1188),
    ((2012, Month::July, 1), 1827),
];

/// The rule on the day of issue: since when, and the most days.
fn longest(issued: Date) -> Option<(Date, i64)> {
    LONGEST.iter().find_map(|((year, month, day), most)| {
        let since = Date::from_calendar_date(*year, *month, *day).ok()?;
        (since <= issued).then_some((since, *most))
    })
}

fn long_validity(look: &Assessment) -> Option<Finding> {
    // Without a path to an anchor nobody knows whose rules count.
    look.judgement.as_ref()?.anchor.as_ref()?;
    let facts = look.leaf()?.facts().ok()?;
    let (since, most) = longest(facts.not_before.date())?;
    let seconds = seconds(facts.not_before, facts.not_after);
    (seconds > most * 86_400).then(|| Finding {
        code: "long-validity",
        severity: Severity::Warning,
        certificate: Some(0),
        message: format!(
            "it is valid for {} days; public CAs may issue for {most} days at most since {since}",
            (seconds + 86_399).div_euclid(86_400),
        ),
        advice: "get a new one: clients may refuse this; if the CA is your own, name it with --cacerts or cacerts=, or leave this out with --ignore long-validity".to_owned(),
    })
}

/// How long a certificate is valid; both ends count (Baseline Requirements §1.6.1, "Validity
/// Period", and RFC 5280 §4.1.2.5).
fn seconds(not_before: OffsetDateTime, not_after: OffsetDateTime) -> i64 {
    (not_after - not_before).whole_seconds() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn the_longest_validity_is_that_of_the_day_of_issue() {
        for (issued, most) in [
            (date!(2012 - 06 - 30), None),
            (date!(2012 - 07 - 01), Some(1827)),
            (date!(2015 - 03 - 31), Some(1827)),
            (date!(2015 - 04 - 01), Some(1188)),
            (date!(2018 - 02 - 28), Some(1188)),
            (date!(2018 - 03 - 01), Some(825)),
            (date!(2020 - 08 - 31), Some(825)),
            (date!(2020 - 09 - 01), Some(398)),
            (date!(2026 - 03 - 14), Some(398)),
            (date!(2026 - 03 - 15), Some(200)),
            (date!(2027 - 03 - 14), Some(200)),
            (date!(2027 - 03 - 15), Some(100)),
            (date!(2029 - 03 - 14), Some(100)),
            (date!(2029 - 03 - 15), Some(47)),
            (date!(2040 - 01 - 01), Some(47)),
        ] {
            assert_eq!(longest(issued).map(|rule| rule.1), most, "{issued}");
        }
    }

    #[test]
    fn a_day_has_as_many_seconds_as_the_forum_counts() {
        let from = datetime!(2029-03-15 00:00:00 UTC);
        // 47 days to the second, and one more.
        let whole = seconds(from, datetime!(2029-04-30 23:59:59 UTC));
        assert_eq!(whole, 47 * 86_400);
        assert_eq!(seconds(from, datetime!(2029-05-01 00:00:00 UTC)), whole + 1);
    }
}
