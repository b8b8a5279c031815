//! The hosts that take the mail of a domain: a row for each, or a block on a narrow terminal.

use super::columns::{Cell, lines, widths};
use super::page::Page;
use super::until::Until;
use crate::escape::visible;
use crate::judge::domain::{AtHost, Delivery, Kind, MailHost, Seen};
use crate::records::Status;
use crate::records::mx::Exchange;
use crate::render::style::Ink;
use crate::report::DomainReport;
use std::net::IpAddr;
use time::OffsetDateTime;

/// Narrower terminals have blocks.
const NARROW: usize = 70;
/// The least columns of a host's name.
const LEAST: usize = 16;

/// What is shown of a host.
struct Row {
    name: String,
    addresses: Vec<String>,
    /// What senders do: with DANE, and with MTA-STS, if that was asked for.
    senders: Vec<(&'static str, Cell)>,
    until: Option<Until>,
}

/// How much of a row there is room for.
#[derive(Clone, Copy)]
struct Room {
    addresses: bool,
    days: bool,
}

/// From the most to the least.
const ROOMS: [Room; 3] = [
    Room {
        addresses: true,
        days: true,
    },
    Room {
        addresses: true,
        days: false,
    },
    Room {
        addresses: false,
        days: false,
    },
];

impl Page {
    pub(super) fn mail_hosts(&mut self, report: &DomainReport) {
        let hosts = report.facts.hosts.iter().enumerate();
        let rows: Vec<Row> = hosts
            .map(|(place, host)| Row::of(report, place, host))
            .collect();
        if rows.is_empty() {
            return;
        }
        self.heading("Hosts");
        match self.table_of_hosts(&rows) {
            Some(lines) => lines.iter().for_each(|line| self.line(line)),
            None => rows.iter().for_each(|row| self.block(row)),
        }
        if let Exchange::Hosts(hosts) = &report.facts.exchange
            && hosts.left_out > 0
        {
            let text = format!("{} more hosts were not looked at", hosts.left_out);
            self.labelled(2, "", 0, &text);
        }
    }

    /// `None`: the terminal is too narrow.
    fn table_of_hosts(&self, rows: &[Row]) -> Option<Vec<String>> {
        // The last column of a terminal stays free.
        let most = match self.width() {
            usize::MAX => usize::MAX,
            width => width.checked_sub(2).filter(|width| *width >= NARROW)?,
        };
        let tables = ROOMS.iter().enumerate().filter_map(|(place, room)| {
            let cells: Vec<Vec<Cell>> = std::iter::once(heads(rows, *room))
                .chain(rows.iter().map(|row| row.cells(*room)))
                .collect();
            // A name is cut only if everything else has given way.
            let may_shrink: &[usize] = if place + 1 == ROOMS.len() { &[0] } else { &[] };
            let widths = widths(&cells, most, may_shrink, LEAST)?;
            Some(lines(&cells, &widths, self.style))
        });
        let lines = tables.into_iter().next()?;
        Some(lines.iter().map(|line| format!(" {line}")).collect())
    }

    fn block(&mut self, row: &Row) {
        self.labelled(2, "", 0, &row.name);
        if !row.addresses.is_empty() {
            self.labelled(4, "addresses", 13, &row.addresses.join(", "));
        }
        for (sender, cell) in &row.senders {
            let text = cell.shown(self.style);
            self.painted((4, sender, 13), &text);
        }
        if let Some(until) = &row.until {
            self.labelled(4, "certificate", 13, &format!("until {}", until.text()));
        }
    }
}

fn heads(rows: &[Row], room: Room) -> Vec<Cell> {
    let senders = rows.first().map_or(&[][..], |row| &row.senders);
    let mut heads = vec!["HOST"];
    heads.extend(room.addresses.then_some("ADDRESSES"));
    heads.extend(senders.iter().map(|(name, _)| *name));
    heads.push("EXPIRES");
    heads.into_iter().map(Cell::new).collect()
}

impl Row {
    fn of(report: &DomainReport, place: usize, host: &MailHost) -> Self {
        let preference = match &report.facts.exchange {
            Exchange::Hosts(hosts) if !hosts.implicit => hosts.records.get(place),
            _ => None,
        };
        let preference = preference.map_or_else(String::new, |mx| format!("{} ", mx.preference));
        let kinds = [(Kind::Dane, "DANE"), (Kind::MtaSts, "MTA-STS")];
        let senders = kinds.iter().filter_map(|(kind, name)| {
            let mut all = report.verdict.senders.iter();
            let sender = all.find(|sender| sender.sender == *kind)?;
            Some((*name, delivery(sender.hosts.get(place)?)))
        });
        Self {
            name: visible(&format!("{preference}{}", host.name)).into_owned(),
            addresses: addresses(host),
            senders: senders.collect(),
            until: expires(host).map(|end| Until::new(end, report.at, false)),
        }
    }

    fn cells(&self, room: Room) -> Vec<Cell> {
        let mut cells = vec![Cell::new(&self.name)];
        if room.addresses {
            let more = match self.addresses.len() {
                0 | 1 => String::new(),
                count => format!(" +{}", count - 1),
            };
            let first = self.addresses.first().map_or("", String::as_str);
            cells.push(Cell::new(format!("{first}{more}")));
        }
        cells.extend(self.senders.iter().map(|(_, cell)| cell.clone()));
        cells.push(match &self.until {
            None => Cell::new("-"),
            Some(until) if room.days => {
                Cell::new(format!("{} ", until.date)).ending(&until.distance, until.ink)
            }
            Some(until) => Cell::new("").ending(&until.date, until.ink),
        });
        cells
    }
}

fn delivery(at: &AtHost) -> Cell {
    let ink = match at.delivery {
        Delivery::Authenticated => Some(Ink::Good),
        Delivery::Encrypted => None,
        Delivery::Delivered => Some(Ink::Warning),
        Delivery::Deferred => Some(Ink::Bad),
    };
    Cell::default().ending(at.delivery.as_str(), ink)
}

/// Each address once; why there is none, if that is known.
fn addresses(host: &MailHost) -> Vec<String> {
    let mut all: Vec<IpAddr> = Vec::new();
    for look in &host.looks {
        if !all.contains(&look.address) {
            all.push(look.address);
        }
    }
    match host.addresses.status {
        Status::Bogus => vec!["bogus".to_owned()],
        Status::NoAnswer => vec!["no answer".to_owned()],
        _ if all.is_empty() => vec!["none".to_owned()],
        _ => all.iter().map(ToString::to_string).collect(),
    }
}

/// The first leaf to expire.
fn expires(host: &MailHost) -> Option<OffsetDateTime> {
    let leaves = host.looks.iter().filter_map(|look| match &look.seen {
        Seen::Chain(chain) => chain.presented.first()?.facts().ok(),
        _ => None,
    });
    leaves.map(|facts| facts.not_after).min()
}
