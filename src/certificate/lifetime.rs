//! The lifetime of certificates, and how much of it must be left. Certificates of six days and of a
//! year cannot share one threshold in days.

use super::facts::Facts;
use std::fmt;
use std::str::FromStr;
use time::{Duration, OffsetDateTime};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Facts {
    /// From the first moment of its validity to the last; nothing, where they are the wrong way
    /// round.
    pub fn lifetime(&self) -> Duration {
        (self.not_after - self.not_before).max(Duration::ZERO)
    }
}

/// Whole days from `now` to the last moment of validity, rounded down: negative exactly where that
/// has passed.
pub fn days_left(not_after: OffsetDateTime, now: OffsetDateTime) -> i64 {
    (not_after - now).whole_seconds().div_euclid(DAY)
}

/// How much of a certificate's lifetime must be left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Least {
    /// What fits its lifetime.
    #[default]
    Auto,
    /// So many days.
    Days(u32),
    /// So many hours.
    Hours(u32),
    /// So many hundredths of a percent of its lifetime.
    Share(u32),
}

impl Least {
    /// Nothing: whatever is left is enough.
    pub fn is_nothing(self) -> bool {
        matches!(self, Self::Days(0) | Self::Hours(0) | Self::Share(0))
    }

    /// In whole seconds, for a certificate of that lifetime: with fewer there is too little left.
    /// [`Least::Auto`] is the lesser of `days` and one of `parts` of the lifetime.
    pub fn seconds(self, lifetime: Duration, (days, parts): (i64, i64)) -> i64 {
        let lifetime = lifetime.whole_seconds();
        match self {
            Self::Auto => part(lifetime, 1, parts).min(days * DAY),
            Self::Days(days) => i64::from(days) * DAY,
            Self::Hours(hours) => i64::from(hours) * HOUR,
            Self::Share(share) => part(lifetime, share.into(), 10_000),
        }
    }

    /// As [`Least::seconds`], where a warning is due.
    pub fn for_warning(self, lifetime: Duration) -> i64 {
        self.seconds(lifetime, Self::WARNING)
    }

    /// The default threshold for a warning: 21 days, or a third.
    pub const WARNING: (i64, i64) = (21, 3);
    /// The default threshold for critical: 7 days, or a sixth.
    pub const CRITICAL: (i64, i64) = (7, 6);
}

/// A part of a lifetime, not less than it is.
fn part(lifetime: i64, share: i64, of: i64) -> i64 {
    let parts = i128::from(lifetime.max(0)) * i128::from(share);
    let of = i128::from(of.max(1));
    i64::try_from((parts + of - 1) / of).unwrap_or(i64::MAX)
}

impl FromStr for Least {
    type Err = String;

    /// `21` (days), `72h`, `30%` or `auto`; with a colon after it, as monitoring plugins write what
    /// must be left at least.
    fn from_str(text: &str) -> Result<Self, String> {
        const MOST_DAYS: u32 = 36_500;
        let wrong = || {
            "write a number of days (21), of hours (72h), a share of the lifetime (30%), or auto"
                .to_owned()
        };
        let number = text.strip_suffix(':').unwrap_or(text);
        let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let whole = |text: &str, most: u32| {
            let number = text.parse().ok().filter(|_| is_number(text));
            number
                .filter(|number: &u32| *number <= most)
                .ok_or_else(wrong)
        };
        if number == "auto" {
            return Ok(Self::Auto);
        }
        if let Some(percent) = number.strip_suffix('%') {
            return hundredths(percent).map(Self::Share).ok_or_else(wrong);
        }
        if let Some(hours) = number.strip_suffix('h') {
            return whole(hours, MOST_DAYS * 24).map(Self::Hours);
        }
        whole(number.strip_suffix('d').unwrap_or(number), MOST_DAYS).map(Self::Days)
    }
}

/// Of a number from 0 to 100 with at most two decimals.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(decimals) || decimals.len() > 2 {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100)?;
    let share = whole * 100 + format!("{decimals:0<2}").parse::<u32>().ok()?;
    (share <= 10_000).then_some(share)
}

