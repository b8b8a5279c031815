//! Whether a response counts for the leaf, and what it says then (RFC 6960 §3.2).

use super::signer;
use super::status::{StapleFacts, StapleStatus};
use crate::certificate::Certificate;
use crate::certificate::raw::Raw;
use crate::revocation::ocsp::{self, Basic, CertStatus, Single};
use time::OffsetDateTime;

/// What `response` (DER) says of the leaf, which the key of `issuer` signed.
pub(super) fn judge(
    response: &[u8],
    leaf: &Certificate,
    issuer: &Certificate,
    now: OffsetDateTime,
) -> StapleStatus {
    let response = match ocsp::read(response) {
        Ok(response) => response,
        Err(why) => return StapleStatus::invalid(why.to_string()),
    };
    if let Err(why) = signer::check(&response, issuer, now) {
        return StapleStatus::invalid(why);
    }
    let Some(single) = own(&response, leaf, issuer) else {
        return StapleStatus::invalid("it is for another certificate");
    };
    let facts = StapleFacts::of(&response, single);
    if response.is_critical || single.is_critical {
        return StapleStatus::Invalid {
            why: "it has a critical extension that is not understood here".to_owned(),
            is_of_another_day: false,
            facts: Some(facts),
        };
    }
    match (single.status, outdated(&facts, now)) {
        // What was revoked stays so, whatever the date.
        (CertStatus::Revoked(revocation), _) => StapleStatus::Revoked(revocation, facts),
        (_, Some(outdated)) => StapleStatus::Invalid {
            why: outdated,
            is_of_another_day: facts.next_update.is_some(),
            facts: Some(facts),
        },
        (CertStatus::Good, None) => StapleStatus::Good(facts),
        (CertStatus::Unknown, None) => StapleStatus::Unknown(facts),
    }
}

/// The newest answer about the leaf among those for other certificates.
fn own<'a, 'r>(
    response: &'a Basic<'r>,
    leaf: &Certificate,
    issuer: &Certificate,
) -> Option<&'a Single<'r>> {
    let (facts, above) = (leaf.facts().ok()?, issuer.facts().ok()?);
    let raw = Raw::read(leaf.der())?;
    let own = response.singles.iter().filter(|single| {
        let (name, key) = (facts.issuer.raw(), &above.public_key.spki);
        single.id.names(name, key, raw.serial)
    });
    own.max_by_key(|single| single.this_update)
}

/// Why a response proves nothing now, by its dates.
fn outdated(facts: &StapleFacts, now: OffsetDateTime) -> Option<String> {
    if facts.this_update > now {
        let date = facts.this_update.date();
        return Some(format!("it is of {date}, which is not yet"));
    }
    match facts.next_update {
        // RFC 6960 §4.2.2.1: newer information is available all the time, and this may be old.
        None => Some("it does not say until when it holds (nextUpdate)".to_owned()),
        Some(next) if next <= now => Some(format!("it is out of date since {}", next.date())),
        Some(_) => None,
    }
}
