//! Postfix that delivers: a message for all domains, by each of its senders.

use super::Word;
use std::collections::HashMap;
use testkit::mta::fleet::Fleet;

/// What the sender does with mail for each of the domains.
pub fn deliver(fleet: &Fleet, sender: &str, domains: &[String]) -> Vec<(Word, String)> {
    let recipients: Vec<String> = domains.iter().map(|domain| format!("x@{domain}")).collect();
    let log = fleet.send(sender, &recipients);
    let found = read(&log);
    let of = |recipient: &String| {
        let found = found.get(recipient.as_str());
        found
            .cloned()
            .unwrap_or_else(|| panic!("{recipient}: {log}"))
    };
    recipients.iter().map(of).collect()
}

/// A process makes one delivery at a time: what it says of TLS stands before what came of it.
fn read(log: &str) -> HashMap<String, (Word, String)> {
    let mut found = HashMap::new();
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in log.lines() {
        let process = between(line, "/smtp[", "]").unwrap_or_default();
        let Some(recipient) = between(line, ": to=<", ">") else {
            before.entry(process).or_default().push(line);
            continue;
        };
        let said = before.remove(process).unwrap_or_default();
        let word = word(line, &said);
        let why = said
            .into_iter()
            .chain([line])
            .map(|line| line.to_owned() + "\n");
        found.insert(recipient.to_owned(), (word, why.collect()));
    }
    found
}

/// The last that is said of TLS with the host that has taken the mail.
fn word(end: &str, said: &[&str]) -> Word {
    if !end.contains(" status=sent ") {
        // RFC 7505: 5.1.10.
        let no_mail = end.contains("dsn=5.1.10") || end.contains("nullMX");
        return if no_mail {
            Word::NoMail
        } else {
            Word::Deferred
        };
    }
    let relay = between(end, "relay=", ",").unwrap_or_default();
    let level = said.iter().rev().find_map(|line| {
        let (level, host) =
            between(line, "]: ", ": ")?.split_once(" TLS connection established to ")?;
        (host == relay).then_some(level)
    });
    match level {
        None => Word::Delivered,
        Some("Verified") => Word::Authenticated,
        // "Trusted": with DANE the host is known, and that it takes the mail of the domain is not.
        Some(_) => Word::Encrypted,
    }
}

fn between<'a>(line: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}
