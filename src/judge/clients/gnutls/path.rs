//! The verification of a chain, from its end down (`lib/x509/verify.c`).

use super::constraints::Constraints;
use super::read::Read;
use super::status::Status;
use crate::certificate::gnutls::Field;
use crate::certificate::signature::Verification;
use crate::judge::signatures::Signatures;

/// keyCertSign.
const KEY_CERT_SIGN: u16 = 1 << 5;
/// Signatures that GnuTLS considers broken in certificates (`lib/algorithms/sign.c`): with MD2, MD5,
/// SHA-1, RIPEMD-160, and DSA with SHA-1.
const BROKEN: &[&[u8]] = &[
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x02],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05],
    &[0x2b, 0x0e, 0x03, 0x02, 0x1d],
    &[0x2b, 0x24, 0x03, 0x03, 0x01, 0x02],
    &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01],
];

/// `is_issuer` (`lib/x509/verify.c`): names, and key identifiers where both are there.
pub(super) fn is_issuer(certificate: &Read<'_>, issuer: &Read<'_>) -> bool {
    let same_key = match (&certificate.aki, &issuer.ski) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => true,
    };
    certificate.issuer.is_same(&issuer.subject) && same_key
}

/// `_gnutls_check_if_same_key`: of a leaf every octet, of a CA its name and key.
fn is_same(certificate: &Read<'_>, trusted: &Read<'_>, is_ca: bool) -> bool {
    if is_ca {
        certificate.subject.is_same(&trusted.subject) && certificate.key.spki == trusted.key.spki
    } else {
        certificate.certificate == trusted.certificate
    }
}

/// A self-signed certificate at the end proves nothing.
pub(super) fn drop_self_signed(list: &mut Vec<Read<'_>>) {
    if list.len() > 1 && list.last().is_some_and(|last| is_issuer(last, last)) {
        list.pop();
    }
}

/// The time of the judgement, and the signatures that are known.
#[derive(Clone, Copy)]
pub(super) struct Judge<'s, 'a> {
    /// The seconds of the clock.
    pub(super) now: i64,
    /// A key of any size will do: no profile is asked for.
    pub(super) any_key: bool,
    /// What checks signatures.
    pub(super) signed: &'s Signatures<'a>,
}

