//! The connection: address, mode, and dialogue.

use super::addresses::one_of_several;
use super::page::Page;
use crate::endpoint::{Protocol, Via};
use crate::escape::excerpt;
use crate::observation::{ClientCertificate, KeptBack, Possession, Sighting};
use crate::render::timestamp::clock;
use crate::report::Report;
use crate::starttls::Line;
use std::time::Duration;

impl Page {
    pub(super) fn connection(&mut self, report: &Report) {
        let Some(seen) = report.seen() else { return };
        // Without a connection to the only address the verdict says everything.
        let is_only = seen.attempts.len() < 2 && !report.has_several_addresses();
        if !seen.is_connected() && is_only {
            return;
        }
        self.heading_of_speaker("Connection", report);
        self.attempts(seen, report);
        self.other_addresses(report);
        if let Some(greeting) = &seen.greeting {
            let text = excerpt(&greeting.text(), 200);
            self.fact("greeting", &text);
        }
        if let (Some(tls), Some(start)) = (&seen.tls, seen.start) {
            let start = match start {
                crate::endpoint::Start::Starttls => "STARTTLS",
                crate::endpoint::Start::Implicit => "implicit TLS",
            };
            let unknown = if seen.legacy {
                "read from a second connection, without a handshake"
            } else {
                "no key exchange"
            };
            let group = tls.key_exchange.as_deref().unwrap_or(unknown);
            // SMTP is what the program is for, and goes without saying.
            let protocol = match seen.protocol {
                None | Some(Protocol::Smtp) => String::new(),
                Some(protocol) => format!("{protocol}, "),
            };
            let (version, suite) = (&tls.version, &tls.cipher_suite);
            let text = format!("{protocol}{start}, {version}, {suite}, {group}");
            self.fact("TLS", &text);
        }
        if !report.chain().is_empty() {
            self.fact("key", possession(seen.possession));
        }
        if let Some(judgement) = report.judgement() {
            self.staple(judgement);
        }
        let client_certificate = client_certificate(seen);
        if !client_certificate.is_empty() {
            self.fact("client cert", &client_certificate);
        }
        self.times(report, seen);
    }

    /// When it was checked, and how long that took.
    fn times(&mut self, report: &Report, seen: &Sighting) {
        let time = milliseconds(seen.elapsed);
        let took = match seen.round_trips {
            1 => format!("1 round trip over TCP in {time}"),
            trips => format!("{trips} round trips over TCP in {time}"),
        };
        let at = report.checked_at.map(clock);
        let text: Vec<String> = at.into_iter().chain([took]).collect();
        self.fact("checked", &text.join(", "));
    }

    fn attempts(&mut self, seen: &Sighting, report: &Report) {
        for attempt in &seen.attempts {
            if let Some(error) = &attempt.error {
                self.fact("tried", &format!("{}: {error}", attempt.address));
            }
        }
        if report.target.host.is_none() {
            self.fact("socket", &report.target.label);
        }
        if let Some(address) = seen.address {
            let of_all = one_of_several(report);
            let whose = match seen.via {
                Some(_) => ", the proxy's",
                None => "",
            };
            self.fact("address", &format!("{address}{whose}{of_all}"));
        }
        match &seen.via {
            None => {}
            Some(Via::Proxy(proxy)) => self.fact(
                "via",
                &format!("{proxy}, which looked the name up; other addresses of the name were not checked"),
            ),
            Some(Via::Command(command)) => self.fact(
                "via",
                &format!(
                    "the command {}; the server's addresses were not looked up",
                    excerpt(&command.text, 200)
                ),
            ),
        }
    }

    pub(super) fn dialogue(&mut self, report: &Report) {
        let Some(seen) = report.seen().filter(|seen| !seen.transcript.is_empty()) else {
            return;
        };
        self.heading("Dialogue");
        for line in &seen.transcript {
            let (mark, text) = match line {
                Line::Client(text) => ("C:", text),
                Line::Server(text) => ("S:", text),
            };
            self.labelled(2, mark, 3, text);
        }
    }
}

/// A second and more in seconds.
pub(super) fn milliseconds(time: Duration) -> String {
    match time.as_millis() {
        short @ ..1000 => format!("{short} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// What the server wants of a client certificate, and what became of the user's; empty: nothing.
fn client_certificate(seen: &Sighting) -> String {
    let wanted = match seen.client_certificate {
        ClientCertificate::NotAsked => "",
        ClientCertificate::Asked => "asked for, not required",
        ClientCertificate::Required => "required by the server",
        ClientCertificate::Accepted => "asked for, presented, and accepted",
        ClientCertificate::Refused => "asked for, presented, and REFUSED",
        ClientCertificate::Presented => {
            "asked for and presented; the server did not say what it makes of it"
        }
    };
    let Some(why) = seen.kept_back else {
        return wanted.to_owned();
    };
    let why = match why {
        KeptBack::NotAsked => return "not asked for, and not sent".to_owned(),
        KeptBack::NotTrusted => "the chain is neither trusted nor pinned",
        KeptBack::OtherServer => "the second connection showed another certificate",
        KeptBack::NoScheme => "the server takes no signature that its key can make",
        KeptBack::NotReached => "the second connection did not get that far",
    };
    format!("{wanted}; NOT sent: {why}")
}

fn possession(possession: Possession) -> &'static str {
    match possession {
        Possession::Proven => "the server proved that it holds the certificate's key",
        Possession::Refuted => "NOT held by the server: the handshake is signed with another key",
        Possession::NotSeen => "NOT proven: the handshake ended before",
        Possession::NotCheckable => "NOT proven: the signature could not be checked",
    }
}
