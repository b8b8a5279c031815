//! What OpenSSL checks of a path that it has built: extensions and purpose (`check_extensions`),
//! signatures and dates (`internal_verify`), name constraints; all in `crypto/x509/x509_vfy.c`.

use super::build::Built;
use super::constraints;
use super::mode::Mode;
use super::seen::Seen;
use crate::certificate::openssl::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT, KeyKind,
    NS_ANY_CA, NS_SSL_CA, NS_SSL_SERVER, Purpose,
};
use crate::certificate::signature::Verification;
use crate::certificate::{ForServers, PublicKey};
use crate::judge::clients::Verdict;
use crate::judge::signatures::Signatures;

/// Everything that follows `build_chain`. The order does not matter to the answer: a refusal
/// counts, whatever else cannot be known.
pub(super) fn check<'a>(
    built: &Built<'a>,
    signed: &Signatures<'a>,
    now: i64,
    mode: Mode,
) -> Verdict {
    let verdict = extensions(built, mode)
        .and(signatures(built, signed, now, mode))
        .and(name_constraints(&built.path));
    verdict.and(strengths(&built.path))
}

/// What no trust store changes: the leaf's own dates and extensions.
pub(super) fn leaf(seen: &Seen<'_>, now: i64) -> Verdict {
    if seen.invalid {
        return seen.refuse("invalid certificate extension");
    }
    // As if its issuer were there.
    let place = Place {
        depth: 0,
        of: 2,
        from_store: false,
    };
    match extension_error(seen, place, 0, Mode::Default) {
        Some(why) => seen.refuse(why),
        None => dates(seen, now),
    }
}

fn extensions(built: &Built<'_>, mode: Mode) -> Verdict {
    let mut path_len = 0;
    let mut verdict = Verdict::accepts();
    for (depth, seen) in built.path.iter().enumerate() {
        let place = Place {
            depth,
            of: built.path.len(),
            from_store: depth >= built.untrusted,
        };
        if let Some(why) = extension_error(seen, place, path_len, mode) {
            return seen.refuse(why);
        }
        if depth > 0 && !seen.is_self_issued() {
            path_len += 1;
        }
        if seen.has_ip_resources {
            let why = "IP resources (RFC 3779) are not looked at here";
            verdict = verdict.and(Verdict::unknown(why));
        }
    }
    verdict
}

/// Where a certificate stands in a path.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// The length of the path.
    of: usize,
    from_store: bool,
}

impl Place {
    fn is_leaf(self) -> bool {
        self.depth == 0
    }

    fn is_last(self) -> bool {
        self.depth + 1 == self.of
    }
}

fn extension_error(
    seen: &Seen<'_>,
    place: Place,
    path_len: u64,
    mode: Mode,
) -> Option<&'static str> {
    if seen.unknown_critical {
        return Some("unhandled critical extension");
    }
    if seen.is_proxy {
        return Some("proxy certificates not allowed");
    }
    let ca = kind_of_ca(seen);
    let is_no_ca = if place.is_leaf() {
        mode.is_strict() && ca > 1
    } else {
        ca == 0 || ((!place.is_last() || mode.is_strict()) && ca != 1)
    };
    if is_no_ca {
        return Some("invalid CA certificate");
    }
    if place.of > 1 {
        match seen.key {
            KeyKind::EcExplicit => {
                return Some("certificate public key has explicit ECC parameters");
            }
            KeyKind::Other => return Some("its public key cannot be read"),
            _ => {}
        }
        if mode.is_strict()
            && let Some(why) = breach_of_rfc5280(seen, place)
        {
            return Some(why);
        }
    }
    if !has_purpose(seen, place, mode) {
        return Some("unsuitable certificate purpose");
    }
    let limit = seen.basic_constraints.and_then(|basic| basic.path_len);
    if place.depth > 1 && limit.is_some_and(|limit| path_len > limit) {
        return Some("path length constraint exceeded");
    }
    None
}

/// `check_ca` in `crypto/x509/v3_purp.c`: 0 is no CA, 1 is one, 3 to 5 may be.
fn kind_of_ca(seen: &Seen<'_>) -> u8 {
    if seen.invalid || seen.usage_lacks(KEY_CERT_SIGN) {
        return 0;
    }
    match seen.basic_constraints {
        Some(basic) => u8::from(basic.ca),
        None if seen.version == 0 && seen.self_signed => 3,
        None if seen.key_usage.is_some() => 4,
        None if seen.netscape.is_some_and(|kind| kind & NS_ANY_CA != 0) => 5,
        None => 0,
    }
}

/// `check_purpose`: trust settings go before the purposes of the certificate itself.
fn has_purpose(seen: &Seen<'_>, place: Place, mode: Mode) -> bool {
    if place.from_store {
        match seen.trust() {
            ForServers::Trusted => return true,
            ForServers::Rejected => return false,
            ForServers::Neutral => {}
        }
    }
    if seen.invalid {
        // `X509_check_purpose` fails, and only a strict caller minds.
        return !mode.is_strict();
    }
    if seen.purpose == Purpose::Others {
        return false;
    }
    if !place.is_leaf() {
        // `check_ssl_ca`.
        let netscape = seen.netscape.unwrap_or_default();
        return match kind_of_ca(seen) {
            0 => false,
            5 => netscape & NS_SSL_CA != 0,
            _ => true,
        };
    }
    let is_for_others = seen.netscape.is_some_and(|kind| kind & NS_SSL_SERVER == 0);
    !is_for_others && !seen.usage_lacks(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT)
}

