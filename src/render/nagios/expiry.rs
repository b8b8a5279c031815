//! What is left of a path, and what a plugin makes of it.

use super::state::State;
use crate::audit::{Limit, Limits, left};
use crate::certificate::{Facts, in_words};
use crate::report::Report;
use std::cmp::Reverse;
use time::Duration;

/// Of the certificates of a path, the one that matters.
#[derive(Clone, Copy, Debug)]
pub(in crate::render) struct Expiry {
    pub(in crate::render) left: Duration,
    limits: Limits,
}

impl Expiry {
    /// The worst certificate of the path; of equals the one that expires first; without a path the
    /// leaf. A range may alert on more time left, too: it applies to the one that expires first.
    pub(in crate::render) fn of(
        report: &Report,
        limits: impl Fn(&Facts) -> Limits,
    ) -> Option<Self> {
        let path = report.path();
        let leaf = report.leaf().filter(|_| path.is_empty());
        let used = path.iter().chain(leaf);
        let facts = used.filter_map(|certificate| certificate.facts().ok());
        let each = facts.map(|facts| Self {
            left: left(facts, report.at),
            limits: limits(facts),
        });
        let each: Vec<Self> = each.collect();
        let is_range = |limit| matches!(limit, Limit::Days(_));
        let has_range = |end: &Self| is_range(end.limits.warning) || is_range(end.limits.critical);
        if each.iter().any(has_range) {
            return each.into_iter().min_by_key(|end| end.left);
        }
        each.into_iter().max_by_key(Self::urgency)
    }

    /// The greatest is the most urgent.
    pub(in crate::render) fn urgency(&self) -> (State, Reverse<Duration>) {
        (self.state(), Reverse(self.left))
    }

    pub(in crate::render) fn state(&self) -> State {
        if self.limits.critical.alerts(self.left) {
            State::Critical
        } else if self.limits.warning.alerts(self.left) {
            State::Warning
        } else {
            State::Ok
        }
    }

    pub(in crate::render) fn in_words(self) -> String {
        if self.left.is_negative() {
            format!("expired {} ago", in_words(-self.left))
        } else {
            format!("expires in {}", in_words(self.left))
        }
    }

    /// Performance data: days, in whole numbers if the thresholds count whole days. The state
    /// follows from them.
    pub(in crate::render) fn performance(&self, label: &str) -> String {
        let Limits { warning, critical } = self.limits;
        let in_days = warning.is_in_days() && critical.is_in_days();
        let left = if in_days {
            self.left.whole_days().to_string()
        } else {
            days(self.left.whole_seconds())
        };
        let [warning, critical] = [warning, critical].map(|limit| match limit {
            Limit::Seconds(least) => format!("{}:", days(least)),
            Limit::Days(range) => range.to_string(),
        });
        format!("{label}={left};{warning};{critical}")
    }
}

/// Seconds as days, with enough digits that one second shows and a smaller value stays smaller.
fn days(seconds: i64) -> String {
    const PLACES: i128 = 100_000;
    let units = (i128::from(seconds) * PLACES).div_euclid(86_400);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.abs() / PLACES, units.abs() % PLACES);
    let text = format!("{sign}{whole}.{rest:05}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_as_exact_as_they_must_be() {
        for (seconds, text) in [
            (0, "0"),
            (86_400, "1"),
            (21 * 86_400, "21"),
            (43_200, "0.5"),
            (2_400, "0.02777"),
            (-43_200, "-0.5"),
            (1, "0.00001"),
        ] {
            assert_eq!(days(seconds), text);
        }
        // A second less is less.
        for seconds in 0..200_000 {
            let number = |seconds| days(seconds).parse::<f64>().expect("a number");
            assert!(number(seconds) < number(seconds + 1), "{seconds}");
        }
    }
}
