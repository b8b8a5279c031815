//! When a certificate that is still valid becomes a finding: a warning, or critical.

use super::Range;
use crate::certificate::{Facts, Least};
use crate::finding::Severity;
use std::fmt;
use std::str::FromStr;
use time::{Duration, OffsetDateTime};

const DAY: i64 = 86_400;

/// How much time must be left to avoid a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    /// Less than this is a warning.
    pub warning: Least,
    /// Less than this is critical.
    pub critical: Least,
    /// The anchors are those of public CAs, whose own rules also apply.
    pub public_cas: bool,
}

/// A threshold of a monitoring plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Alerts below this.
    Least(Least),
    /// A range of whole days.
    Range(Range),
}

/// Both thresholds, for one certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// A warning.
    pub warning: Limit,
    /// Critical.
    pub critical: Limit,
}

/// A threshold for one certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Alerts below this number of seconds.
    Seconds(i64),
    /// A range of whole days.
    Days(Range),
}

impl Limit {
    /// Whether the time left is an alert.
    pub fn alerts(self, left: Duration) -> bool {
        match self {
            Self::Seconds(least) => left < Duration::seconds(least),
            Self::Days(range) => {
                let days = i32::try_from(left.whole_days()).unwrap_or(i32::MAX);
                range.alerts(days.into())
            }
        }
    }

    /// Whether the threshold counts whole days.
    pub fn is_in_days(self) -> bool {
        match self {
            Self::Seconds(least) => least % DAY == 0,
            Self::Days(_) => true,
        }
    }
}

impl Levels {
    /// The thresholds for a certificate of that lifetime.
    pub fn limits(self, lifetime: Duration) -> Limits {
        let (warning, critical) = self.thresholds();
        Limits::new(warning, critical, lifetime)
    }

    /// Why the warning can never occur.
    pub fn conflict(self) -> Option<String> {
        let (warning, critical) = self.thresholds();
        conflict(warning, critical)
    }

    fn thresholds(self) -> (Threshold, Threshold) {
        let [warning, critical] = [self.warning, self.critical].map(Threshold::Least);
        (warning, critical)
    }
}

impl Limits {
    /// The thresholds for a certificate of that lifetime. If only the warning is given, critical is
    /// kept below it.
    pub fn new(warning: Threshold, critical: Threshold, lifetime: Duration) -> Self {
        let limit = |threshold, usual| match threshold {
            Threshold::Least(least) => Limit::Seconds(least.seconds(lifetime, usual)),
            Threshold::Range(range) => Limit::Days(range),
        };
        let mut both = Self {
            warning: limit(warning, Least::WARNING),
            critical: limit(critical, Least::CRITICAL),
        };
        if let (Limit::Seconds(warn), Limit::Seconds(usual)) = (both.warning, both.critical)
            && critical == Threshold::AUTO
            && warning != Threshold::AUTO
            && !matches!(warning, Threshold::Least(least) if least.is_nothing())
        {
            both.critical = Limit::Seconds(usual.min((warn + 2) / 3));
        }
        both
    }
}

impl Limits {
    /// The level that the time left reaches, and its limit.
    pub fn reached(self, left: Duration) -> Option<(Severity, Limit)> {
        if self.critical.alerts(left) {
            Some((Severity::Critical, self.critical))
        } else if self.warning.alerts(left) {
            Some((Severity::Warning, self.warning))
        } else {
            None
        }
    }
}

/// The time left until a certificate expires.
pub fn left(facts: &Facts, now: OffsetDateTime) -> Duration {
    facts.not_after - now
}

/// Why the warning of a pair can never occur: critical always comes first, whatever time is left
/// and whatever the lifetime. Days and shares of a lifetime cannot be compared without a lifetime.
pub fn conflict(warning: Threshold, critical: Threshold) -> Option<String> {
    let never = match (warning, critical) {
        (Threshold::Least(warning), Threshold::Least(critical)) => {
            is_above(critical, warning) && !warning.is_nothing()
        }
        _ => is_covered(warning, critical)?,
    };
    let warning = match warning {
        Threshold::AUTO => {
            "the usual warning (at 21 days, or at a third of the lifetime)".to_owned()
        }
        given => format!("a warning at {given}"),
    };
    never.then(|| format!("{warning} can never come: it is critical at {critical} before"))
}

/// Whether critical always comes before the warning.
fn is_above(critical: Least, warning: Least) -> bool {
    // Extreme lifetimes: shares are as small as possible beside days, or as large.
    let [short, long] = [Duration::HOUR, Duration::days(400_000)];
    let above =
        |lifetime| critical.seconds(lifetime, Least::CRITICAL) > warning.for_warning(lifetime);
    critical != Least::Auto && above(short) && above(long)
}

/// Whether every warning would also be critical. `None` if it depends on the lifetime.
fn is_covered(warning: Threshold, critical: Threshold) -> Option<bool> {
    let warning = match warning {
        Threshold::AUTO => Limit::Seconds(Least::WARNING.0 * DAY),
        given => given.in_days()?,
    };
    let critical = critical.in_days()?;
    let bounds = [warning, critical].into_iter().flat_map(Limit::bounds);
    let mut numbers: Vec<i64> = bounds
        .flat_map(|bound| [bound - 1, bound, bound + 1])
        .collect();
    numbers.extend([i64::from(i32::MIN), i64::from(i32::MAX)]);
    let (mut warns, mut more) = (false, false);
    for days in numbers {
        let left = Duration::days(days);
        match (warning.alerts(left), critical.alerts(left)) {
            (true, false) => return Some(false),
            (true, true) => warns = true,
            (false, true) => more = true,
            (false, false) => {}
        }
    }
    Some(warns && more)
}

