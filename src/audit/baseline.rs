//! What has changed since the last audit, from the JSON lines that it saved.

use super::difference::{Change, Difference, Field};
use super::known::{Known, Leaf, worst};
use super::{Choice, Identity};
use crate::finding::{Finding, WrittenCode};
use crate::report::Report;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Why a line of the last audit cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but not a report.
    #[error("it is not a report of an audit (no target, no outcome)")]
    NoReport,
}

/// The last audit, by target.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: HashMap<Identity, Known>,
}

impl Baseline {
    /// Adds a line of the last audit. If a target occurs twice, the later line counts. Only the
    /// findings that are asked for now count.
    pub fn add(&mut self, line: &str, choice: &Choice) -> Result<(), BaselineError> {
        let report: Value = serde_json::from_str(line)?;
        let has_outcome = report.get("outcome").is_some_and(Value::is_string);
        let Some(target) = Identity::of_line(&report).filter(|_| has_outcome) else {
            return Err(BaselineError::NoReport);
        };
        let severity = worst(choice.of_line(&report));
        let known = Known::of_line(&report, name(&report, &target), severity);
        self.known.insert(target, known);
        Ok(())
    }

    /// Leaves some targets to other audits: they are not gone because this audit does not see them.
    pub fn pass_over(&mut self, is_others: impl Fn(&Identity) -> bool) {
        for (target, known) in &mut self.known {
            known.settled |= is_others(target);
        }
    }

    /// Compares a target, however often it occurs; `found` are its findings.
    pub fn compare(&mut self, report: &Report, found: &[Finding]) -> Vec<Difference> {
        let Some(before) = self.known.get_mut(&Identity::of(report)) else {
            return vec![Change::New.into()];
        };
        before.settled = true;
        let severity = worst(
            found
                .iter()
                .map(|finding| (WrittenCode::Known(finding.code), finding.severity)),
        );
        let now = Known {
            severity,
            ..Known::of(report)
        };
        let mut differences = certificates(before, &now);
        differences.extend(ports(before, &now));
        differences.extend(verdict(before, &now));
        differences
    }

    /// After a complete audit: the targets that were not compared, in the order of their names.
    pub fn gone(&self) -> Vec<&str> {
        let known = self.known.values().filter(|known| !known.settled);
        let mut gone: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        gone.sort_unstable();
        gone
    }
}

/// `host:port` of an earlier line, and the name that the certificate must be for, unless it is the
/// host's own. A line without a host has its input.
fn name(report: &Value, target: &Identity) -> String {
    let host = report.pointer("/target/host").and_then(Value::as_str);
    let port = report.pointer("/target/port").and_then(Value::as_u64);
    let label = match (host, port) {
        (Some(host), Some(port)) if host.contains(':') => format!("[{host}]:{port}"),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => target.input.clone(),
    };
    match host {
        Some(host) if host != target.servername => format!("{label} ({})", target.servername),
        _ => label,
    }
}

/// How the served certificates differ.
fn certificates(before: &Known, now: &Known) -> Vec<Difference> {
    if before.leaves.is_empty() {
        return Vec::new();
    }
    let digest = |leaf: &Leaf| Some(leaf.certificate.clone());
    if now.leaves.is_empty() {
        let lost = before.leaves.first().and_then(digest);
        let lost = Difference::of(Change::NoCertificate, Field::Sha256, lost, None);
        return vec![lost];
    }
    let fresh: Vec<&Leaf> = now.leaves.iter().filter(|leaf| !before.has(leaf)).collect();
    let gone: Vec<&Leaf> = before.leaves.iter().filter(|leaf| !now.has(leaf)).collect();
    // Each fresh certificate beside the one that it most likely replaces.
    let pairs: Vec<(&Leaf, &Leaf)> = fresh
        .iter()
        .enumerate()
        .filter_map(|(index, leaf)| {
            let replaced = gone.get(index).or(gone.last()).copied();
            Some((replaced.or(before.leaves.first())?, *leaf))
        })
        .collect();
    let known = |is_same: fn(&Leaf, &Leaf) -> bool| {
        let known = |leaf: &&Leaf| before.leaves.iter().any(|other| is_same(other, leaf));
        fresh.iter().all(known)
    };
    let mut differences = Vec::new();
    let mut add = |change, field, value: &dyn Fn(&Leaf) -> Option<String>| {
        for (old, new) in &pairs {
            let (old, new) = (value(old), value(new));
            if old != new {
                differences.push(Difference::of(change, field, old, new));
            }
        }
    };
    if known(|one, other| one.key == other.key) {
        add(Change::Renewed, Field::Sha256, &digest);
    } else {
        add(Change::NewKey, Field::Sha256, &digest);
    }
    if !known(|one, other| one.issuer == other.issuer) {
        add(Change::Issuer, Field::Issuer, &|leaf| leaf.issuer.clone());
    }
    if !known(|one, other| one.day() == other.day()) {
        add(Change::Expiry, Field::NotAfter, &|leaf| {
            leaf.not_after.clone()
        });
    }
    differences
}

/// Which ports have opened or closed. Where none is open, the outcome says so.
fn ports(before: &Known, now: &Known) -> Vec<Difference> {
    if before.open.is_empty() || now.open.is_empty() {
        return Vec::new();
    }
    let number = |port: &u16| Some(port.to_string());
    let opened = now.open.iter().filter(|port| !before.open.contains(port));
    let opened =
        opened.map(|port| Difference::of(Change::PortOpened, Field::Port, None, number(port)));
    let closed = before.open.iter().filter(|port| !now.open.contains(port));
    let closed =
        closed.map(|port| Difference::of(Change::PortClosed, Field::Port, number(port), None));
    opened.chain(closed).collect()
}

/// Whether the verdict is better or worse. With equal outcomes the findings decide: a certificate may
/// expire soon, say.
fn verdict(before: &Known, now: &Known) -> Option<Difference> {
    let outcome = now.rank().cmp(&before.rank());
    let change = match outcome.then(now.severity.cmp(&before.severity)) {
        Ordering::Less => Change::Better,
        Ordering::Greater => Change::Worse,
        Ordering::Equal => return None,
    };
    Some(if outcome.is_eq() {
        let word = |known: &Known| known.severity.map(|severity| severity.to_string());
        Difference::of(change, Field::Severity, word(before), word(now))
    } else {
        let word = |known: &Known| known.outcome.map(|outcome| outcome.as_str().to_owned());
        Difference::of(change, Field::Outcome, word(before), word(now))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_reports_are_refused() {
        let mut baseline = Baseline::default();
        for line in ["", "{", "[]", "{\"outcome\":\"trusted\"}", "1"] {
            assert!(baseline.add(line, &Choice::default()).is_err(), "{line}");
        }
        let line = "{\"target\":{\"input\":\"a:25\"},\"outcome\":\"trusted\",\"chain\":[]}";
        assert!(baseline.add(line, &Choice::default()).is_ok());
        assert_eq!(baseline.gone(), ["a:25"]);
        baseline.pass_over(|target| target.input == "a:25");
        assert!(baseline.gone().is_empty());
        let line = "{\"target\":{\"input\":\"a:25\",\"host\":\"a\",\"servername\":\"b\"},\"outcome\":\"trusted\"}";
        assert!(baseline.add(line, &Choice::default()).is_ok());
        assert_eq!(baseline.gone(), ["a:25 (b)"]);
        let line = line.replace("\"input\":\"a:25\"", "\"input\":\"a:25\",\"port\":587");
        assert!(baseline.add(&line, &Choice::default()).is_ok());
        assert_eq!(baseline.gone(), ["a:587 (b)"]);
    }
}
