//! The chain: sorted, cut where it meets the trust list, and verified from its end down
//! (`lib/x509/verify-high.c`, `lib/x509/verify.c`, `lib/x509/common.c`).

use super::MOST_CERTIFICATES;
use super::constraints::Constraints;
use super::read::Read;
use super::status::Status;
use crate::certificate::signature::{Verification, verify_certificate};
use crate::judge::anchor::Anchors;

/// `DEFAULT_SIZE` (`lib/x509/verify-high.c`): the trust list is a table of so many rows.
const ROWS: u64 = 127;
/// keyCertSign.
const KEY_CERT_SIGN: u16 = 1 << 5;
/// Signatures that GnuTLS takes for broken in certificates (`lib/algorithms/sign.c`): with MD2, MD5,
/// SHA-1, RIPEMD-160, and DSA with SHA-1.
const BROKEN: &[&str] = &[
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.3.14.3.2.29",
    "1.3.36.3.3.1.2",
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
];

/// The trust list: what GnuTLS reads of the configured certificates, and in which row it keeps them.
#[derive(Debug)]
pub(super) struct Store<'a> {
    anchors: Vec<(u64, &'a [u8])>,
}

/// `hash_pjw_bare` (`lib/gl/hash-pjw-bare.c`) of the DER of a name.
fn row(name: &[u8]) -> u64 {
    let hash = name.iter().fold(0_u64, |hash, octet| {
        u64::from(*octet).wrapping_add(hash.rotate_left(9))
    });
    hash % ROWS
}

/// `is_issuer` (`lib/x509/verify.c`): names, and key identifiers where both are there.
fn is_issuer(certificate: &Read<'_>, issuer: &Read<'_>) -> bool {
    let same_key = match (&certificate.aki, &issuer.ski) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => true,
    };
    certificate.issuer.is_same(&issuer.subject) && same_key
}

/// `_gnutls_check_if_same_key`: of a leaf every octet, of a CA its name and key.
fn is_same(certificate: &Read<'_>, trusted: &Read<'_>, is_ca: bool) -> bool {
    if is_ca {
        certificate.subject.is_same(&trusted.subject) && certificate.spki == trusted.spki
    } else {
        certificate.der == trusted.der
    }
}

impl<'a> Store<'a> {
    pub(super) fn of(anchors: &'a Anchors) -> Self {
        // GnuTLS passes over `TRUSTED CERTIFICATE` blocks.
        let read = anchors.all().iter();
        let read = read.filter(|anchor| !anchor.trust().in_trusted_block);
        let anchors = read.filter_map(|anchor| {
            let facts = anchor.certificate().facts().ok()?;
            Some((row(facts.subject.raw()), anchor.der().as_ref()))
        });
        Self {
            anchors: anchors.collect(),
        }
    }

