//! What a TLSA record fits of what a server presents, taken by itself.

use super::question::Question;
use super::usable::{Usable, fits, unusable, usable};
use crate::judge::anchors::Anchors;
use crate::judge::clients::openssl::{self, DaneAnswer};
use crate::judge::signatures::Signatures;
use crate::records::tlsa::{DANE_EE, DANE_TA, Tlsa};

/// What a record fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Nothing that is presented.
    Nothing,
    /// The presented certificate at this place: the leaf for usage 3, one above it for usage 2.
    Presented(usize),
    /// It carries the anchor itself, which the server need not send (`2 0 0`, `2 1 0`).
    Carried,
    /// An anchor of the path, which the server does not send: its name.
    NotSent(String),
    /// A presented certificate that its usage is not for: the leaf for usage 2, another for usage 3.
    Misplaced(usize),
}

impl Fit {
    /// Whether a sender can use what it fits.
    pub fn is_match(&self) -> bool {
        matches!(self, Self::Presented(_) | Self::Carried)
    }

    /// The place of the presented certificate that it matches.
    pub fn certificate(&self) -> Option<usize> {
        match self {
            Self::Presented(place) => Some(*place),
            _ => None,
        }
    }
}

/// What a record fits.
pub fn fit(record: &Tlsa, question: &Question<'_>) -> Fit {
    if unusable(record).is_some() {
        return Fit::Nothing;
    }
    let presented = question.presented;
    let all = || (0..presented.len()).filter(|place| fits(record, &presented[*place]));
    let is_for = |place: usize| (place == 0) == (record.usage == DANE_EE);
    if let Some(place) = all().find(|place| is_for(*place)) {
        return Fit::Presented(place);
    }
    if record.usage == DANE_TA {
        if carries_the_anchor(record, question) {
            return Fit::Carried;
        }
        if let Some(anchor) = question.path.iter().skip(1).find(|one| fits(record, one)) {
            return Fit::NotSent(anchor.label());
        }
    }
    all().next().map_or(Fit::Nothing, Fit::Misplaced)
}

/// Whether a path leads from the leaf to what the record carries, whatever its dates and names are.
fn carries_the_anchor(record: &Tlsa, question: &Question<'_>) -> bool {
    let anchors = Anchors::default();
    let usable = usable(std::slice::from_ref(record));
    let carries = |one: &Usable<'_>| one.carried.is_some() || one.bare_key().is_some();
    if !usable.iter().any(carries) {
        return false;
    }
    let signed = Signatures::of(&anchors);
    let now = question.now.unix_timestamp();
    let answer = openssl::dane(question.presented, &usable, question.names, &signed, now);
    matches!(
        answer,
        DaneAnswer::Authenticated(_) | DaneAnswer::Refused(..)
    )
}
