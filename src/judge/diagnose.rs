//! Explains a missing path: everything that is wrong with the path that the server most likely
//! meant.

use super::anchors::Anchors;
use super::likely_path::{End, LikelyPath};
use super::member::{Member, Role};
use super::policy::Policy;
use super::{checks, explain, no_anchor, path, rejected, tidiness, unread};
use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::finding::{Code, Finding};
use time::OffsetDateTime;

/// All that is wrong with the path that the server most likely meant.
pub(super) fn diagnose(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    error: &webpki::Error,
    policy: &Policy<'_>,
) -> Vec<Finding> {
    let members = walk.members(presented);
    let mut problems = checks::of_path(&members, policy.now);
    problems.extend(unreadable(presented, walk, policy.now));
    let rejected = rejected::check(presented, walk, policy.anchors);
    // The end of the path is explained once.
    let end = rejected.last().map(|finding| finding.certificate);
    let unread = unread::check(policy.anchors);
    // If no anchors could be read, the end of the path is unknown.
    let nothing = !unread.is_empty() && policy.anchors.is_empty();
    if end != Some(Some(walk.last())) && !nothing {
        problems.extend(no_anchor::check(presented, walk, policy.anchors));
    }
    problems.extend(rejected);
    problems.extend(unread);
    problems.extend(reason(error, &members, &problems, policy.now));
    // Dates hide what else webpki would find: ask again at a time when all of them hold.
    let then = common_time(&members);
    if let Some(error) = then.and_then(|then| path::objection(presented, policy.anchors, then)) {
        problems.extend(reason(&error, &members, &problems, policy.now));
    }
    problems.extend(constraint_below(presented, walk, &members));
    if problems.is_empty() {
        // webpki's no stands, also where we cannot say why.
        problems.push(explain::unexplained());
    }
    problems.sort_by_key(|problem| problem.certificate.unwrap_or(usize::MAX));
    problems
}

/// webpki's reason in our words, unless our own checks have said the same or better.
fn reason(
    error: &webpki::Error,
    members: &[Member<'_>],
    problems: &[Finding],
    now: OffsetDateTime,
) -> Option<Finding> {
    let finding = explain::on_path(error, members, now);
    let has = |codes: &[Code]| problems.iter().any(|problem| codes.contains(&problem.code));
    let sound = members
        .iter()
        .all(|m| m.signature.is_none_or(|s| s == Verification::Verified));
    let known = match finding.code {
        // It says only that no path exists.
        Code::UnknownIssuer => !problems.is_empty(),
        Code::CaAsLeaf => has(&[Code::SelfSigned, Code::CaAsLeaf]),
        // webpki's error is the last of its search, not of this path, whose signatures are good.
        Code::BadSignature if sound && problems.is_empty() => return Some(explain::unexplained()),
        Code::BadSignature if sound => true,
        Code::UnsupportedAlgorithm if sound && !problems.is_empty() => true,
        Code::BadSignature | Code::UnsupportedAlgorithm => has(&[
            Code::BadSignature,
            Code::UnsupportedAlgorithm,
            Code::WeakKey,
            Code::WeakSignature,
        ]),
        Code::Expired | Code::NotYetValid => has(&[Code::Expired, Code::NotYetValid]),
        // webpki knows no date before 1970.
        Code::Malformed => has(&[Code::Malformed, Code::PathInvalid]) || before_1970(members),
        code => has(&[code]),
    };
    (!known).then_some(finding)
}

fn before_1970(members: &[Member<'_>]) -> bool {
    members
        .iter()
        .filter(|member| member.role != Role::Anchor)
        .filter_map(|member| member.certificate.facts().ok())
        .any(|facts| facts.not_before.unix_timestamp() < 0)
}

/// Where an issuer is missing, what cannot be parsed may have been it.
fn unreadable(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    now: OffsetDateTime,
) -> Vec<Finding> {
    if !matches!(walk.end, End::NoIssuer) {
        return Vec::new();
    }
    let broken = presented.iter().enumerate().skip(1);
    let broken: Vec<Member<'_>> = broken
        .filter(|(_, certificate)| certificate.facts().is_err())
        .map(|(index, certificate)| Member::of(certificate, Some(index), Role::Intermediate))
        .collect();
    checks::of_path(&broken, now)
}

/// Without an anchor webpki finds no path to check: the name constraints of the last issuer, and
/// below it, are checked as if it were the anchor.
fn constraint_below(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    members: &[Member<'_>],
) -> Option<Finding> {
    if matches!(walk.end, End::Anchor(..)) || walk.last() == 0 {
        return None;
    }
    let mut anchors = Anchors::new("");
    let last = presented[walk.last()].der().clone();
    anchors.add(last, "").ok()?;
    let then = common_time(members)?;
    let error = path::objection(presented, &anchors, then)?;
    let finding = explain::on_path(&error, members, then);
    Some(finding).filter(|finding| finding.code == Code::NameConstraint)
}

/// What else is worth saying where there is no path.
pub(super) fn dead_end_notes(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    policy: &Policy<'_>,
) -> Vec<Finding> {
    let members = walk.members(presented);
    let path: Vec<&Certificate> = members
        .iter()
        .filter(|member| member.role != Role::Anchor)
        .map(|member| member.certificate)
        .collect();
    let anchor = members.iter().find(|member| member.role == Role::Anchor);
    let anchor = anchor.map(|member| member.certificate);
    let mut notes = tidiness::check(presented, &path, anchor, policy);
    if policy.anchors.exactly(presented[0].der()).is_some() {
        notes.push(Finding::new(
            Code::AnchorIsLeaf,
            Some(0),
            "the server's certificate is among the anchors, but another CA issued it, so it is not an anchor",
            "configure the root that it leads to instead",
        ));
    }
    notes
}

/// A time at which every presented member of the path is within its dates, if there is one.
fn common_time(members: &[Member<'_>]) -> Option<OffsetDateTime> {
    let facts: Vec<_> = members
        .iter()
        .filter(|member| member.role != Role::Anchor)
        .filter_map(|member| member.certificate.facts().ok())
        .collect();
    let begin = facts.iter().map(|facts| facts.not_before).max()?;
    let end = facts.iter().map(|facts| facts.not_after).min()?;
    (begin <= end).then_some(begin)
}
