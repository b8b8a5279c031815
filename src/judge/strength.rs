//! Are key and signature strong enough, and can they be checked at all?

use super::elsewhere::elsewhere;
use super::member::{Member, Role};
use crate::certificate::parameters::{OddKind, odd_parameters};
use crate::certificate::signature::Verification;
use crate::certificate::{Facts, PublicKey};
use crate::finding::{Code, Evidence, Finding};

/// NIST SP 800-131A and CA/Browser Forum BR §6.1.5: 2048 bits of RSA, 224 of a curve.
const MIN_RSA_BITS: u32 = 2048;
const MIN_EC_BITS: u32 = 224;
/// The largest RSA key that webpki checks.
const MAX_RSA_BITS: u32 = 8192;

pub(super) fn check(member: &Member<'_>) -> Vec<Finding> {
    let Ok(facts) = member.certificate.facts() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    findings.extend(check_key(member, &facts.public_key));
    // An anchor is trusted as it stands: no client relies on its own signature.
    if member.role != Role::Anchor {
        findings.extend(check_signature(member, facts));
    }
    findings
}

fn check_key(member: &Member<'_>, key: &PublicKey) -> Option<Finding> {
    let label = member.certificate.label();
    let evidence = || Evidence::Key {
        algorithm: key.algorithm.clone(),
        bits: key.bits,
    };
    let weak = |why: &str| {
        let message = format!(
            "the key of \"{label}\" is too weak: {} ({why})",
            key.describe()
        );
        let advice = "have it reissued with an RSA key of 2048 bits or more, or EC P-256";
        let finding = member.finding(Code::WeakKey, message, advice);
        Some(finding.because(evidence()))
    };
    let unsupported = |why: &str| {
        let message = format!(
            "the key of \"{label}\" cannot be checked: {} ({why})",
            key.describe()
        );
        let advice = "most mail software does not know it either: use RSA 2048 to 8192 bits, EC P-256, P-384 or P-521, or Ed25519";
        let finding = member.finding(Code::UnsupportedAlgorithm, message, advice);
        Some(finding.because(evidence()))
    };
    match (key.algorithm.as_str(), key.bits, key.flaw) {
        ("RSA" | "RSA-PSS", None, _) => unsupported("its modulus cannot be read"),
        ("RSA" | "RSA-PSS", Some(bits), _) if bits < MIN_RSA_BITS => weak("less than 2048 bits"),
        ("RSA", ..) if key.exponent.is_some_and(|e| e < 3 || e % 2 == 0) => {
            weak("its public exponent is not odd and above 1")
        }
        ("RSA", ..) if key.exponent.is_none_or(|e| e > PublicKey::MAX_EXPONENT) => {
            unsupported("its public exponent is negative, or has more than 33 bits")
        }
        ("EC", Some(bits), _) if bits < MIN_EC_BITS => weak("less than 224 bits"),
        (_, _, Some(flaw)) => unsupported(flaw),
        ("RSA", Some(bits), _) if bits <= MAX_RSA_BITS => None,
        ("EC", ..) if matches!(key.curve.as_deref(), Some("P-256" | "P-384" | "P-521")) => None,
        ("Ed25519" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87", ..) => None,
        ("DSA", ..) => weak("DSA is out of use"),
        _ => unsupported("not supported"),
    }
}

fn check_signature(member: &Member<'_>, facts: &Facts) -> Option<Finding> {
    let label = member.certificate.label();
    let algorithm = &facts.signature_algorithm;
    if is_broken(algorithm) {
        let message = format!("\"{label}\" is signed with {algorithm}, which is broken");
        let advice = "have it issued again with SHA-256";
        let finding = member.finding(Code::WeakSignature, message, advice);
        return Some(finding.because(Evidence::Signature(algorithm.clone())));
    }
    match member.signature? {
        Verification::Verified => None,
        Verification::Refuted => {
            let message =
                format!("the signature of \"{label}\" does not match the key of its issuer");
            let advice = "the certificate was altered, or its issuer has a new key: install the chain again; if that does not help, suspect an attack";
            let finding = member.finding(Code::BadSignature, message, advice);
            Some(finding.because(Evidence::Signature(algorithm.clone())))
        }
        Verification::Unsupported => Some(unsupported_signature(member, algorithm)),
    }
}

/// The algorithm may be known, and only its parameters unusual.
fn unsupported_signature(member: &Member<'_>, algorithm: &str) -> Finding {
    let label = member.certificate.label();
    let finding = |message: String, advice| {
        let finding = member.finding(Code::UnsupportedAlgorithm, message, advice);
        finding.because(Evidence::Signature(algorithm.to_owned()))
    };
    let Some(odd) = odd_parameters(member.certificate.der()) else {
        let message = format!(
            "the signature of \"{label}\" cannot be checked: {algorithm} with the key of its issuer is not supported here"
        );
        let advice = "have it issued again with RSA or ECDSA and SHA-256";
        return finding(message, advice);
    };
    let message = format!(
        "the signature of \"{label}\" cannot be checked: it is made with {algorithm}, and its parameters are unusual: {}{}",
        odd.what,
        others(odd.kind)
    );
    let advice = "have it issued again by software that writes the parameters of a signature as usual; the algorithm and the key can stay";
    finding(message, advice)
}

/// What other verifiers make of unusual parameters, as measured with OpenSSL 3.0 and GnuTLS 3.7.
fn others(kind: OddKind) -> String {
    match kind {
        OddKind::Null => format!("; {}", elsewhere(true, true)),
        OddKind::Pss => format!("; {}", elsewhere(true, false)),
        OddKind::Other => String::new(),
    }
}

fn is_broken(signature_algorithm: &str) -> bool {
    let lower = signature_algorithm.to_ascii_lowercase();
    ["md2", "md5", "sha1"]
        .iter()
        .any(|hash| lower.starts_with(hash) || lower.ends_with(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_hashes_are_known_by_name() {
        for name in [
            "md5WithRSAEncryption",
            "sha1WithRSAEncryption",
            "ecdsa-with-SHA1",
            "dsaWithSHA1",
        ] {
            assert!(is_broken(name), "{name}");
        }
        for name in [
            "sha256WithRSAEncryption",
            "ecdsa-with-SHA384",
            "ED25519",
            "1.2.3",
        ] {
            assert!(!is_broken(name), "{name}");
        }
    }
}
