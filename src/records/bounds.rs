//! How much work one question may cause. Who sends the answers also chooses the work: `KeyTrap`
//! (CVE-2023-50387) and the hashes of NSEC3 (CVE-2023-50868) stop a validator that does all of it.

/// Keys that have the same tag and algorithm, tried for one signature.
pub(super) const KEYS_OF_A_TAG: usize = 4;
/// Signatures of one record set that are tried.
pub(super) const SIGNATURES_OF_A_SET: usize = 4;
/// DS records of one delegation that are looked at.
pub(super) const DS_OF_A_ZONE: usize = 20;
/// Aliases from the question to the answer.
pub(super) const ALIASES: usize = 8;
/// Sets of NSEC or NSEC3 records in one message that are looked at. A denial needs three.
pub(super) const DENIALS_OF_A_MESSAGE: usize = 32;
/// Zones that may be named as the signer of one set, tried one after another.
pub(super) const SIGNERS_OF_A_SET: usize = 2;
/// Questions that one question may cause. The longest names have 127 labels.
pub(super) const QUESTIONS: usize = 60;

const FAILED_VERIFICATIONS: u32 = 16;
const VERIFICATIONS: u32 = 128;
const HASHES: u32 = 100;

/// What is left of the work for one question.
#[derive(Debug)]
pub(super) struct Budget {
    failures: u32,
    verifications: u32,
    hashes: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            failures: FAILED_VERIFICATIONS,
            verifications: VERIFICATIONS,
            hashes: HASHES,
        }
    }
}

impl Budget {
    /// Whether one more signature may be verified; it then counts.
    pub(super) fn may_verify(&mut self) -> bool {
        let may = self.failures > 0 && self.verifications > 0;
        self.verifications = self.verifications.saturating_sub(1);
        may
    }

    /// One of them was wrong.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_sub(1);
    }

    /// Whether one more name may be hashed; it then counts.
    pub(super) fn may_hash(&mut self) -> bool {
        let may = self.hashes > 0;
        self.hashes = self.hashes.saturating_sub(1);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends() {
        let mut budget = Budget::default();
        let mut failed = 0;
        while budget.may_verify() {
            budget.failed();
            failed += 1;
        }
        assert_eq!(failed, FAILED_VERIFICATIONS);
        let mut budget = Budget::default();
        let verified = (0..1_000).filter(|_| budget.may_verify()).count();
        assert_eq!(verified, VERIFICATIONS as usize);
        let hashed = (0..1_000).filter(|_| budget.may_hash()).count();
        assert_eq!(hashed, HASHES as usize);
    }
}
