//! Rows of short texts in columns.

use crate::render::style::{Ink, Style};
use crate::render::text::cut;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use textwrap::core::display_width;

/// A cell: a text, which is safe to show, and the end of it that may have a colour.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    text: String,
    end: String,
    ink: Option<Ink>,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// With an end in a colour.
    pub(super) fn ending(self, end: impl Into<String>, ink: Option<Ink>) -> Self {
        Self {
            end: end.into(),
            ink,
            ..self
        }
    }

    fn width(&self) -> usize {
        display_width(&self.text) + display_width(&self.end)
    }

    /// In colour, if there is one.
    pub(super) fn shown(&self, style: Style) -> String {
        let end = match self.ink {
            Some(ink) => style.paint(ink, &self.end),
            None => self.end.clone(),
        };
        format!("{}{end}", self.text)
    }
}

/// Spaces between two columns.
const GAP: usize = 2;

/// The widths of columns that fit `most` in all: those at `may_shrink` give way, the widest first,
/// but not below `least`. `None`: they do not fit.
pub(super) fn widths(
    rows: &[Vec<Cell>],
    most: usize,
    may_shrink: &[usize],
    least: usize,
) -> Option<Vec<usize>> {
    let count = rows.iter().map(Vec::len).max()?;
    let of_column = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(Cell::width).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..count).map(of_column).collect();
    loop {
        let all = 1 + widths.iter().sum::<usize>() + GAP * (count - 1);
        let excess = all.saturating_sub(most);
        if excess == 0 {
            return Some(widths);
        }
        let column = *may_shrink.iter().max_by_key(|column| widths[**column])?;
        let next = may_shrink.iter().filter(|other| **other != column);
        let next = next.map(|other| widths[*other]).max().unwrap_or(0);
        // Down to the next widest at once.
        let step = (widths[column] - next).clamp(1, excess);
        widths[column] = widths[column].checked_sub(step).filter(|to| *to >= least)?;
    }
}

/// The rows as lines, their cells cut to the widths.
pub(super) fn lines(rows: &[Vec<Cell>], widths: &[usize], style: Style) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        let cells = row.iter().zip(widths);
        table.add_row(cells.map(|(cell, width)| {
            if cell.width() > *width {
                let whole = format!("{}{}", cell.text, cell.end);
                cut(&whole, *width, style.ellipsis()).into_owned()
            } else {
                format!("{}{}", cell.text, cell.end)
            }
        }));
    }
    let plain = table.trim_fmt();
    let rows = plain.lines().zip(rows);
    rows.map(|(line, row)| painted(line, row, style)).collect()
}

/// A line with its colours: comfy-table counts them as text unless it brings a terminal library. The
/// cells are looked for from the right, each to the left of the one before: a word may occur twice.
fn painted(line: &str, row: &[Cell], style: Style) -> String {
    let mut line = line.to_owned();
    let mut end = line.len();
    for cell in row.iter().rev() {
        let plain = format!("{}{}", cell.text, cell.end);
        let found = line[..end].rfind(&plain).filter(|_| !plain.is_empty());
        if let Some(at) = found {
            line.replace_range(at..at + plain.len(), &cell.shown(style));
            end = at;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Cell::new(*text)).collect()
    }

    #[test]
    fn equal_cells_get_their_own_colours() {
        let style = Style {
            color: true,
            ..Style::plain()
        };
        let cell = |ink| Cell::default().ending("same", ink);
        let row = [cell(Some(Ink::Good)), cell(None), cell(Some(Ink::Bad))];
        let [good, bad] = [Ink::Good, Ink::Bad].map(|ink| style.paint(ink, "same"));
        let line = painted(" same  same  same", &row, style);
        assert_eq!(line, format!(" {good}  same  {bad}"));
    }

    #[test]
    fn the_widest_column_gives_way() {
        let rows = [row(&["0", "mail.example.org", "R11", "key"])];
        let all = 1 + 1 + 16 + 3 + 3 + 6;
        for (most, found) in [
            (usize::MAX, Some([1, 16, 3, 3])),
            (all, Some([1, 16, 3, 3])),
            (all - 6, Some([1, 10, 3, 3])),
            (all - 13, None),
        ] {
            let found = found.map(|widths| widths.to_vec());
            assert_eq!(widths(&rows, most, &[1, 2], 4), found, "{most}");
        }
        let two = [row(&["aaaaaaaa", "bbbbbbbbbb"])];
        assert_eq!(widths(&two, 15, &[0, 1], 4), Some(vec![6, 6]));
    }
}
