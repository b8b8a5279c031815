//! Exim that delivers, with DANE where there are records.

use super::Word;

/// What it does with mail for each of the domains; `None` when it must be skipped.
pub fn deliver(test: &str, domains: &[String]) -> Option<Vec<(Word, String)>> {
    let recipients: Vec<String> = domains.iter().map(|domain| format!("x@{domain}")).collect();
    let log = testkit::mta::exim_delivers(test, &recipients)?;
    Some(
        recipients
            .iter()
            .map(|recipient| read(&log, recipient))
            .collect(),
    )
}

/// Lines of the main log: `=>` is delivered, `==` deferred, `**` returned.
fn read(log: &str, recipient: &str) -> (Word, String) {
    let own = |line: &&str| {
        line.split(' ')
            .any(|word| word.trim_end_matches(':') == recipient)
    };
    let lines: Vec<&str> = log.lines().filter(own).collect();
    let end = |mark: &str| {
        lines
            .iter()
            .find(|line| line.contains(&format!(" {mark} ")))
    };
    let word = match (end("=>"), end("**")) {
        (Some(line), _) if line.contains(" CV=dane") => Word::Authenticated,
        (Some(line), _) if line.contains(" X=TLS") => Word::Encrypted,
        (Some(_), _) => Word::Delivered,
        (None, Some(line)) if line.contains("no SMTP service") => Word::NoMail,
        _ => Word::Deferred,
    };
    (word, lines.join("\n"))
}
