//! The presented chain, the path to the anchor, and the fingerprints.

use super::columns::{Cell, lines, widths};
use super::names::both_forms;
use super::page::Page;
use super::until::Until;
use crate::certificate::Certificate;
use crate::escape::visible;
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::judge::Judgement;
use crate::report::Report;
use time::OffsetDateTime;

impl Page {
    pub(super) fn chain(&mut self, report: &Report) {
        self.heading(if report.seen().is_some() {
            "Presented chain"
        } else {
            "Chain"
        });
        let rows = rows(report);
        match self.widths(&rows) {
            Some(widths) => {
                for line in lines(&rows, &widths, self.style) {
                    self.line(&line);
                }
            }
            None => self.blocks(&rows),
        }
        for (index, certificate) in report.chain().iter().enumerate() {
            if let Err(why) = certificate.facts() {
                let text = format!("certificate {index} cannot be parsed: {why}");
                self.labelled(2, "", 0, &text);
            }
        }
        if let Some(judgement) = report.judgement() {
            self.path(judgement);
            self.revocation(judgement);
        }
    }

    /// The widths of the table; `None`: the terminal is too narrow for one. The algorithm of the
    /// signature is left out before a name is cut.
    fn widths(&self, rows: &[Vec<Cell>]) -> Option<Vec<usize>> {
        const NARROW: usize = 70;
        const LEAST: usize = 12;
        // The last column of a terminal stays free.
        let most = match self.width() {
            usize::MAX => usize::MAX,
            width => width.checked_sub(1).filter(|width| *width >= NARROW)?,
        };
        let without: Vec<Vec<Cell>> = rows
            .iter()
            .map(|row| row[..row.len() - 1].to_vec())
            .collect();
        widths(rows, most, &[], LEAST).or_else(|| widths(&without, most, &[1, 2], LEAST))
    }

    /// One below the other, each with its facts under labels.
    fn blocks(&mut self, rows: &[Vec<Cell>]) {
        let Some((header, rows)) = rows.split_first() else {
            return;
        };
        for row in rows {
            let mut cells = header.iter().zip(row).map(|(label, cell)| {
                let label = label.shown(self.style);
                (label, cell.shown(self.style))
            });
            let (Some((_, number)), Some((_, subject))) = (cells.next(), cells.next()) else {
                continue;
            };
            let facts: Vec<_> = cells.filter(|(_, text)| !text.is_empty()).collect();
            self.painted((1, &number, 3), &subject);
            for (label, text) in facts {
                self.painted((4, &label, 13), &text);
            }
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
        for (index, certificate) in report.chain().iter().enumerate() {
            let mut algorithms = vec![Algorithm::Sha256];
            if index == 0 || self.style.verbose {
                algorithms.push(Algorithm::Sha1);
            }
            if self.style.verbose {
                algorithms.push(Algorithm::Sha512);
            }
            let digests = algorithms
                .into_iter()
                .map(|algorithm| certificate.fingerprint(algorithm));
            let mut lines = Vec::new();
            for digest in digests {
                lines.push(digest.to_string());
                // As openssl and consoles show them.
                if self.style.verbose && digest.bytes().len() <= 32 {
                    lines.push(digest.colons());
                }
            }
            if let Some(spki) = certificate.spki_sha256().filter(|_| self.style.verbose) {
                lines.push(format!("spki-{spki}"));
            }
            // A digest is not broken: it is there to be copied.
            for (line, text) in lines.into_iter().enumerate() {
                let number = if line == 0 {
                    index.to_string()
                } else {
                    String::new()
                };
                self.line(&format!(" {number:2} {text}"));
            }
        }
    }
}

/// The heads of the table, and a row for each certificate.
fn rows(report: &Report) -> Vec<Vec<Cell>> {
    let heads = ["#", "subject", "issuer", "valid until", "key", "signature"];
    let heads = heads.map(Cell::new).to_vec();
    let notes = report.notes().iter();
    let soon: Vec<Option<usize>> = notes
        .filter(|note| matches!(note.code, Code::Expiring | Code::IntermediateExpiring))
        .map(|note| note.certificate)
        .collect();
    let chain = report.chain().iter().enumerate();
    let rows = chain.map(|(index, certificate)| {
        row(index, certificate, report.at, soon.contains(&Some(index)))
    });
    std::iter::once(heads).chain(rows).collect()
}

fn row(index: usize, certificate: &Certificate, now: OffsetDateTime, is_soon: bool) -> Vec<Cell> {
    let safe = |text: &str| Cell::new(visible(text));
    let number = Cell::new(index.to_string());
    let Ok(facts) = certificate.facts() else {
        let size = format!("{} octets", certificate.der().len());
        let what = Cell::new("cannot be parsed");
        return vec![
            number,
            what,
            Cell::default(),
            Cell::default(),
            Cell::new(size),
            Cell::default(),
        ];
    };
    let issuer = if facts.self_issued {
        "itself".to_owned()
    } else {
        facts.issuer.label()
    };
    let until = Until::new(facts.not_after, now, is_soon);
    vec![
        number,
        safe(&both_forms(&certificate.label())),
        safe(&issuer),
        Cell::new(format!("{} ", until.date)).ending(until.distance, until.ink),
        safe(&facts.public_key.describe()),
        safe(&facts.signature_algorithm),
    ]
}
