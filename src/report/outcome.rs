//! What came of a look, and the exit codes.

/// What came of a target, in the order of the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The chain is trusted.
    Trusted,
    /// The chain is not, but its leaf is pinned.
    Pinned,
    /// A certificate is not trusted.
    Untrusted,
    /// The server could not be reached.
    Unreachable,
    /// The SMTP dialogue ended in a no.
    SmtpRefused,
    /// The TLS handshake failed.
    TlsFailed,
}

impl Outcome {
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

    /// The exit code; 2 is for wrong usage.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Trusted | Self::Pinned => 0,
            Self::Untrusted => 1,
            Self::Unreachable => 3,
            Self::SmtpRefused => 4,
            Self::TlsFailed => 5,
        }
    }
}

/// The exit code of several targets from those of each: 1 if it is among them, else the largest.
pub fn exit_code(of_each: impl IntoIterator<Item = u8>) -> u8 {
    let untrusted = Outcome::Untrusted.exit_code();
    let worse = |worst: u8, code: u8| match (worst, code) {
        (worst, code) if worst == untrusted || code == untrusted => untrusted,
        (worst, code) => worst.max(code),
    };
    of_each.into_iter().fold(0, worse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_certificate_outweighs_every_other_failure() {
        use Outcome as O;
        let of = |outcomes: &[Outcome]| exit_code(outcomes.iter().map(|o| o.exit_code()));
        assert_eq!(of(&[O::Trusted]), 0);
        assert_eq!(of(&[O::TlsFailed, O::Untrusted, O::Trusted]), 1);
        assert_eq!(of(&[O::Untrusted, O::TlsFailed]), 1);
        assert_eq!(of(&[O::Unreachable, O::SmtpRefused, O::Trusted]), 4);
        assert_eq!(of(&[]), 0);
    }
}
