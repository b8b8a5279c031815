//! An audit for people: a line for each target, what is wrong with it below, and a summary at the
//! end.

use super::format::{Ending, Format};
use super::shown::Shown;
use super::summary::{gone, statistics, sums};
use super::words::{left, verdict};
use crate::audit::{Audited, Completeness, Standing, Summary};
use crate::escape::{excerpt, visible};
use crate::finding::{Code, Finding, Severity};
use crate::render::advice::spelled;
use crate::render::style::{Ink, Style};
use crate::render::text::fill;
use crate::report::DomainReport;
use std::fmt::Write as _;
use textwrap::core::display_width as width;

/// The columns before the name, which is also the indent of what is below a line.
const INDENT: usize = 10;
/// The columns of the date and of the days left, with the gaps before and after them.
const EXPIRY: usize = 2 + 10 + 2 + 12 + 2;
/// Narrower terminals have no columns.
const NARROW: usize = 70;
/// Narrower terminals have no room for a code in the line of a target.
const WIDE: usize = 100;
/// Longer messages are cut.
const MOST_TEXT: usize = 300;

/// What of an audit a table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All targets, and statistics.
    All,
    /// The targets that are news, and one line of sums.
    News,
    /// The same, and nothing at all without news.
    NewsOrNothing,
}

/// The format.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    style: Style,
    extent: Extent,
    /// The output already has the summary.
    on_stdout: bool,
    has_rows: bool,
}

impl Table {
    /// `on_stdout`: the results go to standard output.
    pub fn new(style: Style, extent: Extent, on_stdout: bool) -> Self {
        Self {
            style,
            extent,
            on_stdout,
            has_rows: false,
        }
    }
}

impl Table {
    fn row(&mut self, shown: &Shown<'_>) -> String {
        self.has_rows = true;
        let text = row(shown, self.style);
        if self.style.ascii {
            text.replace('→', "->").replace('…', "...")
        } else {
            text
        }
    }
}

impl Format for Table {
    fn heads(&self) -> String {
        let columns = self.style.columns();
        if self.extent != Extent::All || columns < NARROW {
            return String::new();
        }
        let (name, line) = (name_columns(columns), ["VERDICT", "TARGET", "EXPIRES"]);
        let expiry = EXPIRY - 2;
        let [verdict, target, expires] = line;
        let heads = format!("{verdict:8}  {target:name$}  {expires:expiry$}");
        // On a narrow terminal findings stand below.
        let findings = if columns >= WIDE { "FINDINGS" } else { "" };
        format!("{}\n", format!("{heads}{findings}").trim_end())
    }

    fn target(&mut self, audited: &Audited) -> String {
        self.row(&Shown::server(audited))
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        self.row(&Shown::domain(audited))
    }

    fn end(&mut self, completeness: &Completeness, summary: &Summary) -> Ending {
        let is_news = self.has_rows || !summary.gone.is_empty();
        let text = match self.extent {
            Extent::NewsOrNothing if !is_news => String::new(),
            Extent::News | Extent::NewsOrNothing => {
                let gap = if is_news { "\n" } else { "" };
                let gone = gone(summary);
                format!("{gone}{gap}{}", sums(summary, completeness))
            }
            Extent::All => {
                let sums = sums(summary, completeness);
                format!("\n{sums}{}{}", statistics(summary), gone(summary))
            }
        };
        Ending {
            text,
            aside: !self.on_stdout,
            exit: None,
            replaces_only_whole: false,
        }
    }
}

/// The columns of a name.
fn name_columns(columns: usize) -> usize {
    columns.saturating_sub(INDENT + EXPIRY).clamp(20, 36)
}

/// One line, or a few on a narrow terminal, then the findings of the target.
fn row(shown: &Shown<'_>, style: Style) -> String {
    let mut out = String::new();
    head(&mut out, shown, style);
    details(&mut out, shown, style);
    if !shown.changed.is_empty() {
        below(
            &mut out,
            style,
            &format!("changed: {}", shown.changed),
            "  ",
        );
    }
    out
}

/// The verdict, the target, its expiry, its codes and its changes.
fn head(out: &mut String, shown: &Shown<'_>, style: Style) {
    let columns = style.columns();
    let standing = shown.standing;
    let word = paint(verdict(standing), 8, ink_of(standing), style);
    let name = shown.name.as_str();
    let wide = name_columns(columns).max(width(name));
    let before_codes = INDENT + wide + EXPIRY;
    let has_columns = columns >= NARROW && before_codes - 2 <= columns;
    if has_columns {
        let codes = codes(shown, style, |_| true);
        let gap = wide - width(name);
        let line = format!("{word}  {name}{:gap$}  {}", "", expiry(shown, style));
        if before_codes + width(&codes) <= columns {
            let line = format!("{line}  {}", painted_codes(&codes, shown, style));
            let _ = writeln!(out, "{}", line.trim_end());
            return;
        }
        let _ = writeln!(out, "{}", line.trim_end());
    } else {
        let name = fill(name, columns.saturating_sub(INDENT), "", "");
        let name = name.replace('\n', &format!("\n{:INDENT$}", ""));
        let _ = writeln!(out, "{word}  {name}");
        let expiry = expiry_in_words(shown, style);
        if !expiry.is_empty() {
            let _ = writeln!(out, "{:INDENT$}{expiry}", "");
        }
    }
    // What has a sentence below needs no code of its own.
    let codes = codes(shown, style, |finding| !is_told(finding, shown, style));
    if !codes.is_empty() {
        let first = " ".repeat(INDENT);
        for line in fill(&codes, columns, &first, &first).lines() {
            let _ = writeln!(out, "{}", painted_codes(line, shown, style));
        }
    }
}

