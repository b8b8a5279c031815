//! May the key of the leaf sign a handshake? (RFC 8446 §4.4.2.2)

use crate::certificate::Certificate;
use crate::finding::{Code, Evidence, Finding};

/// Without a key usage it may. Every current handshake is signed. RSA key exchange, for which
/// keyEncipherment was enough, does not exist in TLS 1.3, and is out of use in 1.2.
pub(super) fn check(leaf: &Certificate) -> Option<Finding> {
    let usage = leaf.facts().ok()?.key_usage?;
    // A usage that suits no server is already a problem.
    if usage.digital_signature() || !usage.suits_tls_server() {
        return None;
    }
    let message = format!(
        "the key usage of \"{}\" is {}, without digitalSignature: GnuTLS ends the handshake (\"Key usage violation\"), and so do Exim and msmtp as Debian builds them, also with a pinned fingerprint",
        leaf.label(),
        usage.names().join(", ")
    );
    let advice = "have it issued again with digitalSignature";
    let finding = Finding::new(Code::KeyUsageSignature, Some(0), message, advice);
    Some(finding.because(Evidence::KeyUsage(usage.names())))
}
