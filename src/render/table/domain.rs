//! The report on a domain for people: what its mail does, then what to publish or to do, then the hosts.

use super::page::{Page, painted_code};
use crate::escape::visible;
use crate::finding::{Code, Finding, Severity};
use crate::judge::domain::Outcome;
use crate::render::domain::headline;
use crate::render::style::{Ink, Style};
use crate::render::text::hanging;
use crate::render::timestamp::clock;
use crate::report::DomainReport;

/// The complete report; ends in a line feed.
pub fn domain(report: &DomainReport, style: Style) -> String {
    let mut page = Page {
        out: line(report, style, ""),
        style,
    };
    if report.at_was_chosen {
        page.line(&format!("  validated as of {}", clock(report.at)));
    }
    if !report.defaults.is_empty() {
        let names = report.defaults.join(", ");
        page.labelled(2, "defaults from the environment: ", 31, &names);
    }
    page.findings("Problems", report, |severity| severity > Severity::Note);
    page.mail_hosts(report);
    page.domain_facts(report);
    page.findings("Notes", report, |severity| severity == Severity::Note);
    if style.verbose {
        page.senders(report);
        page.tlsa_records(report);
    }
    page.out
}

/// The first line alone, with the codes of what is to be done; empty, if nothing is. Ends in a line feed.
pub fn domain_verdict(report: &DomainReport, style: Style) -> String {
    if !report.warns() {
        return String::new();
    }
    let mut codes: Vec<Code> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for finding in report.findings() {
        if finding.severity > Severity::Note && !codes.contains(&finding.code) {
            codes.push(finding.code);
            shown.push(painted_code(finding, style));
        }
    }
    let gap = if shown.is_empty() { "" } else { "; " };
    line(report, style, &format!("{gap}{}", shown.join(", ")))
}

/// The outcome, and the reason for it, then `more`, which is safe to show.
fn line(report: &DomainReport, style: Style, more: &str) -> String {
    let (word, ink) = match report.outcome() {
        Outcome::Authenticated => ("AUTHENTICATED", Some(Ink::Good)),
        Outcome::Unprotected => ("UNPROTECTED", Some(Ink::Warning)),
        Outcome::NoMail => ("NO MAIL", None),
        Outcome::Deferred => ("DEFERRED", Some(Ink::Bad)),
        Outcome::Unresolved => ("UNRESOLVED", Some(Ink::Warning)),
    };
    let ink = if report.lacks_required() {
        Some(Ink::Bad)
    } else {
        ink
    };
    let painted = ink.map_or_else(|| word.to_owned(), |ink| style.paint(ink, word));
    let (name, why) = (visible(report.name()), headline(report));
    let text = format!("{painted}  {name}  {}{more}", visible(&why));
    hanging(&text, style.columns(), word.len() + 2) + "\n"
}

impl Page {
    fn findings(
        &mut self,
        heading: &str,
        report: &DomainReport,
        wanted: impl Fn(Severity) -> bool,
    ) {
        let found = report.findings().iter();
        let found: Vec<&Finding> = found.filter(|finding| wanted(finding.severity)).collect();
        if found.is_empty() {
            return;
        }
        self.heading(heading);
        for finding in found {
            self.finding(finding);
        }
    }
}
