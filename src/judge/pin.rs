//! Is the presented leaf one of those that the user pinned?

use super::finding::{Code, Finding};
use crate::certificate::Certificate;
use crate::fingerprint::Algorithm;

/// The problem that none of the configured fingerprints is that of `leaf`.
pub fn pin_mismatch(leaf: &Certificate) -> Finding {
    let message = format!(
        "the certificate has changed: it is {}, and none of the configured fingerprints",
        leaf.fingerprint(Algorithm::Sha256)
    );
    let advice = "compare the fingerprint with one obtained another way before you trust it: it may be a renewal, or somebody in between";
    Finding::new(Code::PinMismatch, Some(0), message, advice)
}
