//! In detail: what each kind of sender does at each host, and what each TLSA record matches.

use super::domain_facts::status;
use super::page::Page;
use crate::judge::dane::{Fit, Judged, unusable};
use crate::judge::domain::{Look, MailHost};
use crate::records::tlsa::Tlsa;
use crate::report::DomainReport;

impl Page {
    pub(super) fn senders(&mut self, report: &DomainReport) {
        self.heading("Senders");
        for sender in &report.verdict.senders {
            let text = format!("{}: {}", sender.sender.senders(), sender.result);
            self.labelled(2, "", 0, &text);
            for at in &sender.hosts {
                let text = format!("{}: {}: {}", at.host, at.delivery, at.reason);
                self.labelled(4, "", 0, &text);
            }
        }
    }

    pub(super) fn tlsa_records(&mut self, report: &DomainReport) {
        if report.facts.hosts.is_empty() {
            return;
        }
        self.heading("TLSA records");
        for (host, judged) in report.facts.hosts.iter().zip(&report.verdict.hosts) {
            let tlsa = &host.tlsa;
            let none = if tlsa.records.is_empty() {
                ", no records"
            } else {
                ""
            };
            let text = format!(
                "_25._tcp.{}: {}{none}",
                tlsa.base_domain,
                status(&tlsa.lookup)
            );
            self.labelled(2, "", 0, &text);
            for (place, record) in tlsa.records.iter().enumerate() {
                // It is not broken: it is there to be copied.
                self.line(&format!("    {record}"));
                let text = found(record, place, host, &judged.dane.looks);
                self.labelled(6, "", 0, &text);
            }
        }
    }
}

/// What a record matches, or why it does not.
fn found(record: &Tlsa, place: usize, host: &MailHost, judged: &[Option<Judged>]) -> String {
    if let Some(why) = unusable(record) {
        return format!("cannot be used: {why}");
    }
    let looks = host.looks.iter().zip(judged);
    let fits = looks.filter_map(|(look, judged)| Some((look, judged.as_ref()?.fits.get(place)?)));
    let found: Vec<String> = fits.filter_map(|(look, fit)| in_words(look, fit)).collect();
    if found.is_empty() {
        return "matches nothing that is presented".to_owned();
    }
    found.join("; ")
}

fn in_words(look: &Look, fit: &Fit) -> Option<String> {
    let what = match fit {
        Fit::Nothing => return None,
        Fit::Presented(0) => "matches the leaf".to_owned(),
        Fit::Presented(place) => format!("matches certificate {place}"),
        Fit::Carried => "carries the anchor of what is presented".to_owned(),
        Fit::NotSent(name) => format!("names \"{name}\", which is not sent"),
        Fit::Misplaced(place) => {
            format!("has the data of certificate {place}, for which its usage is not")
        }
    };
    let key_type = look.key_type.map(|key_type| format!(" ({key_type})"));
    Some(format!(
        "{what} at {}{}",
        look.address,
        key_type.unwrap_or_default()
    ))
}
