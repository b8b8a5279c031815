//! A pattern of a policy's `mx` lines, and which MX names it covers (RFC 8461 §4.1).

use crate::records::mx;
use std::fmt;

/// A pattern as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// Why a pattern covers no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// An address, which no MX name is.
    #[error("it is an address")]
    Address,
    /// A dot at the end: MX names are compared without one.
    #[error("it ends with a dot")]
    Dot,
    /// A wildcard elsewhere than as the whole first label.
    #[error("a wildcard must be the whole first label")]
    Wildcard,
    /// Not a name in A-labels.
    #[error("it is not a host name")]
    NotAName,
}

impl Pattern {
    /// Takes the value of an `mx` line.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it covers the MX host of this name.
    pub fn covers(&self, host: &str) -> bool {
        let host = mx::normal(host);
        self.flaw().is_none()
            && match self.0.strip_prefix("*.") {
                Some(rest) => host.split_once('.').is_some_and(|(label, tail)| {
                    !label.is_empty() && tail.eq_ignore_ascii_case(rest)
                }),
                None => self.0.eq_ignore_ascii_case(&host),
            }
    }

    /// Why it covers nothing; `None`: it is a pattern.
    pub fn flaw(&self) -> Option<Flaw> {
        let name = self.0.strip_prefix("*.").unwrap_or(&self.0);
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        if self.0.is_empty() {
            Some(Flaw::Empty)
        } else if mx::address(&self.0).is_some() {
            Some(Flaw::Address)
        } else if name.contains('*') {
            Some(Flaw::Wildcard)
        } else if name.ends_with('.') {
            Some(Flaw::Dot)
        } else if name.is_empty() || name.starts_with('.') || !name.bytes().all(fits) {
            Some(Flaw::NotAName)
        } else {
            None
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wildcard_covers_exactly_one_label() {
        for (pattern, host) in [
            ("mail.example.org", "mail.example.org"),
            ("MAIL.example.org", "mail.EXAMPLE.org."),
            ("*.example.org", "mail.example.org"),
            ("*.org", "example.org"),
        ] {
            assert!(Pattern::new(pattern).covers(host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("*.example.org", "example.org"),
            ("*.example.org", "a.mail.example.org"),
            ("*.example.org", ".example.org"),
            (".example.org", "mail.example.org"),
            ("*", "org"),
            ("mail.example.org.", "mail.example.org"),
            ("m*.example.org", "mail.example.org"),
            ("192.0.2.1", "192.0.2.1"),
            ("", ""),
        ] {
            assert!(!Pattern::new(pattern).covers(host), "{pattern} {host}");
        }
    }

    #[test]
    fn a_pattern_that_covers_nothing_has_a_flaw() {
        for (text, flaw) in [
            ("", Flaw::Empty),
            ("192.0.2.1", Flaw::Address),
            ("[2001:db8::1]", Flaw::Address),
            ("mail.example.org.", Flaw::Dot),
            ("mail.*.org", Flaw::Wildcard),
            ("*", Flaw::Wildcard),
            ("*.", Flaw::NotAName),
            (".example.org", Flaw::NotAName),
            ("a b.example.org", Flaw::NotAName),
            ("b\u{fc}cher.example", Flaw::NotAName),
        ] {
            assert_eq!(Pattern::new(text).flaw(), Some(flaw), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn only_a_sound_pattern_covers(pattern in "[a-b*. ]{0,8}", host in "[a-b.]{0,8}") {
            let pattern = Pattern::new(&pattern);
            if pattern.covers(&host) {
                prop_assert_eq!(pattern.flaw(), None);
                let labels = |name: &str| name.trim_end_matches('.').split('.').count();
                prop_assert_eq!(labels(&pattern.to_string()), labels(&host));
            }
        }
    }
}
