//! A target of a list.

use crate::certificate::Least;
use crate::endpoint::{Host, MailPorts, Subject};
use crate::fingerprint::{Comparison, Pin};

/// A target with what the list says about it; a domain has no ports, servername and pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The target as written in the list.
    pub input: String,
    /// The server or the domain that it means.
    pub subject: Subject,
    /// `mail` or `ports=`: the ports of the host to look at; `None`: that of the target.
    pub ports: Option<MailPorts>,
    /// `servername=`: the name that the certificate must be for.
    pub servername: Option<Host>,
    /// `pin=`, which may be repeated: one of them must be the leaf's.
    pub pins: Vec<Pin>,
    /// `cacerts=`: a file of trust anchors.
    pub cacerts: Option<String>,
    /// `crl=`: a file or directory of revocation lists.
    pub crl: Option<String>,
    /// `label=`.
    pub label: Option<String>,
    /// `warning=`: how much time must be left, instead of the value on the command line.
    pub warning: Option<Least>,
    /// `critical=`, likewise.
    pub critical: Option<Least>,
}

impl Entry {
    /// A target without columns.
    pub(super) fn new(input: &str, subject: Subject) -> Self {
        Self {
            input: input.to_owned(),
            subject,
            ports: None,
            servername: None,
            pins: Vec::new(),
            cacerts: None,
            crl: None,
            label: None,
            warning: None,
            critical: None,
        }
    }

    /// Whether the target says which port is meant.
    pub fn names_a_port(&self) -> bool {
        match &self.subject {
            Subject::Host(target) => target.port.is_some() || target.start.is_some(),
            Subject::Domain(_) => false,
        }
    }

    /// Whether it is a domain.
    pub fn is_domain(&self) -> bool {
        matches!(self.subject, Subject::Domain(_))
    }

    /// Compares the pins of the line with a leaf, in DER.
    pub fn compare(&self, leaf: &[u8]) -> Comparison {
        if self.pins.is_empty() {
            return Comparison::NotMade;
        }
        self.pins.iter().any(|pin| pin.matches(leaf)).into()
    }
}
