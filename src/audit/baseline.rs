//! What has changed since the last audit, whose JSON lines are the memory.

use super::Audited;
use crate::certificate::Certificate;
use crate::fingerprint::Algorithm;
use crate::report::Report;
use serde_json::Value;
use std::collections::HashMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A difference between two audits of one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not in the last audit.
    New,
    /// Another certificate with the same key.
    Renewed,
    /// Another certificate with another key.
    NewKey,
    /// Another issuer.
    Issuer,
    /// Another certificate that ends at another time.
    Expiry,
    /// A certificate was there and is not shown now.
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
    /// Not a report.
    #[error("it is no report of an audit (no target, no outcome)")]
    NoReport,
}

/// What is remembered of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    rank: u8,
    certificate: Option<String>,
    key: Option<String>,
    issuer: Option<String>,
    /// Seconds since 1970.
    end: Option<i64>,
}

/// The last audit, by target.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: HashMap<String, Known>,
}

impl Baseline {
    /// Takes a line of the last audit in; a target that comes twice counts as it was the last time.
    pub fn add(&mut self, line: &str) -> Result<(), BaselineError> {
        let report: Value = serde_json::from_str(line)?;
        let text = |pointer: &str| {
            let value = report.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let (Some(target), Some(outcome)) = (text("/target/input"), text("/outcome")) else {
            return Err(BaselineError::NoReport);
        };
        let known = Known {
            rank: rank(&outcome),
            certificate: text("/chain/0/fingerprints/sha256"),
            key: text("/chain/0/spki_sha256"),
            issuer: text("/chain/0/issuer"),
            end: text("/chain/0/not_after")
                .and_then(|end| OffsetDateTime::parse(&end, &Rfc3339).ok())
                .map(OffsetDateTime::unix_timestamp),
        };
        self.known.insert(target, known);
        Ok(())
    }

    /// How many targets it knows.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What has changed for a target. It is forgotten then: what stays is gone.
    pub fn compare(&mut self, report: &Report) -> Vec<Change> {
        let Some(before) = self.known.remove(&report.target.input) else {
            return vec![Change::New];
        };
        let now = Known::of(report);
        let mut changes = Vec::new();
        if before.certificate.is_some() && now.certificate.is_none() {
            changes.push(Change::NoCertificate);
        } else if before.certificate.is_some() && before.certificate != now.certificate {
            changes.push(if before.key == now.key {
                Change::Renewed
            } else {
                Change::NewKey
            });
            if before.issuer != now.issuer {
                changes.push(Change::Issuer);
            }
            if before.end != now.end {
                changes.push(Change::Expiry);
            }
        }
        match now.rank.cmp(&before.rank) {
            std::cmp::Ordering::Less => changes.push(Change::Better),
            std::cmp::Ordering::Greater => changes.push(Change::Worse),
            std::cmp::Ordering::Equal => {}
        }
        changes
    }

    /// The targets that were not compared, in the order of their names.
    pub fn gone(&self) -> Vec<&str> {
        let mut gone: Vec<&str> = self.known.keys().map(String::as_str).collect();
        gone.sort_unstable();
        gone
    }
}

impl Known {
    fn of(report: &Report) -> Self {
        let leaf = report.chain.first();
        let issuer = |leaf: &Certificate| Some(leaf.facts.as_ref().ok()?.issuer.to_string());
        let end = |leaf: &Certificate| Some(leaf.facts.as_ref().ok()?.not_after.unix_timestamp());
        Self {
            rank: rank(report.outcome().as_str()),
            certificate: leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex()),
            key: leaf.and_then(|leaf| leaf.spki_sha256().map(|key| key.hex())),
            issuer: leaf.and_then(issuer),
            end: leaf.and_then(end),
        }
    }
}

/// How bad an outcome is: a certificate that is not trusted is worse than a server that is away.
fn rank(outcome: &str) -> u8 {
    match outcome {
        "trusted" => 0,
        "pinned" => 1,
        "unreachable" => 2,
        "smtp-refused" => 3,
        "tls-failed" => 4,
        _ => 5,
    }
}

impl Audited {
    /// Whether anything has changed.
    pub fn is_changed(&self) -> bool {
        self.changes
            .as_ref()
            .is_some_and(|changes| !changes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_reports_are_refused() {
        let mut baseline = Baseline::default();
        for line in ["", "{", "[]", "{\"outcome\":\"trusted\"}", "1"] {
            assert!(baseline.add(line).is_err(), "{line}");
        }
        let line = "{\"target\":{\"input\":\"a:25\"},\"outcome\":\"trusted\",\"chain\":[]}";
        assert!(baseline.add(line).is_ok());
        assert_eq!(baseline.gone(), ["a:25"]);
    }
}
