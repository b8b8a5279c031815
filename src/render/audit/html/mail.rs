//! What the row of a domain has besides: what senders do, and its hosts.

use crate::escape::excerpt;
use crate::judge::dane::Fit;
use crate::judge::domain::{HostVerdict, MailHost, Seen};
use crate::render::domain::headline;
use crate::report::DomainReport;
use std::net::IpAddr;

/// Records that are shown of a host.
const MOST_RECORDS: usize = 12;

/// What is only there of a domain.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    /// In a line.
    pub(super) headline: String,
    /// Each kind of sender, and what it does.
    pub(super) senders: Vec<(&'static str, &'static str)>,
    pub(super) hosts: Vec<Host>,
}

/// A host that takes the mail.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) addresses: String,
    /// What each kind of sender does there, and why.
    pub(super) senders: Vec<(&'static str, &'static str, String)>,
    /// Until when its certificates are valid.
    pub(super) until: String,
    /// Each TLSA record, and whether it matches.
    pub(super) records: Vec<(String, &'static str)>,
}

impl Mail {
    pub(super) fn of(report: &DomainReport) -> Self {
        let hosts = report.facts.hosts.iter().zip(&report.verdict.hosts);
        let hosts = hosts.enumerate();
        let senders = report.verdict.senders.iter();
        Self {
            headline: cut(&headline(report)),
            senders: senders
                .map(|sender| (sender.sender.senders(), sender.result.as_str()))
                .collect(),
            hosts: hosts
                .map(|(place, (host, judged))| Host::of(report, place, host, judged))
                .collect(),
        }
    }
}

impl Host {
    fn of(report: &DomainReport, place: usize, host: &MailHost, judged: &HostVerdict) -> Self {
        let senders = report.verdict.senders.iter().filter_map(|sender| {
            let at = sender.hosts.get(place)?;
            let kind = sender.sender.senders();
            Some((kind, at.delivery.as_str(), cut(&at.reason)))
        });
        Self {
            name: cut(&host.name),
            addresses: addresses(host),
            senders: senders.collect(),
            until: until(host),
            records: records(host, judged),
        }
    }
}

fn addresses(host: &MailHost) -> String {
    let mut all: Vec<IpAddr> = Vec::new();
    for look in &host.looks {
        if !all.contains(&look.address) {
            all.push(look.address);
        }
    }
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(", ")
}

fn until(host: &MailHost) -> String {
    let leaves = host.looks.iter().filter_map(|look| match &look.seen {
        Seen::Chain(chain) => chain.presented.first()?.facts().ok(),
        _ => None,
    });
    let first = leaves.map(|facts| facts.not_after.date()).min();
    first.map_or_else(String::new, |day| day.to_string())
}

fn records(host: &MailHost, judged: &HostVerdict) -> Vec<(String, &'static str)> {
    let is_match = |place: usize| {
        let looks = judged.dane.looks.iter().flatten();
        let mut fits = looks.filter_map(|judged| judged.fits.get(place));
        fits.any(Fit::is_match)
    };
    let records = host.tlsa.records.iter().take(MOST_RECORDS).enumerate();
    let records = records.map(|(place, record)| {
        let matches = if is_match(place) {
            "matches"
        } else {
            "matches nothing"
        };
        (cut(&record.to_string()), matches)
    });
    records.collect()
}

/// Longer texts are cut: a record may have any data.
fn cut(text: &str) -> String {
    excerpt(text, 300)
}
