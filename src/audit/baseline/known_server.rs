//! What an audit keeps of a server to compare it with: the leaves of its addresses, and its ports.

use super::super::line::{addresses_of_line, open_ports_of_line};
use crate::fingerprint::Algorithm;
use crate::report::{Assessment, Port, Report};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What an audit saw of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownServer {
    /// The leaves of all addresses, each once. A resolver returns addresses in any order, and some
    /// may not answer: only a certificate that was not served before is a change.
    pub(super) leaves: Vec<Leaf>,
    /// The ports that are open, if several of the host were looked at, and its name was found.
    pub(super) open: Vec<u16>,
}

/// What an audit saw of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) certificate: String,
    pub(super) key: Option<String>,
    pub(super) issuer: Option<String>,
    /// Its last moment, as the reports write it.
    pub(super) not_after: Option<String>,
}

impl KnownServer {
    /// What this audit sees.
    pub(super) fn of(report: &Report) -> Self {
        let mut leaves = Vec::new();
        add(&mut leaves, report.every_look().filter_map(Leaf::of));
        let open = report.ports.iter().filter(|port| port.is_open());
        Self {
            leaves,
            open: open.map(Port::number).collect(),
        }
    }

    /// What an earlier audit saw, from its line.
    pub(super) fn of_line(report: &Value) -> Self {
        let mut leaves = Vec::new();
        leaves.extend(report.pointer("/chain/0").and_then(Leaf::of_chain));
        add(
            &mut leaves,
            addresses_of_line(report).filter_map(Leaf::of_address),
        );
        Self {
            leaves,
            open: open_ports_of_line(report).collect(),
        }
    }

    /// Whether it served that certificate.
    pub(super) fn has(&self, leaf: &Leaf) -> bool {
        let mut known = self.leaves.iter();
        known.any(|other| other.certificate == leaf.certificate)
    }
}

impl Leaf {
    fn of(look: &Assessment) -> Option<Self> {
        let leaf = look.leaf()?;
        let facts = leaf.facts().ok();
        Some(Self {
            certificate: leaf.fingerprint(Algorithm::Sha256).hex(),
            key: leaf.spki_sha256().map(|key| key.hex()),
            issuer: facts.map(|facts| facts.issuer.to_string()),
            not_after: facts.map(|facts| rfc3339(facts.not_after)),
        })
    }

    /// Reads the first element of `chain` in a line.
    fn of_chain(leaf: &Value) -> Option<Self> {
        Self::read(leaf, leaf.pointer("/fingerprints/sha256")?)
    }

    /// Reads an element of `addresses` in a line.
    fn of_address(address: &Value) -> Option<Self> {
        Self::read(address, address.get("sha256")?)
    }

    fn read(fields: &Value, digest: &Value) -> Option<Self> {
        let text = |name| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            certificate: digest.as_str()?.to_owned(),
            key: text("spki_sha256"),
            issuer: text("issuer"),
            not_after: text("not_after"),
        })
    }

    /// The day on which it expires. A time in RFC 3339 begins with its day; a text without that
    /// form is compared in full.
    pub(super) fn day(&self) -> Option<&str> {
        let time = self.not_after.as_deref()?;
        Some(time.split_once('T').map_or(time, |(day, _)| day))
    }
}

/// As the reports write it.
fn rfc3339(time: OffsetDateTime) -> String {
    // Only years before 0 or after 9999 cannot be written so.
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

/// Adds the leaves that are missing.
fn add(leaves: &mut Vec<Leaf>, more: impl Iterator<Item = Leaf>) {
    for leaf in more {
        if !leaves.iter().any(|l| l.certificate == leaf.certificate) {
            leaves.push(leaf);
        }
    }
}
