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
    /// SHA-224.
    Sha224,
    /// SHA-512.
    Sha512,
    /// SHA3-256.
    Sha3,
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
    /// A curve that few libraries know.
    Curve,
    Ed448,
}

#[derive(Debug)]
enum Secret {
    /// Signs within this process.
    Ours(KeyPair),
    /// What only OpenSSL signs with, such as RSA with 1024 bits: PKCS #8 as PEM.
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
/// Those that few libraries know follow.
pub(crate) const RARE: KeyId = WEAK + 1;
/// What they are.
pub(crate) const RARE_KINDS: [&str; 5] = [
    "secp256k1",
    "brainpoolP256r1",
    "secp224r1",
    "prime192v1",
    "ED448",
];

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
        keys.push(by_openssl(Kind::Rsa, "RSA", "rsa_keygen_bits:1024"));
        keys.extend(RARE_KINDS.map(|name| match name {
            "ED448" => by_openssl(Kind::Ed448, name, ""),
            curve => by_openssl(Kind::Curve, "EC", &format!("ec_paramgen_curve:{curve}")),
        }));
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
        let ecdsa = matches!(self.kind, Kind::P256 | Kind::P384 | Kind::Curve);
        match (self.kind, digest) {
            (Kind::Ed25519, Digest::OddParameters) => with_null("1.3.101.112"),
            (Kind::Ed25519, _) => algorithm("1.3.101.112"),
            (Kind::Ed448, Digest::OddParameters) => with_null("1.3.101.113"),
            (Kind::Ed448, _) => algorithm("1.3.101.113"),
            (Kind::P384, Digest::Sound) => algorithm("1.2.840.10045.4.3.3"),
            (Kind::P384, Digest::OddParameters) => with_null("1.2.840.10045.4.3.3"),
            (_, Digest::Sound) if ecdsa => algorithm("1.2.840.10045.4.3.2"),
            (_, Digest::OddParameters) if ecdsa => with_null("1.2.840.10045.4.3.2"),
            (_, Digest::Sha1) if ecdsa => algorithm("1.2.840.10045.4.1"),
            (_, Digest::Sha224) if ecdsa => algorithm("1.2.840.10045.4.3.1"),
            (_, Digest::Sha512) if ecdsa => algorithm("1.2.840.10045.4.3.4"),
            (_, Digest::Sha3) if ecdsa => algorithm("2.16.840.1.101.3.4.3.10"),
            (_, Digest::Sound) => with_null("1.2.840.113549.1.1.11"),
            (_, Digest::OddParameters) => algorithm("1.2.840.113549.1.1.11"),
            (_, Digest::Sha1) => with_null("1.2.840.113549.1.1.5"),
            (_, Digest::Sha224) => with_null("1.2.840.113549.1.1.14"),
            (_, Digest::Sha512) => with_null("1.2.840.113549.1.1.13"),
            (_, Digest::Sha3) => with_null("2.16.840.1.101.3.4.3.14"),
        }
    }

    /// Signs.
    pub(crate) fn sign(&self, message: &[u8], digest: Digest) -> Vec<u8> {
        let digest = match (&self.secret, digest) {
            (Secret::Ours(pair), Digest::Sound | Digest::OddParameters) => {
                return pair.sign(message).expect("a signature");
            }
            (Secret::Ours(pair), _) if self.kind == Kind::Ed25519 => {
                return pair.sign(message).expect("a signature");
            }
            (_, Digest::Sound | Digest::OddParameters) => "sha256",
            (_, Digest::Sha1) => "sha1",
            (_, Digest::Sha224) => "sha224",
            (_, Digest::Sha512) => "sha512",
            (_, Digest::Sha3) => "sha3-256",
        };
        self.by_openssl(message, digest)
    }

    /// What no other library here signs.
    fn by_openssl(&self, message: &[u8], digest: &str) -> Vec<u8> {
        let dir = tempfile::TempDir::new().expect("a directory");
        let (key, file) = (dir.path().join("key.pem"), dir.path().join("message"));
        std::fs::write(&key, self.pem()).expect("a file");
        std::fs::write(&file, message).expect("a file");
        let mut command = Command::new("openssl");
        command.args(["pkeyutl", "-sign", "-rawin", "-inkey"]);
        command.arg(&key).arg("-in").arg(&file);
        if self.kind != Kind::Ed448 {
            command.args(["-digest", digest]);
        }
        let output = command.output().expect("openssl");
        assert!(output.status.success(), "openssl pkeyutl {digest}");
        output.stdout
    }
}

/// A key that OpenSSL makes, with an option where one is needed.
fn by_openssl(kind: Kind, algorithm: &str, option: &str) -> Key {
    let dir = tempfile::TempDir::new().expect("a directory");
    let file = dir.path().join("key.pem");
    let mut command = Command::new("openssl");
    command.args(["genpkey", "-quiet", "-algorithm", algorithm, "-out"]);
    command.arg(&file);
    if !option.is_empty() {
        command.args(["-pkeyopt", option]);
    }
    let made = command.status().expect("openssl");
    assert!(made.success(), "openssl genpkey {algorithm} {option}");
    let mut command = Command::new("openssl");
    command.args(["pkey", "-pubout", "-outform", "DER", "-in"]);
    let spki = command.arg(&file).output().expect("openssl").stdout;
    assert!(!spki.is_empty(), "openssl pkey {algorithm} {option}");
    let pem = std::fs::read_to_string(file).expect("PEM");
    Key {
        kind,
        secret: Secret::OpenSsl(pem),
        spki,
    }
}
