//! The ways to pin: by what, with which of a program's settings, and what the program goes on
//! checking.

use crate::fingerprint::Algorithm;

/// What a server is pinned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its certificate.
    Certificate,
    /// Its key, in whatever certificate.
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

    /// The same in words.
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
    /// By what.
    pub by: By,
    /// With which of the program's words.
    pub what: &'static str,
    /// The certificate in a file.
    pub file: FileUse,
    /// What the program goes on checking itself.
    pub checks: Checks,
    /// The digests that it knows; the first is the usual one.
    pub digests: &'static [Algorithm],
}

/// Whether a way needs a file with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// It has no use for one.
    Never,
    /// It can have one.
    Optional,
    /// The lines name it.
    Needed,
    /// It is all that there is.
    Itself,
}

/// What a program checks besides the pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Nothing: neither CA nor name nor dates.
    Nothing,
    /// Name and dates.
    NameAndDates,
    /// The CA in its own trust store as well.
    Everything,
}
