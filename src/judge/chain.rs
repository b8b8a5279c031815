//! Is the chain trusted, and is it for the name?

use super::anchor::Anchor;
use super::judgement::Judgement;
use super::path::{self, Validated};
use super::policy::Policy;
use super::{checks, diagnose, identifiers, likely_path, name, revocation, signing, tidiness};
use crate::certificate::{Certificate, SelfSigned};
use crate::endpoint::Host;
use crate::finding::{Code, Finding};

/// Judges a chain by itself, the leaf first.
pub fn judge_chain(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    judge_name(
        presented,
        policy.reference,
        judge_without_name(presented, policy),
    )
}

/// Adds to the judgement of a chain, which may be that of an identical one, what is wrong with the
/// name.
pub(super) fn judge_name(
    presented: &[Certificate],
    reference: &Host,
    chain: Judgement,
) -> Judgement {
    let mut judgement = chain;
    let leaf = presented.first();
    judgement
        .problems
        .extend(leaf.and_then(|leaf| name::check(leaf, reference)));
    judgement
}

/// Judges everything but the name.
pub(super) fn judge_without_name(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    let Some(leaf) = presented.first() else {
        let advice = "the server, or the file, has none";
        let problem = Finding::new(
            Code::NoCertificate,
            None,
            "there is no certificate to judge",
            advice,
        );
        return Judgement {
            problems: vec![problem],
            ..Judgement::of(Vec::new(), None)
        };
    };
    let mut judgement = match self_signed_anchor(leaf, policy) {
        Some(anchor) => judge_self_signed(presented, anchor, policy),
        None => judge_path(presented, policy),
    };
    let path = &judgement.path;
    judgement
        .problems
        .extend(identifiers::check(presented, path, policy));
    judgement.notes.extend(signing::check(leaf));
    judgement
}

/// A self-signed server certificate that is itself configured: what `openssl req -x509` makes and
/// small sites use. webpki knows no such thing. It is trusted if its dates, purpose and name hold.
fn self_signed_anchor<'a>(leaf: &Certificate, policy: &Policy<'a>) -> Option<&'a Anchor> {
    let facts = leaf.facts().ok()?;
    let self_signed = facts.self_issued && leaf.self_signed() != SelfSigned::No;
    policy.anchors.exactly(leaf.der()).filter(|_| self_signed)
}

fn judge_self_signed(presented: &[Certificate], anchor: &Anchor, policy: &Policy<'_>) -> Judgement {
    let mut problems = checks::of_leaf(&presented[0], policy.now);
    // It is trusted as it stands: its own signature proves nothing, however it is made.
    problems.retain(|problem| problem.code != Code::WeakSignature);
    let leaf = &presented[0];
    let mut notes = tidiness::check(presented, &[leaf], Some(leaf), policy);
    notes.extend(ca_as_own_leaf(&presented[0]));
    Judgement {
        problems,
        notes,
        ..Judgement::of(vec![presented[0].clone()], Some(anchor.clone()))
    }
}

/// Here webpki says no (`CaUsedAsEndEntity`) and OpenSSL, whose default this is, says yes.
fn ca_as_own_leaf(leaf: &Certificate) -> Option<Finding> {
    leaf.facts().ok().filter(|facts| facts.is_ca())?;
    Some(Finding::new(
        Code::SelfSignedCa,
        Some(0),
        "the server's certificate is a self-signed CA certificate: trusted because it is configured itself, but programs built on rustls refuse it",
        "if such a program has to connect, make the certificate again with CA:FALSE",
    ))
}

fn judge_path(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    match path::verify(presented, policy) {
        Ok(validated) => judge_validated(presented, validated, policy),
        Err(error) => judge_dead_end(presented, &error, policy),
    }
}

fn judge_validated(
    presented: &[Certificate],
    validated: Validated<'_>,
    policy: &Policy<'_>,
) -> Judgement {
    let anchor = validated.anchor.certificate();
    let members: Vec<&Certificate> = std::iter::once(&presented[0])
        .chain(validated.intermediates)
        .collect();
    let mut problems = checks::of_leaf(&presented[0], policy.now);
    let mut notes = tidiness::check(presented, &members, Some(anchor), policy);
    if let Some(lists) = policy.revocation {
        let found = revocation::findings(&validated.statuses, presented, lists);
        problems.extend(found.problems);
        notes.extend(found.notes);
    }
    let passed_over = validated.passed_over.as_ref();
    notes.extend(passed_over.and_then(|one| revocation::passed_over(one, presented)));
    let path = members.into_iter().cloned().chain([anchor.clone()]);
    Judgement {
        problems,
        notes,
        revocation: validated.statuses,
        ..Judgement::of(path.collect(), Some(validated.anchor.clone()))
    }
}

fn judge_dead_end(
    presented: &[Certificate],
    error: &webpki::Error,
    policy: &Policy<'_>,
) -> Judgement {
    let walk = likely_path::best(presented, policy.anchors, policy.now);
    let members = walk.members(presented);
    let statuses = policy
        .revocation
        .map(|lists| revocation::of_walk(&members, lists, policy.now))
        .unwrap_or_default();
    let mut problems = diagnose::diagnose(presented, &walk, error, policy);
    problems.extend(revocation::dead_end(&statuses, presented));
    Judgement {
        problems,
        notes: diagnose::dead_end_notes(presented, &walk, policy),
        revocation: statuses,
        ..Judgement::of(Vec::new(), None)
    }
}
