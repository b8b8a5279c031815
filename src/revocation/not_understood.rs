//! Why a list that can be read says nothing all the same.

use std::fmt;

/// Why a list cannot be used, although it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotUnderstood {
    /// It has what changed since another list.
    Delta,
    /// It has certificates of other CAs.
    Indirect,
    /// It has some reasons for a revocation only.
    SomeReasons,
    /// Its distribution point has a name that is relative to its issuer's.
    RelativePoint,
    /// What it is for cannot be read, or is there twice.
    Scope,
    /// It has a critical extension that is not known here, by its OID.
    Critical(String),
    /// One of its entries has one.
    CriticalInEntry,
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Critical(oid) => {
                return write!(
                    f,
                    "has a critical extension that is not understood here ({oid})"
                );
            }
            Self::Delta => "is a delta list, which is not understood here",
            Self::Indirect => "is an indirect list, which is not understood here",
            Self::SomeReasons => "is for some reasons only, which is not understood here",
            Self::RelativePoint => {
                "is for a distribution point with a relative name, which is not understood here"
            }
            Self::Scope => "does not say in a readable way what it is for",
            Self::CriticalInEntry => {
                "has an entry with a critical extension that is not understood here"
            }
        };
        f.write_str(words)
    }
}