/// The date and the time left, as wide as their columns.
fn expiry(shown: &Shown<'_>, style: Style) -> String {
    match dates(shown) {
        Some((date, left)) => {
            let left = paint(&left, 12, ink_of_expiry(shown), style);
            format!("{date:10}  {left}")
        }
        None => format!("{:24}", "-"),
    }
}

/// The same where there are no columns; empty without a certificate.
fn expiry_in_words(shown: &Shown<'_>, style: Style) -> String {
    let Some((date, left)) = dates(shown) else {
        return String::new();
    };
    let verb = if left.ends_with("ago") {
        "expired"
    } else {
        "expires"
    };
    let left = paint(&left, 0, ink_of_expiry(shown), style);
    format!("{verb} {date}, {left}")
}

/// When the certificate expires, and the time left.
fn dates(shown: &Shown<'_>) -> Option<(String, String)> {
    let end = shown.end.as_ref()?;
    Some((end.at.date().to_string(), left(end.left)))
}

/// The colour of the severity that its expiry has.
fn ink_of_expiry(shown: &Shown<'_>) -> Option<Ink> {
    shown.dated().and_then(|found| ink(found.severity))
}

/// The codes of the findings that are `wanted`, what was left out, and the kinds of change, in one
/// line of text.
fn codes(shown: &Shown<'_>, style: Style, wanted: impl Fn(&Finding) -> bool) -> String {
    let mut codes: Vec<Code> = Vec::new();
    for finding in shown.findings.iter().filter(|finding| wanted(finding)) {
        let counts = style.verbose || finding.severity > Severity::Note;
        if counts && !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let changes: Vec<&str> = shown.changes.iter().map(|change| change.as_str()).collect();
    let changes = match changes.as_slice() {
        [] => String::new(),
        changes => format!("[{}]", changes.join(", ")),
    };
    let mut parts = vec![Code::list(&codes), shown.left_out_by.clone()];
    parts.retain(|part| !part.is_empty());
    format!("{}  {changes}", parts.join("; ")).trim().to_owned()
}

/// Whether a finding has its sentence below the line.
fn is_told(finding: &Finding, shown: &Shown<'_>, style: Style) -> bool {
    style.verbose
        || match finding.severity {
            Severity::Critical => true,
            // A code does not say which of several places it is about.
            Severity::Warning => shown.has_places,
            Severity::Note => false,
        }
}

/// The sentences, and in detail what to do.
fn details(out: &mut String, shown: &Shown<'_>, style: Style) {
    if style.verbose && !shown.parts.is_empty() {
        below(out, style, &shown.parts, "  ");
    }
    let told = |finding: &&Finding| is_told(finding, shown, style);
    for finding in shown.findings.iter().filter(told) {
        let text = excerpt(&finding.message, MOST_TEXT);
        below(out, style, &format!("{}: {text}", finding.code), "  ");
        if style.verbose {
            let advice = spelled(&finding.advice);
            below(out, style, &format!("-> {}", visible(&advice)), "   ");
        }
    }
}

/// A text below the line of a target; `hanging` begins its further lines.
fn below(out: &mut String, style: Style, text: &str, hanging: &str) {
    let first = " ".repeat(INDENT);
    let further = format!("{first}{hanging}");
    let _ = writeln!(out, "{}", fill(text, style.columns(), &first, &further));
}

/// Each code of a finding in the colour of its severity.
fn painted_codes(text: &str, shown: &Shown<'_>, style: Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    let severity = |word: &str| {
        let named = |finding: &&Finding| finding.code.as_str() == word;
        shown
            .findings
            .iter()
            .find(named)
            .map(|found| found.severity)
    };
    let words = text.split(' ').map(|word| {
        let code = word.trim_end_matches([',', ';']);
        let after = &word[code.len()..];
        match severity(code).and_then(ink) {
            Some(ink) => style.paint(ink, code) + after,
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A word in a column, coloured where colour is on.
fn paint(word: &str, columns: usize, ink: Option<Ink>, style: Style) -> String {
    let gap = columns.saturating_sub(width(word));
    let word = ink.map_or_else(|| word.to_owned(), |ink| style.paint(ink, word));
    format!("{word}{:gap$}", "")
}

fn ink(severity: Severity) -> Option<Ink> {
    match severity {
        Severity::Critical => Some(Ink::Bad),
        Severity::Warning => Some(Ink::Warning),
        Severity::Note => None,
    }
}

fn ink_of(standing: Standing) -> Option<Ink> {
    match standing {
        Standing::Critical => Some(Ink::Bad),
        Standing::Warning => Some(Ink::Warning),
        Standing::LeftOut => None,
        Standing::Fine => Some(Ink::Good),
    }
}
