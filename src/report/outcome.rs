//! The outcome of a check.

use super::exit::Exit;

/// The outcome for a target, in the order of the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The chain is trusted.
    Trusted,
    /// The chain is not trusted, but its leaf is pinned.
    Pinned,
    /// A certificate is not trusted.
    Untrusted,
    /// The server could not be reached.
    Unreachable,
    /// The server refused during the dialogue before TLS.
    SmtpRefused,
    /// The TLS handshake failed.
    TlsFailed,
}

impl Outcome {
    /// All outcomes, in the order of the exit codes.
    pub const ALL: [Self; 6] = [
        Self::Trusted,
        Self::Pinned,
        Self::Untrusted,
        Self::Unreachable,
        Self::SmtpRefused,
        Self::TlsFailed,
    ];

    /// The outcome with that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|outcome| outcome.as_str() == name)
    }

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Pinned => "pinned",
            Self::Untrusted => "untrusted",
            Self::Unreachable => "unreachable",
            Self::SmtpRefused => "smtp-refused",
            Self::TlsFailed => "tls-failed",
        }
    }

    /// The exit code.
    pub fn exit(self) -> Exit {
        match self {
            Self::Trusted | Self::Pinned => Exit::SUCCESS,
            Self::Untrusted => Exit::FAILURE,
            Self::Unreachable => Exit::UNREACHABLE,
            Self::SmtpRefused => Exit::SMTP_REFUSED,
            Self::TlsFailed => Exit::TLS_FAILED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_exit_code() {
        let all = Outcome::ALL;
        assert_eq!(all.map(|o| o.exit().number()), [0, 0, 1, 3, 4, 5]);
        assert_eq!(all.map(|o| Outcome::named(o.as_str())), all.map(Some));
        assert_eq!(Outcome::named("of-2030"), None);
    }
}