/// The checks of `X509_V_FLAG_X509_STRICT`.
fn breach_of_rfc5280(seen: &Seen<'_>, place: Place) -> Option<&'static str> {
    // A path length of a certificate without key usage: `ex_kusage` is 0.
    let usage = seen.key_usage.unwrap_or_default();
    let is_ca = seen.is_marked_ca();
    let basic = seen.basic_constraints;
    let has_path_len = basic.is_some_and(|basic| basic.path_len.is_some());
    let (no_issuer, no_subject) = (seen.issuer.is_empty(), seen.subject.is_empty());
    let key_id = seen.aki.as_ref().is_some_and(|aki| aki.key_id.is_some());
    let is_v3 = seen.version >= 2;
    let rules = [
        (
            has_path_len && !is_ca,
            "path length given for non-CA certificate",
        ),
        (
            has_path_len && usage & KEY_CERT_SIGN == 0,
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
            !is_ca && usage & KEY_CERT_SIGN != 0,
            "using keyCertSign without a CA certificate",
        ),
        (no_issuer, "issuer name empty"),
        (
            no_subject && (is_ca || usage & CRL_SIGN != 0 || seen.alt_names.is_none()),
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
        (
            !seen.signature_consistent,
            "certificate signature algorithm inconsistent",
        ),
        (
            seen.aki.as_ref().is_some_and(|aki| aki.critical),
            "authority key identifier marked critical",
        ),
        (
            seen.ski.is_some() && seen.ski_critical,
            "subject key identifier marked critical",
        ),
        (
            is_v3 && !place.is_last() && !key_id,
            "missing authority key identifier",
        ),
        (
            is_v3 && is_ca && seen.ski.is_none(),
            "missing subject key identifier",
        ),
        (
            !is_v3 && seen.has_extensions,
            "using certificate extensions requires at least X.509 version 3",
        ),
    ];
    rules
        .into_iter()
        .find_map(|(is_broken, why)| is_broken.then_some(why))
}

/// `internal_verify`.
fn signatures<'a>(built: &Built<'a>, signed: &Signatures<'a>, now: i64, mode: Mode) -> Verdict {
    let path = &built.path;
    let last = &path[path.len() - 1];
    // One that is trusted and not self-issued is not checked itself, not even its dates.
    let skips_last = last.issued(last).is_err() && !mode.is_partial();
    if skips_last && path.len() == 1 {
        return last.refuse("unable to verify the first certificate");
    }
    let mut verdict = Verdict::accepts();
    for (depth, seen) in path.iter().enumerate() {
        if let Some(issuer) = path.get(depth + 1) {
            verdict = verdict.and(signature(seen, issuer, signed));
        } else if skips_last {
            continue;
        }
        verdict = verdict.and(dates(seen, now));
    }
    verdict
}

fn signature<'a>(seen: &Seen<'a>, issuer: &Seen<'a>, signed: &Signatures<'a>) -> Verdict {
    if issuer.usage_lacks(KEY_CERT_SIGN) {
        return issuer.refuse("key usage does not include certificate signing");
    }
    // `X509_verify` compares the two first.
    if !seen.signature_consistent {
        return seen.refuse("certificate signature failure");
    }
    match signed.verify(seen.certificate, issuer.certificate) {
        Verification::Verified => Verdict::accepts(),
        Verification::Refuted => seen.refuse("certificate signature failure"),
        Verification::Unsupported => Verdict::unknown(format!(
            "the signature of \"{}\" cannot be checked here ({})",
            seen.certificate.label(),
            seen.certificate
                .facts()
                .map_or("unknown", |facts| facts.signature_algorithm.as_str())
        )),
    }
}

fn dates(seen: &Seen<'_>, now: i64) -> Verdict {
    if seen.not_before > now {
        seen.refuse("certificate is not yet valid")
    } else if seen.not_after <= now {
        seen.refuse("certificate has expired")
    } else {
        Verdict::accepts()
    }
}

/// `check_name_constraints`: self-issued certificates are left out, but for the leaf; the anchor's
/// constraints count.
fn name_constraints(path: &[Seen<'_>]) -> Verdict {
    let mut verdict = Verdict::accepts();
    for (depth, seen) in path.iter().enumerate() {
        if depth > 0 && seen.is_self_issued() {
            continue;
        }
        let above = path[depth + 1..].iter();
        for set in above.filter_map(|issuer| issuer.constraints.as_ref()) {
            verdict = verdict.and(constraints::check(set, seen, depth == 0));
        }
    }
    verdict
}

/// What security levels 1 and 2 refuse, and level 0 takes (`check_auth_level`): keys of less than
/// 112 bits of security, and signatures with SHA-1 or MD5 below the anchor.
fn strengths(path: &[Seen<'_>]) -> Verdict {
    let is_weak = |(depth, seen): (usize, &Seen<'_>)| {
        let facts = seen.certificate.facts().ok()?;
        let weak_key = is_weak_key(&facts.public_key);
        let weak_digest = depth + 1 < path.len() && has_weak_digest(&facts.signature_algorithm);
        (weak_key || weak_digest).then(|| seen.certificate.label())
    };
    match path.iter().enumerate().find_map(is_weak) {
        Some(label) => Verdict::unknown(format!(
            "the security level decides: key or signature of \"{label}\" is weak"
        )),
        None => Verdict::accepts(),
    }
}

fn is_weak_key(key: &PublicKey) -> bool {
    match (key.algorithm.as_str(), key.bits) {
        ("RSA" | "RSA-PSS", Some(bits)) => bits < 2048,
        ("EC", Some(bits)) => bits < 224,
        ("Ed25519" | "Ed448", _) => false,
        // DSA, unknown curves and keys.
        _ => true,
    }
}

fn has_weak_digest(signature_algorithm: &str) -> bool {
    let lower = signature_algorithm.to_ascii_lowercase();
    let weak = ["md2", "md4", "md5", "sha1"];
    weak.iter()
        .any(|digest| lower.starts_with(digest) || lower.ends_with(digest))
}
