//! An audit for the textfile collector of Prometheus' `node_exporter` (its text format 0.0.4).

use super::domain_metrics::{DomainSample, of_domains};
use super::exposition::{Series, gauge, one, quoted};
use super::format::{Ending, Format};
use crate::audit::{Audited, Completeness, Summary};
use crate::certificate::Certificate;
use crate::escape::excerpt;
use crate::finding::{Code, Finding, Severity};
use crate::fingerprint::Algorithm;
use crate::report::{DomainReport, Outcome, Port, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// The format.
#[derive(Clone, Debug)]
pub struct Prometheus {
    /// When the audit ran.
    at: OffsetDateTime,
    samples: Vec<Sample>,
    domains: Vec<DomainSample>,
}

impl Prometheus {
    /// Of an audit that runs at that time.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            at,
            samples: Vec::new(),
            domains: Vec::new(),
        }
    }
}

impl Format for Prometheus {
    fn target(&mut self, audited: &Audited) -> String {
        if audited.report.ports.is_empty() {
            self.samples
                .push(Sample::of(audited, &audited.report, None));
        }
        let ports = audited.report.ports.iter();
        self.samples
            .extend(ports.map(|port| Sample::of(audited, &port.report, Some(port))));
        String::new()
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        self.domains.push(DomainSample::of(audited));
        String::new()
    }

    fn end(&mut self, _: &Completeness, _: &Summary) -> Ending {
        Ending {
            // Missing series look like resolved ones, and clear alerts.
            replaces_only_whole: true,
            ..Ending::for_programs(self.render())
        }
    }

    /// A missing series looks like a resolved one.
    fn takes_all(&self) -> bool {
        true
    }
}

/// What is kept of a target until the end, because the samples of a metric must stand together.
#[derive(Clone, Debug)]
struct Sample {
    labels: String,
    /// Of one of several ports of a host: whether it is open.
    is_open: Option<bool>,
    /// A closed port that the user did not ask for has no other samples.
    is_silent: bool,
    outcome: Outcome,
    not_before: Option<i64>,
    not_after: Option<i64>,
    /// The end of the first certificate of the path to expire; without a path, of the chain.
    chain_not_after: Option<i64>,
    /// More labels, about the certificate and the connection.
    info: Option<String>,
    findings: BTreeSet<(Severity, Code)>,
    critical: usize,
    warnings: usize,
    left_out: usize,
    seconds: f64,
}

