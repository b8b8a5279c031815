//! May the certificate be used for what it is used for? (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12)

use super::critical;
use super::member::{Member, Role};
use crate::certificate::{Facts, KeyUsage};
use crate::finding::{Code, Evidence, Finding};

/// `below` is the number of intermediates between this certificate and the leaf that are not
/// self-issued.
pub(super) fn check(member: &Member<'_>, below: usize) -> Vec<Finding> {
    let facts = match member.certificate.facts() {
        Ok(facts) => facts,
        Err(why) => {
            let message = format!("the certificate cannot be parsed: {why}");
            let finding = member.finding(Code::Malformed, message, MALFORMED_ADVICE);
            return vec![finding.because(Evidence::Unreadable(why.to_string()))];
        }
    };
    let mut findings = Vec::new();
    findings.extend(malformed(member, facts));
    findings.extend(version(member, facts));
    findings.extend(critical::check(member, facts));
    findings.extend(match member.role {
        Role::Leaf => leaf_key_usage(member, facts),
        Role::Intermediate | Role::Anchor => issuer(member, facts, below),
    });
    findings.extend(purpose(member, facts));
    findings
}

const MALFORMED_ADVICE: &str = "have it issued again by software that follows RFC 5280";

/// webpki reads no element of more than 65,535 octets; the outermost has four more in front.
const LARGEST: usize = 0xffff + 4;

fn malformed(member: &Member<'_>, facts: &Facts) -> Option<Finding> {
    let label = member.certificate.label();
    let extension = |oid: &String| Evidence::Extensions(vec![oid.clone()]);
    let octets = |found, most| Some(Evidence::Octets { found, most });
    let (message, evidence) = if facts.trailing_octets > 0 {
        let message = format!(
            "\"{label}\" has {} octets after its end",
            facts.trailing_octets
        );
        (message, octets(facts.trailing_octets, 0))
    } else if let Some(oid) = facts.unparsable_extensions.first() {
        let message = format!("\"{label}\" has an extension that cannot be parsed ({oid})");
        (message, Some(extension(oid)))
    } else if let Some(oid) = facts.repeated_extensions.first() {
        let message = format!("\"{label}\" has an extension more than once ({oid})");
        (message, Some(extension(oid)))
    } else if member.certificate.der().len() > LARGEST && member.role != Role::Anchor {
        let message =
            format!("\"{label}\" is larger than 64 KiB, and not read by the path validation here");
        (message, octets(member.certificate.der().len(), LARGEST))
    } else if let Some(why) = facts
        .breach
        .as_ref()
        .filter(|_| member.role != Role::Anchor)
    {
        // An anchor is trusted as it stands.
        let message = format!("\"{label}\" is not encoded as it must be: {why}");
        (message, None)
    } else {
        return None;
    };
    let finding = member.finding(Code::Malformed, message, MALFORMED_ADVICE);
    Some(match evidence {
        Some(evidence) => finding.because(evidence),
        None => finding,
    })
}

fn version(member: &Member<'_>, facts: &Facts) -> Option<Finding> {
    // Old roots are version 1; an anchor is trusted as it stands.
    if facts.version == 3 || member.role == Role::Anchor {
        return None;
    }
    let message = format!(
        "\"{}\" is X.509 version {}, which has no extensions: neither names nor purposes",
        member.certificate.label(),
        facts.version
    );
    let advice = "have it issued as version 3, with a subject alternative name";
    let finding = member.finding(Code::UnsupportedVersion, message, advice);
    Some(finding.because(Evidence::Version(facts.version)))
}

fn leaf_key_usage(member: &Member<'_>, facts: &Facts) -> Vec<Finding> {
    let label = member.certificate.label();
    let mut findings = Vec::new();
    if let Some(usage) = facts.key_usage.filter(|usage| !usage.suits_tls_server()) {
        let message = format!("the key usage of \"{label}\" does not allow a TLS server");
        let advice = "have it issued with digitalSignature";
        let finding = member.finding(Code::KeyUsage, message, advice);
        findings.push(finding.because(Evidence::KeyUsage(usage.names())));
    }
    // What is self-signed and marked as a CA is judged as an anchor, or found self-signed.
    if facts.is_ca() && !facts.self_issued {
        let message = format!("\"{label}\" is a CA certificate, used as a server's");
        let advice = "have a server certificate issued, with CA:FALSE";
        findings.push(member.finding(Code::CaAsLeaf, message, advice));
    }
    findings
}

fn issuer(member: &Member<'_>, facts: &Facts, below: usize) -> Vec<Finding> {
    let label = member.certificate.label();
    let mut findings = Vec::new();
    // A root of version 1 or 2 cannot say so, and a key usage for signing says it, too, as OpenSSL
    // has it; else a server's self-signed certificate could issue for every name.
    let signs = facts.key_usage.is_some_and(KeyUsage::key_cert_sign);
    let old_root = member.role == Role::Anchor
        && facts.basic_constraints.is_none()
        && (facts.version < 3 || signs);
    let must_say_so = !old_root;
    if must_say_so && !facts.is_ca() {
        let message = format!("\"{label}\" issued a certificate, but is not a CA");
        findings.push(member.finding(Code::NotACa, message, NOT_A_CA_ADVICE));
    }
    if let Some(usage) = facts.key_usage.filter(|usage| !usage.key_cert_sign()) {
        let message =
            format!("the key usage of \"{label}\" does not allow it to sign certificates");
        let advice = "the CA must issue it with keyCertSign";
        let finding = member.finding(Code::KeyUsage, message, advice);
        findings.push(finding.because(Evidence::KeyUsage(usage.names())));
    }
    let limit = facts
        .basic_constraints
        .and_then(|constraints| constraints.path_len);
    if let Some(allowed) = limit.filter(|limit| below > *limit as usize) {
        let message =
            format!("\"{label}\" allows fewer intermediates below it than there are ({below})");
        let advice =
            "the CA's hierarchy breaks its own path length: install the chain that it publishes";
        let evidence = Evidence::PathLength {
            allowed,
            found: below,
        };
        findings.push(
            member
                .finding(Code::PathTooLong, message, advice)
                .because(evidence),
        );
    }
    findings
}

const NOT_A_CA_ADVICE: &str = "anyone who holds a server certificate could do this: suspect an attack, or a home-made chain without CA:TRUE";

/// Also on issuers: in practice their extended key usage limits what they may issue.
fn purpose(member: &Member<'_>, facts: &Facts) -> Option<Finding> {
    let usage = facts
        .extended_key_usage
        .as_ref()
        .filter(|usage| !usage.server_auth)?;
    let message = format!(
        "\"{}\" is not for TLS servers, but for {}",
        member.certificate.label(),
        if usage.purposes.is_empty() {
            "nothing".to_owned()
        } else {
            usage.purposes.join(", ")
        }
    );
    let advice = "have it issued with the extended key usage serverAuth";
    let finding = member.finding(Code::WrongUsage, message, advice);
    Some(finding.because(Evidence::Purposes(usage.purposes.clone())))
}
