//! The presented chain, the path to the anchor, and the fingerprints.

use super::names::both_forms;
use super::page::Page;
use super::until::until_text;
use crate::certificate::Certificate;
use crate::escape::visible;
use crate::fingerprint::Algorithm;
use crate::judge::Judgement;
use crate::report::Report;
use comfy_table::ColumnConstraint;
use time::OffsetDateTime;

impl Page {
    pub(super) fn chain(&mut self, report: &Report) {
        self.heading(if report.seen().is_some() {
            "Presented chain"
        } else {
            "Chain"
        });
        let mut table = self.table();
        let header = ["#", "subject", "issuer", "valid until", "key", "signature"];
        // On a narrow terminal the names need the space.
        let columns = if self.width() < 100 {
            header.len() - 1
        } else {
            header.len()
        };
        table.set_header(&header[..columns]);
        for (index, certificate) in report.chain().iter().enumerate() {
            table.add_row(&row(index, certificate, report.at)[..columns]);
        }
        for fixed in [0, 3, 4] {
            if let Some(column) = table.column_mut(fixed) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        self.line(&table.trim_fmt());
        if let Some(judgement) = report.judgement() {
            self.path(judgement);
        }
    }

    fn path(&mut self, judgement: &Judgement) {
        if judgement.path.is_empty() {
            return;
        }
        let labels: Vec<String> = judgement
            .path
            .iter()
            .map(|c| format!("\"{}\"", c.label()))
            .collect();
        self.line("");
        self.fact("path", &labels.join(" <- "));
        if let Some(anchor) = &judgement.anchor {
            self.fact("anchor from", &anchor.source);
        }
    }

    pub(super) fn fingerprints(&mut self, report: &Report) {
        self.heading("Fingerprints");
        let mut table = self.table();
        for (index, certificate) in report.chain().iter().enumerate() {
            let mut algorithms = vec![Algorithm::Sha256];
            if index == 0 || self.style.verbose {
                algorithms.push(Algorithm::Sha1);
            }
            if self.style.verbose {
                algorithms.push(Algorithm::Sha512);
            }
            let mut lines: Vec<String> = algorithms
                .into_iter()
                .map(|algorithm| certificate.fingerprint(algorithm).to_string())
                .collect();
            if let Some(spki) = certificate.spki_sha256().filter(|_| self.style.verbose) {
                lines.push(format!("spki-{spki}"));
            }
            for (line, text) in lines.into_iter().enumerate() {
                let number = if line == 0 {
                    index.to_string()
                } else {
                    String::new()
                };
                table.add_row([number, text]);
            }
        }
        // The longest line just fits 80 columns.
        if let Some(column) = table.column_mut(1) {
            column.set_padding((1, 0));
        }
        self.line(&table.trim_fmt());
    }
}

fn row(index: usize, certificate: &Certificate, now: OffsetDateTime) -> [String; 6] {
    let safe = |text: String| visible(&text).into_owned();
    match certificate.facts() {
        Ok(facts) => [
            index.to_string(),
            safe(both_forms(&certificate.label())),
            safe(if facts.self_issued {
                "itself".to_owned()
            } else {
                facts.issuer.label()
            }),
            until_text(facts.not_after, now),
            safe(facts.public_key.describe()),
            safe(facts.signature_algorithm.clone()),
        ],
        Err(why) => [
            index.to_string(),
            safe(format!("cannot be parsed: {why}")),
            String::new(),
            String::new(),
            format!("{} octets", certificate.der().len()),
            String::new(),
        ],
    }
}
