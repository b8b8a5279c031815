//! The sums of an audit: small, however many targets there are.

use super::finding::days_left;
use super::{Audited, Standing};
use crate::escape::excerpt;
use crate::finding::{Code, Severity};
use crate::report::DomainReport;
use std::collections::{BTreeMap, HashMap};

/// The limits of issuers and keys that are counted by name, and of expiries that are listed.
const MOST_NAMES: usize = 1000;
const MOST_EXPIRIES: usize = 10;
/// Weeks that are counted separately: a year, and the week in which it ends.
const WEEKS: i64 = 53;

/// The counts of an audit.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Targets in all.
    pub targets: u64,
    /// By outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// By how each target stands.
    pub standings: BTreeMap<Standing, u64>,
    /// By code, each target once.
    pub findings: BTreeMap<(Code, Severity), u64>,
    /// By the issuer of the leaf; untrusted text.
    pub issuers: HashMap<String, u64>,
    /// By the key of the leaf.
    pub keys: HashMap<String, u64>,
    /// By the version of TLS.
    pub versions: HashMap<String, u64>,
    /// By the week in which the leaf expires, counted from now: -1 has passed, 53 is later.
    pub ends: BTreeMap<i64, u64>,
    /// The next certificates to expire, soonest first: whole days, and the target, or the host of a domain.
    pub expiries: Vec<(i64, String)>,
    /// Targets that have changed; `None` if there is nothing to compare with.
    pub changed: Option<u64>,
    /// Targets that are in the baseline but not in the list, if known; untrusted text.
    pub gone: Vec<String>,
}

impl Summary {
    /// Adds a server.
    pub fn add(&mut self, audited: &Audited) {
        let report = &audited.report;
        self.count(audited, report.outcome().as_str());
        if let Some(tls) = report.seen().and_then(|seen| seen.tls.as_ref()) {
            count(&mut self.versions, &tls.version);
        }
        let Some(Ok(facts)) = report.leaf().map(|leaf| leaf.facts()) else {
            return;
        };
        count(&mut self.issuers, &facts.issuer.label());
        count(&mut self.keys, &facts.public_key.describe());
        let left = days_left(facts.not_after, report.at);
        let week = left.map_or(-1, |days| (days / 7).min(WEEKS));
        *self.ends.entry(week).or_default() += 1;
        if let Some(days) = left {
            self.expires(days, report.target.label.clone());
        }
    }

    /// Adds a domain. Its hosts are not targets: their certificates and keys are not counted. The host
    /// whose certificate expires first is listed once, however many domains have it.
    pub fn add_domain(&mut self, audited: &Audited<DomainReport>) {
        let report = &audited.report;
        self.count(audited, report.outcome().as_str());
        let first = report.first_to_expire();
        let first = first.and_then(|(end, host)| Some((days_left(end, report.at)?, host)));
        if let Some((days, host)) = first.filter(|first| !self.expiries.contains(first)) {
            self.expires(days, host);
        }
    }

    fn expires(&mut self, days: i64, whose: String) {
        let place = self.expiries.partition_point(|(other, _)| *other <= days);
        self.expiries.insert(place, (days, whose));
        self.expiries.truncate(MOST_EXPIRIES);
    }

    fn count<R>(&mut self, audited: &Audited<R>, outcome: &'static str) {
        self.targets += 1;
        *self.outcomes.entry(outcome).or_default() += 1;
        *self.standings.entry(audited.standing()).or_default() += 1;
        if audited.differences.is_some() {
            *self.changed.get_or_insert(0) += u64::from(audited.is_changed());
        }
        let mut seen = Vec::new();
        for finding in &audited.findings {
            let key = (finding.code, finding.severity);
            if !seen.contains(&key) {
                *self.findings.entry(key).or_default() += 1;
                seen.push(key);
            }
        }
    }

    /// How many targets have that standing.
    pub fn with(&self, standing: Standing) -> u64 {
        self.standings.get(&standing).copied().unwrap_or_default()
    }
}

/// Counts by a name from the network.
fn count(counts: &mut HashMap<String, u64>, name: &str) {
    let name = excerpt(name, 60);
    if counts.len() < MOST_NAMES || counts.contains_key(&name) {
        *counts.entry(name).or_default() += 1;
    }
}
