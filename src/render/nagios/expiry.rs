//! The time left until certificates expire, and what a plugin makes of it.

use super::state::State;
use crate::audit::{Limit, Limits, left};
use crate::certificate::{Certificate, Facts, in_words};
use crate::report::{Assessment, Report};
use std::cmp::Reverse;
use time::{Date, Duration, OffsetDateTime};

/// When a certificate expires, and when that is an alert.
#[derive(Clone, Debug)]
pub(in crate::render) struct Expiry {
    pub(in crate::render) left: Duration,
    on: Date,
    limits: Limits,
    /// The certificate, where it is not the server's own; untrusted text.
    of_other: Option<String>,
}

impl Expiry {
    /// Of the certificates of the path the worst, of all addresses that answer; of equals the one
    /// that expires first; without a path the leaf. A range may alert on more time left, too: it
    /// applies to the one that expires first.
    pub(in crate::render) fn of(
        report: &Report,
        limits: impl Fn(&Facts) -> Limits,
    ) -> Option<Self> {
        let mut each: Vec<Self> = Vec::new();
        let ports = report.counting_ports().map(|port| &port.report);
        for look in std::iter::once(report)
            .chain(ports)
            .flat_map(Report::answering)
        {
            let used = used(look).filter_map(|one| Self::of_one(look, report.at, one, &limits));
            each.extend(used);
        }
        let is_range = |limit| matches!(limit, Limit::Days(_));
        let has_range = |end: &Self| is_range(end.limits.warning) || is_range(end.limits.critical);
        if each.iter().any(has_range) {
            return each.into_iter().min_by_key(|end| end.left);
        }
        each.into_iter().max_by_key(Self::urgency)
    }

    /// `None` if its dates cannot be read.
    fn of_one(
        look: &Assessment,
        at: OffsetDateTime,
        certificate: &Certificate,
        limits: impl Fn(&Facts) -> Limits,
    ) -> Option<Self> {
        let facts = certificate.facts().ok()?;
        let is_leaf = look.leaf() == Some(certificate);
        Some(Self {
            left: left(facts, at),
            on: facts.not_after.date(),
            limits: limits(facts),
            of_other: (!is_leaf).then(|| certificate.label()),
        })
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

    /// When it expires, with the date. A certificate of the path other than the leaf is named.
    pub(in crate::render) fn in_words(&self) -> String {
        let named = self.of_other.as_ref();
        let named = named.map_or_else(String::new, |name| format!("\"{name}\" "));
        let when = if self.left.is_negative() {
            format!("expired {} ago", in_words(-self.left))
        } else {
            format!("expires in {}", in_words(self.left))
        };
        format!("{named}{when}, on {}", self.on)
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

/// The certificates that count: those of the path, or the leaf if there is none.
fn used(look: &Assessment) -> impl Iterator<Item = &Certificate> {
    let path = look.path();
    path.iter().chain(look.leaf().filter(|_| path.is_empty()))
}

/// Certificates of a chain that have numbers of their own.
const MOST: usize = 10;

/// Performance data of each certificate of the presented chain, as a label and what comes after it. One
/// that does not count for the state has no thresholds.
pub(super) fn of_chain(
    report: &Report,
    limits: impl Fn(&Facts) -> Limits,
) -> Vec<(String, String)> {
    let chain = report.chain().iter().take(MOST).enumerate();
    let each = chain.filter_map(|(index, certificate)| {
        let one = Expiry::of_one(&report.representative, report.at, certificate, &limits)?;
        // The names of check_ssl_cert.
        let label = format!("days_chain_elem{}", index + 1);
        let counts = used(&report.representative).any(|used| used == certificate);
        let value = if counts {
            one.performance("")
        } else {
            format!("={}", one.left.whole_days())
        };
        Some((label, value))
    });
    each.collect()
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
