//! A page of text: headings, and facts under labels.

use crate::escape::visible;
use crate::finding::{Advice, Finding, Severity};
use crate::render::advice::{Part, parts};
use crate::render::style::{Ink, Style};
use crate::render::text::{labelled, painted};
use crate::report::Report;
use std::fmt::Write as _;

/// The report as written so far.
pub(super) struct Page {
    pub(super) out: String,
    pub(super) style: Style,
}

impl Page {
    pub(super) fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    pub(super) fn heading(&mut self, text: &str) {
        let text = self.style.paint(Ink::Strong, text);
        let _ = writeln!(self.out, "\n{text}");
    }

    /// A heading of what is told of one port, if the host has several.
    pub(super) fn heading_of_speaker(&mut self, text: &str, report: &Report) {
        match report.speaking_port() {
            Some(port) => self.heading(&format!("{text}: port {}", port.name())),
            None => self.heading(text),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.style.columns()
    }

    /// Text under a label, wrapped at words and indented to the same column.
    pub(super) fn labelled(&mut self, indent: usize, label: &str, column: usize, text: &str) {
        let width = self.width();
        labelled(&mut self.out, width, indent, label, column, text);
    }

    /// As [`Page::labelled`], for a text that is safe to show and may have colours; the label is an
    /// indent, its text and its column.
    pub(super) fn painted(&mut self, label: (usize, &str, usize), text: &str) {
        let width = self.width();
        painted(&mut self.out, width, label, text);
    }

    pub(super) fn fact(&mut self, label: &str, text: &str) {
        self.labelled(2, label, 15, text);
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
        let code = painted_code(finding, self.style);
        let about = finding
            .certificate
            .map_or(String::new(), |index| format!(", certificate {index}"));
        let text = format!("{code}{about}: {}", visible(&finding.message));
        self.painted((2, "", 0), &text);
        self.advice(&finding.advice);
    }

    /// What to do; a line that is to be copied is not broken.
    fn advice(&mut self, advice: &Advice) {
        for (place, part) in parts(advice).iter().enumerate() {
            let label = if place == 0 { "->" } else { "" };
            match part {
                Part::Text(text) => self.labelled(4, label, 3, text.trim()),
                Part::Line(line) => self.line(&format!("    {label:3}{}", visible(line))),
            }
        }
    }
}

/// The code in the colour of the severity.
pub(super) fn painted_code(finding: &Finding, style: Style) -> String {
    let code = finding.code.as_str();
    match finding.severity {
        Severity::Critical => style.paint(Ink::Bad, code),
        Severity::Warning => style.paint(Ink::Warning, code),
        Severity::Note => code.to_owned(),
    }
}
