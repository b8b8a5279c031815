//! The TLSA records of a server, and what they say of it.

use super::page::Page;
use crate::escape::visible;
use crate::judge::domain::HostDane;
use crate::records::Status;
use crate::report::Report;

/// What a look at a server alone leaves open; that at a domain has both types.
const OTHER_KEY: &str = "each type of key needs a match; one was compared: --key-type rsa and --key-type ecdsa ask for one";

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
            self.fact("", OTHER_KEY);
        }
    }
}

/// Whether there are records, and whether they count.
fn found(dane: &HostDane) -> String {
    let tlsa = &dane.host.tlsa;
    let because = tlsa.lookup.why.as_deref();
    let because = because.map_or_else(String::new, |why| format!(" ({})", visible(why)));
    let owner = format!("\"{}\"", visible(&tlsa.owner()));
    let records = match tlsa.records.len() {
        1 => format!("1 record at {owner}"),
        count => format!("{count} records at {owner}"),
    };
    match (tlsa.lookup.status, tlsa.records.len()) {
        (Status::Bogus, _) => format!("what the DNS says of {owner} is bogus{because}"),
        (Status::NoAnswer, _) => format!("the DNS gives no answer about {owner}{because}"),
        (Status::Secure, 0) => format!("none at {owner}, proven by DNSSEC"),
        (Status::Secure, _) => format!("{records}, proven by DNSSEC"),
        (Status::Insecure, 0) => format!("none at {owner}, not proven{because}"),
        (Status::Insecure, _) => {
            format!("{records}, not proven, so that senders ignore them{because}")
        }
    }
}
