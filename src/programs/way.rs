//! The ways to pin: what is pinned, by which settings of a program, and what the program still
//! checks.

use crate::fingerprint::Algorithm;

/// What a server is pinned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its certificate.
    Certificate,
    /// Its key, whichever certificate holds it.
    Key,
    /// The CA of its certificate.
    Ca,
}

impl By {
    /// The value of `--by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "fingerprint",
            Self::Key => "key",
            Self::Ca => "cacerts",
        }
    }

    /// Whether the pin still holds after a renewal with the same key, after one with a new key,
    /// and after a change to another CA (with the same key).
    pub fn survives(self) -> [bool; 3] {
        match self {
            Self::Certificate => [false, false, false],
            Self::Key => [true, false, true],
            Self::Ca => [true, true, false],
        }
    }

    /// What survives, in words.
    pub fn promise(self) -> &'static str {
        match self {
            Self::Certificate => {
                "pins this certificate: every renewal needs a new pin, also one with the same key"
            }
            Self::Key => {
                "pins this key: renewals that keep it are accepted, a new key needs a new pin"
            }
            Self::Ca => {
                "pins this CA: renewals and new keys are accepted, another CA needs a new pin"
            }
        }
    }
}

/// One of the ways to pin for a program.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// What is pinned.
    pub by: By,
    /// The pin in the program's own words.
    pub what: &'static str,
    /// Whether the way needs a file with a certificate.
    pub file: FileUse,
    /// What the program still checks itself.
    pub checks: Checks,
    /// The digests that the program knows; the first one is the default.
    pub digests: &'static [Algorithm],
}

/// Whether a way needs a file with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// It does not use a file.
    Never,
    /// It can use a file.
    Optional,
    /// Its lines name the file.
    Needed,
    /// The file is the whole pin.
    Itself,
}

/// What a program checks besides the pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Nothing: neither CA nor name nor dates.
    Nothing,
    /// Name and dates, which the program compares itself: its library builds no path.
    OwnNameAndDates,
    /// Name and dates, with a path to what is in the file.
    NameAndDates,
    /// Everything, with the CA in the program's own trust store.
    Everything,
}
