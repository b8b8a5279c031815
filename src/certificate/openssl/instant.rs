//! The dates of a certificate, as `X509_cmp_time` of `crypto/x509/x509_vfy.c` takes them: in the one
//! form of RFC 5280 §4.1.2.5, in either type.

use crate::certificate::der::Element;
use time::{Date, Month, PrimitiveDateTime, Time};

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The seconds since 1970; `None`: OpenSSL refuses the form of the date.
pub(super) fn read(time: Element<'_>) -> Option<i64> {
    let digits = time.content.strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, rest) = match (time.tag, digits.len()) {
        (UTC_TIME, 12) => {
            let (year, rest) = digits.split_at(2);
            let year = number(year);
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        (GENERALIZED_TIME, 14) => {
            let (year, rest) = digits.split_at(4);
            (number(year), rest)
        }
        _ => return None,
    };
    let mut two = rest.chunks(2).map(|two| u8::try_from(number(two)).ok());
    let mut next = || two.next()?;
    let date = Date::from_calendar_date(i32::from(year), Month::try_from(next()?).ok()?, next()?);
    let time = Time::from_hms(next()?, next()?, next()?);
    let instant = PrimitiveDateTime::new(date.ok()?, time.ok()?);
    Some(instant.assume_utc().unix_timestamp())
}

/// Whether OpenSSL 3.5 does not even load the certificate (`asn1_ex_c2i` in `crypto/asn1/tasn_dec.c`).
pub(super) fn is_short(time: Element<'_>) -> bool {
    let least = if time.tag == UTC_TIME { 13 } else { 15 };
    time.content.len() < least
}

fn number(digits: &[u8]) -> u16 {
    let add = |number, digit: &u8| number * 10 + u16::from(digit - b'0');
    digits.iter().fold(0, add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::der;

    #[test]
    fn a_date_has_one_form() {
        let read = |tag, text: &str| {
            let der = der::write(tag, text.as_bytes());
            Element::read(&der).and_then(read)
        };
        assert_eq!(read(UTC_TIME, "700101000001Z"), Some(1));
        assert_eq!(read(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(read(UTC_TIME, "500101000000Z"), Some(-631_152_000));
        assert_eq!(read(GENERALIZED_TIME, "19700101000001Z"), Some(1));
        assert_eq!(
            read(GENERALIZED_TIME, "99991231235959Z"),
            Some(253_402_300_799)
        );
        assert_eq!(
            read(GENERALIZED_TIME, "20280229000000Z"),
            Some(1_835_395_200)
        );
        for (tag, text) in [
            (UTC_TIME, "2703160800Z"),
            (UTC_TIME, "270316080000+0100"),
            (UTC_TIME, "270316080000z"),
            (UTC_TIME, "270316080000"),
            (UTC_TIME, "270229000000Z"),
            (UTC_TIME, "270316240000Z"),
            (UTC_TIME, "270316080060Z"),
            (UTC_TIME, "271316080000Z"),
            (UTC_TIME, "20270316080000Z"),
            (GENERALIZED_TIME, "270316080000Z"),
            (GENERALIZED_TIME, "20270316080000.5Z"),
            (GENERALIZED_TIME, " 0270316080000Z"),
            (0x04, "270316080000Z"),
        ] {
            assert_eq!(read(tag, text), None, "{text}");
        }
    }
}
