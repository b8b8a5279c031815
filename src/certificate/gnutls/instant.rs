//! The dates of a certificate, as GnuTLS reads them (`lib/x509/time.c`, and
//! `asn1_get_time_der` of libtasn1): more forms than RFC 5280 has, and days that no month has.

use crate::certificate::der::Element;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Month, day, hour and minute, the last of which may have one digit.
const LEAST: usize = 7;
/// The days before each month, but for leap days.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// The seconds since 1970; `None`: GnuTLS does not take the certificate.
pub(super) fn read(time: Element<'_>) -> Option<i64> {
    let digits = time.content.strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, rest) = match time.tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year = number(year);
            (if year > 49 { 1900 + year } else { 2000 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (number(year), rest)
        }
        _ => return None,
    };
    // Seconds may be missing, and anything may follow them.
    if rest.len() < LEAST {
        return None;
    }
    if year < 1970 {
        return Some(0);
    }
    since_1970(year, rest)
}

/// `mktime_utc`.
fn since_1970(year: i64, rest: &[u8]) -> Option<i64> {
    let mut two = rest.chunks(2).map(number);
    let mut next = || two.next().unwrap_or_default();
    let (month, day, hour, minute, second) = (next(), next(), next(), next(), next());
    let is_sound = (1..=31).contains(&day) && hour <= 23 && minute <= 59 && second <= 60;
    let before = DAYS_BEFORE.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leap_days = (1970..year).filter(|year| is_leap(*year)).count();
    let leap_days = i64::try_from(leap_days).ok()? + i64::from(month > 2 && is_leap(year));
    let days = 365 * (year - 1970) + before + leap_days + day - 1;
    is_sound.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// `atoi`: of a single digit, it is the number.
fn number(digits: &[u8]) -> i64 {
    let add = |number, digit: &u8| number * 10 + i64::from(digit - b'0');
    digits.iter().fold(0, add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::der;

    /// As GnuTLS 3.7.9 reads them.
    #[test]
    fn dates_are_read_as_gnutls_does() {
        let read = |tag, text: &str| {
            let der = der::write(tag, text.as_bytes());
            Element::read(&der).and_then(read)
        };
        const IN_2027: i64 = 1_805_184_000;
        for (tag, text, expected) in [
            (UTC_TIME, "270316080000Z", Some(IN_2027)),
            (UTC_TIME, "2703160800Z", Some(IN_2027)),
            (UTC_TIME, "27031608000Z", Some(IN_2027)),
            (UTC_TIME, "2703160800000Z", Some(IN_2027)),
            (UTC_TIME, "270316080060Z", Some(IN_2027 + 60)),
            (UTC_TIME, "270229080000Z", Some(1_803_888_000)),
            (UTC_TIME, "500101000000Z", Some(0)),
            (GENERALIZED_TIME, "202703160800Z", Some(IN_2027)),
            (GENERALIZED_TIME, "202703160800005Z", Some(IN_2027)),
            (GENERALIZED_TIME, "00000101000000Z", Some(0)),
            (GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799)),
            (UTC_TIME, "27031608Z", None),
            (UTC_TIME, "270316240000Z", None),
            (UTC_TIME, "270316080061Z", None),
            (UTC_TIME, "271316080000Z", None),
            (UTC_TIME, "270016080000Z", None),
            (UTC_TIME, "270300080000Z", None),
            (UTC_TIME, "270316080000z", None),
            (UTC_TIME, "270316080000+0100", None),
            (GENERALIZED_TIME, "2027031608Z", None),
            (GENERALIZED_TIME, "20270316080000.5Z", None),
        ] {
            assert_eq!(read(tag, text), expected, "{text}");
        }
    }
}
