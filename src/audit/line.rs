//! The findings in a line of an earlier audit, which may be of a newer version.

use crate::finding::{Severity, WrittenCode};
use serde_json::Value;

/// The code and severity of each finding.
pub fn findings_of_line(report: &Value) -> impl Iterator<Item = (WrittenCode<'_>, Severity)> {
    of_field(report, "findings")
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
    let found = report.get(field).and_then(Value::as_array);
    found.into_iter().flatten().filter_map(|finding| {
        let severity = finding.get("severity")?.as_str()?.parse().ok()?;
        let code = finding.get("code")?.as_str()?;
        Some((WrittenCode::read(code), severity))
    })
}
