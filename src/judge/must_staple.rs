//! Does the server staple what its certificates demand? (RFC 7633)

use crate::certificate::Certificate;
use crate::finding::{Code, Finding, Severity};
use crate::observation::Staple;

/// A problem of the leaf, or else a note about an intermediate: of all that is sent, on the path or
/// not, as GnuTLS looks at it (`lib/cert-session.c`, `_gnutls_x509_cert_verify_peers`).
pub(super) fn check(
    presented: &[Certificate],
    staple: Staple,
) -> (Option<Finding>, Option<Finding>) {
    if staple == Staple::NotSeen {
        return (None, None);
    }
    let leaf = presented.first().filter(|_| staple == Staple::Missing);
    match leaf.filter(|leaf| demands(leaf)) {
        Some(leaf) => (Some(of_leaf(leaf)), None),
        None => (None, of_intermediate(presented)),
    }
}

fn demands(certificate: &Certificate) -> bool {
    let facts = certificate.facts();
    facts.is_ok_and(|facts| facts.must_staple)
}

fn of_leaf(leaf: &Certificate) -> Finding {
    let message = format!(
        "\"{}\" demands a stapled OCSP response (must-staple), and the server staples none: {REFUSE}",
        leaf.label()
    );
    let advice = "turn OCSP stapling on at the server, or have the certificate issued again without must-staple";
    Finding::new(Code::StapleMissing, Some(0), message, advice)
}

/// TLS 1.2 has no place for the response of an intermediate, and hardly a server sends one in 1.3. In
/// a CA certificate the extension is about those that it issues (RFC 7633 §4.2.2), so this is GnuTLS's
/// opinion alone.
fn of_intermediate(presented: &[Certificate]) -> Option<Finding> {
    let index = presented.iter().skip(1).position(demands)? + 1;
    let message = format!(
        "\"{}\" demands a stapled OCSP response of its own (must-staple), and servers staple that of their own certificate alone: {REFUSE}",
        presented[index].label()
    );
    let advice = "use the certificate of a CA whose intermediate does not demand it";
    let finding = Finding::new(Code::StapleMissing, Some(index), message, advice);
    Some(finding.at(Severity::Warning))
}

const REFUSE: &str = "GnuTLS refuses it, and so do Exim and msmtp as Debian builds them";
