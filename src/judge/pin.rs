//! Is the presented leaf one of those that the user pinned, and for how long still?

use crate::certificate::{Certificate, Least, in_words};
use crate::finding::{Code, Finding};
use crate::fingerprint::Algorithm;
use time::{Duration, OffsetDateTime};

/// The problem that none of the configured fingerprints is that of `leaf`.
pub fn pin_mismatch(leaf: &Certificate) -> Finding {
    let message = format!(
        "the certificate has changed: it is {}, and none of the configured fingerprints",
        leaf.fingerprint(Algorithm::Sha256)
    );
    let advice = "compare the fingerprint with one obtained another way before you trust it: it may be a renewal, or somebody in between";
    Finding::new(Code::PinMismatch, Some(0), message, advice)
}

/// The note that a pinned certificate has less than `least` left, or that it cannot be told when it
/// ends. `index` is its place in the presented chain, if it was presented.
pub fn pin_expiring(
    pinned: &Certificate,
    index: Option<usize>,
    now: OffsetDateTime,
    least: Least,
) -> Option<Finding> {
    let label = pinned.label();
    let message = match pinned.facts() {
        Ok(facts) => {
            let left = facts.not_after - now;
            if left >= Duration::seconds(least.for_warning(facts.lifetime())) {
                return None;
            }
            let date = facts.not_after.date();
            if left.is_negative() {
                format!(
                    "the pinned certificate \"{label}\" expired {} ago, on {date}",
                    in_words(-left)
                )
            } else {
                format!(
                    "the pinned certificate \"{label}\" expires in {}, on {date}",
                    in_words(left)
                )
            }
        }
        Err(_) => "it cannot be read when the pinned certificate expires".to_owned(),
    };
    let advice = "have the renewed certificate ready, and pin it beside this one (pin --write --add) before the server changes to it";
    Some(Finding::new(Code::PinExpiring, index, message, advice))
}

/// The note that a pin was to be watched, and there is none.
pub fn no_pin(host: &str) -> Finding {
    let message = format!("no certificate is pinned for \"{host}\", so none can be watched");
    let advice = "pin it (smtp-certcheck pin --write), name the file with --hgrc, or leave --pin-expires out";
    Finding::new(Code::NoPin, None, message, advice)
}
