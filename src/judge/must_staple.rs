//! Does the server staple what its certificates demand? (RFC 7633)

use crate::certificate::Certificate;
use crate::finding::{Code, Finding};
use crate::observation::Staple;

/// Of all that is sent, on the path or not, as GnuTLS looks at it (`lib/cert-session.c`, `_gnutls_x509_cert_verify_peers`).
pub(super) fn check(presented: &[Certificate], staple: Staple) -> Option<Finding> {
    if staple == Staple::NotSeen {
        return None;
    }
    let demands = |certificate: &Certificate| {
        let facts = certificate.facts();
        facts.is_ok_and(|facts| facts.must_staple)
    };
    let of_leaf = presented.first().filter(|_| staple == Staple::Missing);
    if of_leaf.is_some_and(demands) {
        let label = presented[0].label();
        let message = format!(
            "\"{label}\" demands a stapled OCSP response (must-staple), and the server staples none: {REFUSE}"
        );
        let advice = "turn OCSP stapling on at the server, or have the certificate issued again without must-staple";
        return Some(Finding::new(Code::StapleMissing, Some(0), message, advice));
    }
    // TLS 1.2 has no place for the response of an intermediate, and hardly a server sends one in 1.3.
    let index = presented.iter().skip(1).position(demands)? + 1;
    let message = format!(
        "\"{}\" demands a stapled OCSP response of its own (must-staple), and servers staple that of their own certificate alone: {REFUSE}",
        presented[index].label()
    );
    let advice = "use the certificate of a CA whose intermediate does not demand it";
    Some(Finding::new(
        Code::StapleMissing,
        Some(index),
        message,
        advice,
    ))
}

const REFUSE: &str = "GnuTLS refuses it, and so do Exim and msmtp as Debian builds them";
