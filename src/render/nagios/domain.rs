//! What a plugin reports of a domain.

use super::output::{plain, seconds};
use super::reasons::Reason;
use super::state::State;
use super::told::{Datum, Told, explained};
use crate::finding::{Finding, Severity};
use crate::judge::domain::Outcome;
use crate::render::domain::headline;
use crate::report::DomainReport;

impl From<&DomainReport> for Told {
    fn from(report: &DomainReport) -> Self {
        let is_reason = |finding: &&Finding| finding.severity > Severity::Note;
        let reasons: Vec<Reason> = report
            .findings()
            .iter()
            .filter(is_reason)
            .map(Reason::from)
            .collect();
        let told = format!("{}, {}", report.outcome(), headline(report));
        let (why, lines) = explained(&reasons, "");
        let why = if why.is_empty() {
            why
        } else {
            format!("; {why}")
        };
        Self {
            state: state(report),
            label: plain(report.name(), 300),
            text: plain(&told, 300) + &why,
            lines,
            data: data(report),
        }
    }
}

fn state(report: &DomainReport) -> State {
    let worst = report.findings().iter().map(|finding| finding.severity);
    match (report.outcome(), worst.max()) {
        (Outcome::Unresolved, _) => State::Unknown,
        (Outcome::Deferred, _) | (_, Some(Severity::Critical)) => State::Critical,
        _ if report.lacks_required() => State::Critical,
        (_, Some(Severity::Warning)) => State::Warning,
        _ => State::Ok,
    }
}

/// The thresholds are those of the finding on signatures.
fn data(report: &DomainReport) -> Vec<Datum> {
    let left = report.signatures_end().map(|end| {
        let seconds = (end.until - report.at).whole_seconds();
        Datum::new("signatures_end", format!("={seconds}s;259200:;86400:"))
    });
    let hosts = Datum::new("hosts", format!("={};;;0", report.facts.hosts.len()));
    let time = Datum::new("time", seconds("", report.elapsed));
    left.into_iter().chain([hosts, time]).collect()
}
