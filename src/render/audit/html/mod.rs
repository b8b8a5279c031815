//! An audit as one page to open in a browser, and to send on: it holds all that it needs, asks the
//! network for nothing, and reads without its script, too.

mod chart;
mod domain;
mod mail;
mod row;

use super::format::{Ending, Format};
use crate::audit::{Audited, Completeness, Standing, Summary};
use crate::escape::visible;
use crate::finding::Severity;
use crate::render::timestamp::timestamp;
use crate::report::DomainReport;
use askama::Template;
use askama::filters::{Escaper, Html};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chart::{Bars, Timeline};
use row::Row;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt;
use time::OffsetDateTime;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The escaper that `askama.toml` names for every text of a template: it writes out characters that
/// move, hide or reorder, and escapes markup.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Harmless;

impl Escaper for Harmless {
    fn write_escaped_str<W: fmt::Write>(&self, out: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(out, &visible(text))
    }
}

#[derive(Template)]
#[template(path = "page.html", config = "src/render/audit/html/askama.toml")]
struct Page<'a> {
    policy: String,
    at: String,
    date: String,
    time: String,
    summary: &'a Summary,
    tiles: Vec<Tile>,
    charts: Vec<Bars>,
    timeline: Timeline,
    next: Vec<Next<'a>>,
    rows: &'a [Row],
    missing: &'a [String],
}

/// A certificate that expires soon.
struct Next<'a> {
    days: i64,
    name: &'a str,
    /// There is a row to go to.
    has_row: bool,
}

/// A number to see first.
struct Tile {
    standing: Standing,
    count: u64,
    words: &'static str,
}

/// The format.
#[derive(Clone, Debug)]
pub struct HtmlPage {
    /// When the audit ran.
    at: OffsetDateTime,
    rows: Vec<Row>,
    /// How often each target occurred.
    ids: HashMap<String, u32>,
}

impl HtmlPage {
    /// Of an audit that runs at that time.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            at,
            rows: Vec::new(),
            ids: HashMap::new(),
        }
    }
}

impl HtmlPage {
    /// The address of a row within the page: the target, with a number where it occurs again.
    fn id(&mut self, label: &str) -> String {
        let count = self.ids.entry(label.to_owned()).or_default();
        *count += 1;
        match *count {
            1 => label.to_owned(),
            more => format!("{label}/{more}"),
        }
    }
}

impl Format for HtmlPage {
    fn target(&mut self, audited: &Audited) -> String {
        let id = self.id(&audited.report.target.label);
        self.rows.push(Row::of(audited, id));
        String::new()
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        let id = self.id(&audited.report.input);
        self.rows.push(Row::of_domain(audited, id));
        String::new()
    }

    fn end(&mut self, completeness: &Completeness, summary: &Summary) -> Ending {
        self.rows.sort_by(Row::by_urgency);
        let text = render(&self.rows, summary, &completeness.missing(), self.at);
        Ending::for_programs(text)
    }
}

/// The complete page, with the rows in their order. `missing` are sentences about what was not
/// checked.
fn render(rows: &[Row], summary: &Summary, missing: &[String], at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let tile = |standing, words| Tile {
        standing,
        count: summary.with(standing),
        words,
    };
    let mut tiles = vec![
        tile(Standing::Critical, "need action now"),
        tile(Standing::Warning, "will need action"),
        tile(Standing::LeftOut, "have findings that were not asked for"),
        tile(Standing::Fine, "need no action"),
    ];
    tiles.retain(|tile| tile.standing != Standing::LeftOut || tile.count > 0);
    let page = Page {
        policy: policy(),
        at: timestamp(at),
        date: at.date().to_string(),
        time: format!("{:02}:{:02}", at.hour(), at.minute()),
        summary,
        tiles,
        charts: charts(summary),
        timeline: Timeline::new(&summary.ends, at.date()),
        next: next(summary, rows),
        rows,
        missing,
    };
    // Strings cannot fail to be written.
    let mut text = page.render().unwrap_or_default();
    text.push('\n');
    text
}

/// Allows only the style and the script that are in the page.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn next<'a>(summary: &'a Summary, rows: &[Row]) -> Vec<Next<'a>> {
    let next = summary.expiries.iter().map(|(days, name)| Next {
        days: *days,
        name,
        has_row: rows.iter().any(|row| row.id == *name),
    });
    next.collect()
}

fn charts(summary: &Summary) -> Vec<Bars> {
    let outcomes = summary.outcomes.iter().map(|(name, count)| {
        let tone = match *name {
            "trusted" | "authenticated" | "no-mail" => "fine",
            "pinned" | "unprotected" => "warning",
            _ => "critical",
        };
        ((*name).to_owned(), *count, tone)
    });
    // Notes are many, and would dwarf what matters.
    let (notes, findings): (Vec<_>, Vec<_>) = summary
        .findings
        .iter()
        .map(|((code, severity), count)| {
            let label = match severity {
                Severity::Note => code.to_string(),
                severity => format!("{code} ({severity})"),
            };
            (label, *count, severity.as_str())
        })
        .partition(|(.., severity)| *severity == Severity::Note.as_str());
    let plain = |counts: &HashMap<String, u64>| {
        let counts = counts.iter();
        let counts = counts.map(|(name, count)| (name.clone(), *count, "plain"));
        counts.collect::<Vec<_>>()
    };
    vec![
        Bars::new("outcomes", "Outcomes", outcomes.collect()),
        Bars::new("findings", "Findings", findings),
        Bars::new("notes", "Notes", notes),
        Bars::new("issuers", "Issuers", plain(&summary.issuers)),
        Bars::new("keys", "Key types", plain(&summary.keys)),
        Bars::new("versions", "TLS versions", plain(&summary.versions)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_writes_is_text() {
        let mut out = String::new();
        let written = Harmless.write_escaped_str(&mut out, "<a b='\"&\u{202e}\x1b>\n");
        assert!(written.is_ok());
        assert!(
            !out.contains(['<', '>', '"', '\'', '\n', '\x1b', '\u{202e}']),
            "{out}"
        );
        assert!(out.contains("\\u{202e}\\x1b"), "{out}");
    }

    #[test]
    fn style_and_script_load_nothing_and_make_no_markup() {
        for text in [STYLE, SCRIPT] {
            for bad in [
                "url(",
                "@import",
                "://",
                "fetch(",
                "innerHTML",
                "insertAdjacentHTML",
            ] {
                assert!(!text.contains(bad), "{bad}");
            }
        }
    }

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        // The hashes are those of the files as they stand, and browsers normalise line ends.
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--") && !text.contains('\r'));
        }
    }
}
