//! webpki's one reason in our words, with the certificate that it is about: for what our own checks
//! did not find.

use super::member::{Member, Role};
use super::{objection, path};
use crate::finding::{Advice, Code, Finding, Remedy};
use time::OffsetDateTime;
use webpki::Error;

/// Explains an objection to a path, as far as the path shows the cause.
pub(super) fn on_path(error: &Error, members: &[Member<'_>], now: OffsetDateTime) -> Finding {
    let general = explain(error);
    let by_names = matches!(
        general.code,
        Code::NameConstraint | Code::Malformed | Code::TooComplex
    );
    let found = if is_malformed(error) {
        malformed(members, now)
    } else {
        None
    };
    found
        .or_else(|| objection::find(members).filter(|_| by_names))
        .filter(|found| found.code == general.code)
        .unwrap_or(general)
}

/// The first certificate that webpki does not take, whatever is above it.
fn malformed(members: &[Member<'_>], now: OffsetDateTime) -> Option<Finding> {
    let below = members.iter().filter(|member| member.role != Role::Anchor);
    below
        .filter_map(|member| Some((member, path::alone(member.certificate, now)?)))
        .find(|(_, error)| is_malformed(error))
        .map(|(member, error)| {
            let message = format!(
                "\"{}\" breaks the rules of X.509: {}",
                member.certificate.label(),
                breach(&error)
            );
            member.finding(Code::Malformed, message, REISSUE)
        })
}

fn is_malformed(error: &Error) -> bool {
    use Error as E;
    matches!(
        error,
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
            | E::TrailingData(_)
    )
}

/// What is broken, as the end of a sentence.
fn breach(error: &Error) -> String {
    use Error as E;
    let words = match error {
        E::BadDerTime => "a time is not encoded as it must be",
        E::ExtensionValueInvalid => {
            "an extension is there twice, or has a value that it cannot have"
        }
        E::InvalidCertValidity => "its validity ends before it begins",
        E::MalformedExtensions => "an extension cannot be read",
        E::MalformedDnsIdentifier => "a DNS name is not one",
        E::MalformedNameConstraint => "a name constraint is not one",
        E::InvalidNetworkMaskConstraint => "a name constraint has a network mask that is not one",
        E::InvalidSerialNumber => "its serial number is not one",
        E::SignatureAlgorithmMismatch => "it names two different signature algorithms",
        E::TrailingData(place) => {
            return format!("there are octets after the end of an element ({place:?})");
        }
        _ => "a field is not encoded as it must be, or out of range",
    };
    words.to_owned()
}

/// A code, a message and an advice.
type Reason = (Code, &'static str, &'static str);

/// webpki's one reason in our words, for what our own checks did not find.
pub(super) fn explain(error: &Error) -> Finding {
    let reason = of_a_certificate(error)
        .or_else(|| of_an_issuer(error))
        .or_else(|| of_the_search(error));
    match reason {
        Some((code, message, advice)) => Finding::new(code, None, message, advice),
        None if matches!(error, Error::UnknownIssuer) => {
            let advice = Advice::new("check ").option(Remedy::Cacerts);
            let message = "no path to a configured anchor was found";
            Finding::new(Code::UnknownIssuer, None, message, advice)
        }
        None => unexplained(),
    }
}

/// What a certificate of the path is by itself.
fn of_a_certificate(error: &Error) -> Option<Reason> {
    use Error as E;
    Some(match error {
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
        E::CaUsedAsEndEntity => (
            Code::CaAsLeaf,
            "the server's certificate is a CA certificate",
            REISSUE,
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
        E::CertDistrusted => (
            Code::Distrusted,
            "a key of the path is known to be compromised",
            REISSUE,
        ),
        error if is_malformed(error) => (
            Code::Malformed,
            "a certificate of the path breaks the rules of X.509",
            REISSUE,
        ),
        _ => return None,
    })
}

/// What an issuer of the path must not do, or has not done, for the certificate below it.
fn of_an_issuer(error: &Error) -> Option<Reason> {
    use Error as E;
    Some(match error {
        E::InvalidSignatureForPublicKey => (
            Code::BadSignature,
            "a signature in the path does not match the key of the issuer",
            "install the chain again; if that does not help, suspect an attack",
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
        E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            Code::UnsupportedAlgorithm,
            "a signature in the path uses an algorithm or key that cannot be checked",
            "have it issued again with RSA or ECDSA and SHA-256",
        ),
        _ => return None,
    })
}

/// How the search for a path came to its end.
fn of_the_search(error: &Error) -> Option<Reason> {
    use Error as E;
    Some(match error {
        E::MaximumPathDepthExceeded => (
            Code::TooComplex,
            "the path to an anchor has more intermediates than are followed here (six)",
            "present only the leaf and the intermediates that it needs",
        ),
        E::MaximumNameConstraintComparisonsExceeded => (
            Code::TooComplex,
            "the name constraints of the CAs and the names of the certificate take more comparisons than are made here",
            "have the names shared out among several certificates",
        ),
        E::MaximumPathBuildCallsExceeded | E::MaximumSignatureChecksExceeded => (
            Code::TooComplex,
            "the presented certificates make path building too expensive",
            "present only the leaf and the intermediates that it needs",
        ),
        _ => return None,
    })
}

/// What is said when there is a no without a reason that fits.
pub(super) fn unexplained() -> Finding {
    let message = "the path breaks a rule of path validation that cannot be named here (self-issued intermediates are one)";
    Finding::new(Code::PathInvalid, None, message, REISSUE)
}

const RENEW: &str = "renew it, and install the current chain of the CA";
const REISSUE: &str = "have the certificate issued again by a CA that follows RFC 5280";
