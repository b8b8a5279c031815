//! Why a dialogue does not get to TLS, and where it was then.

use super::identify::Protocol;
use super::reply::{Malformed, Reply};
use std::fmt;

/// Where in the dialogue something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the greeting.
    Greeting,
    /// EHLO was sent.
    Ehlo,
    /// STARTTLS was sent.
    Starttls,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Starttls => "starttls",
        })
    }
}

/// Why the dialogue does not get to TLS. Replies are evidence, and untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 4yz: the server is busy, or limits us. After STARTTLS it is 421 alone, which ends the
    /// connection, whatever was asked for (RFC 5321 §4.2.3).
    Temporary(Stage, Reply),
    /// 5yz instead of a greeting.
    Greeting(Reply),
    /// EHLO was not answered with 250.
    Ehlo(Reply),
    /// EHLO was accepted, but its answer does not offer STARTTLS.
    StarttlsNotOffered,
    /// STARTTLS was not answered with 220 (RFC 3207 §4).
    Starttls(Reply),
    /// STARTTLS was answered with 4yz, as 454: TLS is offered, and the server has none to give
    /// (RFC 3207 §4).
    TlsUnavailable(Reply),
    /// Not an SMTP server; what it looks like, and its first bytes.
    NotSmtp(Option<Protocol>, String),
    /// Bytes that are no reply.
    Malformed(Stage, Malformed),
    /// More than one reply before we spoke: the peer is not in step with us.
    Unsolicited(Stage, String),
    /// Clear text after the `220` of STARTTLS (RFC 3207 §6, CVE-2011-0411).
    Injection(String),
}

impl Refusal {
    /// Whether the server is busy: another try may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary(..))
    }

    /// Whether it holds only if the server says nothing more: it has answered 2yz, so that it may
    /// be in the middle of its answer still.
    pub fn is_provisional(&self) -> bool {
        match self {
            Self::StarttlsNotOffered => true,
            Self::Ehlo(reply) | Self::Starttls(reply) => reply.is_positive(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_answered_2yz_may_go_on() {
        let reply = |code| Reply {
            code,
            lines: vec![String::new()],
        };
        assert!(Refusal::StarttlsNotOffered.is_provisional());
        for (code, expected) in [(220, true), (250, true), (334, false), (502, false)] {
            assert_eq!(Refusal::Ehlo(reply(code)).is_provisional(), expected);
            assert_eq!(Refusal::Starttls(reply(code)).is_provisional(), expected);
        }
        assert!(!Refusal::Greeting(reply(554)).is_provisional());
    }
}
