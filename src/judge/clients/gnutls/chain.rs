//! The chain: sorted, cut where it meets the trust list, and put to the verification
//! (`lib/x509/verify-high.c`, `lib/x509/common.c`).

use super::path::{Judge, drop_self_signed, is_issuer};
use super::read::Read;
use super::status::Status;
use crate::certificate::Certificate;
use crate::judge::anchor::Anchor;
use crate::judge::signatures::Signatures;

/// `DEFAULT_MAX_VERIFY_DEPTH` (`lib/gnutls_int.h`).
pub(super) const MOST_CERTIFICATES: usize = 16;

/// The trust list: what GnuTLS reads of the configured certificates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store<'s, 'a> {
    pub(super) signed: &'s Signatures<'a>,
}

impl<'a> Store<'_, 'a> {
    /// The anchors of this subject, in the order of their files.
    fn row_of(self, name: &[u8]) -> Vec<Read<'a>> {
        let there = self.signed.anchors().row_of_gnutls(name);
        let certificates = there.map(Anchor::certificate);
        certificates.filter_map(Read::new).collect()
    }

    fn has_issuer(self, certificate: &Read<'_>) -> bool {
        let row = self.row_of(&certificate.issuer.raw);
        row.iter().any(|trusted| is_issuer(certificate, trusted))
    }

    /// `gnutls_x509_trust_list_verify_crt2`, without name and purpose of the leaf.
    pub(super) fn verify(self, presented: &[Read<'a>], now: i64) -> Status {
        let status = self.verify_with_known(presented.to_vec(), now);
        if !status.no_signer {
            return status;
        }
        let issuers: Vec<&[u8]> = presented.iter().map(|one| one.issuer.contents()).collect();
        if self.signed.anchors().gnutls_may_read_more(&issuers) {
            let mut unknown = Status::default();
            unknown.doubt("GnuTLS may find the issuer among anchors that cannot be read here");
            return unknown;
        }
        status
    }

    fn verify_with_known(self, presented: Vec<Read<'a>>, now: i64) -> Status {
        if self.signed.anchors().gnutls_reads_none() {
            let mut none = Status::refused("GnuTLS reads no certificate from the anchors' file");
            none.no_signer = true;
            return none;
        }
        let mut list = self.arrange(presented);
        self.shorten(&mut list);
        let end = list[list.len() - 1];
        let judge = Judge {
            now,
            any_key: false,
            signed: self.signed,
        };
        let first = judge.verify(&list, &self.row_of(&end.issuer.raw));
        let is_worth_a_try = first.no_signer || first.old;
        if !is_worth_a_try || end.subject.raw == end.issuer.raw {
            return first;
        }
        // Is the last one itself in the list?
        let second = judge.verify(&list, &self.row_of(&end.subject.raw));
        if second.reasons.is_empty() || first.no_signer {
            second
        } else {
            first
        }
    }

    /// Sorts what was presented, segment by segment, up to the first whose issuer is trusted.
    fn arrange(self, mut list: Vec<Read<'_>>) -> Vec<Read<'_>> {
        let mut seen: Vec<&Certificate> = Vec::new();
        let mut at = 0;
        while at < list.len() {
            let sorted = sort(&mut list[at..]);
            let again = (at..at + sorted).find(|place| seen.contains(&list[*place].certificate));
            if let Some(place) = again {
                // As in GnuTLS: the next certificate is copied to this place and keeps its own, and the last
                // one of the list is lost.
                if let Some(next) = list.get(place + 1).copied() {
                    list[place] = next;
                }
                list.pop();
                continue;
            }
            seen.extend(list[at..at + sorted].iter().map(|one| one.certificate));
            at += sorted;
            if self.has_issuer(&list[at - 1]) {
                list.truncate(at);
            }
        }
        list
    }

    /// `shorten_clist`, which looks in the row of the issuer.
    fn shorten(self, list: &mut Vec<Read<'_>>) {
        drop_self_signed(list);
        let mut at = 1;
        while at < list.len() {
            let row = self.row_of(&list[at].issuer.raw);
            if row
                .iter()
                .any(|trusted| trusted.certificate == list[at].certificate)
            {
                list.truncate(at + 1);
            }
            at += 1;
        }
    }
}

/// `_gnutls_sort_clist`: the path from the first one, then the others as they were. Returns the
/// length of the path.
fn sort(list: &mut [Read<'_>]) -> usize {
    if list.len() > MOST_CERTIFICATES {
        return 1;
    }
    let issuer = |index: usize| {
        let certificate = &list[index];
        if is_issuer(certificate, certificate) {
            return None;
        }
        (1..list.len()).find(|other| *other != index && is_issuer(certificate, &list[*other]))
    };
    let mut path = vec![0];
    while let Some(next) = issuer(path[path.len() - 1]).filter(|next| !path.contains(next)) {
        path.push(next);
    }
    let others = (1..list.len()).filter(|index| !path.contains(index));
    let order: Vec<usize> = path.iter().copied().chain(others).collect();
    let sorted: Vec<Read<'_>> = order.iter().map(|index| list[*index]).collect();
    list.copy_from_slice(&sorted);
    path.len()
}
