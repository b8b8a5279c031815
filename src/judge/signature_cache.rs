//! A cache of verified signatures: all leaves of a CA come with the same intermediates, and so with
//! the same signatures.

use crate::bounded::{BoundedSet, lock};
use crate::certificate::signature::supported;
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256};
use std::sync::Mutex;

/// How many signatures are remembered. Those on leaves push out the others, which soon return.
const MOST: usize = 1024;

/// Digests of what was verified: algorithm, key, message and signature.
#[derive(Debug, Default)]
pub(super) struct SignatureCache(Mutex<BoundedSet<[u8; 32], MOST>>);

/// A clone starts empty: slower, still correct.
impl Clone for SignatureCache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl SignatureCache {
    /// The crypto provider's algorithms, which do not verify a known signature again.
    pub(super) fn algorithms(&self) -> Vec<Remembering<'_>> {
        let algorithms = supported().all.iter();
        algorithms
            .map(|&algorithm| Remembering {
                algorithm,
                verified: self,
            })
            .collect()
    }

    fn has(&self, digest: &[u8; 32]) -> bool {
        lock(&self.0).contains(digest)
    }

    fn add(&self, digest: [u8; 32]) {
        lock(&self.0).insert(digest);
    }
}

/// An algorithm with its cache. Refusals are not cached: it checks such a signature again.
#[derive(Debug)]
pub(super) struct Remembering<'m> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    verified: &'m SignatureCache,
}

impl SignatureVerificationAlgorithm for Remembering<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let (key, signed) = (self.public_key_alg_id(), self.signature_alg_id());
        let mut digest = Sha256::new();
        for part in [
            key.as_ref(),
            signed.as_ref(),
            public_key,
            message,
            signature,
        ] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let digest = digest.finalize().into();
        if self.verified.has(&digest) {
            return Ok(());
        }
        self.algorithm
            .verify_signature(public_key, message, signature)?;
        self.verified.add(digest);
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::alg_id;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Takes a signature that is the key and the message, and counts.
    #[derive(Debug)]
    struct Counting(AtomicUsize);

    impl SignatureVerificationAlgorithm for Counting {
        fn verify_signature(
            &self,
            public_key: &[u8],
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), InvalidSignature> {
            self.0.fetch_add(1, Ordering::SeqCst);
            let is_good = [public_key, message].concat() == signature;
            is_good.then_some(()).ok_or(InvalidSignature)
        }

        fn public_key_alg_id(&self) -> AlgorithmIdentifier {
            alg_id::ED25519
        }

        fn signature_alg_id(&self) -> AlgorithmIdentifier {
            alg_id::ED25519
        }
    }

    #[test]
    fn what_was_verified_is_not_verified_again_and_nothing_else_passes() {
        static ALGORITHM: Counting = Counting(AtomicUsize::new(0));
        let verified = SignatureCache::default();
        let verify = |verified: &SignatureCache, key: &str, message: &str, signature: &str| {
            let algorithm = Remembering {
                algorithm: &ALGORITHM,
                verified,
            };
            let [key, message, signature] = [key, message, signature].map(str::as_bytes);
            let is_good = algorithm.verify_signature(key, message, signature).is_ok();
            (is_good, ALGORITHM.0.swap(0, Ordering::SeqCst))
        };
        assert_eq!(verify(&verified, "ab", "c", "abc"), (true, 1));
        assert_eq!(verify(&verified, "ab", "c", "abc"), (true, 0));
        // The same octets, split differently, are a different signature.
        assert_eq!(verify(&verified, "a", "bc", "abc"), (true, 1));
        for _ in 0..2 {
            assert_eq!(verify(&verified, "ab", "c", "abd"), (false, 1));
            assert_eq!(verify(&verified, "ab", "d", "abc"), (false, 1));
            assert_eq!(verify(&verified, "xb", "c", "abc"), (false, 1));
        }
        assert_eq!(verify(&verified.clone(), "ab", "c", "abc"), (true, 1));
        // It does not grow: the oldest are forgotten.
        for number in 0..MOST {
            verify(&verified, "k", &number.to_string(), &format!("k{number}"));
        }
        assert_eq!(verify(&verified, "ab", "c", "abc"), (true, 1));
    }
}
