//! The TLSA records of a server, and what they say of it.

use super::page::Page;
use crate::escape::visible;
use crate::judge::domain::HostDane;
use crate::records::Status;
use crate::report::Report;

impl Page {
    pub(super) fn dane(&mut self, report: &Report) {
        let Some(dane) = &report.dane else {
            return;
        };
        self.heading("DANE");
        self.fact("TLSA", &found(dane));
        if dane.host.tlsa.decide() {
            for record in &dane.host.tlsa.records {
                self.fact("", &record.to_string());
            }
            self.fact(
                "senders",
                &format!("{}: {}", dane.at.delivery, visible(&dane.at.reason)),
            );
        }
    }
}

/// Whether there are records, and whether they count.
fn found(dane: &HostDane) -> String {
    let tlsa = &dane.host.tlsa;
    let because = tlsa.lookup.why.as_deref();
    let because = because.map_or_else(String::new, |why| format!(" ({})", visible(why)));
    let below = visible(&tlsa.base_domain);
    match (tlsa.lookup.status, tlsa.records.len()) {
        (Status::Bogus, _) => format!("bogus{because}"),
        (Status::NoAnswer, _) => format!("no answer{because}"),
        (Status::Secure, 0) => "there are none, which is proven".to_owned(),
        (Status::Secure, count) => format!("{count}, secure, below \"{below}\""),
        (Status::Insecure, 0) => format!("there are none that count{because}"),
        (Status::Insecure, count) => format!("{count} that do not count{because}"),
    }
}
