//! Is there a path from the leaf to an anchor? webpki builds and checks it. Its callback makes the
//! checks that webpki leaves out: if a path fails there, webpki tries another.

use super::anchor::Anchor;
use super::anchors::Anchors;
use super::member::{Member, Role};
use super::policy::Policy;
use super::revocation::{self, CertificateStatus};
use super::{checks, rejected};
use crate::certificate::Certificate;
use crate::certificate::signature::{Verification, verify_signed};
use crate::revocation::Lists;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use std::cell::RefCell;
use std::time::Duration;
use time::OffsetDateTime;
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath};

/// A path that has passed every check.
pub(super) struct Validated<'a> {
    /// The intermediates, the leaf's issuer first.
    pub(super) intermediates: Vec<&'a Certificate>,
    pub(super) anchor: &'a Anchor,
    /// What the revocation lists say of all but the anchor, the leaf first.
    pub(super) statuses: Vec<CertificateStatus>,
    /// The revoked certificate of another path that was passed over for it.
    pub(super) passed_over: Option<CertificateStatus>,
}

/// The paths that pass every check but that of revocation.
#[derive(Default)]
struct Found<'a> {
    accepted: Option<Validated<'a>>,
    /// Not to be used, if there is another.
    refused: Vec<Validated<'a>>,
}

impl<'a> Found<'a> {
    /// How many refused ones are kept.
    const MOST: usize = 16;

    /// Takes a path in; whether it is the one.
    fn take(&mut self, path: Validated<'a>, lists: Option<&Lists>) -> bool {
        let is_refused = lists.is_some_and(|lists| revocation::refuses(&path.statuses, lists));
        if !is_refused {
            self.accepted = Some(path);
        } else if self.refused.len() < Self::MOST {
            self.refused.push(path);
        }
        !is_refused
    }

    /// The accepted one. If all are refused, one of which it is certain why.
    fn best(mut self) -> Option<Validated<'a>> {
        let is_revoked = |path: &Validated<'_>| revocation::revoked(&path.statuses).is_some();
        let revoked = self.refused.iter().position(is_revoked);
        match self.accepted {
            Some(mut path) => {
                let passed_over = revoked.map(|revoked| &self.refused[revoked].statuses);
                path.passed_over = passed_over
                    .and_then(|one| revocation::revoked(one))
                    .cloned();
                Some(path)
            }
            None if self.refused.is_empty() => None,
            None => Some(self.refused.swap_remove(revoked.unwrap_or_default())),
        }
    }
}

/// Looks for a path that passes the checks of webpki and those that it leaves out. If all that do
/// lead through a revoked certificate, it is one of these.
pub(super) fn verify<'a>(
    presented: &'a [Certificate],
    policy: &Policy<'a>,
) -> Result<Validated<'a>, Error> {
    let (anchors, now, lists) = (policy.anchors, policy.now, policy.revocation);
    let found = RefCell::new(Found::default());
    let accept = |path: &VerifiedPath<'_>| {
        let path = validated(path, presented, policy).ok_or(Error::UnknownIssuer)?;
        let is_taken = found.borrow_mut().take(path, lists);
        is_taken.then_some(()).ok_or(Error::UnknownIssuer)
    };
    let searched = search(presented, anchors, now, &accept);
    let best = found.into_inner().best();
    best.ok_or_else(|| searched.err().unwrap_or(Error::UnknownIssuer))
}

/// The path, if it passes the checks that webpki leaves out; what is revoked is not refused here.
fn validated<'a>(
    path: &VerifiedPath<'_>,
    presented: &'a [Certificate],
    policy: &Policy<'a>,
) -> Option<Validated<'a>> {
    let (anchors, now) = (policy.anchors, policy.now);
    let intermediates = intermediates(path, presented);
    let is_rejected = |one: &&Certificate| anchors.rejection(one).is_some();
    if intermediates.iter().any(is_rejected) {
        return None;
    }
    let anchor = fitting_anchor(path, &presented[0], &intermediates, anchors, now)?;
    let statuses = policy.revocation.map(|lists| {
        let mut members = vec![&presented[0]];
        members.extend(&intermediates);
        members.push(anchor.certificate());
        revocation::of_path(&members, presented, lists, now)
    });
    Some(Validated {
        intermediates,
        anchor,
        statuses: statuses.unwrap_or_default(),
        passed_over: None,
    })
}

