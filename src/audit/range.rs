//! Thresholds as the Monitoring Plugins Guidelines write them ("Threshold and Ranges").

use std::fmt;
use std::str::FromStr;

/// When a number is an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
    /// Alerts inside the range instead of outside.
    inside: bool,
}

impl Range {
    /// The finite bounds of the range.
    pub(super) fn bounds(self) -> impl Iterator<Item = f64> {
        let bounds = [self.low, self.high].into_iter();
        bounds.filter(|bound| bound.is_finite())
    }

    /// Whether the number is an alert.
    pub fn alerts(self, number: f64) -> bool {
        (self.low..=self.high).contains(&number) == self.inside
    }
}

impl FromStr for Range {
    type Err = String;

    /// `N:` alerts below N, `~:N` above, `N:M` outside, `@N:M` inside. A bare `N`, which the
    /// guidelines read as `0:N`, is `N:` here: it counts the days left, and fewer are worse.
    fn from_str(text: &str) -> Result<Self, String> {
        let (inside, rest) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let number = |text: &str, open: f64| match text {
            "" => Some(open),
            "~" => Some(f64::NEG_INFINITY),
            text => text.parse().ok().filter(|number: &f64| number.is_finite()),
        };
        let (low, high) = match rest.split_once(':') {
            Some((low, high)) => (number(low, 0.0), number(high, f64::INFINITY)),
            None if rest.is_empty() => (None, None),
            None => (number(rest, 0.0), Some(f64::INFINITY)),
        };
        match (low, high) {
            (Some(low), Some(high)) if low <= high => Ok(Self { low, high, inside }),
            _ => Err("write a number of days, or a range (21, 21:, ~:10, 10:20, @10:20), of hours (72h), a share of the lifetime (30%), or auto".to_owned()),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside {
            f.write_str("@")?;
        }
        if self.low == f64::NEG_INFINITY {
            f.write_str("~")?;
        } else {
            write!(f, "{}", self.low)?;
        }
        f.write_str(":")?;
        if self.high < f64::INFINITY {
            write!(f, "{}", self.high)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_guidelines() {
        for (text, shown, bad, good) in [
            ("21", "21:", &[20.0, -1.0][..], &[21.0, 99.0][..]),
            ("21:", "21:", &[20.0], &[21.0]),
            ("~:10", "~:10", &[11.0], &[10.0, -5.0]),
            ("10:20", "10:20", &[9.0, 21.0], &[10.0, 20.0]),
            ("@10:20", "@10:20", &[10.0, 20.0], &[9.0, 21.0]),
            (":5", "0:5", &[-1.0, 6.0], &[0.0, 5.0]),
        ] {
            let range: Range = text.parse().expect(text);
            assert_eq!(range.to_string(), shown);
            assert!(bad.iter().all(|number| range.alerts(*number)), "{text}");
            assert!(!good.iter().any(|number| range.alerts(*number)), "{text}");
        }
        for text in ["", "x", "20:10", "nan", "@", "1:2:3"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
    }
}
