//! The keys of generated PKIs: made once for a process, because keys are what takes time.

use crate::der::{algorithm, null, oid, seq};
use rcgen::{KeyPair, PublicKeyData as _, SignatureAlgorithm, SigningKey as _};
use std::process::Command;

/// Which key of the pool.
pub(crate) type KeyId = usize;

/// The digest that a signature is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    /// What suits the key: SHA-256, SHA-384.
    Sound,
    /// SHA-1.
    Sha1,
    /// A sound one, whose algorithm has NULL for parameters where none belong, or none where NULL
    /// belongs.
    OddParameters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    Rsa,
    Ed25519,
}

#[derive(Debug)]
enum Secret {
    /// Signs within this process.
    Ours(KeyPair),
    /// RSA with 1024 bits, which only OpenSSL still signs with: PKCS #8 as PEM.
    OpenSsl(String),
}

/// A key of the pool.
#[derive(Debug)]
pub(crate) struct Key {
    kind: Kind,
    secret: Secret,
    /// Its `SubjectPublicKeyInfo`.
    pub(crate) spki: Vec<u8>,
}

/// The pool: its parts in the order of the constants.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

/// The first keys of the pool are P-256.
pub(crate) const COMMON: usize = 12;
/// P-384, RSA and Ed25519 follow, sound as well.
pub(crate) const SOUND: usize = COMMON + 5;
/// RSA with 1024 bits.
pub(crate) const WEAK: KeyId = SOUND;

impl Keys {
    /// New keys.
    pub(crate) fn new() -> Self {
        let mut keys = Vec::new();
        let kinds: [(usize, Kind, &SignatureAlgorithm); 4] = [
            (COMMON, Kind::P256, &rcgen::PKCS_ECDSA_P256_SHA256),
            (2, Kind::P384, &rcgen::PKCS_ECDSA_P384_SHA384),
            (2, Kind::Rsa, &rcgen::PKCS_RSA_SHA256),
            (1, Kind::Ed25519, &rcgen::PKCS_ED25519),
        ];
        for (count, kind, algorithm) in kinds {
            for _ in 0..count {
                let pair = KeyPair::generate_for(algorithm).expect("a key");
                let spki = pair.subject_public_key_info();
                let secret = Secret::Ours(pair);
                keys.push(Key { kind, secret, spki });
            }
        }
        keys.push(weak());
        Self(keys)
    }

    /// One of them.
    pub(crate) fn get(&self, id: KeyId) -> &Key {
        &self.0[id]
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self::new()
    }
}

impl Key {
    /// The private key as PEM, PKCS #8.
    pub(crate) fn pem(&self) -> String {
        match &self.secret {
            Secret::Ours(pair) => pair.serialize_pem(),
            Secret::OpenSsl(pem) => pem.clone(),
        }
    }

    /// The `AlgorithmIdentifier` of its signatures.
    pub(crate) fn algorithm(&self, digest: Digest) -> Vec<u8> {
        let with_null = |dotted| seq([oid(dotted), null()]);
        match (self.kind, digest) {
            (Kind::P256, Digest::Sound) => algorithm("1.2.840.10045.4.3.2"),
            (Kind::P384, Digest::Sound) => algorithm("1.2.840.10045.4.3.3"),
            (Kind::P256 | Kind::P384, Digest::Sha1) => algorithm("1.2.840.10045.4.1"),
            (Kind::Rsa, Digest::Sound) => with_null("1.2.840.113549.1.1.11"),
            (Kind::Rsa, Digest::Sha1) => with_null("1.2.840.113549.1.1.5"),
            (Kind::Ed25519, Digest::Sound | Digest::Sha1) => algorithm("1.3.101.112"),
            (Kind::P256, Digest::OddParameters) => with_null("1.2.840.10045.4.3.2"),
            (Kind::P384, Digest::OddParameters) => with_null("1.2.840.10045.4.3.3"),
            (Kind::Rsa, Digest::OddParameters) => algorithm("1.2.840.113549.1.1.11"),
            (Kind::Ed25519, Digest::OddParameters) => with_null("1.3.101.112"),
        }
    }

    /// Signs.
    pub(crate) fn sign(&self, message: &[u8], digest: Digest) -> Vec<u8> {
        match (&self.secret, digest) {
            (Secret::Ours(pair), Digest::Sound | Digest::OddParameters) => {
                pair.sign(message).expect("a signature")
            }
            (Secret::Ours(pair), _) if self.kind == Kind::Ed25519 => {
                pair.sign(message).expect("a signature")
            }
            (_, Digest::Sound | Digest::OddParameters) => self.by_openssl(message, "-sha256"),
            (_, Digest::Sha1) => self.by_openssl(message, "-sha1"),
        }
    }

    /// What no current library signs any more.
    fn by_openssl(&self, message: &[u8], digest: &str) -> Vec<u8> {
        let dir = tempfile::TempDir::new().expect("a directory");
        let (key, file) = (dir.path().join("key.pem"), dir.path().join("message"));
        std::fs::write(&key, self.pem()).expect("a file");
        std::fs::write(&file, message).expect("a file");
        let output = Command::new("openssl")
            .args(["dgst", digest, "-sign"])
            .args([&key, &file])
            .output();
        let output = output.expect("openssl");
        assert!(output.status.success(), "openssl dgst {digest}");
        output.stdout
    }
}

fn weak() -> Key {
    let openssl = |args: &[&str], pem: Option<&str>| {
        let dir = tempfile::TempDir::new().expect("a directory");
        let file = dir.path().join("key.pem");
        std::fs::write(&file, pem.unwrap_or_default()).expect("a file");
        let mut command = Command::new("openssl");
        command.args(args);
        if pem.is_some() {
            command.arg("-in").arg(&file);
        }
        command.output().expect("openssl").stdout
    };
    let pem = openssl(
        &[
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:1024",
        ],
        None,
    );
    let pem = String::from_utf8(pem).expect("PEM");
    let spki = openssl(&["pkey", "-pubout", "-outform", "DER"], Some(&pem));
    assert!(!spki.is_empty(), "openssl genpkey");
    Key {
        kind: Kind::Rsa,
        secret: Secret::OpenSsl(pem),
        spki,
    }
}
