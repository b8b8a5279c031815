//! The findings on one address: its failure, the problems and notes of the judges, and what expires
//! soon.

use super::Levels;
use super::expiring::{Expiring, expiring};
use crate::finding::{Advice, Code, Evidence, Finding, Remedy, Severity};
use crate::report::{Assessment, Outcome};
use time::{Date, Duration, Month, OffsetDateTime};

/// All findings on one address of a target, the worst first.
pub(super) fn findings(look: &Assessment, at: OffsetDateTime, levels: Levels) -> Vec<Finding> {
    // The reason for a failed handshake says more than the failure.
    let is_cause = |problem: &&Finding| problem.code == Code::ObsoleteTls;
    let problem = |found: &Finding| match look.outcome() {
        // The user has confirmed this certificate.
        Outcome::Pinned => found.clone().at(Severity::Warning),
        _ => found.clone(),
    };
    let (causes, problems): (Vec<_>, Vec<_>) = look.problems().iter().partition(is_cause);
    let mut found: Vec<Finding> = causes.into_iter().map(problem).collect();
    found.extend(failure(look));
    found.extend(problems.into_iter().map(problem));
    found.extend(look.notes().iter().cloned());
    found.extend(expiring_soon(look, at, levels));
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
    let (message, advice) = (failure.to_string(), look.advice()?);
    Some(Finding::new(failure.code(), None, message, advice))
}

/// Certificates of the path that expire soon; expired ones are problems already.
fn expiring_soon(look: &Assessment, at: OffsetDateTime, levels: Levels) -> Vec<Finding> {
    let found = expiring(look, at, |facts| levels.limits(facts.lifetime()));
    let soon = found.iter().filter(|one| !one.left.is_negative());
    soon.map(Expiring::finding).collect()
}

/// Whole days until `end`; `None` if it has passed.
pub(super) fn days_left(end: OffsetDateTime, now: OffsetDateTime) -> Option<i64> {
    let left = end - now;
    (!left.is_negative()).then(|| left.whole_days())
}

fn old_tls(look: &Assessment) -> Option<Finding> {
    let tls = look.seen.as_ref()?.tls.as_ref()?;
    (tls.version == "TLSv1.2").then(|| {
        let message = "the server speaks TLS 1.2 at most";
        Finding::new(Code::Tls12, None, message, "enable TLS 1.3").because(Evidence::Tls {
            version: tls.version.clone(),
            cipher_suite: tls.cipher_suite.clone(),
        })
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

/// The rule on the day of issue: its first day, and the limit in days.
fn longest(issued: Date) -> Option<(Date, i64)> {
    LONGEST.iter().find_map(|((year, month, day), most)| {
        let since = Date::from_calendar_date(*year, *month, *day).ok()?;
        (since <= issued).then_some((since, *most))
    })
}

fn long_validity(look: &Assessment) -> Option<Finding> {
    // Without a path to an anchor it is unknown whose rules apply.
    look.judgement.as_ref()?.anchor.as_ref()?;
    let facts = look.leaf()?.facts().ok()?;
    let (since, most) = longest(facts.not_before.date())?;
    let seconds = seconds(facts.not_before, facts.not_after);
    (seconds > most * 86_400).then(|| {
        let message = format!(
            "it is valid for {} days; public CAs may issue for {most} days at most since {since}",
            (seconds + 86_399).div_euclid(86_400),
        );
        let advice = Advice::new(
            "get a new one: clients may refuse this; if the CA is your own, name it with ",
        )
        .option(Remedy::Cacerts)
        .text(" or cacerts=, or leave this out with ")
        .option(Remedy::Ignore(Code::LongValidity));
        Finding::new(Code::LongValidity, Some(0), message, advice).because(Evidence::Lifetime {
            lifetime: Duration::seconds(seconds),
            most: Duration::days(most),
            since,
        })
    })
}

/// How long a certificate is valid, both bounds included (Baseline Requirements §1.6.1, "Validity
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
