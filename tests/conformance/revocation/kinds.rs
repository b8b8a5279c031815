//! The kinds of chains that OpenSSL accepts and that are not trusted here, each with its reason. They
//! are found by what was drawn, and not by what our judgement says of itself.

use super::drawn::{Drawn, Form, Known};
use smtp_certcheck::judge::{CertificateStatus, Status};

/// Each kind, with the reason.
pub const KINDS: &[(&str, &str)] = &[
    (
        PART,
        "an issuer gives a serial number once: OpenSSL does not look into lists for other certificates, for some reasons, or of changes",
    ),
    (
        OUT_OF_DATE,
        "the newest list is out of date, and an older one holds, which OpenSSL prefers",
    ),
    (
        LATER,
        "a list of tomorrow says what was revoked before; OpenSSL prefers one of today",
    ),
    (
        SAME_DATE,
        "which of two lists is the newer is not known: the worse one counts",
    ),
    (
        ENDLESS,
        "RFC 5280 section 5.1.2.5 requires a nextUpdate: else an old list could be replayed for ever",
    ),
    (DELTA, "OpenSSL takes a delta list for a complete one"),
    (
        NEWER_UNREAD,
        "the newer list has a critical extension that is not known, or does not say what it is for, and may say that it is revoked",
    ),
];

const PART: &str = "revoked by a part";
const OUT_OF_DATE: &str = "the newest is out of date";
const LATER: &str = "revoked by a list of tomorrow";
const SAME_DATE: &str = "two lists of one date";
const ENDLESS: &str = "without nextUpdate";
const DELTA: &str = "a delta list alone";
const NEWER_UNREAD: &str = "a newer list is not understood";

/// Why OpenSSL takes a certificate for good that has this status here; `None`: it should not.
pub fn kind(drawn: &Drawn, status: &CertificateStatus) -> Option<&'static str> {
    let own = Own::of(drawn, status.certificate);
    match &status.status {
        Status::Good => None,
        Status::Revoked(_) => {
            let source = &status.list.as_ref()?.source;
            let number: usize = source.strip_suffix(".crl")?.parse().ok()?;
            own.revoked_by(&drawn.lists[number])
        }
        Status::Stale { .. } => {
            let newest = own.newest()?;
            (!own.holds(newest) && own.another_holds(newest)).then_some(OUT_OF_DATE)
        }
        Status::Unknown { .. } => own.unknown(),
    }
}

/// The lists of a certificate's issuer.
struct Own<'a> {
    drawn: &'a Drawn,
    certificate: usize,
    lists: Vec<&'a Known>,
}

impl<'a> Own<'a> {
    fn of(drawn: &'a Drawn, certificate: usize) -> Self {
        let lists = drawn.lists.iter();
        let lists = lists.filter(|list| list.about == certificate && !list.is_by_namesake);
        Self {
            drawn,
            certificate,
            lists: lists.collect(),
        }
    }

    /// Whether a list is for the certificate, and for all reasons.
    fn is_complete(&self, list: &Known) -> bool {
        let is_leaf = self.certificate == 0;
        match list.form {
            Form::Plain | Form::Version1 => true,
            Form::ForLeaves => is_leaf,
            Form::ForCas => !is_leaf,
            Form::OfPoint => is_leaf && self.drawn.names_point,
            _ => false,
        }
    }

    fn is_made(&self, list: &Known) -> bool {
        list.this_update <= self.drawn.setup.at
    }

    fn holds(&self, list: &Known) -> bool {
        let at = self.drawn.setup.at;
        self.is_made(list) && list.next_update.is_none_or(|next| next > at)
    }

    /// Whether OpenSSL finds another list that says nothing against the certificate.
    fn another_holds(&self, list: &Known) -> bool {
        let mut others = self
            .lists
            .iter()
            .filter(|other| !std::ptr::eq(**other, list));
        others.any(|other| {
            let is_taken = self.is_complete(other) || other.form == Form::Delta;
            is_taken && self.holds(other) && !other.revokes
        })
    }

    fn newest(&self) -> Option<&'a Known> {
        let made = self.lists.iter().copied();
        let made = made.filter(|list| self.is_complete(list) && self.is_made(list));
        made.max_by_key(|list| list.this_update)
    }

    fn revoked_by(&self, list: &Known) -> Option<&'static str> {
        if !list.revokes || !self.another_holds(list) {
            return None;
        }
        let newest = self.newest();
        Some(match () {
            () if !self.is_made(list) => LATER,
            () if newest.is_some_and(|newest| newest.this_update > list.this_update) => {
                return None;
            }
            () if !self.is_complete(list) => PART,
            () if !self.holds(list) => OUT_OF_DATE,
            () if newest.is_some_and(|newest| newest.this_update == list.this_update) => SAME_DATE,
            () => return None,
        })
    }

    fn unknown(&self) -> Option<&'static str> {
        let newest = self.newest();
        let date = newest.map(|list| list.this_update);
        let is_unread = |form| matches!(form, Form::CriticalExtension | Form::OfNoPoint);
        let is_newer = |list: &&&Known| is_unread(list.form) && Some(list.this_update) >= date;
        let has_delta = |list: &&Known| list.form == Form::Delta && self.holds(list);
        match newest {
            Some(newest) if newest.next_update.is_none() => Some(ENDLESS),
            Some(newest) if self.holds(newest) => {
                self.lists.iter().find(is_newer).map(|_| NEWER_UNREAD)
            }
            _ => self
                .lists
                .iter()
                .copied()
                .find(|list| has_delta(list))
                .map(|_| DELTA),
        }
    }
}
