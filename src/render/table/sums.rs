//! The line of sums below the reports of several targets.

use crate::report::{Outcome, Report};

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

/// How many targets had which outcome, and how many of the good ones need attention; ends in a line
/// feed.
pub fn sums(reports: &[Report]) -> String {
    let counted = Outcome::ALL.iter().filter_map(|outcome| {
        let count = reports.iter().filter(|report| report.outcome() == *outcome);
        let count = count.count();
        (count > 0).then(|| format!("{count} {}", words(*outcome)))
    });
    let counted: Vec<String> = counted.collect();
    let warned = reports.iter().filter(|report| report.warns()).count();
    let warned = match warned {
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
