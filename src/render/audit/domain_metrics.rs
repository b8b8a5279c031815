//! The metrics of domains, in the text format of Prometheus.

use super::exposition::{Series, gauge, one, quoted};
use crate::audit::Audited;
use crate::finding::{Code, Severity};
use crate::report::DomainReport;
use std::collections::{BTreeMap, BTreeSet};

/// What is kept of a domain until the end, because the samples of a metric must stand together.
#[derive(Clone, Debug)]
pub(super) struct DomainSample {
    labels: String,
    outcome: &'static str,
    /// Each kind of sender, and what it does.
    deliveries: Vec<(&'static str, &'static str)>,
    hosts: usize,
    not_after: Option<i64>,
    policy_host_not_after: Option<i64>,
    signatures_end: Option<i64>,
    findings: BTreeSet<(Severity, Code)>,
    critical: usize,
    warnings: usize,
    left_out: usize,
    seconds: f64,
}

impl DomainSample {
    /// Takes what is needed.
    pub(super) fn of(audited: &Audited<DomainReport>) -> Self {
        let report = &audited.report;
        let findings = &audited.findings;
        let count = |severity| {
            let found = findings.iter();
            found.filter(|finding| finding.severity == severity).count()
        };
        let senders = report.verdict.senders.iter();
        let policy = report.facts.mta_sts.as_ref();
        Self {
            labels: format!(
                "target=\"{}\",domain=\"{}\",label=\"{}\"",
                quoted(&report.input),
                quoted(report.name()),
                quoted(audited.label.as_deref().unwrap_or_default())
            ),
            outcome: report.outcome().as_str(),
            deliveries: senders
                .map(|sender| (sender.sender.as_str(), sender.result.as_str()))
                .collect(),
            hosts: report.facts.hosts.len(),
            not_after: report
                .first_to_expire()
                .map(|(end, _)| end.unix_timestamp()),
            policy_host_not_after: policy
                .and_then(|sts| Some(sts.host_validity?.until.unix_timestamp())),
            signatures_end: report
                .signatures_end()
                .map(|end| end.until.unix_timestamp()),
            findings: findings
                .iter()
                .map(|finding| (finding.severity, finding.code))
                .collect(),
            critical: count(Severity::Critical),
            warnings: count(Severity::Warning),
            left_out: audited.hidden().count(),
            seconds: report.elapsed.as_secs_f64(),
        }
    }
}

/// A metric: its name, its help, and its series for a domain.
type Metric = (&'static str, &'static str, fn(&DomainSample) -> Vec<Series>);

/// A series that is there because of its labels.
fn labelled(labels: String) -> Series {
    (labels, "1".to_owned())
}

/// The metrics of each domain. The names are promises.
const METRICS: &[Metric] = &[
    (
        "outcome",
        "What comes of the mail of the domain; always 1.",
        |sample| vec![labelled(format!("outcome=\"{}\"", sample.outcome))],
    ),
    (
        "delivery",
        "What a kind of sender does with the mail of the domain; always 1.",
        |sample| {
            let each = sample.deliveries.iter();
            each.map(|(sender, result)| {
                labelled(format!("sender=\"{sender}\",result=\"{result}\""))
            })
            .collect()
        },
    ),
    (
        "hosts",
        "How many hosts take the mail of the domain.",
        |sample| one(Some(sample.hosts)),
    ),
    (
        "not_after_timestamp_seconds",
        "When the first certificate of the hosts and of the policy's host expires.",
        |sample| one(sample.not_after),
    ),
    (
        "policy_host_not_after_timestamp_seconds",
        "When the certificate of the MTA-STS policy's host expires.",
        |sample| one(sample.policy_host_not_after),
    ),
    (
        "signatures_end_timestamp_seconds",
        "When the first DNSSEC signature ends that the answers need.",
        |sample| one(sample.signatures_end),
    ),
    (
        "critical_findings",
        "How many findings are critical.",
        |sample| one(Some(sample.critical)),
    ),
    (
        "warning_findings",
        "How many findings are warnings.",
        |sample| one(Some(sample.warnings)),
    ),
    (
        "left_out_findings",
        "How many kinds of findings --only and --ignore have left out that are not fine.",
        |sample| one(Some(sample.left_out)),
    ),
    (
        "probe_duration_seconds",
        "How long the check took.",
        |sample| one(Some(sample.seconds)),
    ),
    (
        "finding",
        "A finding, by its code and severity; always 1.",
        |sample| {
            let found = sample.findings.iter().rev();
            found
                .map(|(severity, code)| {
                    labelled(format!("code=\"{code}\",severity=\"{severity}\""))
                })
                .collect()
        },
    ),
];

/// All metrics of domains; one that occurs twice is written once, as it was the last time.
pub(super) fn of_domains(samples: &[DomainSample]) -> String {
    let latest = samples
        .iter()
        .map(|sample| (sample.labels.as_str(), sample));
    let latest: BTreeMap<&str, &DomainSample> = latest.collect();
    let mut out = String::new();
    for (name, help, series) in METRICS {
        let told = latest
            .iter()
            .map(|(labels, sample)| (*labels, series(sample)));
        gauge(
            &mut out,
            &format!("smtp_certcheck_domain_{name}"),
            help,
            told,
        );
    }
    out
}
