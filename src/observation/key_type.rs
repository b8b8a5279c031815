//! The key types that a look can ask for.

use std::fmt;

/// A key type. A server may have one certificate for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// RSA, for RSA-PSS and PKCS #1 signatures.
    Rsa,
    /// An elliptic curve, for ECDSA.
    Ecdsa,
}

impl KeyType {
    /// The other type.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Rsa => Self::Ecdsa,
            Self::Ecdsa => Self::Rsa,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
        })
    }
}
