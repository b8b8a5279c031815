//! The ports of a host, a row each: one certificate or several?

use super::columns::{Cell, lines, widths};
use super::page::Page;
use super::sums::words;
use super::until::Until;
use crate::endpoint::Start;
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::observation::Failure;
use crate::render::places::certificates;
use crate::render::style::{Ink, Style};
use crate::report::{Alike, Outcome, Port, Report, listed};

/// Narrower terminals have no columns.
const NARROW: usize = 70;
/// The least width of a verdict.
const LEAST: usize = 9;
/// The digits that tell certificates apart.
const DIGITS: usize = 8;
const HEADS: [&str; 6] = ["PORT", "PROTOCOL", "TLS", "EXPIRES", "SHA-256", "VERDICT"];

impl Page {
    /// One row for each port that counts, or for each group of its addresses that are alike; then the
    /// closed ports.
    pub(super) fn ports(&mut self, report: &Report) {
        if report.ports.is_empty() {
            return;
        }
        self.heading(&match certificates(report) {
            Some(sum) => format!("Ports: {sum}"),
            None => "Ports".to_owned(),
        });
        let ports = report.counting_ports();
        let rows: Vec<Vec<Cell>> = ports.flat_map(|port| rows(port, self.style)).collect();
        if !rows.is_empty() {
            self.rows_of_ports(rows);
        }
        let closed: Vec<String> = report.closed_ports().map(Port::name).collect();
        if !closed.is_empty() {
            self.fact("closed", &closed.join(", "));
        }
    }

    fn rows_of_ports(&mut self, rows: Vec<Vec<Cell>>) {
        let heads = HEADS.map(Cell::new).to_vec();
        let all: Vec<Vec<Cell>> = std::iter::once(heads).chain(rows).collect();
        // The last column of a terminal stays free.
        let most = match self.width() {
            usize::MAX => Some(usize::MAX),
            width => width.checked_sub(2).filter(|width| *width >= NARROW),
        };
        let widths = most.and_then(|most| widths(&all, most, &[HEADS.len() - 1], LEAST));
        if let Some(widths) = widths {
            for line in lines(&all, &widths, self.style) {
                self.line(&format!(" {line}"));
            }
            return;
        }
        for row in all.iter().skip(1) {
            let cells: Vec<String> = row.iter().map(|cell| cell.shown(self.style)).collect();
            let [port, protocol, tls, expires, digest, verdict] = cells.as_slice() else {
                continue;
            };
            let certificate = match digest.as_str() {
                "" => String::new(),
                digest => format!(", sha256:{digest}, until {expires}"),
            };
            let text = format!("{protocol}, {tls}: {verdict}{certificate}");
            self.painted((2, port, 7), &text);
        }
    }
}

fn rows(port: &Port, style: Style) -> Vec<Vec<Cell>> {
    let groups = port.report.alike();
    let several = groups.len() > 1;
    groups
        .iter()
        .map(|group| row(port, group, style, several))
        .collect()
}

fn row(port: &Port, group: &Alike<'_>, style: Style, several: bool) -> Vec<Cell> {
    let look = group.look;
    let report = &port.report;
    let start = match look
        .seen
        .as_ref()
        .and_then(|seen| seen.start)
        .unwrap_or(port.start())
    {
        Start::Starttls => "STARTTLS",
        Start::Implicit => "implicit",
    };
    let leaf = look.leaf();
    let end = leaf
        .and_then(|leaf| leaf.facts().ok())
        .map(|facts| facts.not_after);
    let expires = end.map_or_else(Cell::default, |end| {
        let until = Until::new(end, report.at, !look.expiring().is_empty());
        Cell::new(format!("{} ", until.date)).ending(until.distance, until.ink)
    });
    let digest = leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex());
    let digest = digest.map_or_else(String::new, |digest| {
        let digits: String = digest.chars().take(DIGITS).collect();
        format!("{digits}{}", style.ellipsis())
    });
    vec![
        Cell::new(port.number().to_string()),
        Cell::new(port.protocol().to_string()),
        Cell::new(start),
        expires,
        Cell::new(digest),
        verdict(group, several),
    ]
}

/// The outcome, and the codes of the reasons for it.
fn verdict(group: &Alike<'_>, several: bool) -> Cell {
    let look = group.look;
    let outcome = look.outcome();
    let mut codes: Vec<Code> = Vec::new();
    codes.extend(look.failure().map(Failure::code));
    codes.extend(look.problems().iter().map(|problem| problem.code));
    codes.dedup();
    let why = match codes.as_slice() {
        [] => String::new(),
        codes => format!(": {}", Code::list(codes)),
    };
    let place = match group.addresses.as_slice() {
        addresses if several && !addresses.is_empty() => format!("{}: ", listed(addresses)),
        _ => String::new(),
    };
    let ink = match outcome {
        Outcome::Trusted | Outcome::Pinned => Ink::Good,
        Outcome::Untrusted | Outcome::TlsFailed => Ink::Bad,
        Outcome::Unreachable | Outcome::SmtpRefused => Ink::Warning,
    };
    Cell::new(place).ending(format!("{}{why}", words(outcome)), Some(ink))
}
