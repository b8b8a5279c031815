//! Rows of short texts in columns.

use crate::render::style::{Ink, Style};
use crate::render::text::cut;
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

/// A row as one line, its cells cut to the widths.
pub(super) fn line(row: &[Cell], widths: &[usize], style: Style) -> String {
    let mut out = " ".to_owned();
    for (cell, width) in row.iter().zip(widths) {
        let is_cut = cell.width() > *width;
        let shown = match is_cut {
            true => cut(&cell.text, *width, style.ellipsis()).into_owned(),
            false => cell.shown(style),
        };
        out.push_str(&shown);
        out.push_str(&" ".repeat(GAP + width - display_width(&shown).min(*width)));
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Cell::new(*text)).collect()
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
