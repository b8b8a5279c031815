//! What OpenSSL checks of a path that it has built, after the extensions: signatures and dates
//! (`internal_verify`), name constraints, strength; all in `crypto/x509/x509_vfy.c`.

use super::build::Built;
use super::mode::Mode;
use super::seen::Seen;
use super::{constraints, extensions};
use crate::certificate::PublicKey;
use crate::certificate::openssl::{KEY_CERT_SIGN, KeyKind};
use crate::certificate::signature::Verification;
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
    let verdict = extensions::of_path(built, mode)
        .and(signatures(built, signed, now, mode))
        .and(name_constraints(&built.path));
    verdict
        .and(strengths(&built.path))
        .and(releases(&built.path))
}

/// Where the releases of OpenSSL differ: 3.0 does not know which key makes signatures of some
/// algorithms, and 3.5 reads no certificate with a date that is too short.
pub(super) fn releases(seen: &[Seen<'_>]) -> Verdict {
    let label = |seen: &Seen<'_>| seen.certificate.label();
    let new = seen.iter().find(|seen| seen.is_signed_by_new_algorithm());
    let short = seen.iter().find(|seen| seen.has_short_date);
    match (new, short) {
        (Some(seen), _) => Verdict::unknown(format!(
            "OpenSSL 3.5 verifies the signature of \"{}\", and 3.0 does not know its algorithm",
            label(seen)
        )),
        (None, Some(seen)) => Verdict::unknown(format!(
            "OpenSSL 3.0 reads \"{}\", and 3.5 does not, for the length of a date",
            label(seen)
        )),
        (None, None) => Verdict::accepts(),
    }
}

/// The same at security level 0, which takes every key and every digest.
pub(super) fn at_level_0<'a>(built: &Built<'a>, signed: &Signatures<'a>, now: i64) -> Verdict {
    extensions::of_path(built, Mode::Default)
        .and(signatures(built, signed, now, Mode::Default))
        .and(name_constraints(&built.path))
}

/// The dates alone.
pub(super) fn dates_of_path(built: &Built<'_>, now: i64) -> Verdict {
    let checked = built.path.len() - usize::from(skips_last(built, Mode::Default));
    let verdicts = built.path[..checked].iter().map(|seen| dates(seen, now));
    verdicts.fold(Verdict::accepts(), Verdict::and)
}

/// One that is trusted and not self-issued is not checked itself, not even its dates.
fn skips_last(built: &Built<'_>, mode: Mode) -> bool {
    let last = &built.path[built.path.len() - 1];
    !built.by_bare_key && last.issued(last).is_err() && !mode.is_partial()
}

/// What no trust store changes: the leaf's own dates and extensions.
pub(super) fn leaf(seen: &Seen<'_>, now: i64) -> Verdict {
    if seen.invalid {
        return seen.refuse("invalid certificate extension");
    }
    match extensions::of_leaf(seen) {
        Some(why) => seen.refuse(why),
        None => dates(seen, now),
    }
}

/// `internal_verify`.
fn signatures<'a>(built: &Built<'a>, signed: &Signatures<'a>, now: i64, mode: Mode) -> Verdict {
    let path = &built.path;
    let skips_last = skips_last(built, mode);
    if skips_last && path.len() == 1 {
        return path[0].refuse("unable to verify the first certificate");
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
    match (seen.not_before, seen.not_after) {
        (None, _) => seen.refuse("format error in certificate's notBefore field"),
        (_, None) => seen.refuse("format error in certificate's notAfter field"),
        (Some(begins), _) if begins > now => seen.refuse("certificate is not yet valid"),
        (_, Some(ends)) if ends <= now => seen.refuse("certificate has expired"),
        _ => Verdict::accepts(),
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
        let Ok(facts) = seen.certificate.facts() else {
            return Some(seen.certificate.label());
        };
        let weak_key = seen.key == KeyKind::Other || is_weak_key(&facts.public_key);
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
