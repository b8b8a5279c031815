//! What has changed since the last audit, from the JSON lines that it saved.

use super::{Choice, Identity};
use crate::finding::{Code, Finding, Severity, WrittenCode};
use crate::fingerprint::Algorithm;
use crate::report::{Assessment, Report};
use serde_json::Value;
use std::collections::HashMap;

/// A difference between two audits of one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The last audit did not have this target.
    New,
    /// Another certificate with the same key.
    Renewed,
    /// Another certificate with another key.
    NewKey,
    /// Another issuer.
    Issuer,
    /// It expires on another day.
    Expiry,
    /// A certificate was presented then, but not now.
    NoCertificate,
    /// The verdict is better.
    Better,
    /// The verdict is worse.
    Worse,
}

impl Change {
    /// The name in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Renewed => "renewed",
            Self::NewKey => "new-key",
            Self::Issuer => "issuer",
            Self::Expiry => "expiry",
            Self::NoCertificate => "no-certificate",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }
}

/// Why a line of the last audit cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but not a report.
    #[error("it is no report of an audit (no target, no outcome)")]
    NoReport,
}

/// What the last audit saw of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    /// It was compared, or belongs to another audit.
    settled: bool,
    /// The name shown to users.
    name: String,
    rank: u8,
    /// The worst severity of the findings that count.
    severity: Option<Severity>,
    /// The leaves of all addresses, each once. A resolver returns addresses in any order, and some
    /// may not answer: only a certificate that was not served before is a change.
    leaves: Vec<Leaf>,
}

/// What the last audit saw of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leaf {
    certificate: String,
    key: Option<String>,
    issuer: Option<String>,
    /// The day on which it expires.
    ends: Option<String>,
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
        let text = |pointer: &str| {
            let value = report.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let (Some(target), Some(outcome)) = (Identity::of_line(&report), text("/outcome")) else {
            return Err(BaselineError::NoReport);
        };
        let host = text("/target/host").unwrap_or_else(|| target.servername.clone());
        let name = if host == target.servername {
            target.input.clone()
        } else {
            format!("{} ({})", target.input, target.servername)
        };
        let mut leaves = Vec::new();
        leaves.extend(report.pointer("/chain/0").and_then(Leaf::of_chain));
        let addresses = report.get("addresses").and_then(Value::as_array);
        let others = addresses.into_iter().flatten();
        add(&mut leaves, others.filter_map(Leaf::of_address));
        let known = Known {
            settled: false,
            name,
            rank: rank(&outcome),
            severity: worst(choice.of_line(&report)),
            leaves,
        };
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
    pub fn compare(&mut self, report: &Report, found: &[Finding]) -> Vec<Change> {
        let Some(before) = self.known.get_mut(&Identity::of(report)) else {
            return vec![Change::New];
        };
        before.settled = true;
        let now = Known::of(report);
        let mut changes = Vec::new();
        let fresh: Vec<&Leaf> = now.leaves.iter().filter(|leaf| !before.has(leaf)).collect();
        if !before.leaves.is_empty() && now.leaves.is_empty() {
            changes.push(Change::NoCertificate);
        } else if !before.leaves.is_empty() && !fresh.is_empty() {
            let known = |of: fn(&Leaf) -> &Option<String>| {
                let known = |leaf: &&Leaf| before.leaves.iter().any(|other| of(other) == of(leaf));
                fresh.iter().all(known)
            };
            changes.push(if known(|leaf| &leaf.key) {
                Change::Renewed
            } else {
                Change::NewKey
            });
            if !known(|leaf| &leaf.issuer) {
                changes.push(Change::Issuer);
            }
            if !known(|leaf| &leaf.ends) {
                changes.push(Change::Expiry);
            }
        }
        // With equal outcomes the findings decide: a certificate may expire soon, say.
        let outcome = now.rank.cmp(&before.rank);
        let severity = worst(
            found
                .iter()
                .map(|finding| (WrittenCode::Known(finding.code), finding.severity)),
        );
        match outcome.then(severity.cmp(&before.severity)) {
            std::cmp::Ordering::Less => changes.push(Change::Better),
            std::cmp::Ordering::Greater => changes.push(Change::Worse),
            std::cmp::Ordering::Equal => {}
        }
        changes
    }

    /// After a complete audit: the targets that were not compared, in the order of their names.
    pub fn gone(&self) -> Vec<&str> {
        let known = self.known.values().filter(|known| !known.settled);
        let mut gone: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        gone.sort_unstable();
        gone
    }
}

impl Known {
    fn of(report: &Report) -> Self {
        let mut leaves = Vec::new();
        add(&mut leaves, report.looks().filter_map(Leaf::of));
        Self {
            settled: false,
            name: String::new(),
            rank: rank(report.outcome().as_str()),
            severity: None,
            leaves,
        }
    }

    fn has(&self, leaf: &Leaf) -> bool {
        let mut known = self.leaves.iter();
        known.any(|other| other.certificate == leaf.certificate)
    }
}

impl Leaf {
    fn of(look: &Assessment) -> Option<Self> {
        let leaf = look.leaf()?;
        let facts = leaf.facts().ok();
        Some(Self {
            certificate: leaf.fingerprint(Algorithm::Sha256).hex(),
            key: leaf.spki_sha256().map(|key| key.hex()),
            issuer: facts.map(|facts| facts.issuer.to_string()),
            ends: facts.map(|facts| facts.not_after.date().to_string()),
        })
    }

    /// Reads the first element of `chain` in a line.
    fn of_chain(leaf: &Value) -> Option<Self> {
        Self::read(leaf, leaf.pointer("/fingerprints/sha256")?)
    }

    /// Reads an element of `addresses` in a line.
    fn of_address(address: &Value) -> Option<Self> {
        Self::read(address, address.get("sha256")?)
    }

    fn read(fields: &Value, digest: &Value) -> Option<Self> {
        let text = |name| fields.get(name).and_then(Value::as_str);
        // A time in RFC 3339 begins with its day; a text without that form is compared in full.
        let day = |time: &str| time.split_once('T').map_or(time, |(day, _)| day).to_owned();
        Some(Self {
            certificate: digest.as_str()?.to_owned(),
            key: text("spki_sha256").map(str::to_owned),
            issuer: text("issuer").map(str::to_owned),
            ends: text("not_after").map(day),
        })
    }
}

/// Adds the leaves that are missing.
fn add(leaves: &mut Vec<Leaf>, more: impl Iterator<Item = Leaf>) {
    for leaf in more {
        if !leaves.iter().any(|l| l.certificate == leaf.certificate) {
            leaves.push(leaf);
        }
    }
}

/// The worst severity that counts. Notes do not count. Neither do findings that come and go with
/// the addresses that a resolver returns: the served certificates are compared separately.
fn worst<'a>(found: impl Iterator<Item = (WrittenCode<'a>, Severity)>) -> Option<Severity> {
    let differ = WrittenCode::Known(Code::AddressesDiffer);
    found
        .filter(|(code, severity)| *severity != Severity::Note && *code != differ)
        .map(|(_, severity)| severity)
        .max()
}

/// How bad an outcome is: the less of a server works, the worse. A server that stopped answering
/// never counts as better.
fn rank(outcome: &str) -> u8 {
    match outcome {
        "trusted" => 0,
        "pinned" => 1,
        "untrusted" => 2,
        "tls-failed" => 3,
        "smtp-refused" => 4,
        _ => 5,
    }
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
    }
}