/// The first reason that webpki alone has against every path at `then`.
pub(super) fn objection(
    presented: &[Certificate],
    anchors: &Anchors,
    then: OffsetDateTime,
) -> Option<Error> {
    search(presented, anchors, then, &|_| Ok(())).err()
}

fn search(
    presented: &[Certificate],
    anchors: &Anchors,
    now: OffsetDateTime,
    accept: &dyn Fn(&VerifiedPath<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    under(presented, anchors, &tried(presented, anchors), now, accept)
}

/// Looks for a path to one of the anchors in `tried`.
fn under(
    presented: &[Certificate],
    anchors: &Anchors,
    tried: &[TrustAnchor<'_>],
    now: OffsetDateTime,
    accept: &dyn Fn(&VerifiedPath<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let leaf = EndEntityCert::try_from(presented[0].der())?;
    let others = candidates(presented).ok_or(Error::MaximumPathBuildCallsExceeded)?;
    let algorithms = anchors.verified().algorithms();
    let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
        algorithms.iter().map(|one| one as _).collect();
    leaf.verify_for_usage(
        &algorithms,
        tried,
        &others,
        unix_time(now),
        KeyUsage::server_auth(),
        None,
        Some(accept),
    )?;
    Ok(())
}

/// The anchors for webpki: those that have the name of an issuer. It gives up after a hundred
/// signatures: where many have it, those are for it that have made a signature.
fn tried<'a>(presented: &[Certificate], anchors: &'a Anchors) -> Vec<TrustAnchor<'a>> {
    const FEW: usize = 16;
    if presented[0].facts().is_err() {
        // webpki may read it all the same, and find the name of its issuer.
        return anchors.webpki().map(borrowed).collect();
    }
    let facts = presented
        .iter()
        .filter_map(|one| Some((one, one.facts().ok()?)));
    let issued: Vec<(&Certificate, &[u8])> = facts
        .map(|(one, facts)| (one, facts.issuer.contents()))
        .collect();
    let mut issuers: Vec<&[u8]> = issued.iter().map(|(_, issuer)| *issuer).collect();
    issuers.sort_unstable();
    issuers.dedup();
    let named: Vec<&Anchor> = anchors.named(&issuers).collect();
    let is_few = named.len() <= FEW;
    let signed = |anchor: &Anchor, subject: &[u8]| {
        let Ok(facts) = anchor.certificate().facts() else {
            return false;
        };
        let key = &facts.public_key.spki;
        let mut below = issued
            .iter()
            .filter(|(_, issuer)| *issuer == subject)
            .take(FEW);
        below.any(|(one, _)| verify_signed(one.der(), key) == Verification::Verified)
    };
    let read = named
        .into_iter()
        .filter_map(|anchor| Some((anchor, anchor.as_webpki()?)));
    let signers = read.filter(|(anchor, webpki)| is_few || signed(anchor, &webpki.subject));
    signers
        .map(|(_, webpki)| borrowed(webpki))
        .take(FEW)
        .collect()
}

/// A copy that needs no memory.
fn borrowed<'a>(anchor: &'a TrustAnchor<'static>) -> TrustAnchor<'a> {
    let constraints = anchor.name_constraints.as_ref();
    TrustAnchor {
        subject: anchor.subject.as_ref().into(),
        subject_public_key_info: anchor.subject_public_key_info.as_ref().into(),
        name_constraints: constraints.map(|constraints| constraints.as_ref().into()),
    }
}

/// What webpki has against a certificate, whatever is above it.
pub(super) fn alone(certificate: &Certificate, now: OffsetDateTime) -> Option<Error> {
    let leaf = match EndEntityCert::try_from(certificate.der()) {
        Ok(leaf) => leaf,
        Err(error) => return Some(error),
    };
    let usage = KeyUsage::server_auth();
    leaf.verify_for_usage(&[], &[], &[], unix_time(now), usage, None, None)
        .err()
}

/// The certificates that can be on a path from the leaf: those that name each other as issuers,
/// each once. More than a few of them can cost webpki seconds; `None`: too many.
fn candidates(presented: &[Certificate]) -> Option<Vec<CertificateDer<'_>>> {
    const MOST: usize = 24;
    let mut found: Vec<&Certificate> = vec![&presented[0]];
    let mut next = 0;
    while let Some(certificate) = found.get(next) {
        next += 1;
        let Ok(facts) = certificate.facts() else {
            continue;
        };
        for other in &presented[1..] {
            let issuer = other
                .facts()
                .is_ok_and(|o| o.subject.raw() == facts.issuer.raw());
            if issuer && !found.contains(&other) {
                found.push(other);
            }
        }
        if found.len() > MOST {
            return None;
        }
    }
    let ders = found[1..]
        .iter()
        .map(|c| CertificateDer::from(c.der().as_ref()));
    Some(ders.collect())
}

