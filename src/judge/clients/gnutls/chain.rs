//! The chain: sorted, cut where it meets the trust list, and put to the verification
//! (`lib/x509/verify-high.c`, `lib/x509/common.c`).

use super::MOST_CERTIFICATES;
use super::path::{Judge, drop_self_signed, is_issuer};
use super::read::Read;
use super::status::Status;
use crate::certificate::der;
use crate::certificate::raw::Raw;
use crate::judge::anchor::{Anchor, Anchors};
use crate::judge::signature_cache::SignatureCache;
use std::collections::HashSet;

/// `DEFAULT_SIZE` (`lib/x509/verify-high.c`): the trust list is a table of so many rows.
const ROWS: u64 = 127;

/// The trust list: what GnuTLS reads of the configured certificates, and in which row it keeps them.
#[derive(Debug)]
pub(super) struct Store<'a> {
    anchors: Vec<(u64, &'a Anchor)>,
    verified: &'a SignatureCache,
}

/// `hash_pjw_bare` (`lib/gl/hash-pjw-bare.c`) of the DER of a name.
fn row(name: &[u8]) -> u64 {
    let hash = name.iter().fold(0_u64, |hash, octet| {
        u64::from(*octet).wrapping_add(hash.rotate_left(9))
    });
    hash % ROWS
}

/// The DER of an anchor's subject; `None`: GnuTLS does not take the certificate. A store holds
/// hundreds, so that only the odd ones are read as a whole.
fn subject(anchor: &Anchor) -> Option<Vec<u8>> {
    /// Both kinds of alternative names.
    const ALTERNATIVE_NAMES: [&[u8]; 2] = [&[0x55, 0x1d, 0x11], &[0x55, 0x1d, 0x12]];
    const SEQUENCE: u8 = 0x30;
    let raw = Raw::read(anchor.der());
    let is_plain = raw.as_ref().is_some_and(|raw| {
        let mut extensions = raw.extensions.iter().enumerate();
        raw.version == 2
            && raw.signature_inside == raw.signature_outside
            && extensions.all(|(place, extension)| {
                let before = &raw.extensions[..place];
                before.iter().all(|other| other.oid != extension.oid)
                    && !ALTERNATIVE_NAMES.contains(&extension.oid)
            })
    });
    if !is_plain {
        let read = Read::new(anchor.certificate())?;
        return read
            .unacceptable()
            .is_none()
            .then(|| read.subject.raw.to_vec());
    }
    raw.map(|raw| der::write(SEQUENCE, raw.subject))
}

impl<'a> Store<'a> {
    pub(super) fn of(anchors: &'a Anchors) -> Self {
        let verified = anchors.verified();
        // GnuTLS passes over `TRUSTED CERTIFICATE` blocks.
        let plain = anchors.all().iter().filter(|anchor| anchor.is_plain());
        let subjects: Vec<_> = plain.map(|anchor| (anchor, subject(anchor))).collect();
        // `gnutls_x509_crt_list_import`: one that it does not take costs the whole file.
        let lost = subjects.iter().filter(|(_, subject)| subject.is_none());
        let lost: HashSet<&str> = lost.map(|(anchor, _)| anchor.source.as_str()).collect();
        let anchors = subjects.iter().filter_map(|(anchor, subject)| {
            let kept = subject
                .as_ref()
                .filter(|_| !lost.contains(anchor.source.as_str()));
            Some((row(kept?), *anchor))
        });
        Self {
            anchors: anchors.collect(),
            verified,
        }
    }

    /// What stands in the row of this name, in the order of the file.
    fn row_of(&self, name: &[u8]) -> Vec<Read<'a>> {
        let wanted = row(name);
        let there = self.anchors.iter().filter(|(row, _)| *row == wanted);
        let certificates = there.map(|(_, anchor)| anchor.certificate());
        certificates.filter_map(Read::new).collect()
    }

    fn has_issuer(&self, certificate: &Read<'_>) -> bool {
        let row = self.row_of(certificate.issuer.raw);
        row.iter().any(|trusted| is_issuer(certificate, trusted))
    }

    /// `gnutls_x509_trust_list_verify_crt2`, without name and purpose of the leaf.
    pub(super) fn verify(&self, presented: Vec<Read<'_>>, now: i64) -> Status {
        if self.anchors.is_empty() {
            let mut status = Status::default();
            status.refuse("GnuTLS reads no certificate from the anchors' file");
            return status;
        }
        let mut list = self.arrange(presented);
        self.shorten(&mut list);
        let end = list[list.len() - 1].clone();
        let algorithms = self.verified.algorithms();
        let algorithms: Vec<_> = algorithms.iter().map(|one| one as _).collect();
        let judge = Judge {
            now,
            algorithms: &algorithms,
        };
        let first = judge.verify(&list, &self.row_of(end.issuer.raw));
        let is_worth_a_try = first.no_signer || first.old;
        if !is_worth_a_try || end.subject.raw == end.issuer.raw {
            return first;
        }
        // Is the last one itself in the list?
        let second = judge.verify(&list, &self.row_of(end.subject.raw));
        if second.reasons.is_empty() || first.no_signer {
            second
        } else {
            first
        }
    }

    /// Sorts what was presented, segment by segment, up to the first whose issuer is trusted.
    fn arrange<'b>(&self, mut list: Vec<Read<'b>>) -> Vec<Read<'b>> {
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut at = 0;
        while at < list.len() {
            let sorted = sort(&mut list[at..]);
            let again = (at..at + sorted).find(|place| seen.contains(&list[*place].der));
            if let Some(place) = again {
                // As it stands there: the next one takes its place and keeps its own, and the last
                // one of the list is lost.
                if let Some(next) = list.get(place + 1).cloned() {
                    list[place] = next;
                }
                list.pop();
                continue;
            }
            seen.extend(list[at..at + sorted].iter().map(|one| one.der));
            at += sorted;
            if self.has_issuer(&list[at - 1]) {
                list.truncate(at);
            }
        }
        list
    }

    /// `shorten_clist`, which looks in the row of the issuer.
    fn shorten(&self, list: &mut Vec<Read<'_>>) {
        drop_self_signed(list);
        let mut at = 1;
        while at < list.len() {
            let row = self.row_of(list[at].issuer.raw);
            if row.iter().any(|trusted| trusted.der == list[at].der) {
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
    let sorted: Vec<Read<'_>> = order.iter().map(|index| list[*index].clone()).collect();
    list.clone_from_slice(&sorted);
    path.len()
}