impl fmt::Display for Least {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Days(days) => write!(f, "{days}"),
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::Share(share) => match share % 100 {
                0 => write!(f, "{}%", share / 100),
                decimals => write!(f, "{}.{decimals:02}%", share / 100),
            },
        }
    }
}

/// A duration as people say it; the largest that RFC 5280 can express does not overflow.
pub fn in_words(duration: Duration) -> String {
    match duration.whole_days() {
        0 => match duration.whole_hours() {
            0 => "less than an hour".to_owned(),
            1 => "1 hour".to_owned(),
            hours => format!("{hours} hours"),
        },
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_left_is_read_as_it_is_shown() {
        for (text, least, shown) in [
            ("21", Least::Days(21), "21"),
            ("21:", Least::Days(21), "21"),
            ("3d", Least::Days(3), "3"),
            ("0", Least::Days(0), "0"),
            ("36500", Least::Days(36_500), "36500"),
            ("72h", Least::Hours(72), "72h"),
            ("72h:", Least::Hours(72), "72h"),
            ("30%", Least::Share(3_000), "30%"),
            ("33.3%", Least::Share(3_330), "33.30%"),
            ("0.05%", Least::Share(5), "0.05%"),
            ("100%", Least::Share(10_000), "100%"),
            ("auto", Least::Auto, "auto"),
        ] {
            assert_eq!(text.parse(), Ok(least), "{text}");
            assert_eq!(least.to_string(), shown);
            assert_eq!(shown.parse(), Ok(least), "{text}");
        }
        for text in [
            "",
            ":",
            "-1",
            "+1",
            "36501",
            "1.5",
            "h",
            "%",
            "-1%",
            "101%",
            "100.01%",
            "1.234%",
            ".5%",
            "5.%",
            "+5%",
            "1h30",
            "21::",
            "5:9",
            "@5",
            "Auto",
            " 21",
            "4294967297h",
        ] {
            assert!(text.parse::<Least>().is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_spoken() {
        assert_eq!(in_words(Duration::minutes(59)), "less than an hour");
        assert_eq!(in_words(Duration::hours(1)), "1 hour");
        assert_eq!(in_words(Duration::hours(25)), "1 day");
        assert_eq!(in_words(Duration::days(400)), "400 days");
    }

    /// Shares are of seconds, and a second that is cut is too little.
    #[test]
    fn what_must_be_left_follows_the_lifetime_where_it_is_not_given() {
        let both = |lifetime: Duration| {
            (
                Least::Auto.seconds(lifetime, Least::WARNING),
                Least::Auto.seconds(lifetime, Least::CRITICAL),
            )
        };
        for (lifetime, warning, critical) in [
            (Duration::hours(2), 40 * 60, 20 * 60),
            (Duration::hours(5), 6_000, 3_000),
            (Duration::days(6), 2 * DAY, DAY),
            (Duration::days(45), 15 * DAY, 7 * DAY),
            (Duration::days(63), 21 * DAY, 7 * DAY),
            (Duration::days(90), 21 * DAY, 7 * DAY),
            (Duration::days(398), 21 * DAY, 7 * DAY),
            (Duration::days(42) - Duration::SECOND, 14 * DAY, 7 * DAY),
            (Duration::seconds(10), 4, 2),
            (Duration::ZERO, 0, 0),
        ] {
            assert_eq!(both(lifetime), (warning, critical), "{lifetime}");
        }
        let given = |least: Least| least.seconds(Duration::days(6), Least::WARNING);
        assert_eq!(given(Least::Days(21)), 21 * DAY);
        assert_eq!(given(Least::Hours(72)), 3 * DAY);
        assert_eq!(given(Least::Share(5_000)), 3 * DAY);
        let longest = Duration::seconds(i64::MAX);
        assert_eq!(Least::Share(10_000).for_warning(longest), i64::MAX);
    }
}
