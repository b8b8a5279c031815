//! The report for people: the verdict first, then what to do about it, then the facts.

mod addresses;
mod certificate;
mod chain;
mod columns;
mod connection;
mod mercurial;
mod names;
mod page;
mod ports;
mod sums;
mod until;
mod verdict;

pub use sums::sums;
pub use verdict::verdict;

use super::advice::spelled;
use super::style::Style;
use super::timestamp::clock;
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
    page.mercurial(report);
    page.lints(report);
    page.notes(report);
    if style.verbose {
        page.clients(report);
        page.dialogue(report);
    }
    page.out
}

impl Page {
    fn problems(&mut self, report: &Report) {
        let failure = report.failure().filter(|_| obsolete(report).is_none());
        let problems = report.problems();
        let has_ports = !report.ports.is_empty();
        if has_ports && (failure.is_some() || !problems.is_empty()) {
            self.heading_of_speaker("Problems", report);
        }
        if let Some(failure) = failure {
            if has_ports {
                let text = format!("{}: {failure}", failure.code());
                self.labelled(2, "", 0, &text);
            }
            let indent = if has_ports { 4 } else { 2 };
            self.labelled(indent, "->", 3, &spelled(&failure.advice()));
        }
        if problems.is_empty() {
            return;
        }
        if !has_ports {
            self.heading("Problems");
        }
        for problem in problems {
            self.finding(problem);
        }
    }

    fn notes(&mut self, report: &Report) {
        let ports = report.about_ports();
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
