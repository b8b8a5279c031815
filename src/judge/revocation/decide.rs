//! The status of one certificate, by the lists of its issuer (RFC 5280 §6.3.3): the newest one that
//! is for it and that its issuer signed decides, in whatever order they are given.

use super::status::{Decided, Status};
use crate::certificate::raw::Raw;
use crate::certificate::signature::Verification;
use crate::certificate::{Certificate, CrlPoint, Facts, KeyUsage};
use crate::revocation::{List, Listed, Lists, Revocation};
use std::sync::Arc;
use time::OffsetDateTime;

/// The status of a certificate that the key of `issuer` signed.
pub(super) fn decide(
    certificate: &Certificate,
    issuer: &Certificate,
    lists: &Lists,
    now: OffsetDateTime,
) -> Decided {
    let (Ok(facts), Ok(above)) = (certificate.facts(), issuer.facts()) else {
        return Status::unknown("it cannot be read").into();
    };
    let Some(raw) = Raw::read(certificate.der()) else {
        return Status::unknown("its serial number cannot be read").into();
    };
    let label = issuer.label();
    let by_name: Vec<&Arc<List>> = lists.of_issuer(&facts.issuer).collect();
    if by_name.is_empty() {
        return Status::unknown(none_at_hand(&label, facts, lists)).into();
    }
    if above
        .key_usage
        .is_some_and(|usage| !KeyUsage::crl_sign(usage))
    {
        let why =
            format!("the key usage of \"{label}\" does not allow it to sign revocation lists");
        return Status::unknown(why).into();
    }
    let mut candidates = Candidates::default();
    for list in by_name {
        match objection(list, facts, above, &label) {
            None => candidates.usable.push(list),
            Some(why) => candidates.objections.push(why),
        }
    }
    candidates.decide(raw.serial, facts.not_after, now)
}

/// The lists of an issuer.
#[derive(Default)]
struct Candidates<'a> {
    usable: Vec<&'a List>,
    /// Why others are not usable.
    objections: Vec<String>,
}

impl Candidates<'_> {
    fn decide(&self, serial: &[u8], not_after: OffsetDateTime, now: OffsetDateTime) -> Decided {
        let all = self.usable.iter().copied();
        let (made, later): (Vec<&List>, Vec<&List>) = all.partition(|one| one.this_update() <= now);
        // A list that is not made yet says nothing of now, but of what was before.
        let before = |list: &List| revocation(list, serial).filter(|revoked| revoked.at <= now);
        if let Some(decided) = later.iter().find_map(|list| revoked(list, before(list))) {
            return decided;
        }
        let Some(newest) = made.iter().map(|list| list.this_update()).max() else {
            return Status::unknown(self.why(&later)).into();
        };
        let newest: Vec<&List> = made
            .into_iter()
            .filter(|list| list.this_update() == newest)
            .collect();
        let found = newest
            .iter()
            .find_map(|list| revoked(list, revocation(list, serial)));
        let latest = newest.iter().max_by_key(|list| list.next_update());
        let is_listed = |list: &&List| list.find(serial).is_some();
        match (found, latest) {
            (Some(decided), _) => decided,
            (None, Some(list)) => {
                let is_removed = newest.iter().any(is_listed);
                Decided::by(list, not_revoked(list, is_removed, not_after, now))
            }
            (None, None) => Status::unknown(self.why(&later)).into(),
        }
    }

    /// Why none of the lists can say anything, in words.
    fn why(&self, later: &[&List]) -> String {
        const MOST: usize = 3;
        let later = later.iter().map(|list| {
            let date = list.this_update().date();
            format!("\"{}\" is of {date}, which is not yet", list.source())
        });
        let all: Vec<String> = self.objections.iter().cloned().chain(later).collect();
        let more = match all.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        format!("{}{more}", all[..all.len().min(MOST)].join("; "))
    }
}

/// Why a list does not count for a certificate.
fn objection(list: &List, facts: &Facts, issuer: &Facts, label: &str) -> Option<String> {
    let source = list.source();
    let scope = match list.scope() {
        Ok(scope) => scope,
        Err(why) => return Some(format!("\"{source}\" {why}")),
    };
    if let Err(why) = scope.covers(facts.is_ca(), &facts.crl_points) {
        return Some(format!("\"{source}\" {why}"));
    }
    match list.verify(&issuer.public_key.spki) {
        Verification::Verified => None,
        Verification::Refuted => Some(format!(
            "\"{source}\" is not signed with the key of \"{label}\""
        )),
        Verification::Unsupported => Some(format!(
            "the signature of \"{source}\" cannot be checked here"
        )),
    }
}

fn revocation(list: &List, serial: &[u8]) -> Option<Revocation> {
    match list.find(serial)? {
        Listed::Revoked(revocation) => Some(revocation),
        Listed::Removed => None,
    }
}

fn revoked(list: &List, revocation: Option<Revocation>) -> Option<Decided> {
    Some(Decided::by(list, Status::Revoked(revocation?)))
}

/// The status of a certificate that is not revoked by its newest list.
fn not_revoked(
    list: &List,
    is_removed: bool,
    not_after: OffsetDateTime,
    now: OffsetDateTime,
) -> Status {
    match list.next_update() {
        // RFC 5280 §5.1.2.5 requires it: else an old list would be as good as a new one.
        None => Status::unknown(format!(
            "\"{}\" does not say until when it holds",
            list.source()
        )),
        Some(next_update) if next_update <= now => Status::Stale { next_update },
        // RFC 5280 §3.3: it is taken off the list then.
        Some(_) if now > not_after && !is_removed => {
            Status::unknown("it has expired, and lists need not have what has expired")
        }
        Some(_) => Status::Good,
    }
}

/// That no list of the issuer is at hand, and what was tried to get one.
fn none_at_hand(label: &str, facts: &Facts, lists: &Lists) -> String {
    const MOST: usize = 3;
    let uris = || facts.crl_points.iter().flat_map(CrlPoint::uris);
    let tried = lists.absent().iter();
    let tried = tried.filter(|absent| uris().any(|uri| uri == absent.source));
    let tried = tried.map(|absent| format!("\"{}\": {}", absent.source, absent.why));
    let none = format!("no revocation list of \"{label}\" is at hand");
    let all: Vec<String> = std::iter::once(none).chain(tried.take(MOST)).collect();
    all.join("; ")
}
