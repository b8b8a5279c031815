//! The first line: the verdict, and the reason for it.

use super::until::until_text;
use crate::certificate::Certificate;
use crate::escape::{excerpt, visible};
use crate::finding::{Code, Finding};
use crate::render::addresses::{place, remark};
use crate::report::{Outcome, Report};

/// The verdict line alone; ends in a line feed.
pub fn verdict(report: &Report, color: bool) -> String {
    let outcome = report.outcome();
    let (word, ansi) = match outcome {
        _ if report.pin_warning().is_some() => ("WARNING", "\x1b[1;33m"),
        Outcome::Trusted => ("TRUSTED", "\x1b[1;32m"),
        Outcome::Pinned => ("PINNED", "\x1b[1;32m"),
        Outcome::Untrusted => ("NOT TRUSTED", "\x1b[1;31m"),
        Outcome::Unreachable => ("UNREACHABLE", "\x1b[1;33m"),
        Outcome::SmtpRefused => ("SMTP REFUSED", "\x1b[1;33m"),
        Outcome::TlsFailed => ("TLS FAILED", "\x1b[1;31m"),
    };
    let word = if color {
        format!("{ansi}{word}\x1b[0m")
    } else {
        word.to_owned()
    };
    let label = visible(&report.target.label).into_owned();
    let remark = remark(report).map_or_else(String::new, |remark| format!("; {remark}"));
    let (place, reason) = (place(report), reason(report, outcome));
    format!("{word}  {label}  {place}{reason}{remark}\n")
}

fn reason(report: &Report, outcome: Outcome) -> String {
    let failure = report.failure();
    let judgement = report.judgement();
    if let Some(failure) = failure {
        let text = match obsolete(report) {
            Some(problem) => format!("{}: {}; {failure}", problem.code, problem.message),
            None => failure.to_string(),
        };
        return visible(&text).into_owned();
    }
    if let Some(hg) = report
        .mercurial()
        .filter(|_| report.representative.from_hgrc && !report.hg_is_safe())
    {
        return format!("hg email: {}", visible(&hg.reason));
    }
    if let Some(warning) = report.pin_warning() {
        return visible(&warning.message).into_owned();
    }
    if outcome == Outcome::Pinned {
        return "the certificate is pinned; its chain does not validate".to_owned();
    }
    if outcome != Outcome::Trusted {
        let mut codes: Vec<Code> = Vec::new();
        for problem in judgement.map_or(&[][..], |j| &j.problems) {
            if !codes.contains(&problem.code) {
                codes.push(problem.code);
            }
        }
        return Code::list(&codes);
    }
    let path = judgement.map_or(&[][..], |j| &j.path);
    let anchor = path.last().map(Certificate::label).unwrap_or_default();
    // A path ends at the certificate that expires first.
    let ends = path
        .iter()
        .filter_map(|certificate| certificate.facts().ok())
        .map(|facts| facts.not_after)
        .min();
    let until = ends.map_or_else(String::new, |end| {
        format!("until {}, ", until_text(end, report.at))
    });
    format!("{until}anchor \"{}\"", excerpt(&anchor, 40))
}

/// The problem that explains a failed handshake better than the failure does.
pub(super) fn obsolete(report: &Report) -> Option<&Finding> {
    let problems = report.problems();
    problems.iter().find(|p| p.code == Code::ObsoleteTls)
}
