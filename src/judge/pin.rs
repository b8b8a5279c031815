//! Is the presented leaf pinned by the user, and how long will it stay valid?

use crate::certificate::{Certificate, Least, in_words};
use crate::finding::{Advice, Code, Evidence, Finding, Remedy};
use crate::fingerprint::Algorithm;
use time::{Duration, OffsetDateTime};

/// The problem that no configured fingerprint matches `leaf`.
/// `target`: as typed, if the pins are those of `pin`.
pub fn pin_mismatch(
    leaf: &Certificate,
    pinned: impl Iterator<Item = String>,
    target: Option<&str>,
) -> Finding {
    let presented = leaf.fingerprint(Algorithm::Sha256);
    let message = format!(
        "the certificate has changed: it is {presented}, and none of the configured fingerprints"
    );
    let compare = "compare the fingerprint with one obtained another way before you trust it: it may be a renewal, or someone in the middle";
    let advice = match target {
        Some(target) => Advice::new(compare)
            .text("; if it is right: ")
            .option(Remedy::PinAgain {
                target: target.to_owned(),
            }),
        None => compare.into(),
    };
    Finding::new(Code::PinMismatch, Some(0), message, advice).because(Evidence::Pin {
        presented: presented.hex(),
        pinned: pinned.collect(),
    })
}

/// The note that a pinned certificate has less than `least` left, or that its date of expiry is
/// unknown. `index` is its index in the presented chain, if it was presented.
pub fn pin_expiring(
    pinned: &Certificate,
    index: Option<usize>,
    now: OffsetDateTime,
    least: Least,
) -> Option<Finding> {
    let label = pinned.label();
    let advice = Advice::new("have the renewed certificate ready, and pin it beside this one (")
        .option(Remedy::PinAdd)
        .text(") before the server changes to it");
    let Ok(facts) = pinned.facts() else {
        let message = "it cannot be read when the pinned certificate expires";
        return Some(Finding::new(Code::PinExpiring, index, message, advice));
    };
    let left = facts.not_after - now;
    let least = Duration::seconds(least.for_warning(facts.lifetime()));
    if left >= least {
        return None;
    }
    let words = if left.is_negative() {
        format!("expired {} ago", in_words(-left))
    } else {
        format!("expires in {}", in_words(left))
    };
    let date = facts.not_after.date();
    let message = format!("the pinned certificate \"{label}\" {words}, on {date}");
    let evidence = Evidence::Expiry {
        not_after: facts.not_after,
        left,
        least,
    };
    Some(Finding::new(Code::PinExpiring, index, message, advice).because(evidence))
}

/// The note that the user watches a pin and none is configured.
pub fn no_pin(host: &str) -> Finding {
    let message = format!("no certificate is pinned for \"{host}\", so none can be watched");
    let advice = Advice::new("pin it (")
        .option(Remedy::Pin)
        .text("), name the file with ")
        .option(Remedy::Hgrc)
        .text(", or leave ")
        .option(Remedy::PinExpires)
        .text(" out");
    let evidence = Evidence::Host(host.to_owned());
    Finding::new(Code::NoPin, None, message, advice).because(evidence)
}
