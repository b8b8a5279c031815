//! Dates in any form: what RFC 5280 wants, what ASN.1 allows, and what neither does.

use crate::der::tlv;
use time::{Duration, OffsetDateTime};

/// The tag of `UTCTime`.
pub(crate) const UTC: u8 = 0x17;
/// The tag of `GeneralizedTime`.
pub(crate) const GENERALIZED: u8 = 0x18;

/// A date to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Its tag.
    pub(crate) tag: u8,
    /// Its text: `Y` is the year, `y` its last two digits, `m`, `d`, `H`, `M` and `S` are the rest.
    pub(crate) pattern: &'static str,
    /// The seconds from the moment of judgement.
    pub(crate) seconds: i64,
}

impl Moment {
    /// The DER.
    pub(crate) fn der(&self, at: OffsetDateTime) -> Vec<u8> {
        let moment = at + Duration::seconds(self.seconds);
        let (date, clock) = (moment.date(), moment.time());
        let text = self.pattern.chars().map(|letter| match letter {
            'Y' => format!("{:04}", date.year()),
            'y' => format!("{:02}", date.year() % 100),
            'm' => format!("{:02}", u8::from(date.month())),
            'd' => format!("{:02}", date.day()),
            'H' => format!("{:02}", clock.hour()),
            'M' => format!("{:02}", clock.minute()),
            'S' => format!("{:02}", clock.second()),
            other => other.to_string(),
        });
        tlv(self.tag, text.collect::<String>())
    }
}
