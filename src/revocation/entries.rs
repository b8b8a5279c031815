//! The entries of a list, one after the other, without memory for them.

use super::entry::{Demand, Entry};
use super::not_understood::NotUnderstood;
use super::scope::Scope;
use crate::certificate::der::Element;

/// The entries, each with its place; the last one is `None` if it is not an entry.
pub(super) fn entries(all: &[u8]) -> impl Iterator<Item = Option<(Entry<'_>, usize)>> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let place = all.len() - rest.len();
        (!rest.is_empty()).then(|| {
            let element = Element::read(rest);
            let entry = element.as_ref().and_then(Entry::read);
            rest = element.map_or(&[], |element| element.rest);
            entry.map(|entry| (entry, place))
        })
    })
}

/// What all entries together show.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) count: usize,
    names_issuers: bool,
    is_critical: bool,
}

impl Survey {
    /// `None`: one is not an entry.
    pub(super) fn of(all: &[u8]) -> Option<Self> {
        let mut survey = Self {
            count: 0,
            names_issuers: false,
            is_critical: false,
        };
        for entry in entries(all) {
            let (entry, _) = entry?;
            survey.count += 1;
            survey.names_issuers |= entry.demand == Demand::NamesIssuer;
            survey.is_critical |= entry.demand == Demand::Critical;
        }
        Some(survey)
    }

    /// The scope, unless the entries ask for what is not understood here.
    pub(super) fn narrow(&self, scope: Scope) -> Result<Scope, NotUnderstood> {
        match self {
            Self {
                names_issuers: true,
                ..
            } => Err(NotUnderstood::Indirect),
            Self {
                is_critical: true, ..
            } => Err(NotUnderstood::CriticalInEntry),
            _ => Ok(scope),
        }
    }
}
