//! Results that are held back until they can be shown in order.
#![expect(clippy::disallowed_methods, reason = "here the clock is read")]

use crate::audit::{Key, Sort};
use std::time::{Duration, Instant};

/// A reader waits this long for results in order.
const PATIENCE: Duration = Duration::from_secs(1);
/// The limit of results that are held back unless the user asks for an order.
const MOST: usize = 10_000;

/// Results that wait for their turn.
pub(super) struct Arrangement {
    sort: Sort,
    until: Until,
    held: Vec<(Key, String)>,
}

/// How long results are held back.
#[derive(Clone, Copy)]
enum Until {
    /// They are not.
    Now,
    /// Until then, or the end if it comes earlier.
    Moment(Instant),
    /// Until the end, or until there are that many.
    End(usize),
}

/// Whether that moment is over.
pub(super) fn has_passed(moment: Instant) -> bool {
    Instant::now() >= moment
}

impl Arrangement {
    fn new(sort: Sort, until: Until) -> Self {
        Self {
            sort,
            until,
            held: Vec::new(),
        }
    }

    /// In the order in which they are finished.
    pub(super) fn none() -> Self {
        Self::new(Sort::Input, Until::Now)
    }

    /// In this order, however long it takes.
    pub(super) fn by(sort: Sort) -> Self {
        Self::new(sort, Until::End(usize::MAX))
    }

    /// By severity, as far as that costs little memory.
    pub(super) fn of_a_file() -> Self {
        Self::new(Sort::Severity, Until::End(MOST))
    }

    /// By severity if all are finished soon; else what is finished by then, and the others as they
    /// come.
    pub(super) fn of_a_stream() -> Self {
        Self::new(Sort::Severity, Until::Moment(Instant::now() + PATIENCE))
    }

    /// Takes the text of a target, which `key` gives its place; returns the texts to show now.
    pub(super) fn take(&mut self, key: impl FnOnce(Sort) -> Key, text: String) -> String {
        if matches!(self.until, Until::Now) {
            return text;
        }
        self.held.push((key(self.sort), text));
        match self.until {
            Until::End(most) if self.held.len() < most => String::new(),
            Until::Moment(_) => String::new(),
            _ => self.release(),
        }
    }

    /// When what is held back must be shown.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.until {
            Until::Moment(moment) => Some(moment),
            Until::Now | Until::End(_) => None,
        }
    }

    /// The texts that are held back, in order; from now on none is.
    pub(super) fn release(&mut self) -> String {
        self.until = Until::Now;
        let mut held = std::mem::take(&mut self.held);
        held.sort_by(|(one, _), (other, _)| one.cmp(other));
        held.into_iter().map(|(_, text)| text).collect()
    }
}