impl<'a> Judge<'_, 'a> {
    /// `_gnutls_verify_crt_status`.
    pub(super) fn verify(self, list: &[Read<'a>], trusted: &[Read<'a>]) -> Status {
        let mut list = list.to_vec();
        drop_self_signed(&mut list);
        // Cut at the first one that is trusted itself.
        let known = list.iter().enumerate().find_map(|(place, one)| {
            let known = trusted.iter().find(|known| is_same(one, known, place > 0));
            known.map(|known| (place, known))
        });
        if let Some((place, known)) = known {
            let mut status = Status::default();
            check_dates(&mut status, known, self.now);
            self.check_strength(&mut status, known);
            // The leaf itself is trusted, and GnuTLS checks nothing more.
            if !status.is_fine() || place == 0 {
                return status;
            }
            list.truncate(place);
        }
        let mut walk = Walk {
            judge: self,
            constraints: Constraints::default(),
            features: Vec::new(),
            left: None,
        };
        let mut status = Status::default();
        for place in (0..list.len()).rev() {
            let is_last = place + 1 == list.len();
            let issuer = if is_last {
                find_issuer(&list[place], trusted, self.now)
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

    /// `is_level_acceptable`.
    fn check_strength(self, status: &mut Status, certificate: &Read<'_>) {
        if certificate.is_weak && !self.any_key {
            status.old = true;
            status.refuse("a key is too small");
        }
    }
}

/// `find_issuer`: the first, or the last one that is within its dates if there are several.
fn find_issuer<'b, 'c>(
    certificate: &Read<'_>,
    trusted: &'c [Read<'b>],
    now: i64,
) -> Option<&'c Read<'b>> {
    let mut fitting = trusted
        .iter()
        .filter(|issuer| is_issuer(certificate, issuer));
    let first = fitting.next()?;
    let current = |one: &&Read<'_>| now < one.not_after && now >= one.not_before;
    Some(fitting.rfind(current).unwrap_or(first))
}

fn check_dates(status: &mut Status, certificate: &Read<'_>, now: i64) {
    if now < certificate.not_before {
        status.refuse("the chain holds a certificate that is not yet valid");
    } else if now > certificate.not_after {
        status.old = true;
        status.refuse_with_cure(
                "the chain holds a certificate that has expired",
                "take the expired certificate out of the server's chain file: the path does not need it",
            );
    }
}

/// What is carried down a path: `verify_state_st`.
struct Walk<'s, 'a> {
    judge: Judge<'s, 'a>,
    constraints: Constraints,
    features: Vec<u64>,
    /// How many certificates may follow.
    left: Option<u32>,
}

impl<'a> Walk<'_, 'a> {
    /// `verify_crt`.
    fn step(
        &mut self,
        certificate: &Read<'a>,
        issuer: Option<&Read<'a>>,
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
                self.check_signature(&mut status, certificate, issuer);
                check_extensions(&mut status, issuer);
            }
        }
        if is_leaf {
            check_extensions(&mut status, certificate);
        }
        if BROKEN.contains(&certificate.algorithm.as_slice())
            && !is_issuer(certificate, certificate)
        {
            status.old = true;
            status.refuse("a signature is made with a broken algorithm");
        }
        for one in issuer.into_iter().chain([certificate]) {
            self.judge.check_strength(&mut status, one);
        }
        if let Some(issuer) = issuer {
            check_dates(&mut status, issuer, self.judge.now);
        }
        check_dates(&mut status, certificate, self.judge.now);
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
            Field::Absent => {}
            Field::Is(constraints) => self.constraints.append(constraints),
            Field::Unreadable => {
                return status.refuse("the name constraints of a CA cannot be read");
            }
        }
        if is_leaf && !self.constraints.allow(certificate) {
            status.refuse("the certificate violates the name constraints of a CA");
        }
        match &issuer.features {
            Field::Absent => {}
            Field::Is(features) => self.features.extend(features),
            Field::Unreadable => return status.refuse("the TLS features of a CA cannot be read"),
        }
        let has =
            |feature| matches!(&certificate.features, Field::Is(all) if all.contains(feature));
        if !self.features.iter().all(has) {
            status.refuse("a certificate lacks the TLS features (must-staple) of its CA");
        }
    }

    /// `check_if_ca`, and the key usage.
    fn authority(&mut self, status: &mut Status, issuer: &Read<'_>, from_the_list: bool) {
        match issuer.basic {
            Field::Is((true, path_len)) => {
                let lower = |left: u32| path_len.map_or(left, |length| left.min(length));
                self.left = self.left.map_or(path_len, |left| Some(lower(left)));
            }
            Field::Absent if from_the_list && is_issuer(issuer, issuer) => {}
            _ => status.refuse("an issuer is not a CA (basic constraints)"),
        }
        let signs = match issuer.key_usage {
            Field::Absent => true,
            Field::Unreadable => false,
            Field::Is(usage) => usage & KEY_CERT_SIGN != 0,
        };
        if !signs {
            status.refuse("the key usage of a CA does not allow it to sign certificates");
        }
    }

    fn check_signature(&self, status: &mut Status, certificate: &Read<'a>, issuer: &Read<'a>) {
        // `_gnutls_x509_validate_sign_params` (`lib/x509/common.c`).
        let kinds: &[&str] = match certificate.algorithm.as_slice() {
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a] => &["RSA", "RSA-PSS"],
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, _, ..] => &["RSA"],
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, _, ..] => &["EC"],
            [0x2b, 0x65, 0x70] => &["Ed25519"],
            _ => &[],
        };
        if !kinds.is_empty() && !kinds.contains(&issuer.key.algorithm.as_str()) {
            return status.refuse("a signature is of another kind than the issuer's key");
        }
        match self
            .judge
            .signed
            .verify(certificate.certificate, issuer.certificate)
        {
            Verification::Verified => {}
            Verification::Refuted => status.refuse("a signature is not valid"),
            Verification::Unsupported => {
                status.doubt("a signature cannot be checked here, and GnuTLS may do it");
            }
        }
    }
}

fn check_extensions(status: &mut Status, certificate: &Read<'_>) {
    if let Some(oid) = &certificate.unknown_critical {
        status.refuse(format!("a critical extension is unknown ({oid})"));
    }
}
