//! The status of one certificate, by the lists of its issuer (RFC 5280 §6.3.3): the newest one that
//! is for it and that its issuer signed decides, in whatever order they are given. That a certificate
//! is revoked may be said by more lists than that it is not.

use super::status::{Decided, Status};
use crate::certificate::raw::Raw;
use crate::certificate::signature::Verification;
use crate::certificate::{Certificate, CrlPoint, Facts, KeyUsage};
use crate::revocation::{List, Listed, Lists, NotUnderstood, Revocation};
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
        candidates.add(list, facts, (issuer, above), &label);
    }
    candidates.decide(raw.serial, facts.not_after, now)
}

/// What a list of the issuer can say of a certificate.
enum Use {
    /// Whether it is revoked.
    All,
    /// That it is revoked, and not that it is not: it is for others, or has a part only. An issuer
    /// gives a serial number once, so that an entry of it means this certificate.
    OnlyRevoked,
    /// Nothing that is understood here, and it may be that it is revoked.
    NotUnderstood,
    /// Nothing.
    None,
}

/// The lists of an issuer.
#[derive(Default)]
struct Candidates<'a> {
    complete: Vec<&'a List>,
    partial: Vec<&'a List>,
    not_understood: Vec<&'a List>,
    /// Why others than the complete ones do not say whether it is revoked.
    objections: Vec<String>,
}

impl<'a> Candidates<'a> {
    fn add(&mut self, list: &'a List, facts: &Facts, issuer: Issuer<'_>, label: &str) {
        let (usable, why) = usable(list, facts, issuer, label);
        self.objections
            .extend(why.map(|why| format!("\"{}\" {why}", list.source())));
        match usable {
            Use::All => self.complete.push(list),
            Use::OnlyRevoked => self.partial.push(list),
            Use::NotUnderstood => self.not_understood.push(list),
            Use::None => {}
        }
    }

    fn decide(&self, serial: &[u8], not_after: OffsetDateTime, now: OffsetDateTime) -> Decided {
        let complete = Ages::of(&self.complete, now);
        let partial = Ages::of(&self.partial, now);
        // A list that is not made yet says nothing of now, but of what was before.
        let before = |list: &List| revocation(list, serial).filter(|revoked| revoked.at <= now);
        let mut later = complete.later.iter().chain(&partial.later);
        if let Some(decided) = later.find_map(|list| revoked(list, before(list))) {
            return decided;
        }
        let newest = complete.newest();
        let date = newest.first().map(|list| list.this_update());
        let is_superseded = |list: &&&List| date.is_some_and(|date| list.this_update() < date);
        let parts = partial.made.iter().filter(|list| !is_superseded(list));
        let mut speaking = newest.iter().chain(parts);
        let found = speaking.find_map(|list| revoked(list, revocation(list, serial)));
        if let Some(decided) = found {
            return decided;
        }
        let mut unread = self.not_understood.iter();
        let latest = newest.iter().max_by_key(|list| list.next_update());
        match latest {
            Some(list) if unread.all(|list| is_superseded(&list)) => {
                let is_removed = newest.iter().any(|list| list.find(serial).is_some());
                Decided::by(list, not_revoked(list, is_removed, not_after, now))
            }
            _ => Status::unknown(self.why(&complete.later)).into(),
        }
    }

    /// Why none of the lists can say it, in words.
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

/// Lists that are made, and those that are not made yet.
struct Ages<'a> {
    made: Vec<&'a List>,
    later: Vec<&'a List>,
}

impl<'a> Ages<'a> {
    fn of(lists: &[&'a List], now: OffsetDateTime) -> Self {
        let all = lists.iter().copied();
        let (made, later) = all.partition(|list| list.this_update() <= now);
        Self { made, later }
    }

    /// The newest, of which there may be several.
    fn newest(&self) -> Vec<&'a List> {
        let date = self.made.iter().map(|list| list.this_update()).max();
        let all = self.made.iter().copied();
        all.filter(|list| Some(list.this_update()) == date)
            .collect()
    }
}

/// The issuer of a certificate, with its facts.
type Issuer<'a> = (&'a Certificate, &'a Facts);

/// What a list can say of a certificate, and why not all.
fn usable(
    list: &List,
    facts: &Facts,
    (issuer, above): Issuer<'_>,
    label: &str,
) -> (Use, Option<String>) {
    match list.verify(&above.public_key.spki) {
        Verification::Verified => {}
        Verification::Refuted => {
            let why = format!("is not signed with the key of \"{label}\"");
            return (Use::None, Some(why));
        }
        Verification::Unsupported => {
            let why = "has a signature that cannot be checked here".to_owned();
            return (Use::NotUnderstood, Some(why));
        }
    }
    let scope = match list.scope() {
        Ok(scope) => scope,
        Err(why) => return (part(why), Some(why.to_string())),
    };
    if !list.names(issuer) {
        let why = format!("names another key than that of \"{label}\"");
        return (Use::OnlyRevoked, Some(why));
    }
    match scope.covers(facts.is_ca(), &facts.crl_points) {
        Ok(()) => (Use::All, None),
        Err(why) => (Use::OnlyRevoked, Some(why.to_string())),
    }
}

/// What can be said by a list that is not understood completely.
fn part(why: &NotUnderstood) -> Use {
    match why {
        NotUnderstood::Delta | NotUnderstood::SomeReasons | NotUnderstood::RelativePoint => {
            Use::OnlyRevoked
        }
        // The same number may be that of another CA's certificate.
        NotUnderstood::Indirect => Use::None,
        NotUnderstood::Scope | NotUnderstood::Critical(_) | NotUnderstood::CriticalInEntry => {
            Use::NotUnderstood
        }
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
