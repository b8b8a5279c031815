//! The ports of a host, if several were looked at.

use super::addresses::{AddressJson, addresses};
use crate::endpoint::Protocol;
use crate::report::{Port, Report};
use serde::Serialize;

/// One of several ports of a host.
#[derive(Serialize)]
pub(super) struct PortJson {
    port: u16,
    protocol: &'static str,
    tls: &'static str,
    open: bool,
    asked: bool,
    outcome: Option<&'static str>,
    addresses: Vec<AddressJson>,
}

/// Every port, in the order in which it was looked at.
pub(super) fn ports(report: &Report) -> Vec<PortJson> {
    report.ports.iter().map(PortJson::from).collect()
}

impl From<&Port> for PortJson {
    fn from(port: &Port) -> Self {
        Self {
            port: port.number(),
            protocol: Protocol::as_str(port.protocol()),
            tls: port.report.target.mode().unwrap_or_default(),
            open: port.is_open(),
            asked: port.is_named,
            outcome: port.counts().then(|| port.report.outcome().as_str()),
            addresses: addresses(&port.report),
        }
    }
}
