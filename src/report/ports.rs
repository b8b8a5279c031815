//! The report of a host that was looked at port by port: which port speaks for it, and what no
//! single port shows.

use super::addresses::has_same_reasons;
use super::port_findings::{Sight, findings};
use super::{Assessment, Exit, Outcome, Port, Report, Target};
use crate::certificate::Certificate;
use crate::endpoint::{Protocol, Start};
use crate::finding::{Code, Finding, Severity};
use crate::observation::Step;
use std::cmp::Reverse;
use time::OffsetDateTime;

/// The rank of a port; the highest speaks for the host. Unlike an address, a port that does not
/// answer has no other in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is closed, and the user did not ask for it.
    Closed,
    Trusted,
    Pinned,
    Unreachable,
    SmtpRefused,
    TlsFailed,
    Untrusted,
}

impl Rank {
    fn of(port: &Port) -> Self {
        match port.report.outcome() {
            _ if !port.counts() => Self::Closed,
            Outcome::Trusted => Self::Trusted,
            Outcome::Pinned => Self::Pinned,
            Outcome::Unreachable => Self::Unreachable,
            Outcome::SmtpRefused => Self::SmtpRefused,
            Outcome::TlsFailed => Self::TlsFailed,
            Outcome::Untrusted => Self::Untrusted,
        }
    }
}

impl Port {
    /// The number of the port.
    pub fn number(&self) -> u16 {
        self.report.target.port.unwrap_or_default()
    }

    /// The protocol that was spoken, or that the port is for.
    pub fn protocol(&self) -> Protocol {
        self.report.target.protocol.unwrap_or_default()
    }

    /// How TLS was started, or would have been.
    pub fn start(&self) -> Start {
        self.report.target.tls.unwrap_or(Start::Starttls)
    }

    /// Whether no address of it could be connected to, in whichever way a firewall or a system says
    /// no.
    pub fn is_closed(&self) -> bool {
        let mut looks = self.report.looks();
        looks.all(|look| {
            look.failure()
                .is_some_and(|failure| failure.step == Step::Connect)
        })
    }

    /// Whether an address of it could be connected to.
    pub fn is_open(&self) -> bool {
        let mut seen = self.report.looks().filter_map(|look| look.seen.as_ref());
        seen.any(|seen| seen.address.is_some())
    }

    /// Whether it counts: it is open, or the user asked for it.
    pub fn counts(&self) -> bool {
        self.is_named || !self.is_closed()
    }

    /// `port 993 (IMAP)`, or `ports 143 (IMAP), 993 (IMAP)`.
    pub fn list(ports: &[&Self]) -> String {
        let names: Vec<String> = ports.iter().map(|port| port.name()).collect();
        let s = if names.len() == 1 { "" } else { "s" };
        format!("port{s} {}", names.join(", "))
    }

    /// `993 (IMAP)`.
    pub fn name(&self) -> String {
        name(self.number(), self.protocol())
    }
}

/// A port, and what is spoken there.
fn name(number: u16, protocol: Protocol) -> String {
    format!("{number} ({protocol})")
}

impl Report {
    /// The report of a host: the worst of its ports speaks for it, of equals the one whose
    /// certificate expires first, then the first in the order of the ports. `target` is the host.
    /// `None`: there are no ports.
    pub fn of_ports(target: Target, ports: Vec<Port>) -> Option<Self> {
        let key = |port: &Port| {
            let end = expires(&port.report);
            (Reverse(Rank::of(port)), end.is_none(), end)
        };
        let (speaker, port) = ports.iter().enumerate().min_by_key(|(_, port)| key(port))?;
        Some(Self {
            target,
            speaker,
            ..port.report.clone()
        })
        .map(|report| Self { ports, ..report })
    }

    /// The port that speaks for the host; `None` if one port alone was looked at.
    pub fn speaking_port(&self) -> Option<&Port> {
        self.ports.get(self.speaker)
    }

