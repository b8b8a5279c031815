//! An audit for spreadsheets (RFC 4180).

use super::addresses::addresses;
use super::changed;
use super::format::{Ending, Format};
use super::ports::ports;
use crate::audit::{Audited, Completeness, Summary, worst};
use crate::certificate::{Sans, days_left};
use crate::escape::visible;
use crate::fingerprint::Algorithm;
use crate::judge::domain::Kind;
use crate::render::timestamp::timestamp;
use crate::report::DomainReport;
use std::collections::HashMap;

/// The names of the columns: new ones come last, because programs count them.
const COLUMNS: [&str; 30] = [
    "target",
    "label",
    "outcome",
    "severity",
    "findings",
    "changes",
    "subject",
    "issuer",
    "not_after",
    "days_left",
    "key",
    "sha256",
    "tls",
    "address",
    "message",
    "addresses",
    "left_out",
    "host",
    "port",
    "servername",
    "not_before",
    "serial",
    "names",
    "checked_at",
    "differences",
    "ports",
    "dane",
    "mta_sts",
    "opportunistic",
    "mx",
];

/// The format: each line is complete, and nothing is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

impl Format for Csv {
    fn begin(&mut self) -> String {
        record(&COLUMNS.map(str::to_owned))
    }

    fn target(&mut self, audited: &Audited) -> String {
        row(audited)
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        let mut cells = of_domain(audited);
        let fields = COLUMNS.map(|column| cells.remove(column).unwrap_or_default());
        record(&fields)
    }

    fn end(&mut self, _: &Completeness, _: &Summary) -> Ending {
        Ending::for_programs(String::new())
    }
}

/// A target on a line.
fn row(audited: &Audited) -> String {
    let report = &audited.report;
    let leaf = report.leaf();
    let facts = leaf.and_then(|leaf| leaf.facts().ok());
    let seen = report.seen();
    let codes: Vec<&str> = audited
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    let changes = audited.changes();
    let changes: Vec<&str> = changes.iter().map(|change| change.as_str()).collect();
    let text = |value: Option<String>| value.unwrap_or_default();
    record(&[
        report.target.input.clone(),
        text(audited.label.clone()),
        report.outcome().as_str().to_owned(),
        text(worst(&audited.findings).map(|severity| severity.to_string())),
        codes.join(" "),
        changes.join(" "),
        text(leaf.map(crate::certificate::Certificate::label)),
        text(facts.map(|facts| facts.issuer.label())),
        text(facts.map(|facts| timestamp(facts.not_after))),
        text(facts.map(|facts| days_left(facts.not_after, report.at).to_string())),
        text(facts.map(|facts| facts.public_key.describe())),
        text(leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex())),
        text(seen.and_then(|seen| Some(seen.tls.as_ref()?.version.clone()))),
        text(seen.and_then(|seen| Some(seen.address?.to_string()))),
        text(
            audited
                .findings
                .first()
                .map(|finding| finding.message.clone()),
        ),
        with_outcomes(audited),
        audited.hidden_codes().replace(',', ""),
        text(report.target.host.clone()),
        text(report.target.port.map(|port| port.to_string())),
        report.target.servername.clone(),
        text(facts.map(|facts| timestamp(facts.not_before))),
        // Without a prefix, a spreadsheet reads some as numbers, and rounds them.
        text(facts.map(|facts| format!("0x{}", facts.serial))),
        text(facts.and_then(|facts| facts.sans.as_ref().map(names))),
        text(report.checked_at.map(timestamp)),
        changed::in_words(audited.differences()),
        ports_with_outcomes(audited),
        // Of domains.
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    ])
}

/// The cells of a domain, by their columns. Of its certificates the first to expire counts.
fn of_domain(audited: &Audited<DomainReport>) -> HashMap<&'static str, String> {
    let report = &audited.report;
    let mut cells = common(audited);
    let result = |kind| report.verdict.result(kind).map(|result| result.to_string());
    let end = report.first_to_expire();
    let hosts: Vec<&str> = report
        .facts
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    let own = [
        ("target", Some(report.input.clone())),
        ("outcome", Some(report.outcome().to_string())),
        ("host", Some(report.name().to_owned())),
        ("checked_at", report.checked_at.map(timestamp)),
        ("not_after", end.as_ref().map(|(end, _)| timestamp(*end))),
        (
            "days_left",
            end.map(|(end, _)| days_left(end, report.at).to_string()),
        ),
        ("dane", result(Kind::Dane)),
        ("mta_sts", result(Kind::MtaSts)),
        ("opportunistic", result(Kind::Opportunistic)),
        ("mx", Some(hosts.join(" "))),
    ];
    let own = own.into_iter();
    cells.extend(own.filter_map(|(column, value)| Some((column, value?))));
    cells
}

/// What the audit found.
fn common<R>(audited: &Audited<R>) -> HashMap<&'static str, String> {
    let findings = audited.findings.iter();
    let codes: Vec<&str> = findings.map(|finding| finding.code.as_str()).collect();
    let changes = audited.changes();
    let changes: Vec<&str> = changes.iter().map(|change| change.as_str()).collect();
    let severity = worst(&audited.findings).map(|severity| severity.to_string());
    let first = audited.findings.first();
    HashMap::from([
        ("label", audited.label.clone().unwrap_or_default()),
        ("severity", severity.unwrap_or_default()),
        ("findings", codes.join(" ")),
        ("changes", changes.join(" ")),
        (
            "message",
            first.map_or_else(String::new, |finding| finding.message.clone()),
        ),
        ("left_out", audited.hidden_codes().replace(',', "")),
        ("differences", changed::in_words(audited.differences())),
    ])
}

/// The names that a client may compare, with blanks between them.
fn names(sans: &Sans) -> String {
    let dns = sans.dns.iter().cloned();
    let all = dns.chain(sans.ip.iter().map(ToString::to_string));
    all.collect::<Vec<_>>().join(" ")
}

/// The outcomes of the addresses, if the name has several.
fn with_outcomes(audited: &Audited) -> String {
    let each = addresses(audited);
    let each = each
        .iter()
        .map(|(address, outcome)| format!("{address}={outcome}"));
    each.collect::<Vec<_>>().join(" ")
}

/// The outcomes of the ports, if several of the host were looked at.
fn ports_with_outcomes(audited: &Audited) -> String {
    let each = ports(audited);
    let each = each
        .iter()
        .map(|(port, outcome)| format!("{}={outcome}", port.number()));
    each.collect::<Vec<_>>().join(" ")
}

fn record(fields: &[String]) -> String {
    let fields = fields.iter().map(|field| harmless(field));
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to a vector cannot fail.
    let written = writer.write_record(fields);
    debug_assert!(written.is_ok());
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// Escaped, and never a formula: spreadsheets run text that begins like one.
fn harmless(field: &str) -> String {
    let text = visible(field);
    if text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_neither_formulas_nor_line_ends() {
        let fields = ["=cmd()", "a\n,\"b\"", "-3", "@x", "ü"].map(str::to_owned);
        assert_eq!(record(&fields), "'=cmd(),\"a\\n,\"\"b\"\"\",-3,'@x,ü\n");
    }
}
