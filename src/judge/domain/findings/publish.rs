//! The TLSA records to publish for a host, and those to take away: what all senders accept is the key
//! of the leaf. Everything is tried before it is said.

use super::super::dane::{names, place};
use super::super::facts::{Domain, Look, MailHost, Seen};
use crate::finding::Advice;
use crate::judge::dane::{Refusal, Shown, Trial, matching_beside, without};
use crate::records::tlsa::Tlsa;
use std::borrow::Cow;

/// More records are not listed.
const MOST: usize = 8;

/// The records of a host, and what it presents.
pub(super) struct Publishing<'d> {
    host: &'d MailHost,
    /// Those that present a chain, in the order of the trial.
    looks: Vec<&'d Look>,
    trial: Trial<'d>,
}

impl<'d> Publishing<'d> {
    pub(super) fn of(domain: &Domain, host: &'d MailHost, exim_looks: bool) -> Self {
        let chain = |look: &'d Look| match &look.seen {
            Seen::Chain(chain) => Some((
                look,
                Shown {
                    presented: &chain.presented,
                    path: &chain.path,
                },
            )),
            _ => None,
        };
        let (looks, shown) = host.looks.iter().filter_map(chain).unzip();
        Self {
            host,
            looks,
            trial: Trial {
                shown,
                names: names(domain, host),
                exim_looks,
                now: domain.now,
            },
        }
    }

    pub(super) fn trial(&self) -> &Trial<'d> {
        &self.trial
    }

    fn records(&self) -> &'d [Tlsa] {
        &self.host.tlsa.records
    }

    /// `3 1 1`, or what has to be published instead for it to count.
    pub(super) fn kind(&self) -> String {
        format!("3 1 {}", matching_beside(self.records()))
    }

    /// The lines of a zone file, one for each key that the host presents.
    pub(super) fn keys(&self) -> Vec<String> {
        self.lines(&self.trial.keys(self.records()))
    }

    fn lines(&self, records: &[Tlsa]) -> Vec<String> {
        let owner = self.host.tlsa.owner();
        let line = |record: &Tlsa| format!("{owner}. IN TLSA {record}");
        records.iter().map(line).collect()
    }

    /// To publish what is missing, as the end of an advice; `None`: nothing is.
    pub(super) fn missing(&self) -> Option<Advice> {
        self.missing_beside(self.records())
    }

    /// The same, as if these were all records.
    fn missing_beside(&self, records: &[Tlsa]) -> Option<Advice> {
        if self.looks.is_empty() {
            let (kind, name) = (self.kind(), &self.host.name);
            let text = format!("publish \"{kind}\" of the key that \"{name}\" presents");
            return Some(Advice::new(text));
        }
        let cure = self.trial.cure(records);
        let publish =
            (!cure.publish.is_empty()).then(|| listed("publish ", self.lines(&cure.publish)));
        let hopeless = cure.hopeless.first().map(|one| self.no_help(one));
        match (publish, hopeless) {
            (Some(publish), Some(hopeless)) => Some(publish.text("; ").then(hopeless)),
            (publish, hopeless) => publish.or(hopeless),
        }
    }

    /// What no record helps against.
    fn no_help(&self, (at, reason): &Refusal) -> Advice {
        let place = place(self.looks[*at]);
        Advice::new(format!(
            "have another certificate issued for the server {place}: whatever is published, it is refused ({reason})"
        ))
    }

    /// To publish what is missing, or to leave things as they are, where nothing is.
    pub(super) fn advice(&self) -> Advice {
        let nothing = || Advice::new("the key that is presented has its record, which stays");
        self.missing().unwrap_or_else(nothing)
    }

    /// To take some away; `None`: something would be refused without them.
    pub(super) fn take_away(&self, records: &[Tlsa]) -> Option<Advice> {
        let can_go = self.trial.can_spare(self.records(), records);
        can_go.then(|| self.away(records))
    }

    /// To take some away, and to publish what is needed then.
    pub(super) fn replace(&self, records: &[Tlsa]) -> Advice {
        let rest = without(self.records(), records);
        let away = self.away(records);
        if self.trial.is_authenticated(&rest) && !self.looks.is_empty() {
            return away;
        }
        match self.missing_beside(&rest) {
            Some(publish) => away.text(", and ").then(publish),
            None => away,
        }
    }

    fn away(&self, records: &[Tlsa]) -> Advice {
        let mut lines = self.lines(records);
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        let advice = listed("take away ", lines);
        match more {
            0 => advice,
            more => advice.text(format!(", and {more} more of this kind")),
        }
    }
}

/// Lines to be copied, after a text.
pub(super) fn listed(text: impl Into<Cow<'static, str>>, lines: Vec<String>) -> Advice {
    let mut advice = Advice::new(text);
    for (place, line) in lines.into_iter().enumerate() {
        if place > 0 {
            advice = advice.text(" and ");
        }
        advice = advice.line(line);
    }
    advice
}
