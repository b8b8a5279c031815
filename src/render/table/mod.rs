//! The report for people: the verdict first, then what to do about it, then the facts.

mod addresses;
mod certificate;
mod chain;
mod columns;
mod connection;
mod dane;
mod domain;
mod domain_facts;
mod domain_hosts;
mod domain_records;
mod mercurial;
mod names;
mod page;
mod ports;
mod revocation;
mod sums;
mod until;
mod verdict;

pub use domain::{domain, domain_verdict};
pub use sums::sums;
pub use verdict::verdict;

use super::advice::spelled;
use super::style::Style;
use super::timestamp::clock;
use crate::finding::{Finding, Severity};
use crate::judge::clients::Answer;
use crate::report::Report;
use page::Page;
use verdict::obsolete;

/// The complete report; ends in a line feed.
pub fn render(report: &Report, style: Style) -> String {
    let mut page = Page {
        out: verdict(report, style),
        style,
    };
    if report.at_was_chosen || report.checked_at.is_none() {
        page.line(&format!("  validated as of {}", clock(report.at)));
    }
    if !report.defaults.is_empty() {
        let names = report.defaults.join(", ");
        page.labelled(2, "defaults from the environment: ", 31, &names);
    }
    page.ports(report);
    page.problems(report);
    page.connection(report);
    if !report.chain().is_empty() {
        page.chain(report);
        page.fingerprints(report);
        page.leaf_details(report);
    }
    page.dane(report);
    page.mercurial(report);
    page.lints(report);
    page.notes(report);
    if style.verbose {
        page.clients(report);
        page.dialogue(report);
    }
    page.out
}

/// Why a port is not trusted.
fn reasons(port: &Report) -> Vec<Finding> {
    let failure = port.failure().zip(port.advice());
    let failure = failure.filter(|_| obsolete(port).is_none());
    let failure = failure
        .map(|(failure, advice)| Finding::new(failure.code(), None, failure.to_string(), advice));
    let problems = port.problems().iter().cloned();
    failure.into_iter().chain(problems).collect()
}

impl Page {
    fn problems(&mut self, report: &Report) {
        if !report.ports.is_empty() {
            return self.problems_of_ports(report);
        }
        let advice = report.advice();
        if let Some(advice) = advice.filter(|_| obsolete(report).is_none()) {
            self.labelled(2, "->", 3, &spelled(&advice));
        }
        let problems = report.problems();
        if problems.is_empty() {
            return;
        }
        self.heading("Problems");
        for problem in problems {
            self.finding(problem);
        }
    }

    /// The problems of every port, and those that no single port shows.
    fn problems_of_ports(&mut self, report: &Report) {
        let mut problems = report.on_ports(reasons);
        let ports = report.about_ports().into_iter();
        problems.extend(ports.filter(|finding| finding.severity == Severity::Critical));
        if problems.is_empty() {
            return;
        }
        self.heading("Problems");
        for problem in &problems {
            self.finding(problem);
        }
    }

    fn notes(&mut self, report: &Report) {
        let mut ports = report.about_ports();
        ports.retain(|finding| finding.severity != Severity::Critical);
        let addresses = report.address_problems();
        let notes = report.notes();
        if notes.is_empty() && addresses.is_empty() && ports.is_empty() {
            return;
        }
        self.heading("Notes");
        for note in ports.iter().chain(&addresses).chain(notes) {
            self.finding(note);
        }
    }

    /// How each family of clients judges chain and name.
    fn clients(&mut self, report: &Report) {
        let clients = report.judgement().map_or(&[][..], |j| &j.clients);
        if clients.is_empty() {
            return;
        }
        self.heading("Clients");
        for (family, verdict) in clients {
            let programs = family.programs();
            let text = match verdict.answer {
                Answer::Accepts => format!("accepts: {programs}"),
                Answer::Refuses => format!("refuses: {programs}: {}", verdict.reason),
                Answer::Unknown => format!("cannot be known: {programs}: {}", verdict.reason),
            };
            self.fact(family.as_str(), &text);
        }
    }
}
