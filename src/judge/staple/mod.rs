//! What does the OCSP response say that the server stapled? (RFC 6960, RFC 6066 §8)

mod response;
mod signer;
mod status;

pub use status::{StapleFacts, StapleStatus};

use super::anchor::Anchor;
use super::judgement::Judgement;
use super::policy::Policy;
use super::revocation::{REISSUE, in_words};
use crate::certificate::Certificate;
use crate::certificate::signature::{Verification, verify_signed};
use crate::finding::{Code, Finding, Severity};
use crate::observation::{Sighting, Staple};

/// The status of the leaf, as the stapled response has it.
pub(super) fn judge(
    presented: &[Certificate],
    seen: &Sighting,
    judgement: &Judgement,
    policy: &Policy<'_>,
) -> StapleStatus {
    let (Some(leaf), false) = (presented.first(), seen.staple == Staple::NotSeen) else {
        return StapleStatus::NotSeen;
    };
    if seen.staple == Staple::Missing {
        return StapleStatus::None;
    }
    let above = judgement.path.get(1);
    match above.or_else(|| issuer(leaf, presented, policy)) {
        Some(issuer) => response::judge(&seen.ocsp_response, leaf, issuer, policy.now),
        None => StapleStatus::invalid("its issuer is not known"),
    }
}

/// The issuer of a leaf that leads to no anchor.
fn issuer<'a>(
    leaf: &Certificate,
    presented: &'a [Certificate],
    policy: &Policy<'a>,
) -> Option<&'a Certificate> {
    const MOST: usize = 16;
    let facts = leaf.facts().ok()?;
    let anchors = policy.anchors.of_name(&facts.issuer);
    let all = presented.iter().skip(1);
    let all = all.chain(anchors.map(Anchor::certificate));
    let named = all.filter(|one| {
        one.facts()
            .is_ok_and(|above| above.subject.is_same(&facts.issuer))
    });
    let signed = |one: &&Certificate| {
        one.facts().is_ok_and(|above| {
            verify_signed(leaf.der(), &above.public_key.spki) == Verification::Verified
        })
    };
    named.take(MOST).find(signed)
}

/// What is wrong for it.
pub(super) fn problem(status: &StapleStatus, leaf: &Certificate) -> Option<Finding> {
    let StapleStatus::Revoked(revocation, facts) = status else {
        return None;
    };
    let message = format!(
        "\"{}\" {}, says the stapled OCSP response of {}",
        leaf.label(),
        in_words(revocation),
        facts.this_update.date()
    );
    Some(Finding::new(
        Code::CertificateRevoked,
        Some(0),
        message,
        REISSUE,
    ))
}

/// What is worth knowing of it.
pub(super) fn note(status: &StapleStatus, policy: &Policy<'_>) -> Option<Finding> {
    match status {
        // The response is of today, and says nothing of the day that the user chose.
        StapleStatus::Invalid {
            is_of_another_day, ..
        } if *is_of_another_day && policy.at_was_chosen => None,
        StapleStatus::Invalid { why, .. } => {
            let message = format!(
                "the stapled OCSP response proves nothing, and programs may refuse the server for it: {why}"
            );
            let advice = "have the server fetch the response of its CA again; \"openssl s_client -status\" shows what it staples";
            Some(Finding::new(Code::StapleInvalid, Some(0), message, advice))
        }
        StapleStatus::Unknown(_) => {
            let message = "the stapled OCSP response says that its responder does not know the server's certificate";
            let advice = "ask the CA whether it has issued the certificate, and whether its responder has it";
            let finding = Finding::new(Code::RevocationUnknown, Some(0), message, advice);
            Some(finding.at(Severity::Warning))
        }
        _ => None,
    }
}