/// webpki's intermediates as ours: it takes them from the presented chain.
fn intermediates<'a>(
    path: &VerifiedPath<'_>,
    presented: &'a [Certificate],
) -> Vec<&'a Certificate> {
    path.intermediate_certificates()
        .filter_map(|used| {
            presented
                .iter()
                .find(|certificate| *certificate.der() == used.der())
        })
        .collect()
}

/// Of the anchors that webpki cannot distinguish, one under which the whole path passes our checks.
fn fitting_anchor<'a>(
    path: &VerifiedPath<'_>,
    leaf: &Certificate,
    intermediates: &[&Certificate],
    anchors: &'a Anchors,
    now: OffsetDateTime,
) -> Option<&'a Anchor> {
    // webpki has checked the signatures.
    let below: Vec<Member<'_>> = std::iter::once(Member::of(leaf, Some(0), Role::Leaf))
        .chain(
            intermediates
                .iter()
                .map(|c| Member::of(c, None, Role::Intermediate)),
        )
        .collect();
    anchors.like(path.anchor()).find(|anchor| {
        if rejected::above_anchor(anchor, anchors).is_some() {
            return false;
        }
        let mut members = below.clone();
        members.push(Member::of(anchor.certificate(), None, Role::Anchor));
        // The leaf is judged apart: what is wrong with it does not depend on the path.
        checks::of_path(&members, now)
            .iter()
            .all(|finding| finding.certificate == Some(0))
    })
}

/// The time for webpki, whose clock starts in 1970.
pub(super) fn unix_time(time: OffsetDateTime) -> UnixTime {
    let seconds = u64::try_from(time.unix_timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::pem;
    use testkit::generate::Generator;
    use testkit::generate::dice::Dice;

    #[test]
    fn webpki_says_the_same_under_the_anchors_of_a_name_and_under_all() {
        let now = testkit::pki::now();
        let generator = Generator::new(now);
        let first = Dice::thrown(16).below(1 << 30);
        let (mut accepted, mut refused) = (0, 0);
        for number in 0..300 {
            let case = generator.case((first + number) as u64);
            let mut anchors = Anchors::new("generated");
            for block in &case.anchors {
                let block = ::pem::Pem::new(block.label, block.der.as_slice());
                let read = pem::read(::pem::encode(&block).as_bytes()).unwrap_or_default();
                for entry in read {
                    anchors.add_unseen(entry, &"a file".into());
                }
            }
            let presented = case.presented.into_iter();
            let presented: Vec<Certificate> =
                presented.map(|der| Certificate::new(der.into())).collect();
            let named = objection(&presented, &anchors, now);
            let all: Vec<TrustAnchor<'_>> = anchors.webpki().map(borrowed).collect();
            let of_all = under(&presented, &anchors, &all, now, &|_| Ok(())).err();
            assert_eq!(named, of_all, "{}: {:?}", case.seed, case.changes);
            *(if named.is_none() {
                &mut accepted
            } else {
                &mut refused
            }) += 1;
        }
        assert!(
            accepted > 50 && refused > 50,
            "{accepted} accepted, {refused} refused"
        );
    }
}
