//! The line of sums below the reports of several targets.

use crate::judge::domain;
use crate::report::{Outcome, Reported};

/// An outcome in a sentence.
pub(super) fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Trusted => "trusted",
        Outcome::Pinned => "pinned",
        Outcome::Untrusted => "untrusted",
        Outcome::Unreachable => "unreachable",
        Outcome::SmtpRefused => "refused",
        Outcome::TlsFailed => "TLS failed",
    }
}

/// What comes of a domain, in a sentence.
fn words_of_domain(outcome: domain::Outcome) -> &'static str {
    match outcome {
        domain::Outcome::Authenticated => "authenticated",
        domain::Outcome::Unprotected => "unprotected",
        domain::Outcome::NoMail => "without mail",
        domain::Outcome::Deferred => "deferred",
        domain::Outcome::Unresolved => "unresolved",
    }
}

/// In the order of the sentence.
const OF_DOMAINS: [domain::Outcome; 5] = [
    domain::Outcome::Authenticated,
    domain::Outcome::Unprotected,
    domain::Outcome::NoMail,
    domain::Outcome::Deferred,
    domain::Outcome::Unresolved,
];

/// How many targets had which outcome, and how many of the good ones need attention; ends in a line
/// feed.
pub fn sums(reports: &[Reported]) -> String {
    let hosts = || reports.iter().filter_map(Reported::host);
    let of_hosts = Outcome::ALL.iter().map(|outcome| {
        let count = hosts().filter(|report| report.outcome() == *outcome);
        (count.count(), words(*outcome))
    });
    let domains = || reports.iter().filter_map(Reported::domain);
    let of_domains = OF_DOMAINS.iter().map(|outcome| {
        let count = domains().filter(|report| report.outcome() == *outcome);
        (count.count(), words_of_domain(*outcome))
    });
    let counted = of_hosts.chain(of_domains).filter(|(count, _)| *count > 0);
    let counted: Vec<String> = counted
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let is_warned = |report: &&Reported| match report {
        Reported::Host(report) => report.warns(),
        Reported::Domain(report) => is_good(report.outcome()) && report.warns(),
    };
    let warned = match reports.iter().filter(is_warned).count() {
        0 => String::new(),
        1 => "; 1 with a warning".to_owned(),
        count => format!("; {count} with warnings"),
    };
    format!(
        "{} targets: {}{warned}\n",
        reports.len(),
        counted.join(", ")
    )
}

/// Of another outcome its word says that something is to be done.
fn is_good(outcome: domain::Outcome) -> bool {
    !matches!(
        outcome,
        domain::Outcome::Deferred | domain::Outcome::Unresolved
    )
}
