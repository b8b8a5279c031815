//! The exit codes of the program.

use std::process::ExitCode;

/// An exit code of the program, as `--help` and the README list them. With `--format nagios` the codes
/// are those of a monitoring plugin, whose constants begin with `PLUGIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exit(u8);

impl Exit {
    /// Every chain is trusted, or its certificate is pinned; the work of a command is done.
    pub const SUCCESS: Self = Self(0);
    /// The answer is no: a certificate is not trusted, `--warning`, `--critical` or `--pin-expires` warns, `--lint` or an audit
    /// found something, nothing was pinned, or the pin is not in force.
    pub const FAILURE: Self = Self(1);
    /// Wrong usage, a file that cannot be read or written, or bad lines in a list.
    pub const ERROR: Self = Self(2);
    /// A server cannot be reached: name, connection, or a time-out at any step.
    pub const UNREACHABLE: Self = Self(3);
    /// SMTP failed: STARTTLS missing or refused, a busy server, or not an SMTP server.
    pub const SMTP_REFUSED: Self = Self(4);
    /// The TLS handshake failed.
    pub const TLS_FAILED: Self = Self(5);
    /// SIGINT or SIGTERM stopped an audit: 128 and the number of SIGINT, by the convention of
    /// shells.
    pub const INTERRUPTED: Self = Self(130);

    /// A monitoring plugin: all is well (Monitoring Plugins Guidelines, "Plugin Return Codes").
    pub const PLUGIN_OK: Self = Self(0);
    /// A monitoring plugin: something needs attention soon.
    pub const PLUGIN_WARNING: Self = Self(1);
    /// A monitoring plugin: something does not work.
    pub const PLUGIN_CRITICAL: Self = Self(2);
    /// A monitoring plugin: the state cannot be known, wrong usage included.
    pub const PLUGIN_UNKNOWN: Self = Self(3);

    /// [`Exit::FAILURE`] if something is wrong, else [`Exit::SUCCESS`].
    pub fn failure_if(is_wrong: bool) -> Self {
        if is_wrong {
            Self::FAILURE
        } else {
            Self::SUCCESS
        }
    }

    /// The exit code for several targets: [`Exit::FAILURE`] if any of them has it, else the
    /// greatest.
    pub fn of_all(of_each: impl IntoIterator<Item = Self>) -> Self {
        let worse = |worst: Self, code: Self| match (worst, code) {
            (Self::FAILURE, _) | (_, Self::FAILURE) => Self::FAILURE,
            (worst, code) => worst.max(code),
        };
        of_each.into_iter().fold(Self::SUCCESS, worse)
    }

    /// The number that the parent process receives.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.number().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_help_lists() {
        for (exit, number) in [
            (Exit::SUCCESS, 0),
            (Exit::FAILURE, 1),
            (Exit::ERROR, 2),
            (Exit::UNREACHABLE, 3),
            (Exit::SMTP_REFUSED, 4),
            (Exit::TLS_FAILED, 5),
            (Exit::INTERRUPTED, 130),
            (Exit::PLUGIN_OK, 0),
            (Exit::PLUGIN_WARNING, 1),
            (Exit::PLUGIN_CRITICAL, 2),
            (Exit::PLUGIN_UNKNOWN, 3),
        ] {
            assert_eq!(exit.number(), number);
        }
    }

    #[test]
    fn a_bad_certificate_outweighs_every_other_failure() {
        use Exit as E;
        let of = |each: &[Exit]| Exit::of_all(each.iter().copied());
        assert_eq!(of(&[E::SUCCESS]), E::SUCCESS);
        assert_eq!(of(&[E::TLS_FAILED, E::FAILURE, E::SUCCESS]), E::FAILURE);
        assert_eq!(of(&[E::FAILURE, E::TLS_FAILED]), E::FAILURE);
        let seen = [E::UNREACHABLE, E::SMTP_REFUSED, E::SUCCESS];
        assert_eq!(of(&seen), E::SMTP_REFUSED);
        assert_eq!(of(&[]), E::SUCCESS);
    }
}