    /// The ports that count: they are open, or the user asked for them.
    pub fn counting_ports(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|port| port.counts())
    }

    /// The ports that are closed, and that the user did not ask for.
    pub fn closed_ports(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|port| !port.counts())
    }

    /// The ports for which the speaking one speaks; empty if it speaks for all that count.
    pub fn spoken_for_ports(&self) -> Vec<&Port> {
        let alike =
            |port: &&Port| has_same_reasons(&self.representative, &port.report.representative);
        let same: Vec<&Port> = self.counting_ports().filter(alike).collect();
        if same.len() == self.counting_ports().count() {
            return Vec::new();
        }
        same
    }

    /// Every assessment of every port; of a closed one, too.
    pub fn every_look(&self) -> impl Iterator<Item = &Assessment> {
        let own = self.looks().filter(|_| self.ports.is_empty());
        own.chain(self.ports.iter().flat_map(|port| port.report.looks()))
    }

    /// The findings that no single port has: the certificates differ, or one way in is not
    /// protected.
    pub fn about_ports(&self) -> Vec<Finding> {
        let sights: Vec<Sight<'_>> = self.counting_ports().flat_map(sights).collect();
        findings(&sights)
    }

    /// Those of them about which something is to be done.
    pub fn port_problems(&self) -> Vec<Finding> {
        let mut found = self.about_ports();
        found.retain(|finding| finding.severity > Severity::Note);
        found
    }

    /// What `of` finds on each port that counts, those of the speaking one first. Each finding lists
    /// its ports, unless it holds on all of them. A missing STARTTLS is left to the finding that names
    /// all such ports.
    pub fn on_ports(&self, of: impl Fn(&Self) -> Vec<Finding>) -> Vec<Finding> {
        let speaker = self.speaking_port().map(Port::number);
        let mut ports: Vec<&Port> = self.counting_ports().collect();
        let is_any_open = !ports.is_empty();
        if !is_any_open {
            ports.extend(self.speaking_port());
        }
        ports.sort_by_key(|port| Some(port.number()) != speaker);
        let mut merged: Vec<(Finding, Vec<&Port>)> = Vec::new();
        for &port in &ports {
            let found = of(&port.report).into_iter();
            for mut found in found.filter(|found| found.code != Code::StarttlsNotOffered) {
                // The index counts in the chain of another port, which is not shown.
                found.certificate = found.certificate.filter(|_| Some(port.number()) == speaker);
                let same = merged.iter_mut().find(|(other, _)| {
                    (other.code, other.severity, &other.message)
                        == (found.code, found.severity, &found.message)
                });
                match same {
                    Some((_, places)) => places.push(port),
                    None => merged.push((found, vec![port])),
                }
            }
        }
        let told = merged.into_iter().map(|(mut finding, mut places)| {
            places.sort_by_key(|port| self.place_of(port));
            let names = Port::list(&places);
            finding.message = match is_any_open {
                false => format!("no port is open; {names}: {}", finding.message),
                true if places.len() < ports.len() => format!("{names}: {}", finding.message),
                true => finding.message,
            };
            finding.on(places.iter().map(|port| port.number()))
        });
        told.collect()
    }

    fn place_of(&self, port: &Port) -> Option<usize> {
        let mut ports = self.ports.iter();
        ports.position(|other| other.number() == port.number())
    }

    /// The number of certificates that the ports serve.
    pub fn certificate_count(&self) -> usize {
        let mut leaves: Vec<&Certificate> = Vec::new();
        for leaf in self.every_look().filter_map(Assessment::leaf) {
            if !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        leaves.len()
    }

    /// The exit code of the ports that count; of a host without any, that it cannot be reached.
    pub(super) fn exit_of_ports(&self) -> Exit {
        let mut exits = self
            .counting_ports()
            .map(|port| port.report.exit())
            .peekable();
        match exits.peek() {
            Some(_) => Exit::of_all(exits),
            None => self.outcome().exit(),
        }
    }
}

/// What a port showed at each of its addresses. An address that does not answer shows nothing.
fn sights(port: &Port) -> impl Iterator<Item = Sight<'_>> {
    let (number, protocol) = (port.number(), port.protocol());
    let looks = port.report.answering().into_iter();
    looks.map(move |look| Sight {
        port: number,
        protocol,
        ip: look.address().map(|address| address.ip()),
        several: port.report.has_several_addresses(),
        leaf: look.leaf(),
        is_unprotected: look
            .failure()
            .is_some_and(|failure| failure.code() == Code::StarttlsNotOffered),
    })
}

/// When the leaf expires.
fn expires(report: &Report) -> Option<OffsetDateTime> {
    Some(report.leaf()?.facts().ok()?.not_after)
}
