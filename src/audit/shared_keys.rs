//! Hosts with the same key: anyone with that key can impersonate all of them.

use crate::certificate::Certificate;
use crate::finding::{Code, Evidence, Finding};
use crate::report::Report;
use std::collections::HashMap;
use std::net::SocketAddr;

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
        let mut others: Vec<(String, Option<SocketAddr>)> = Vec::new();
        let elsewhere = report.others.iter();
        let elsewhere = elsewhere.map(|other| (other, other.address()));
        let first = (&report.representative, None);
        for (look, address) in std::iter::once(first).chain(elsewhere) {
            let Some(key) = look.leaf().and_then(Certificate::spki_sha256) else {
                continue;
            };
            let digest = key.hex().into_bytes();
            let first = self.first.entry(digest).or_insert_with(|| host.clone());
            if first != host && !others.iter().any(|(other, _)| other == first) {
                others.push((first.clone(), address));
            }
        }
        others.into_iter().map(note).collect()
    }
}

/// Notes a shared key, with the address if it is not the one of the target's report.
fn note((host, address): (String, Option<SocketAddr>)) -> Finding {
    // The chain of another address is not shown.
    let certificate = address.is_none().then_some(0);
    let message = match address {
        None => format!("\"{host}\" has the same key"),
        Some(address) => format!("at {}: \"{host}\" has the same key", address.ip()),
    };
    let advice = "give every host a key of its own, unless they are one service";
    let finding = Finding::new(Code::SharedKey, certificate, message, advice);
    finding.because(Evidence::Host(host))
}
