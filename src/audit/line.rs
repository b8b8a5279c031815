//! The findings in a line of an earlier audit, which may be of a newer version.

use crate::finding::{Severity, WrittenCode};
use serde_json::Value;

/// The code and severity of each finding.
pub fn findings_of_line(report: &Value) -> impl Iterator<Item = (WrittenCode<'_>, Severity)> {
    of_field(report, "findings")
}

/// Every address of every port.
pub(super) fn addresses_of_line(report: &Value) -> impl Iterator<Item = &Value> {
    let own = array(report, "addresses");
    let ports = array(report, "ports").flat_map(|port| array(port, "addresses"));
    own.chain(ports)
}

/// The ports that were open.
pub(super) fn open_ports_of_line(report: &Value) -> impl Iterator<Item = u16> {
    let open = |port: &&Value| port.get("open").and_then(Value::as_bool) == Some(true);
    array(report, "ports").filter(open).filter_map(number)
}

/// The ports that were looked at.
pub(super) fn ports_of_line(report: &Value) -> impl Iterator<Item = u16> {
    array(report, "ports").filter_map(number)
}

fn number(port: &Value) -> Option<u16> {
    port.get("port")?.as_u64()?.try_into().ok()
}

/// Whether the line is about a domain.
pub(super) fn is_domain(report: &Value) -> bool {
    report.get("kind").and_then(Value::as_str) == Some("domain")
}

/// The elements of a field; none if it is not an array.
pub(super) fn array<'a>(
    value: &'a Value,
    field: &str,
) -> impl Iterator<Item = &'a Value> + use<'a> {
    let found = value.get(field).and_then(Value::as_array);
    found.into_iter().flatten()
}

/// The findings that were left out.
pub(super) fn left_out_of_line(
    report: &Value,
) -> impl Iterator<Item = (WrittenCode<'_>, Severity)> {
    of_field(report, "left_out")
}

fn of_field<'a>(
    report: &'a Value,
    field: &str,
) -> impl Iterator<Item = (WrittenCode<'a>, Severity)> + use<'a> {
    array(report, field).filter_map(|finding| {
        let severity = finding.get("severity")?.as_str()?.parse().ok()?;
        let code = finding.get("code")?.as_str()?;
        Some((WrittenCode::read(code), severity))
    })
}
