//! Is one certificate the issuer of another? By name, however that is encoded, and by key.

use crate::certificate::signature::{Verification, verify_signed};
use crate::certificate::{Certificate, Facts, SelfSigned};
use std::collections::HashMap;

/// Whether `candidate` has the name that `certificate` gives for its issuer.
pub(super) fn is_named(facts: &Facts, candidate: &Facts) -> bool {
    facts.issuer.is_same(&candidate.subject)
}

/// Signatures that are checked, a limited number of them: hostile chains have many certificates of
/// one name.
pub(super) struct Signatures {
    left: usize,
    /// By the certificate, which stays where it is, and the key: many certificates may hold it.
    known: HashMap<(usize, Vec<u8>), Verification>,
}

impl Signatures {
    const MOST: usize = 200;

    pub(super) fn new() -> Self {
        Self {
            left: Self::MOST,
            known: HashMap::new(),
        }
    }

    /// Whether no more are checked.
    pub(super) fn are_used_up(&self) -> bool {
        self.left == 0
    }

    /// Whether `candidate`, which has the right name, signed `certificate`; `None`: its key
    /// identifier rules it out, and the signature does not prove otherwise; or it was not checked.
    pub(super) fn verdict(
        &mut self,
        certificate: &Certificate,
        facts: &Facts,
        candidate: &Facts,
    ) -> Option<Verification> {
        let public_key = &candidate.public_key.spki;
        let key = (certificate.der().as_ptr() as usize, public_key.clone());
        let verdict = if let Some(verdict) = self.known.get(&key) {
            *verdict
        } else {
            self.left = self.left.checked_sub(1)?;
            let verdict = verify_signed(certificate.der(), public_key);
            self.known.insert(key, verdict);
            verdict
        };
        let other_key =
            matches!((&facts.aki, &candidate.ski), (Some(aki), Some(ski)) if aki != ski);
        (verdict == Verification::Verified || !other_key).then_some(verdict)
    }
}

/// Whether a certificate is its own issuer: its key made its signature, or, where that cannot be
/// checked, nothing says that another made it.
pub(super) fn is_own(certificate: &Certificate) -> bool {
    match certificate.self_signed() {
        SelfSigned::Yes => true,
        SelfSigned::No => false,
        SelfSigned::NotCheckable => certificate.facts().is_ok_and(
            |facts| !matches!((&facts.aki, &facts.ski), (Some(aki), Some(ski)) if aki != ski),
        ),
    }
}
