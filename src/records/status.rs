//! The four answers of DNSSEC (RFC 4035 4.3, with *no answer* for *indeterminate*).

use std::fmt;

/// What is proven of an answer. The order is that of trust: of several, the smallest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It should be signed, and is not, or wrongly.
    Bogus,
    /// There is no answer to judge.
    NoAnswer,
    /// It is proven that it needs no signature, or that the signature cannot be checked here.
    Insecure,
    /// Signatures lead from an anchor to it.
    Secure,
}

impl Status {
    /// Whether it is known what there is: the answer is neither bogus nor missing.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Insecure | Self::Secure)
    }

    /// The word for it in reports and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bogus => "bogus",
            Self::NoAnswer => "none",
            Self::Insecure => "insecure",
            Self::Secure => "secure",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