    /// What stands in the row of this name, in the order of the file.
    fn row_of(&self, name: &[u8]) -> Vec<Read<'a>> {
        let wanted = row(name);
        let there = self.anchors.iter().filter(|(row, _)| *row == wanted);
        there.filter_map(|(_, der)| Read::new(der)).collect()
    }

    fn has_issuer(&self, certificate: &Read<'_>) -> bool {
        let row = self.row_of(certificate.issuer.raw);
        row.iter().any(|trusted| is_issuer(certificate, trusted))
    }

    /// `gnutls_x509_trust_list_verify_crt2`, without name and purpose of the leaf.
    pub(super) fn verify(&self, presented: Vec<Read<'_>>, now: i64) -> Status {
        if self.anchors.is_empty() {
            let mut status = Status::default();
            status.refuse("GnuTLS finds no certificate among the anchors");
            return status;
        }
        let mut list = self.arrange(presented);
        self.shorten(&mut list);
        let last = list[list.len() - 1].clone();
        let first = verify_against(&list, &self.row_of(last.issuer.raw), now);
        let is_worth_a_try = first.no_signer || first.old;
        if !is_worth_a_try || last.subject.raw == last.issuer.raw {
            return first;
        }
        // Is the last one itself in the list?
        let second = verify_against(&list, &self.row_of(last.subject.raw), now);
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

/// A self-signed certificate at the end proves nothing.
fn drop_self_signed(list: &mut Vec<Read<'_>>) {
    if list.len() > 1 && list.last().is_some_and(|last| is_issuer(last, last)) {
        list.pop();
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

/// `_gnutls_verify_crt_status`.
fn verify_against(list: &[Read<'_>], trusted: &[Read<'_>], now: i64) -> Status {
    let mut list = list.to_vec();
    drop_self_signed(&mut list);
    // Cut at the first one that is trusted itself.
    let known = list.iter().enumerate().find_map(|(place, one)| {
        let known = trusted.iter().find(|known| is_same(one, known, place > 0));
        known.map(|known| (place, known))
    });
    if let Some((place, known)) = known {
        let mut status = Status::default();
        check_dates(&mut status, known, now);
        // The leaf itself is trusted, and nothing more is looked at.
        if !status.is_fine() || place == 0 {
            return status;
        }
        list.truncate(place);
    }
    let mut walk = Walk {
        now,
        constraints: Constraints::default(),
        features: Vec::new(),
        left: None,
    };
    let mut status = Status::default();
    for place in (0..list.len()).rev() {
        let is_last = place + 1 == list.len();
        let issuer = if is_last {
            find_issuer(&list[place], trusted, now)
        } else if list[place + 1].is_for_servers(false) {
            Some(&list[place + 1]).filter(|issuer| is_issuer(&list[place], issuer))
        } else {
            status.refuse("the extended key usage of an intermediate is not for TLS servers");
            return status;
        };
        status.merge(walk.step(&list[place], issuer, is_last, place == 0));
        if !status.reasons.is_empty() {
            return status;
        }
    }
    status
}

/// `find_issuer`: the first, or the last one that is within its dates if there are several.
fn find_issuer<'b, 'c>(
    certificate: &Read<'_>,
    trusted: &'c [Read<'b>],
    now: i64,
) -> Option<&'c Read<'b>> {
    let mut fitting = trusted.iter().filter(|issuer| is_issuer(certificate, issuer));
    let first = fitting.next()?;
    let current = fitting.filter(|one| now < one.not_after && now >= one.not_before);
    Some(current.last().unwrap_or(first))
}

fn check_dates(status: &mut Status, certificate: &Read<'_>, now: i64) {
    if now < certificate.not_before {
        status.refuse("the chain holds a certificate that is not yet valid");
    } else if now > certificate.not_after {
        status.old = true;
        status.refuse("the chain holds a certificate that has expired");
    }
}

/// What is carried down a path: `verify_state_st`.
struct Walk {
    now: i64,
    constraints: Constraints,
    features: Vec<u64>,
    /// How many certificates may follow.
    left: Option<u32>,
}

impl Walk {
    /// `verify_crt`.
    fn step(
        &mut self,
        certificate: &Read<'_>,
        issuer: Option<&Read<'_>>,
        from_the_list: bool,
        is_leaf: bool,
    ) -> Status {
        let mut status = Status::default();
        if self.left == Some(0) {
            status.refuse("the path is longer than a CA allows (path length)");
            return status;
        }
        self.left = self.left.map(|left| left - 1);
        match issuer {
            None => {
                status.no_signer = true;
                status.refuse("the issuer is unknown");
            }
            Some(issuer) => {
                self.constrain(&mut status, certificate, issuer, is_leaf);
                // Only in the trust list may a CA be of version 1.
                if !(from_the_list && issuer.version == 1) {
                    self.authority(&mut status, issuer, from_the_list);
                }
                check_signature(&mut status, certificate, issuer);
                check_extensions(&mut status, issuer);
            }
        }
        if is_leaf {
            check_extensions(&mut status, certificate);
        }
        if BROKEN.contains(&certificate.algorithm.as_str()) && !is_issuer(certificate, certificate)
        {
            status.old = true;
            status.refuse("a signature is made with a broken algorithm");
        }
        if let Some(issuer) = issuer {
            check_dates(&mut status, issuer, self.now);
        }
        check_dates(&mut status, certificate, self.now);
        status
    }

    /// Name constraints and TLS features.
    fn constrain(
        &mut self,
        status: &mut Status,
        certificate: &Read<'_>,
        issuer: &Read<'_>,
        is_leaf: bool,
    ) {
        match &issuer.constraints {
            None => {}
            Some(Some(constraints)) => self.constraints.append(constraints),
            Some(None) => return status.refuse("the name constraints of a CA cannot be read"),
        }
        if is_leaf && !self.constraints.allow(certificate) {
            status.refuse("the certificate violates the name constraints of a CA");
        }
        match &issuer.features {
            None => {}
            Some(Some(features)) => self.features.extend(features),
            Some(None) => return status.refuse("the TLS features of a CA cannot be read"),
        }
        let theirs = certificate.features.iter().flatten().flatten();
        let theirs: Vec<&u64> = theirs.collect();
        if self.features.iter().any(|feature| !theirs.contains(&feature)) {
            status.refuse("a certificate lacks the TLS features (must-staple) of its CA");
        }
    }

    /// `check_if_ca`, and the key usage.
    fn authority(&mut self, status: &mut Status, issuer: &Read<'_>, from_the_list: bool) {
        match issuer.basic {
            Some(Some((true, path_len))) => {
                let lower = |left: u32| path_len.map_or(left, |length| left.min(length));
                self.left = self.left.map_or(path_len, |left| Some(lower(left)));
            }
            None if from_the_list && is_issuer(issuer, issuer) => {}
            _ => status.refuse("an issuer is not a CA (basic constraints)"),
        }
        let signs = |usage: u16| usage & KEY_CERT_SIGN != 0;
        if issuer.key_usage.is_some_and(|usage| !usage.is_some_and(signs)) {
            status.refuse("the key usage of a CA does not allow it to sign certificates");
        }
    }
}

fn check_signature(status: &mut Status, certificate: &Read<'_>, issuer: &Read<'_>) {
    match verify_certificate(certificate.der, issuer.spki) {
        Verification::Verified => {}
        Verification::Refuted => status.refuse("a signature is not valid"),
        Verification::Unsupported => {
            status.doubt("a signature cannot be checked here, and GnuTLS may do it");
        }
    }
}

fn check_extensions(status: &mut Status, certificate: &Read<'_>) {
    if let Some(oid) = &certificate.unknown_critical {
        status.refuse(format!("a critical extension is unknown ({oid})"));
    }
}
