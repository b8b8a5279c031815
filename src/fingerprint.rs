//! Fingerprints: a digest of bytes, with the name of the algorithm that made it.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::fmt;

/// The digests that Mercurial knows and that this tool computes, strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-1 (FIPS 180-4): only for comparison with old pins.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// How many hex digits a digest has.
    pub fn hex_digits(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

impl fmt::Display for Algorithm {
    /// The lower-case prefix that Mercurial requires before a pin.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        })
    }
}

/// A digest of a certificate's DER, or of its `SubjectPublicKeyInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    algorithm: Algorithm,
    digest: Vec<u8>,
}

impl Fingerprint {
    /// Computes the digest of `bytes`.
    pub fn compute(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let digest = match algorithm {
            Algorithm::Sha1 => Sha1::digest(bytes).to_vec(),
            Algorithm::Sha256 => Sha256::digest(bytes).to_vec(),
            Algorithm::Sha512 => Sha512::digest(bytes).to_vec(),
        };
        Self { algorithm, digest }
    }

    /// The digest itself.
    pub fn bytes(&self) -> &[u8] {
        &self.digest
    }

    /// Lower-case hex without colons.
    pub fn hex(&self) -> String {
        hex::encode(&self.digest)
    }

    /// Upper-case hex with colons, as `openssl x509 -fingerprint` prints it, for users to compare.
    pub fn colons(&self) -> String {
        let pairs: Vec<String> = self.digest.iter().map(|b| format!("{b:02X}")).collect();
        pairs.join(":")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex())
    }
}

/// A digest that a user configured, to compare with a presented certificate. It may be incomplete:
/// a digest of the wrong length never matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The digest.
    pub algorithm: Algorithm,
    /// Hex as Mercurial compares it: lower case, colons dropped.
    pub hex: String,
}

impl Pin {
    /// Takes hex of any letter case, with or without colons.
    pub fn new(algorithm: Algorithm, hex: &str) -> Self {
        Self {
            algorithm,
            hex: hex.replace(':', "").to_ascii_lowercase(),
        }
    }

    /// Reads `sha256:HEX` and the like; the prefix must be in lower case, as Mercurial requires.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, hex) = text.split_once(':')?;
        let algorithms = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
        let algorithm = algorithms.into_iter().find(|a| a.to_string() == name)?;
        Some(Self::new(algorithm, hex))
    }

    /// Whether it has the full length of its digest; otherwise it never matches.
    pub fn is_complete(&self) -> bool {
        self.hex.len() == self.algorithm.hex_digits()
            && self.hex.bytes().all(|b| b.is_ascii_hexdigit())
    }

    /// Whether it is the digest of `bytes`.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        Fingerprint::compute(self.algorithm, bytes).hex() == self.hex
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

/// What comparing the leaf with the configured fingerprints showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparison {
    /// No fingerprint is configured, or there is no leaf.
    #[default]
    NotMade,
    /// A fingerprint is the leaf's.
    Match,
    /// No fingerprint is the leaf's.
    Mismatch,
}

impl From<bool> for Comparison {
    fn from(matches: bool) -> Self {
        if matches { Self::Match } else { Self::Mismatch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc_are_those_of_fips_180() {
        let hex = |algorithm| Fingerprint::compute(algorithm, b"abc").hex();
        assert_eq!(
            hex(Algorithm::Sha1),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            hex(Algorithm::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(hex(Algorithm::Sha512).starts_with("ddaf35a193617aba"));
    }

    #[test]
    fn prints_as_mercurial_and_as_openssl_write_it() {
        let fingerprint = Fingerprint::compute(Algorithm::Sha1, b"abc");
        assert_eq!(
            fingerprint.to_string(),
            "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert!(fingerprint.colons().starts_with("A9:99:3E:36:"));
    }

    #[test]
    fn pins_are_read_as_mercurial_reads_them() {
        let pin = Pin::parse("sha1:A9:99:3e364706816aba3e25717850c26c9cd0d89d");
        assert!(pin.is_some_and(|pin| pin.matches(b"abc")));
        assert!(Pin::parse("sha1:a999").is_some_and(|pin| !pin.matches(b"abc")));
        for text in ["SHA1:a9", "md5:a9", "a999", "sha1", ""] {
            assert_eq!(Pin::parse(text), None, "{text}");
        }
    }
}
