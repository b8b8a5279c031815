//! The times of signatures: 32 bits that begin again every 136 years (RFC 4034 3.1.5, RFC 1982).

use std::fmt;
use time::OffsetDateTime;

/// Seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Instant(pub(super) i64);

impl Instant {
    /// The time nearest to `now` that has these 32 bits: at most 68 years away.
    pub(super) fn near(serial: u32, now: u32) -> Self {
        let distance = serial.wrapping_sub(now).cast_signed();
        Self(i64::from(now) + i64::from(distance))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(time) = OffsetDateTime::from_unix_timestamp(self.0) else {
            return write!(f, "{} s after 1970", self.0);
        };
        let (date, hour, minute) = (time.date(), time.hour(), time.minute());
        let (year, month, day) = date.to_calendar_date();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_near_now_also_around_the_turn_of_the_serial_numbers() {
        const TURN: i64 = 1 << 32;
        for (serial, now, expected) in [
            (1_000, 900, 1_000),
            (900, 1_000, 900),
            (5, u32::MAX, TURN + 5),
            (u32::MAX, 5, -1),
            (0, 0x7fff_ffff, 0),
        ] {
            assert_eq!(Instant::near(serial, now), Instant(expected));
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(Instant(0).to_string(), "1970-01-01 00:00 UTC");
        assert_eq!(Instant(1_795_878_000).to_string(), "2026-11-28 15:00 UTC");
    }
}
