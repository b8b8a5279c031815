//! A page of text: headings, and facts under labels.

use crate::finding::Finding;
use crate::render::advice::spelled;
use crate::render::style::Style;
use crate::render::text::labelled;
use comfy_table::{ContentArrangement, Table, presets};
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
        let (on, off) = if self.style.color {
            ("\x1b[1m", "\x1b[0m")
        } else {
            ("", "")
        };
        let _ = writeln!(self.out, "\n{on}{text}{off}");
    }

    pub(super) fn width(&self) -> usize {
        self.style.columns()
    }

    /// Text under a label, wrapped at words and indented to the same column.
    pub(super) fn labelled(&mut self, indent: usize, label: &str, column: usize, text: &str) {
        let width = self.width();
        labelled(&mut self.out, width, indent, label, column, text);
    }

    pub(super) fn fact(&mut self, label: &str, text: &str) {
        self.labelled(2, label, 15, text);
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
        let about = finding
            .certificate
            .map_or(String::new(), |index| format!(" [{index}]"));
        let text = format!("{}{about}: {}", finding.code, finding.message);
        self.labelled(2, "", 0, &text);
        self.labelled(4, "->", 3, &spelled(&finding.advice));
    }

    pub(super) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match self.style.width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width.max(40));
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table
    }
}
