//! webpki, as programs built on rustls use it: path and name, without the checks that `judge` adds.

use super::verdict::Verdict;
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::judge::anchors::Anchors;
use crate::judge::{explain, name, path};
use time::OffsetDateTime;
use webpki::Error;

/// The error of webpki for every path.
pub(super) fn chain(
    presented: &[Certificate],
    anchors: &Anchors,
    now: OffsetDateTime,
) -> Option<Error> {
    let chain = (!presented.is_empty()).then_some(presented)?;
    path::objection(chain, anchors, now)
}

/// The answer for chain and name.
pub(super) fn with_name(error: Option<&Error>, leaf: &Certificate, reference: &Host) -> Verdict {
    if let Some(error) = error {
        return Verdict::refuses(explain::explain(error).message);
    }
    if name::matches_for_webpki(leaf, reference) {
        Verdict::accepts()
    } else {
        Verdict::refuses(format!("the certificate is not for \"{reference}\""))
    }
}
