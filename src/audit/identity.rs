//! Which target is which: one line of a list may name the same server as another, and ask for
//! another certificate.

use crate::report::{Report, Target};
use serde_json::Value;

/// A target, from one audit to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// As it stands in the list.
    pub input: String,
    /// The name that the certificate must be for.
    pub servername: String,
}

impl Identity {
    /// That of a report.
    pub fn of(report: &Report) -> Self {
        Self {
            input: report.target.input.clone(),
            servername: report.target.servername.clone(),
        }
    }

    /// That of a line of an earlier audit, if it has one.
    pub fn of_line(report: &Value) -> Option<Self> {
        let text = |pointer| report.pointer(pointer).and_then(Value::as_str);
        let input = text("/target/input")?;
        let servername = text("/target/servername").or_else(|| text("/target/host"));
        Some(Self {
            input: input.to_owned(),
            servername: servername.unwrap_or(input).to_owned(),
        })
    }
}

/// The name that a target's certificate must be for, where it is not the host's own.
pub fn other_name(target: &Target) -> Option<&str> {
    let name = target.servername.as_str();
    (target.host.as_deref() != Some(name)).then_some(name)
}
