//! What has changed since the last audit, from the JSON lines that it saved.

mod domain;
mod known_domain;
mod known_server;
mod server;
#[cfg(test)]
mod tests;
mod verdict;

use super::difference::{Change, Difference};
use super::line::is_domain;
use super::{Choice, Identity};
use crate::finding::{Finding, Severity, WrittenCode};
use crate::judge::domain::KnownPolicy;
use crate::report::{DomainReport, Report};
use known_domain::KnownDomain;
use known_server::KnownServer;
use serde_json::Value;
use std::collections::HashMap;
use verdict::{Judged, worst};

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

/// What the last audit says of a target.
#[derive(Clone, Debug)]
struct Known {
    /// It was compared, or belongs to another audit.
    settled: bool,
    /// The name shown to users.
    name: String,
    judged: Judged,
    facts: Facts,
}

/// What is compared.
#[derive(Clone, Debug)]
enum Facts {
    Server(KnownServer),
    Domain(KnownDomain),
}

impl Known {
    fn of_line(report: &Value, name: String, severity: Option<Severity>) -> Self {
        let (judged, facts) = if is_domain(report) {
            let judged = Judged::domain_of_line(report, severity);
            (judged, Facts::Domain(KnownDomain::of_line(report)))
        } else {
            let judged = Judged::server_of_line(report, severity);
            (judged, Facts::Server(KnownServer::of_line(report)))
        };
        Self {
            settled: false,
            name,
            judged,
            facts,
        }
    }
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

    /// Compares a server, however often it occurs; `found` are its findings.
    pub fn compare(&mut self, report: &Report, found: &[Finding]) -> Vec<Difference> {
        let judged = Judged::server(Some(report.outcome()), severity(found));
        self.differences(&Identity::of(report), |before| match &before.facts {
            Facts::Server(known) => {
                let mut differences = server::differences(known, &KnownServer::of(report));
                differences.extend(judged.since(&before.judged));
                Some(differences)
            }
            Facts::Domain(_) => None,
        })
    }

    /// The same for a domain.
    pub fn compare_domain(&mut self, report: &DomainReport, found: &[Finding]) -> Vec<Difference> {
        let judged = Judged::domain(Some(report.outcome()), severity(found));
        let target = Identity::of_domain(&report.input);
        self.differences(&target, |before| match &before.facts {
            Facts::Domain(known) => {
                let now = KnownDomain::of(report);
                let mut differences = domain::differences(known, &now);
                differences.extend(domain::verdict((known, &before.judged), (&now, &judged)));
                Some(differences)
            }
            Facts::Server(_) => None,
        })
    }

    /// The differences of a target; `compare` is not for what it does not know.
    fn differences(
        &mut self,
        target: &Identity,
        compare: impl FnOnce(&Known) -> Option<Vec<Difference>>,
    ) -> Vec<Difference> {
        let Some(before) = self.known.get_mut(target) else {
            return vec![Change::New.into()];
        };
        before.settled = true;
        compare(before).unwrap_or_else(|| vec![Change::New.into()])
    }

    /// The MTA-STS policy that a domain had, which senders may have kept.
    pub fn policy(&self, domain: &Identity) -> Option<&KnownPolicy> {
        match &self.known.get(domain)?.facts {
            Facts::Domain(known) => known.policy(),
            Facts::Server(_) => None,
        }
    }

    /// After a complete audit: the targets that were not compared, in the order of their names.
    pub fn gone(&self) -> Vec<&str> {
        let known = self.known.values().filter(|known| !known.settled);
        let mut gone: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        gone.sort_unstable();
        gone
    }
}

fn severity(found: &[Finding]) -> Option<Severity> {
    let found = found.iter();
    worst(found.map(|finding| (WrittenCode::Known(finding.code), finding.severity)))
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
    match (host, &target.servername) {
        (Some(host), Some(servername)) if host != servername => format!("{label} ({servername})"),
        _ => label,
    }
}