impl Limit {
    /// The days around which the result changes.
    fn bounds(self) -> Vec<i64> {
        match self {
            Self::Seconds(least) => vec![least.div_euclid(DAY)],
            #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
            Self::Days(range) => range.bounds().map(|bound| bound.floor() as i64).collect(),
        }
    }
}

impl Threshold {
    /// Thresholds that fit the lifetime.
    pub const AUTO: Self = Self::Least(Least::Auto);

    /// The limit, if it does not depend on the lifetime.
    fn in_days(self) -> Option<Limit> {
        match self {
            Self::Range(range) => Some(Limit::Days(range)),
            Self::Least(Least::Share(_) | Least::Auto) => None,
            Self::Least(least) => Some(Limit::Seconds(least.for_warning(Duration::ZERO))),
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    /// Reads whatever [`Least`] reads, or a range of the guidelines.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(least) => Ok(Self::Least(least)),
            Err(_) => text.parse().map(Self::Range),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Least(least @ Least::Days(_)) => write!(f, "{least} days"),
            Self::Least(least) => least.fmt(f),
            Self::Range(range) => range.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflicts(warning: &str, critical: &str) -> bool {
        let [warning, critical] = [warning, critical].map(|text| text.parse().expect(text));
        conflict(warning, critical).is_some()
    }

    #[test]
    fn a_warning_that_can_never_come_is_known() {
        for (warning, critical) in [
            ("7", "80"),
            ("7:", "80:"),
            ("1", "2"),
            ("72h", "4"),
            ("3", "73h"),
            ("10%", "11%"),
            ("33.3%", "33.31%"),
            ("auto", "22"),
            ("auto", "505h"),
            ("auto", "34%"),
            ("auto", "100%"),
            ("7", "80.5:"),
            ("auto", "80.5"),
            ("10:20", "15:18"),
            ("@5:9", "10"),
            ("~:10", "~:9"),
            ("@3:4", "@3:5"),
        ] {
            assert!(conflicts(warning, critical), "{warning} {critical}");
        }
    }

    #[test]
    fn a_warning_that_can_come_is_let_pass() {
        for (warning, critical) in [
            ("auto", "auto"),
            ("21", "7"),
            ("7", "7"),
            ("1", "1"),
            ("5", "auto"),
            ("1%", "auto"),
            ("1h", "auto"),
            ("auto", "21"),
            ("auto", "33%"),
            ("4", "73h"),
            // 0 turns it off.
            ("0", "80"),
            ("0%", "80"),
            ("80", "0"),
            // It depends on the lifetime.
            ("7", "30%"),
            ("1%", "80"),
            ("10:20", "50%"),
            // Neither range is within the other.
            ("@5:15", "~:100"),
            ("10:20", "auto"),
            ("auto", "~:100"),
            ("auto", "10:400"),
            ("10", "5:100"),
            ("@5:9", "@5:9"),
            ("15:18", "10:20"),
        ] {
            assert!(!conflicts(warning, critical), "{warning} {critical}");
        }
    }

    #[test]
    fn what_is_critical_stays_below_a_warning_that_was_given() {
        let both = |warning: &str, critical: &str, lifetime| {
            let [warning, critical] = [warning, critical].map(|text| text.parse().expect(text));
            let limits = Limits::new(warning, critical, lifetime);
            (limits.warning, limits.critical)
        };
        let seconds = |warning, critical| (Limit::Seconds(warning), Limit::Seconds(critical));
        let year = Duration::days(365);
        assert_eq!(both("auto", "auto", year), seconds(21 * DAY, 7 * DAY));
        assert_eq!(both("30", "auto", year), seconds(30 * DAY, 7 * DAY));
        assert_eq!(both("6", "auto", year), seconds(6 * DAY, 2 * DAY));
        assert_eq!(both("1h", "auto", year), seconds(3600, 1200));
        assert_eq!(both("0", "auto", year), seconds(0, 7 * DAY));
        assert_eq!(both("6", "5", year), seconds(6 * DAY, 5 * DAY));
        let days = Duration::days(6);
        assert_eq!(both("auto", "auto", days), seconds(2 * DAY, DAY));
        assert_eq!(both("50%", "auto", days), seconds(3 * DAY, DAY));
        assert_eq!(both("21", "7", days), seconds(21 * DAY, 7 * DAY));
    }

    #[test]
    fn the_last_second_that_is_enough_is_no_alert() {
        let limit = Limit::Seconds(2 * DAY);
        assert!(!limit.alerts(Duration::days(2)));
        assert!(limit.alerts(Duration::days(2) - Duration::NANOSECOND));
        assert!(limit.alerts(Duration::days(-1)));
        assert!(!Limit::Seconds(0).alerts(Duration::ZERO));
    }
}
