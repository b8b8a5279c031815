//! Hosts with the same key: anyone with that key can impersonate all of them.

use crate::certificate::Certificate;
use crate::finding::{Code, Evidence, Finding};
use crate::report::Report;
use std::collections::HashMap;

/// The keys that an audit has seen.
#[derive(Debug, Default)]
pub struct SharedKeys {
    /// The first host with each key, by the digest of the key.
    first: HashMap<Vec<u8>, String>,
}

impl SharedKeys {
    /// Adds the keys of a target, and names the hosts that showed one of them before.
    pub fn findings(&mut self, report: &Report) -> Vec<Finding> {
        let Some(host) = &report.target.host else {
            return Vec::new();
        };
        let mut others: Vec<(String, Option<String>)> = Vec::new();
        let elsewhere = report.others.iter();
        let elsewhere =
            elsewhere.map(|other| (other, other.address().map(|at| at.ip().to_string())));
        let ports = report.ports.iter().flat_map(|port| port.report.looks());
        let ports = ports.map(|other| (other, other.address().map(|at| at.to_string())));
        let first = (&report.representative, None);
        for (look, place) in std::iter::once(first).chain(elsewhere).chain(ports) {
            let Some(key) = look.leaf().and_then(Certificate::spki_sha256) else {
                continue;
            };
            let digest = key.hex().into_bytes();
            let first = self.first.entry(digest).or_insert_with(|| host.clone());
            if first != host && !others.iter().any(|(other, _)| other == first) {
                others.push((first.clone(), place));
            }
        }
        others.into_iter().map(note).collect()
    }
}

/// Notes a shared key, with the place if it is not the one of the target's report.
fn note((host, place): (String, Option<String>)) -> Finding {
    // The chain of another place is not shown.
    let certificate = place.is_none().then_some(0);
    let message = match place {
        None => format!("\"{host}\" has the same key"),
        Some(place) => format!("at {place}: \"{host}\" has the same key"),
    };
    let advice = "give every host a key of its own, unless they are one service";
    let finding = Finding::new(Code::SharedKey, certificate, message, advice);
    finding.because(Evidence::Host(host))
}
