//! Endpoints to connect to: a host, a port, and how TLS starts there.

mod domain;
mod error;
mod host;
mod mail_port;
mod protocol;
mod resolver;
mod source;
mod start;
mod subject;
mod target;
mod via;

pub use domain::MailDomain;
pub use error::TargetError;
pub use host::{Host, authority};
pub use mail_port::{MailPort, MailPorts};
pub use protocol::Protocol;
pub use resolver::{Resolver, ResolverError};
pub use source::Source;
pub use start::Start;
pub use subject::Subject;
pub use target::{Target, parse_port};
pub use via::{CommandLine, Proxy, ProxyProtocol, Via};

use std::fmt;

/// A target with every detail that can be decided without the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host to look up.
    pub host: Host,
    /// The TCP port; 0 for a Unix socket, which has none.
    pub port: u16,
    /// How TLS must start; `None`: detect it.
    pub start: Option<Start>,
    /// The protocol that must be spoken; `None`: the port suggests one, and the greeting decides.
    pub protocol: Option<Protocol>,
}

impl Endpoint {
    /// Fills in what the target leaves open. The target's own scheme takes precedence over what was
    /// `asked` for all targets.
    pub fn from_target(target: Target, asked: Option<Start>) -> Self {
        let start = target.start.or(asked);
        let protocol = target.protocol;
        let port = target.port.unwrap_or_else(|| {
            if target.host.is_socket() {
                return 0;
            }
            let start = start.unwrap_or(Start::Starttls);
            protocol.unwrap_or_default().default_port(start)
        });
        Self {
            host: target.host,
            port,
            start,
            protocol,
        }
    }

    /// A port of a mail host.
    pub fn of_port(host: Host, port: MailPort) -> Self {
        Self {
            host,
            port: port.port,
            start: port.start,
            protocol: port.protocol,
        }
    }

    /// The protocol to speak first: as the user asked, else the port's own, else SMTP.
    pub fn first_protocol(&self) -> Protocol {
        let protocol = self.protocol.or_else(|| Protocol::on_port(self.port));
        protocol.unwrap_or_default()
    }

