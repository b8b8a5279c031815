//! The value of `--at`.

use std::str::FromStr;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};

/// A time to judge at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At this time.
    At(OffsetDateTime),
    /// So long from now.
    In(Duration),
}

impl When {
    /// The time, if it is `now`.
    pub fn from(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::At(time) => time,
            Self::In(span) => now + span,
        }
    }
}

impl FromStr for When {
    type Err = &'static str;

    /// RFC 3339, or a date alone for its first moment in UTC, or a span from now. webpki's clock
    /// begins in 1970.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "write it as 2027-01-01T00:00:00Z, 2027-01-01, or +30d from now";
        if let Some(span) = text.strip_prefix('+') {
            return span_of(span).map(Self::In).ok_or(FORM);
        }
        let full = if text.len() == 10 {
            format!("{text}T00:00:00Z")
        } else {
            text.to_owned()
        };
        match OffsetDateTime::parse(&full, &Rfc3339) {
            // Certificates have whole seconds, and the last one counts in full.
            Ok(time) if time.unix_timestamp() >= 0 => {
                Ok(Self::At(time.replace_nanosecond(0).unwrap_or(time)))
            }
            Ok(_) => Err("times before 1970 cannot be judged"),
            Err(_) if is_no_day(text) => Err("there is no such day"),
            Err(_) => Err(FORM),
        }
    }
}

/// A number of hours, days or weeks, up to a hundred years.
fn span_of(text: &str) -> Option<Duration> {
    const MOST: Duration = Duration::days(36_525);
    let number = text.strip_suffix(['h', 'd', 'w']).unwrap_or(text);
    let unit = match &text[number.len()..] {
        "h" => Duration::HOUR,
        "w" => Duration::WEEK,
        _ => Duration::DAY,
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<i32>().ok().filter(|_| is_number)?;
    unit.checked_mul(number).filter(|span| *span <= MOST)
}

/// Whether a text begins with a date as it is written, of a day that there is not.
fn is_no_day(text: &str) -> bool {
    let mut parts = text.get(..10).unwrap_or_default().split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<u16>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (number(4), number(2), number(2)) else {
        return false;
    };
    let month = u8::try_from(month)
        .ok()
        .and_then(|month| month.try_into().ok());
    let day = u8::try_from(day).unwrap_or_default();
    month.is_none_or(|month| Date::from_calendar_date(year.into(), month, day).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_or_dates_or_spans() {
        let now = OffsetDateTime::from_unix_timestamp(1_798_761_600).expect("a time");
        let at = |text: &str| {
            text.parse()
                .map(|when: When| when.from(now).unix_timestamp())
        };
        for (text, expected) in [
            ("2027-01-01T12:00:00+01:00", 1_798_801_200),
            ("2027-01-01", 1_798_761_600),
            ("+1", 1_798_848_000),
            ("+30d", 1_801_353_600),
            ("+1w", 1_799_366_400),
            ("+72h", 1_799_020_800),
        ] {
            assert_eq!(at(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "1969-12-31",
            "2027-13-01T00:00:00Z",
            "+",
            "+d",
            "++1d",
            "+-1d",
            "+40000d",
            "+99999999999d",
            "30d",
            "2027-1-1",
        ] {
            assert!(at(text).is_err(), "{text}");
        }
        for text in [
            "2027-02-30",
            "2027-02-29T00:00:00Z",
            "2027-13-01",
            "2027-00-01",
        ] {
            assert_eq!(at(text), Err("there is no such day"), "{text}");
        }
        assert!(at("2028-02-29").is_ok());
    }
}
