//! webpki, as programs built on rustls use it: path and name, and nothing that our own judge adds.

use super::{Question, Verdict};
use crate::judge::{explain, name, path};

pub(super) fn verdict(question: &Question<'_>) -> Verdict {
    let (presented, anchors) = (question.presented, question.anchors);
    let leaf = &presented[0];
    if let Some(error) = path::objection(presented, anchors, question.now) {
        return Verdict::refuses(explain::explain(&error).message);
    }
    if name::matches_for_webpki(leaf, question.reference) {
        Verdict::accepts()
    } else {
        Verdict::refuses(format!(
            "the certificate is not for \"{}\"",
            question.reference
        ))
    }
}