    /// How to start TLS first: as the user asked, else implicitly on its own port only (RFC 8314
    /// §7).
    pub fn first_start(&self) -> Start {
        let protocol = self.first_protocol();
        self.start.unwrap_or_else(|| protocol.start_on(self.port))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&authority(&self.host, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> String {
        let endpoint = Endpoint::from_target(text.parse().expect(text), None);
        let (start, protocol) = (endpoint.first_start(), endpoint.first_protocol());
        format!("{endpoint} {start} {protocol}")
    }

    #[test]
    fn every_form_of_a_target_is_read() {
        for (text, expected) in [
            ("mail.example.org", "mail.example.org:25 starttls"),
            ("MAIL.Example.org:587", "mail.example.org:587 starttls"),
            ("mail.example.org.", "mail.example.org:25 starttls"),
            ("mail.example.org:465", "mail.example.org:465 smtps"),
            (
                "smtp://mail.example.org:465",
                "mail.example.org:465 starttls",
            ),
            ("smtps://mail.example.org", "mail.example.org:465 smtps"),
            ("SMTPS://mail.example.org/", "mail.example.org:465 smtps"),
            ("[2001:db8::25]:587", "[2001:db8::25]:587 starttls"),
            ("[2001:db8::25]", "[2001:db8::25]:25 starttls"),
            ("2001:db8::25", "[2001:db8::25]:25 starttls"),
            ("smtps://[::1]", "[::1]:465 smtps"),
            ("192.0.2.1:26", "192.0.2.1:26 starttls"),
            ("bücher.example", "xn--bcher-kva.example:25 starttls"),
            ("a_b.example", "a_b.example:25 starttls"),
            ("localhost", "localhost:25 starttls"),
            ("mail.example.org:587/", "mail.example.org:587 starttls"),
            ("mail.example.org/", "mail.example.org:25 starttls"),
            ("a.example:smtp", "a.example:25 starttls"),
            ("a.example:Submission", "a.example:587 starttls"),
            ("a.example:submissions", "a.example:465 smtps"),
            ("a.example:smtps", "a.example:465 smtps"),
            ("submission://a.example", "a.example:587 starttls"),
            ("SUBMISSIONS://a.example/", "a.example:465 smtps"),
            ("submissions://a.example:4650", "a.example:4650 smtps"),
            ("[::1]:submission", "[::1]:587 starttls"),
        ] {
            assert_eq!(endpoint(text), format!("{expected} SMTP"), "{text}");
        }
        for (text, expected) in [
            ("imap://a.example", "a.example:143 starttls IMAP"),
            ("IMAPS://a.example", "a.example:993 smtps IMAP"),
            ("imap://a.example:993", "a.example:993 starttls IMAP"),
            ("imaps://a.example:25", "a.example:25 smtps IMAP"),
            ("pop3://[::1]", "[::1]:110 starttls POP3"),
            ("pop3s://a.example/", "a.example:995 smtps POP3"),
            ("sieve://a.example", "a.example:4190 starttls ManageSieve"),
            ("lmtp://a.example", "a.example:24 starttls LMTP"),
            ("lmtp://a.example:2003", "a.example:2003 starttls LMTP"),
            ("a.example:143", "a.example:143 starttls IMAP"),
            ("a.example:imaps", "a.example:993 smtps IMAP"),
            ("a.example:110", "a.example:110 starttls POP3"),
            ("a.example:995", "a.example:995 smtps POP3"),
            (
                "a.example:managesieve",
                "a.example:4190 starttls ManageSieve",
            ),
            ("a.example:24", "a.example:24 starttls LMTP"),
            ("smtp://a.example:993", "a.example:993 starttls SMTP"),
        ] {
            assert_eq!(endpoint(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for text in [
            "",
            ":25",
            "mail.example.org:",
            "mail.example.org:0",
            "mail.example.org:65536",
            "mail.example.org:+25",
            "mail.example.org:25x",
            "http://mail.example.org",
            "smtp://",
            "smtp://a.example/path",
            "smtp://user@a.example",
            "a.example//",
            "a.example:http",
            "a.example:587/x",
            "[::1",
            "[::1]x:25",
            "[mail.example.org]:25",
            "[fe80::1%eth0]:25",
            "fe80::1%eth0",
            "127.1",
            "1.2.3.4.5",
            "2130706433",
            "0x7f000001",
            "127.0.0.0X1",
            "a b.example",
            "*.example.org",
            "-a.example",
            "a-.example",
            "a..example",
            "a.example\r\n",
            "x\u{0}y.example",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
        let long = format!("{}.example", "a".repeat(64));
        assert!(long.parse::<Target>().is_err());
    }

    #[test]
    fn a_socket_has_a_path_and_no_port() {
        for (text, path) in [
            ("lmtp+unix:/run/dovecot/lmtp", "/run/dovecot/lmtp"),
            ("LMTP+unix:///run/lmtp", "/run/lmtp"),
            ("lmtp+unix:relative", "relative"),
            ("lmtp+unix:/run/a b:25", "/run/a b:25"),
        ] {
            assert_eq!(endpoint(text), format!("{path} starttls LMTP"));
            let target: Target = text.parse().expect(text);
            assert_eq!((target.written.as_str(), target.port), (path, None));
            assert!(target.host.is_socket());
        }
        let long = format!("lmtp+unix:/{}", "x".repeat(107));
        for text in ["lmtp+unix:", "lmtp+unix:/a\0b", "lmtp+unix:/a\nb", &long] {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
        assert!("smtp+unix:/run/x".parse::<Target>().is_err());
        assert!("/run/x".parse::<Host>().is_err());
    }

    #[test]
    fn a_trailing_dot_is_for_the_resolver_only() {
        let host: Host = "mail.example.org.".parse().expect("a host");
        assert_eq!(host.lookup_name(), "mail.example.org.");
        assert_eq!(host.to_string(), "mail.example.org");
    }

    #[test]
    fn the_scheme_wins_over_what_all_are_asked() {
        let target: Target = "smtp://a.example".parse().expect("a target");
        let endpoint = Endpoint::from_target(target, Some(Start::Implicit));
        assert_eq!((endpoint.port, endpoint.start), (25, Some(Start::Starttls)));
        let target: Target = "a.example".parse().expect("a target");
        assert_eq!(
            Endpoint::from_target(target, Some(Start::Implicit)).port,
            465
        );
    }
}
