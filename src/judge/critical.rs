//! Does a certificate have critical extensions that are not understood? (RFC 5280 §4.2)

use super::elsewhere::elsewhere;
use super::member::{Member, Role};
use crate::certificate::Facts;
use crate::finding::{Code, Evidence, Finding};

/// The extensions that are checked here or by webpki; any other critical one must refuse the
/// certificate.
const UNDERSTOOD: [&str; 6] = [
    "2.5.29.15", // key usage
    "2.5.29.17", // subject alternative name
    "2.5.29.19", // basic constraints
    "2.5.29.30", // name constraints
    "2.5.29.31", // CRL distribution points
    "2.5.29.37", // extended key usage
];

/// An extension that is known by name.
struct Known {
    oid: &'static str,
    name: &'static str,
    /// Whether OpenSSL goes on (`X509_supported_extension` in `crypto/x509/v3_purp.c`), and GnuTLS
    /// (measured with 3.7).
    openssl: bool,
    gnutls: bool,
}

const fn known(oid: &'static str, name: &'static str, openssl: bool, gnutls: bool) -> Known {
    Known {
        oid,
        name,
        openssl,
        gnutls,
    }
}

const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";

const KNOWN: [Known; 24] = [
    known("2.5.29.32", "certificate policies", true, true),
    known("2.5.29.33", "policy mappings", true, false),
    known("2.5.29.36", "policy constraints", true, false),
    known("2.5.29.54", "inhibit any-policy", true, true),
    known(
        "1.3.6.1.5.5.7.1.24",
        "TLS feature, must-staple",
        false,
        true,
    ),
    known(POISON, "precertificate poison", false, false),
    known(
        "1.3.6.1.4.1.11129.2.4.2",
        "signed certificate timestamps",
        false,
        false,
    ),
    known(
        "1.3.6.1.5.5.7.1.1",
        "authority information access",
        false,
        true,
    ),
    known(
        "1.3.6.1.5.5.7.1.11",
        "subject information access",
        false,
        false,
    ),
    known(
        "1.3.6.1.5.5.7.1.3",
        "qualified certificate statements",
        false,
        false,
    ),
    known("1.3.6.1.5.5.7.1.7", "IP address blocks", true, false),
    known("1.3.6.1.5.5.7.1.8", "AS numbers", true, false),
    known("1.3.6.1.5.5.7.48.1.5", "no OCSP check", true, false),
    known("1.3.6.1.5.5.7.1.14", "proxy certificate", false, true),
    known("2.5.29.9", "subject directory attributes", false, false),
    known("2.5.29.14", "subject key identifier", false, true),
    known("2.5.29.16", "private key usage period", false, false),
    known("2.5.29.18", "issuer alternative name", false, true),
    known("2.5.29.35", "authority key identifier", false, true),
    known("2.5.29.46", "freshest CRL", false, false),
    known(
        "2.16.840.1.113730.1.1",
        "Netscape certificate type",
        true,
        false,
    ),
    known("2.16.840.1.113730.1.13", "Netscape comment", false, false),
    known(
        "1.3.6.1.4.1.311.20.2",
        "Microsoft certificate template name",
        false,
        false,
    ),
    known(
        "1.3.6.1.4.1.311.21.7",
        "Microsoft certificate template",
        false,
        false,
    ),
];

/// This program asks for no policy, and webpki does not look at the extensions of an anchor.
const POLICIES: [&str; 4] = ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"];

pub(super) fn check(member: &Member<'_>, facts: &Facts) -> Option<Finding> {
    let is_anchor = member.role == Role::Anchor;
    let critical = facts.critical_extensions.iter().map(String::as_str);
    let odd: Vec<&str> = critical
        .filter(|oid| !(UNDERSTOOD.contains(oid) || is_anchor && POLICIES.contains(oid)))
        .collect();
    if odd.is_empty() {
        return None;
    }
    let find = |oid: &&str| KNOWN.iter().find(|known| known.oid == *oid);
    let named = |oid: &&str| match find(oid) {
        Some(known) => format!("{} ({oid})", known.name),
        None => format!("an unknown one ({oid})"),
    };
    let by = |accepts: fn(&Known) -> bool| odd.iter().all(|oid| find(oid).is_some_and(accepts));
    // One of them cannot be decoded.
    let is_invalid = member
        .certificate
        .as_openssl()
        .is_some_and(|seen| seen.invalid);
    let all: Vec<String> = odd.iter().map(named).collect();
    let message = format!(
        "\"{}\" has a critical extension that is not understood here: {}; {}",
        member.certificate.label(),
        all.join(", "),
        elsewhere(
            by(|known| known.openssl) && !is_invalid,
            by(|known| known.gnutls)
        )
    );
    let advice = if odd.contains(&POISON) {
        "it is a precertificate, which is for Certificate Transparency logs alone: install the certificate that the CA issued after it"
    } else if odd.iter().all(|oid| find(oid).is_some()) {
        "have it issued with the extension not marked critical: programs built on rustls refuse it, whatever it says"
    } else {
        "mail software that does not know it must refuse it: have it issued without"
    };
    let finding = member.finding(Code::CriticalExtension, message, advice);
    let odd = odd.into_iter().map(str::to_owned);
    Some(finding.because(Evidence::Extensions(odd.collect())))
}
