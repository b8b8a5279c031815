//! The trust store as OpenSSL searches it.

use super::seen::Seen;
use crate::judge::anchors::Anchors;

/// The trust store: `X509_STORE`, which finds certificates by their names, in the order in which
/// they were loaded (`crypto/x509/x509_lu.c`).
pub(super) struct Store<'a> {
    pub(super) anchors: &'a Anchors,
}

impl<'a> Store<'a> {
    fn named(&self, subject: &[u8]) -> impl Iterator<Item = Seen<'a>> + use<'a> {
        let named = self.anchors.named_canonically(subject);
        named
            .filter(|anchor| anchor.is_loaded_by_openssl())
            .filter_map(Seen::of_store)
    }

    /// `X509_STORE_CTX_get1_issuer`.
    pub(super) fn issuer(&self, current: &Seen<'_>, now: i64) -> Option<Seen<'a>> {
        let named = self.named(&current.issuer);
        let candidates = named.filter(|candidate| candidate.issued(current).is_ok());
        best(candidates, |candidate| candidate, now)
    }

    /// `lookup_cert_match`.
    pub(super) fn exactly(&self, wanted: &Seen<'_>) -> Option<Seen<'a>> {
        let mut named = self.named(&wanted.subject);
        named.find(|candidate| candidate.certificate == wanted.certificate)
    }
}

/// The first candidate that is valid now, else the first of those that expire last.
pub(super) fn best<'a, T>(
    candidates: impl Iterator<Item = T>,
    seen: impl Fn(&T) -> &Seen<'a>,
    now: i64,
) -> Option<T> {
    let mut best: Option<T> = None;
    for candidate in candidates {
        if seen(&candidate).is_valid(now) {
            return Some(candidate);
        }
        let ends = |candidate: &T| seen(candidate).not_after;
        // `ASN1_TIME_compare` calls none of two later if one has no such form.
        let is_later = |best: &T| matches!((ends(&candidate), ends(best)), (Some(one), Some(two)) if one > two);
        if best.as_ref().is_none_or(is_later) {
            best = Some(candidate);
        }
    }
    best
}
