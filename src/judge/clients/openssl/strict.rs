//! The checks of `X509_V_FLAG_X509_STRICT` (`check_extensions` in `crypto/x509/x509_vfy.c`): where a
//! certificate does not follow RFC 5280.

use super::seen::Seen;
use crate::certificate::openssl::{CRL_SIGN, KEY_CERT_SIGN};

/// The first rule that a certificate breaks, in the order of OpenSSL.
pub(super) fn breach(seen: &Seen<'_>, is_last: bool) -> Option<&'static str> {
    in_what_it_may_sign(seen)
        .or_else(|| in_names(seen))
        .or_else(|| in_algorithm(seen))
        .or_else(|| in_identifiers(seen, is_last))
        .or_else(|| in_version(seen))
}

/// A rule: whether it is broken, and what OpenSSL says then.
type Rule = (bool, &'static str);

fn first_broken<const N: usize>(rules: [Rule; N]) -> Option<&'static str> {
    rules
        .into_iter()
        .find_map(|(is_broken, why)| is_broken.then_some(why))
}

/// The key usage, as bits. OpenSSL sets `ex_kusage` to 0 where the extension is missing.
fn usage(seen: &Seen<'_>) -> u16 {
    seen.key_usage.unwrap_or_default()
}

/// Basic constraints and key usage.
fn in_what_it_may_sign(seen: &Seen<'_>) -> Option<&'static str> {
    let is_ca = seen.is_marked_ca();
    let basic = seen.basic_constraints;
    let has_path_len = basic.is_some_and(|basic| basic.path_len.is_some());
    let signs_certificates = usage(seen) & KEY_CERT_SIGN != 0;
    first_broken([
        (
            has_path_len && !is_ca,
            "path length given for non-CA certificate",
        ),
        (
            has_path_len && !signs_certificates,
            "path length given without key usage keyCertSign",
        ),
        (
            is_ca && basic.is_some_and(|basic| !basic.critical),
            "basic constraints of CA certificate not marked critical",
        ),
        (
            is_ca && seen.key_usage.is_none(),
            "CA certificate does not include key usage extension",
        ),
        (
            !is_ca && signs_certificates,
            "using keyCertSign without a CA certificate",
        ),
    ])
}

/// Issuer, subject and alternative names.
fn in_names(seen: &Seen<'_>) -> Option<&'static str> {
    let (no_issuer, no_subject) = (is_empty(&seen.issuer), is_empty(&seen.subject));
    let signs_lists = usage(seen) & CRL_SIGN != 0;
    first_broken([
        (no_issuer, "issuer name empty"),
        (
            no_subject && (seen.is_marked_ca() || signs_lists || seen.alt_names.is_none()),
            "subject name empty",
        ),
        (
            no_subject && seen.alt_names.is_some() && !seen.alt_names_critical,
            "empty subject and its subject alternative name not marked critical",
        ),
        (
            seen.alt_names.as_ref().is_some_and(Vec::is_empty),
            "empty subject alternative name",
        ),
    ])
}

/// The signature algorithm, which a certificate contains twice.
fn in_algorithm(seen: &Seen<'_>) -> Option<&'static str> {
    (!seen.signature_consistent).then_some("certificate signature algorithm inconsistent")
}

/// `X509_NAME_entry_count`: RDNs without attributes do not count.
fn is_empty(name: &[u8]) -> bool {
    name.chunks(2).all(|rdn| rdn == [0x31, 0])
}

/// The key identifiers of the subject and of the issuer.
fn in_identifiers(seen: &Seen<'_>, is_last: bool) -> Option<&'static str> {
    let key_id = seen.aki.as_ref().is_some_and(|aki| aki.key_id.is_some());
    let is_v3 = seen.version >= 2;
    first_broken([
        (
            seen.aki.as_ref().is_some_and(|aki| aki.critical),
            "authority key identifier marked critical",
        ),
        (
            seen.ski.is_some() && seen.ski_critical,
            "subject key identifier marked critical",
        ),
        (
            is_v3 && !is_last && !key_id,
            "missing authority key identifier",
        ),
        (
            is_v3 && seen.is_marked_ca() && seen.ski.is_none(),
            "missing subject key identifier",
        ),
    ])
}

/// Extensions, which came with version 3.
fn in_version(seen: &Seen<'_>) -> Option<&'static str> {
    let is_v3 = seen.version >= 2;
    (!is_v3 && seen.has_extensions)
        .then_some("using certificate extensions requires at least X.509 version 3")
}
