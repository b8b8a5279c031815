//! The identity of a target: two lines of a list may name one server and ask for different
//! certificates.

use super::line::{is_domain, ports_of_line};
use crate::report::{Port, Report, Target};
use serde_json::Value;

/// The identity of a target, from one audit to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The target as written in the list.
    pub input: String,
    /// The name that the certificate must be for; `None` for a domain.
    pub servername: Option<String>,
    /// The ports that are looked at, if they are several of the host; else empty.
    pub ports: Vec<u16>,
}

impl Identity {
    /// The identity of the target of a report.
    pub fn of(report: &Report) -> Self {
        Self {
            input: report.target.input.clone(),
            servername: Some(report.target.servername.clone()),
            ports: report.ports.iter().map(Port::number).collect(),
        }
    }

    /// The identity of a domain, by the target as written.
    pub fn of_domain(input: &str) -> Self {
        Self {
            input: input.to_owned(),
            servername: None,
            ports: Vec::new(),
        }
    }

    /// The identity in a line of an earlier audit, if it has one.
    pub fn of_line(report: &Value) -> Option<Self> {
        let text = |pointer| report.pointer(pointer).and_then(Value::as_str);
        let input = text("/target/input")?;
        if is_domain(report) {
            return Some(Self::of_domain(input));
        }
        let servername = text("/target/servername").or_else(|| text("/target/host"));
        Some(Self {
            input: input.to_owned(),
            servername: Some(servername.unwrap_or(input).to_owned()),
            ports: ports_of_line(report).collect(),
        })
    }
}

/// The name that a target's certificate must be for, unless it is the host's own.
pub fn other_name(target: &Target) -> Option<&str> {
    let name = target.servername.as_str();
    (target.host.as_deref() != Some(name)).then_some(name)
}
