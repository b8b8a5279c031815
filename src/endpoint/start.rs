//! How TLS starts.

use std::fmt;

/// How TLS starts on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// In the clear first, upgraded by the STARTTLS command (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314 §3).
    Implicit,
}

impl Start {
    /// The name that Mercurial uses, and reports on SMTP servers; see [`super::Protocol::mode`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Implicit => "smtps",
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
