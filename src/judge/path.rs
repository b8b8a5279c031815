//! Is there a path from the leaf to an anchor? webpki builds and checks it; what it leaves out is
//! checked in its callback, so that a path that fails there is passed over for another.

use super::anchor::{Anchor, Anchors};
use super::finding::{Code, Finding};
use super::{Member, Role, checks, rejected};
use crate::certificate::Certificate;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use std::cell::Cell;
use std::time::Duration;
use time::OffsetDateTime;
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath};

/// A path that every check has passed.
pub(super) struct Validated<'a> {
    /// The intermediates, the leaf's issuer first.
    pub(super) intermediates: Vec<&'a Certificate>,
    pub(super) anchor: &'a Anchor,
}

/// Looks for a path at `now` that passes the checks of webpki, and those that it leaves out.
pub(super) fn verify<'a>(
    presented: &'a [Certificate],
    anchors: &'a Anchors,
    now: OffsetDateTime,
) -> Result<Validated<'a>, Error> {
    let found = Cell::new(None);
    let accept = |path: &VerifiedPath<'_>| {
        let intermediates = intermediates(path, presented);
        if intermediates
            .iter()
            .any(|one| anchors.rejection(one).is_some())
        {
            return Err(Error::UnknownIssuer);
        }
        let Some(anchor) = fitting_anchor(path, &presented[0], &intermediates, anchors, now) else {
            return Err(Error::UnknownIssuer);
        };
        found.set(Some(Validated {
            intermediates,
            anchor,
        }));
        Ok(())
    };
    search(presented, anchors, now, &accept)?;
    found.take().ok_or(Error::UnknownIssuer)
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
    let leaf = EndEntityCert::try_from(presented[0].der())?;
    let others = candidates(presented).ok_or(Error::MaximumPathBuildCallsExceeded)?;
    let algorithms = anchors.verified().algorithms();
    let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
        algorithms.iter().map(|one| one as _).collect();
    leaf.verify_for_usage(
        &algorithms,
        anchors.webpki(),
        &others,
        unix_time(now),
        KeyUsage::server_auth(),
        None,
        Some(accept),
    )?;
    Ok(())
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

/// Of the anchors that webpki cannot tell apart, one under which the whole path passes our checks.
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
        checks(&members, now)
            .iter()
            .all(|finding| finding.certificate == Some(0))
    })
}

/// webpki's clock does not go back behind 1970.
pub(super) fn unix_time(time: OffsetDateTime) -> UnixTime {
    let seconds = u64::try_from(time.unix_timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

/// webpki's one reason in our words, for what our own checks did not find.
pub(super) fn explain(error: &Error) -> Finding {
    use Error as E;
    let (code, message, advice) = match error {
        E::CertExpired { .. } => (
            Code::Expired,
            "a certificate of the path has expired",
            RENEW,
        ),
        E::CertNotValidYet { .. } => (
            Code::NotYetValid,
            "a certificate of the path is not valid yet",
            RENEW,
        ),
        E::InvalidSignatureForPublicKey => (
            Code::BadSignature,
            "a signature in the path does not match the key of the issuer",
            "install the chain anew; if that is not it, suspect an attack",
        ),
        E::CaUsedAsEndEntity => (
            Code::CaAsLeaf,
            "the server's certificate is a CA certificate",
            REISSUE,
        ),
        E::EndEntityUsedAsCa => (Code::NotACa, "an issuer in the path is not a CA", REISSUE),
        E::PathLenConstraintViolated => (
            Code::PathTooLong,
            "a CA in the path allows fewer intermediates below it than there are",
            REISSUE,
        ),
        E::NameConstraintViolation => (
            Code::NameConstraint,
            "a CA in the path is not allowed to issue for the names of the certificate",
            "have the certificate issued by a CA that may, or for the names that this one may",
        ),
        E::RequiredEkuNotFoundContext(_) | E::EmptyEkuExtension => (
            Code::WrongUsage,
            "a certificate of the path is not for TLS servers",
            "have it issued with the extended key usage serverAuth",
        ),
        E::UnsupportedCriticalExtension => (
            Code::CriticalExtension,
            "a certificate of the path has a critical extension that is not understood here",
            REISSUE,
        ),
        E::UnsupportedCertVersion => (
            Code::UnsupportedVersion,
            "a certificate of the path is not X.509 version 3",
            REISSUE,
        ),
        E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            Code::UnsupportedAlgorithm,
            "a signature in the path uses an algorithm or key that cannot be checked",
            "have it issued again with RSA or ECDSA and SHA-256",
        ),
        E::CertDistrusted => (
            Code::Distrusted,
            "a key of the path is known to be compromised",
            REISSUE,
        ),
        E::MaximumPathDepthExceeded => (
            Code::TooComplex,
            "the path to an anchor has more intermediates than are followed here (six)",
            "present only the leaf and the intermediates that it needs",
        ),
        E::MaximumNameConstraintComparisonsExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded => (
            Code::TooComplex,
            "the presented certificates make path building too expensive",
            "present only the leaf and the intermediates that it needs",
        ),
        E::UnknownIssuer => (
            Code::UnknownIssuer,
            "no path to a configured anchor was found",
            "check --cacerts",
        ),
        E::BadDer
        | E::BadDerTime
        | E::ExtensionValueInvalid
        | E::InvalidCertValidity
        | E::MalformedExtensions
        | E::MalformedDnsIdentifier
        | E::MalformedNameConstraint
        | E::InvalidNetworkMaskConstraint
        | E::InvalidSerialNumber
        | E::SignatureAlgorithmMismatch
        | E::TrailingData(_) => (
            Code::Malformed,
            "a certificate of the path breaks the rules of X.509",
            REISSUE,
        ),
        _ => return unexplained(),
    };
    Finding::new(code, None, message, advice)
}

/// What is said when there is a no without a reason that fits.
pub(super) fn unexplained() -> Finding {
    let message = "the path breaks a rule of path validation that cannot be named here (self-issued intermediates are one)";
    Finding::new(Code::PathInvalid, None, message, REISSUE)
}

const RENEW: &str = "renew it, and install the current chain of the CA";
const REISSUE: &str = "have the certificate issued again by a CA that follows RFC 5280";
