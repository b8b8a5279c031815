//! Whether the verdict on a target is better or worse than it was.

use super::super::difference::{Change, Difference, Field};
use crate::finding::{Code, Severity, WrittenCode};
use crate::judge::domain;
use crate::report::Outcome;
use serde_json::Value;
use std::cmp::Ordering;

/// The verdict on a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// `None` if a newer version wrote another word.
    outcome: Option<&'static str>,
    /// How bad the outcome is: the less of a target works, the worse. A server that stopped
    /// answering never counts as better.
    rank: u8,
    /// The worst severity of the findings that count.
    severity: Option<Severity>,
}

/// The rank of an outcome that is not known.
const UNKNOWN: u8 = 5;

impl Judged {
    /// Of a server.
    pub(super) fn server(outcome: Option<Outcome>, severity: Option<Severity>) -> Self {
        Self {
            outcome: outcome.map(Outcome::as_str),
            rank: match outcome {
                Some(Outcome::Trusted) => 0,
                Some(Outcome::Pinned) => 1,
                Some(Outcome::Untrusted) => 2,
                Some(Outcome::TlsFailed) => 3,
                Some(Outcome::SmtpRefused) => 4,
                Some(Outcome::Unreachable) | None => UNKNOWN,
            },
            severity,
        }
    }

    /// Of a domain.
    pub(super) fn domain(outcome: Option<domain::Outcome>, severity: Option<Severity>) -> Self {
        Self {
            outcome: outcome.map(domain::Outcome::as_str),
            rank: match outcome {
                Some(domain::Outcome::Authenticated) => 0,
                Some(domain::Outcome::Unprotected) => 1,
                Some(domain::Outcome::NoMail) => 2,
                Some(domain::Outcome::Deferred) => 3,
                Some(domain::Outcome::Unresolved) | None => UNKNOWN,
            },
            severity,
        }
    }

    /// Of a server in an earlier line.
    pub(super) fn server_of_line(report: &Value, severity: Option<Severity>) -> Self {
        Self::server(outcome_of_line(report).and_then(Outcome::named), severity)
    }

    /// Of a domain in an earlier line.
    pub(super) fn domain_of_line(report: &Value, severity: Option<Severity>) -> Self {
        let outcome = outcome_of_line(report).and_then(domain::Outcome::named);
        Self::domain(outcome, severity)
    }

    /// Whether there is no outcome that is known.
    pub(super) fn is_unresolved(&self) -> bool {
        self.rank == UNKNOWN
    }

    /// Whether it is better or worse than before. With equal outcomes the findings decide: a
    /// certificate may expire soon, say.
    pub(super) fn since(&self, before: &Self) -> Option<Difference> {
        let outcome = self.rank.cmp(&before.rank);
        let change = match outcome.then(self.severity.cmp(&before.severity)) {
            Ordering::Less => Change::Better,
            Ordering::Greater => Change::Worse,
            Ordering::Equal => return None,
        };
        Some(if outcome.is_eq() {
            let word = |one: &Self| one.severity.map(|severity| severity.to_string());
            Difference::of(change, Field::Severity, word(before), word(self))
        } else {
            let word = |one: &Self| one.outcome.map(str::to_owned);
            Difference::of(change, Field::Outcome, word(before), word(self))
        })
    }
}

fn outcome_of_line(report: &Value) -> Option<&str> {
    report.get("outcome").and_then(Value::as_str)
}

/// The worst severity that counts. Notes do not count. Neither do findings that come and go with
/// the addresses that a resolver returns: the served certificates are compared separately. What there is
/// no answer about is not compared.
pub(super) fn worst<'a>(
    found: impl Iterator<Item = (WrittenCode<'a>, Severity)>,
) -> Option<Severity> {
    let passing = [Code::AddressesDiffer, Code::DnsNoAnswer].map(WrittenCode::Known);
    found
        .filter(|(code, severity)| *severity != Severity::Note && !passing.contains(code))
        .map(|(_, severity)| severity)
        .max()
}
