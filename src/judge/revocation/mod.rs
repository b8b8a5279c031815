//! Is a certificate of the path revoked, as the revocation lists at hand say?

mod decide;
mod findings;
mod status;

pub use status::{CertificateStatus, Status, UsedList};

pub(super) use findings::{REISSUE, dead_end, findings, in_words, passed_over};

use super::member::Member;
use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::revocation::Lists;
use decide::decide;
use time::OffsetDateTime;

/// The status of each member but the last, whose key signed the one before it, and so on. The last
/// one is the anchor, which only the user can revoke (RFC 5280 §6.1).
pub(super) fn of_path(
    members: &[&Certificate],
    presented: &[Certificate],
    lists: &Lists,
    now: OffsetDateTime,
) -> Vec<CertificateStatus> {
    let links = members.iter().zip(members.iter().skip(1));
    links
        .map(|(certificate, issuer)| {
            let place = presented.iter().position(|one| one == *certificate);
            decide(certificate, issuer, lists, now).of(place.unwrap_or_default())
        })
        .collect()
}

/// The status of the presented members of a path that leads nowhere, or fails.
pub(super) fn of_walk(
    members: &[Member<'_>],
    lists: &Lists,
    now: OffsetDateTime,
) -> Vec<CertificateStatus> {
    let issuers = members.iter().skip(1).map(Some).chain([None]);
    let links = members.iter().zip(issuers);
    links
        .filter_map(|(member, issuer)| {
            let is_signed = member.signature == Some(Verification::Verified);
            let decided = match issuer.filter(|_| is_signed) {
                Some(issuer) => decide(member.certificate, issuer.certificate, lists, now),
                None => Status::unknown("it is not known which certificate issued it").into(),
            };
            Some(decided.of(member.index?))
        })
        .collect()
}

/// Whether a path with these certificates is not to be used, if there is another.
pub(super) fn refuses(statuses: &[CertificateStatus], lists: &Lists) -> bool {
    statuses.iter().any(|one| match one.status {
        Status::Good => false,
        Status::Revoked(_) => true,
        Status::Unknown { .. } | Status::Stale { .. } => lists.are_required(),
    })
}

/// The first certificate that is revoked.
pub(super) fn revoked(statuses: &[CertificateStatus]) -> Option<&CertificateStatus> {
    let mut statuses = statuses.iter();
    statuses.find(|one| matches!(one.status, Status::Revoked(_)))
}
