//! What a user asks about: a server, or the mail of a domain.

use super::domain::MailDomain;
use super::error::TargetError;
use super::target::Target;
use std::str::FromStr;

/// What a user asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A server.
    Host(Target),
    /// The mail of a domain: `mx:example.org`.
    Domain(MailDomain),
}

impl FromStr for Subject {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        match MailDomain::name_in(text) {
            Some(name) => Ok(Self::Domain(name.parse()?)),
            None => Ok(Self::Host(text.parse()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_a_form_of_its_own() {
        for (text, expected) in [
            ("mx:example.org", Some("example.org")),
            ("MX:Example.ORG.", Some("example.org")),
            ("mx:bücher.example", Some("xn--bcher-kva.example")),
            ("mx:a_b.example", Some("a_b.example")),
            // A host may have that name, and a port.
            ("mx:25", None),
            ("mx:smtp", None),
            ("mx", None),
            ("mx.example.org:25", None),
        ] {
            let domain = match text.parse().expect(text) {
                Subject::Domain(domain) => Some(domain.to_string()),
                Subject::Host(_) => None,
            };
            assert_eq!(domain.as_deref(), expected, "{text}");
        }
        for text in [
            "mx:",
            "mx:192.0.2.1",
            "mx:[2001:db8::1]",
            "mx:example.org:25",
            "mx:user@example.org",
            "mx://example.org",
            "mx:example..org",
        ] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
