//! Configured anchors that could not be read, which may explain a missing path, and anchors that
//! only this tool reads.

use super::anchor::Anchor;
use super::anchors::Anchors;
use crate::finding::{Code, Evidence, Finding};

/// Each file that could not be read.
pub(super) fn check(anchors: &Anchors) -> Vec<Finding> {
    let findings = anchors.unread().iter().map(|unread| {
        let message = format!("the anchors could not be read: {}", unread.why);
        let advice = unread.advice.clone();
        let evidence = Evidence::Unreadable(unread.why.clone());
        Finding::new(Code::AnchorsUnreadable, None, message, advice).because(evidence)
    });
    findings.collect()
}

/// The note that OpenSSL does not find an anchor in its directory, for the name of its file.
pub fn anchor_not_hashed(anchor: &Anchor) -> Finding {
    let (label, source) = (anchor.certificate().label(), &anchor.source);
    let message = format!(
        "the anchor \"{label}\" is in \"{source}\": of SSL_CERT_DIR OpenSSL reads files with the names of hashes only, so that programs built on it do not trust this server"
    );
    let advice = "make the names: openssl rehash DIRECTORY";
    let finding = Finding::new(Code::AnchorNotHashed, None, message, advice);
    finding.because(Evidence::Anchor {
        subject: label,
        source: source.to_string(),
    })
}