impl Sample {
    /// Takes what is needed of a target, or of one of several ports.
    fn of(audited: &Audited, report: &Report, port: Option<&Port>) -> Self {
        let concerns =
            |finding: &&Finding| port.is_none_or(|port| finding.ports.contains(&port.number()));
        let found = || audited.findings.iter().filter(concerns);
        let count = |severity| {
            found()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let speaks = |port: &Port| {
            let speaker = audited.report.speaking_port();
            speaker.is_some_and(|speaker| speaker.number() == port.number())
        };
        let protocol = port.map_or_else(String::new, |port| {
            format!(",protocol=\"{}\"", port.protocol().as_str())
        });
        let label = audited.label.as_deref().unwrap_or_default();
        let number = report.target.port.map(|port| port.to_string());
        let leaf = report.leaf().and_then(|leaf| leaf.facts().ok());
        Self {
            labels: format!(
                "target=\"{}\",host=\"{}\",port=\"{}\",servername=\"{}\",label=\"{}\"{protocol}",
                quoted(&report.target.input),
                quoted(report.target.host.as_deref().unwrap_or_default()),
                number.unwrap_or_default(),
                quoted(&report.target.servername),
                quoted(label)
            ),
            is_open: port.map(Port::is_open),
            is_silent: port.is_some_and(|port| !port.counts() && !speaks(port)),
            outcome: report.outcome(),
            not_before: leaf.map(|facts| facts.not_before.unix_timestamp()),
            not_after: leaf.map(|facts| facts.not_after.unix_timestamp()),
            chain_not_after: chain_not_after(report),
            info: info(report),
            findings: found()
                .map(|finding| (finding.severity, finding.code))
                .collect(),
            critical: count(Severity::Critical),
            warnings: count(Severity::Warning),
            left_out: audited.hidden().count(),
            seconds: report.seen().map_or(0.0, |seen| seen.elapsed.as_secs_f64()),
        }
    }
}

/// Of the certificates that the state depends on, the end of the first to expire.
fn chain_not_after(report: &Report) -> Option<i64> {
    let path = report.path();
    let chain = report.chain().iter().filter(|_| path.is_empty());
    let facts = path
        .iter()
        .chain(chain)
        .filter_map(|certificate| certificate.facts().ok());
    facts.map(|facts| facts.not_after.unix_timestamp()).min()
}

/// The labels of the information on a server that presents a certificate.
fn info(report: &Report) -> Option<String> {
    let leaf: &Certificate = report.leaf()?;
    let fields = leaf.fields();
    let issuer = fields.issuer.map(ToString::to_string);
    let tls = report.seen().and_then(|seen| seen.tls.as_ref());
    Some(format!(
        "issuer=\"{}\",serial=\"{}\",sha256=\"{}\",tls_version=\"{}\"",
        quoted(&excerpt(&issuer.unwrap_or_default(), 200)),
        quoted(&excerpt(fields.serial.unwrap_or_default(), 80)),
        leaf.fingerprint(Algorithm::Sha256).hex(),
        quoted(tls.map_or("", |tls| &tls.version)),
    ))
}

/// A metric: its name, its help, and its series for a target.
type Metric = (&'static str, &'static str, fn(&Sample) -> Vec<Series>);

/// The metrics of each target. The names are promises.
const METRICS: &[Metric] = &[
    (
        "trusted",
        "Whether the certificate is trusted or pinned.",
        |sample| {
            let is_trusted = matches!(sample.outcome, Outcome::Trusted | Outcome::Pinned);
            one(Some(u8::from(is_trusted)))
        },
    ),
    (
        "reachable",
        "Whether the server was reached and spoke TLS.",
        |sample| {
            let is_reachable = matches!(
                sample.outcome,
                Outcome::Trusted | Outcome::Pinned | Outcome::Untrusted
            );
            one(Some(u8::from(is_reachable)))
        },
    ),
    (
        "not_after_timestamp_seconds",
        "When the certificate of the server expires.",
        |sample| one(sample.not_after),
    ),
    (
        "chain_not_after_timestamp_seconds",
        "When the first certificate of the path to the trust anchor expires, or of the chain without a path.",
        |sample| one(sample.chain_not_after),
    ),
    (
        "not_before_timestamp_seconds",
        "Since when the certificate of the server is valid.",
        |sample| one(sample.not_before),
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
        "How long the probe took.",
        |sample| one(Some(sample.seconds)),
    ),
    (
        "info",
        "The certificate of the server, and the version of TLS; always 1.",
        |sample| {
            let info = sample.info.iter();
            info.map(|labels| (labels.clone(), "1".to_owned()))
                .collect()
        },
    ),
    (
        "finding",
        "A finding, by its code and severity; always 1.",
        |sample| {
            let found = sample.findings.iter().rev();
            let labels = found.map(|(severity, code)| {
                let labels = format!("code=\"{code}\",severity=\"{severity}\"");
                (labels, "1".to_owned())
            });
            labels.collect()
        },
    ),
    (
        "port_open",
        "Whether a port of a host that is looked at port by port is open.",
        |sample| one(sample.is_open.map(u8::from)),
    ),
];

impl Prometheus {
    /// All metrics. Those of a kind of target that the list does not have are left out, unless it has
    /// none at all.
    fn render(&self) -> String {
        let mut out = String::new();
        if self.domains.is_empty() || !self.samples.is_empty() {
            out += &of_servers(&self.samples);
        }
        if !self.domains.is_empty() {
            out += &of_domains(&self.domains);
        }
        let name = "smtp_certcheck_last_run_timestamp_seconds";
        let at = self.at.unix_timestamp();
        let _ = writeln!(out, "# HELP {name} When the audit ran.");
        let _ = writeln!(out, "# TYPE {name} gauge\n{name} {at}");
        out
    }
}

/// The metrics of servers; one that occurs twice is written once, as it was the last time.
fn of_servers(samples: &[Sample]) -> String {
    let mut latest: BTreeMap<&str, &Sample> = BTreeMap::new();
    for sample in samples {
        latest.insert(&sample.labels, sample);
    }
    let mut out = String::new();
    for (name, help, series) in METRICS {
        let is_of_ports = *name == "port_open";
        if is_of_ports && latest.values().all(|sample| sample.is_open.is_none()) {
            continue;
        }
        let told = latest
            .iter()
            .filter(|(_, sample)| !sample.is_silent || is_of_ports);
        let told = told.map(|(labels, sample)| (*labels, series(sample)));
        gauge(&mut out, &format!("smtp_certcheck_{name}"), help, told);
    }
    out
}
