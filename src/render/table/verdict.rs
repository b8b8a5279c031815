//! The first line: the verdict, and the reason for it.

use super::page::painted_code;
use super::until::Until;
use crate::certificate::in_words;
use crate::endpoint::Protocol;
use crate::escape::visible;
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::fingerprint::Comparison;
use crate::render::places::{certificates, place, remark};
use crate::render::style::{Ink, Style};
use crate::render::text::hanging;
use crate::report::{Outcome, Report};

/// The verdict alone, wrapped under itself; ends in a line feed.
pub fn verdict(report: &Report, style: Style) -> String {
    let (word, ink) = match (report.asked_warning(), report.outcome()) {
        (Some(warning), _) if warning.severity == Severity::Critical => ("CRITICAL", Ink::Bad),
        (Some(_), _) => ("WARNING", Ink::Warning),
        (None, Outcome::Trusted) => ("TRUSTED", Ink::Good),
        (None, Outcome::Pinned) => ("PINNED", Ink::Good),
        (None, Outcome::Untrusted) => ("UNTRUSTED", Ink::Bad),
        (None, Outcome::Unreachable) => ("UNREACHABLE", Ink::Warning),
        (None, Outcome::SmtpRefused) => (refused(report), Ink::Warning),
        (None, Outcome::TlsFailed) => ("TLS FAILED", Ink::Bad),
    };
    let remark = remark(report).map_or_else(String::new, |remark| format!("; {remark}"));
    let text = format!(
        "{}  {}  {}{}{}",
        style.paint(ink, word),
        visible(&report.target.label),
        visible(&place(report)),
        reason(report, style),
        visible(&remark)
    );
    hanging(&text, style.columns(), word.len() + 2) + "\n"
}

/// Who refused.
fn refused(report: &Report) -> &'static str {
    match report.target.protocol.unwrap_or_default() {
        Protocol::Smtp => "SMTP REFUSED",
        Protocol::Imap => "IMAP REFUSED",
        Protocol::Pop3 => "POP3 REFUSED",
        Protocol::Sieve => "MANAGESIEVE REFUSED",
        Protocol::Lmtp => "LMTP REFUSED",
    }
}

/// Why; safe to show.
fn reason(report: &Report, style: Style) -> String {
    if let Some(failure) = report.failure() {
        return match obsolete(report) {
            Some(problem) => {
                let why = visible(&format!(": {}; {failure}", problem.message)).into_owned();
                painted_code(problem, style) + &why
            }
            None => visible(&failure.to_string()).into_owned(),
        };
    }
    if let Some(hg) = report
        .mercurial()
        .filter(|_| report.representative.from_hgrc && !report.hg_is_safe())
    {
        return format!("hg email: {}", visible(&hg.reason));
    }
    if let Some(warning) = report.asked_warning() {
        return visible(&in_short(warning)).into_owned();
    }
    let of_ports = certificates(report).map_or_else(String::new, |text| format!("{text}, "));
    match report.outcome() {
        Outcome::Pinned => of_ports + &pinned(report),
        Outcome::Trusted => of_ports + &until(report, style),
        _ => codes(report.problems(), style),
    }
}

/// That it is pinned, and when it expires, if that is soon.
fn pinned(report: &Report) -> String {
    let soon = report.expiring().filter(|soon| soon.code == Code::Expiring);
    let soon = soon.map_or_else(String::new, |soon| format!("; it {}", in_short(soon)));
    let is_by_dane = report.pins().comparison != Comparison::Match;
    let pinned = if is_by_dane {
        "a TLSA record is for the certificate"
    } else {
        "the certificate is pinned"
    };
    let text = format!("{pinned}; its chain does not validate{soon}");
    visible(&text).into_owned()
}

/// A warning in a few words, if it is about the server's own certificate.
fn in_short(warning: &Finding) -> String {
    match (warning.code, warning.evidence.as_deref()) {
        (
            Code::Expiring,
            Some(Evidence::Expiry {
                not_after, left, ..
            }),
        ) => {
            let date = not_after.date();
            if left.is_negative() {
                format!("expired {} ago, on {date}", in_words(-*left))
            } else {
                format!("expires in {}, on {date}", in_words(*left))
            }
        }
        _ => warning.message.clone(),
    }
}

/// Each code once.
fn codes(problems: &[Finding], style: Style) -> String {
    let mut seen: Vec<Code> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for problem in problems {
        if !seen.contains(&problem.code) {
            seen.push(problem.code);
            shown.push(painted_code(problem, style));
        }
    }
    shown.join(", ")
}

/// A path ends at the certificate that expires first.
fn until(report: &Report, style: Style) -> String {
    let path = report.path().iter();
    let facts = path.filter_map(|certificate| certificate.facts().ok());
    let Some(end) = facts.map(|facts| facts.not_after).min() else {
        return String::new();
    };
    let until = Until::new(end, report.at, report.expiring().is_some());
    let distance = match until.ink {
        Some(ink) => style.paint(ink, &until.distance),
        None => until.distance,
    };
    format!("until {} {distance}", until.date)
}

/// The problem that explains a failed handshake better than the failure does.
pub(super) fn obsolete(report: &Report) -> Option<&Finding> {
    let problems = report.problems();
    problems.iter().find(|p| p.code == Code::ObsoleteTls)
}
