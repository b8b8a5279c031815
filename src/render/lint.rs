//! Lints for people: where, what is wrong, and how to fix it.

use super::style::{Ink, Style};
use super::text::{labelled, painted};
use crate::escape::visible;
use crate::mercurial::Lint;
use std::fmt::Write as _;

/// All lints, and their number; `is_empty`: the configuration has no lines. Ends in a line feed.
pub fn page(lints: &[Lint], is_empty: bool, style: Style) -> String {
    let mut out = String::new();
    list(&mut out, lints, 0, style);
    let _ = match lints.len() {
        0 if is_empty => writeln!(out, "nothing to check: no Mercurial configuration found"),
        0 => writeln!(out, "no problems found"),
        1 => writeln!(out, "\n1 problem found"),
        count => writeln!(out, "\n{count} problems found"),
    };
    out
}

/// The lints, one after the other.
pub(super) fn list(out: &mut String, lints: &[Lint], indent: usize, style: Style) {
    let width = style.columns();
    for (index, lint) in lints.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let place = format!("{}: {}", lint.line.source, lint.line.key);
        labelled(out, width, indent, "", 0, &place);
        let code = style.paint(Ink::Warning, &lint.code.to_string());
        let text = format!("{code}: {}", visible(&lint.message));
        painted(out, width, (indent + 2, "", 0), &text);
        if let Some(other) = &lint.other {
            let text = format!("the other line is {other}");
            labelled(out, width, indent + 2, "", 0, &text);
        }
        labelled(out, width, indent + 2, "->", 3, &lint.advice);
    }
}
