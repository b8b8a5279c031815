//! The ports of a mail host, and what is spoken there.

use super::error::TargetError;
use super::protocol::Protocol;
use super::start::Start;
use super::target::parse_port;
use std::fmt;
use std::str::FromStr;

/// A port of a mail host, as written: `PORT`, `SERVICE`, or `SCHEME:PORT` for a port that is not
/// registered for its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailPort {
    /// The TCP port.
    pub port: u16,
    /// The protocol that must be spoken; `None`: the port suggests one.
    pub protocol: Option<Protocol>,
    /// How TLS must start; `None`: detect it.
    pub start: Option<Start>,
}

impl MailPort {
    /// The ports of a whole mail host: SMTP, IMAP, POP3 and `ManageSieve`. LMTP is for servers among
    /// themselves.
    pub const ALL: [Self; 8] = [
        Self::on(25),
        Self::on(465),
        Self::on(587),
        Self::on(143),
        Self::on(993),
        Self::on(110),
        Self::on(995),
        Self::on(4190),
    ];

    /// A port that suggests what is spoken there.
    pub const fn on(port: u16) -> Self {
        Self {
            port,
            protocol: None,
            start: None,
        }
    }

    /// The protocol to speak first: the one that was named, else the port's own, else SMTP.
    pub fn first_protocol(self) -> Protocol {
        let protocol = self.protocol.or_else(|| Protocol::on_port(self.port));
        protocol.unwrap_or_default()
    }
}

/// Which ports of a host are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailPorts {
    /// Those of a whole mail host; some may be closed.
    All,
    /// Those that the user names: all of them should be open.
    Named(Vec<MailPort>),
}

impl MailPorts {
    /// The limit of ports that are named: this is not a scanner.
    const MOST: usize = 32;

    /// The ports, in their order.
    pub fn list(&self) -> &[MailPort] {
        match self {
            Self::All => &MailPort::ALL,
            Self::Named(ports) => ports,
        }
    }

    /// Whether the user names them.
    pub fn are_named(&self) -> bool {
        matches!(self, Self::Named(_))
    }
}

/// Ports with commas between them, each once.
impl FromStr for MailPorts {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let mut ports: Vec<MailPort> = Vec::new();
        for word in text.split(',') {
            let port: MailPort = word.parse()?;
            if ports.iter().any(|known| known.port == port.port) {
                return Err(TargetError::PortTwice(port.port));
            }
            ports.push(port);
        }
        if ports.len() > Self::MOST {
            return Err(TargetError::ManyPorts(Self::MOST));
        }
        Ok(Self::Named(ports))
    }
}

impl FromStr for MailPort {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let Some((scheme, port)) = text.split_once(':') else {
            let port = match Protocol::port_of_service(text) {
                Some(port) => port,
                None => parse_port(text)?,
            };
            return Ok(Self::on(port));
        };
        let known = Protocol::of_scheme(scheme);
        let (protocol, start, _) = known.ok_or_else(|| TargetError::Scheme(scheme.into()))?;
        Ok(Self {
            port: parse_port(port)?,
            protocol: Some(protocol),
            start: Some(start),
        })
    }
}

/// The number, after the scheme if one was given.
impl fmt::Display for MailPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start.unwrap_or(Start::Starttls);
        let scheme = self.protocol.and_then(|protocol| protocol.scheme(start));
        match scheme {
            Some(scheme) => write!(f, "{scheme}:{}", self.port),
            None => self.port.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_a_service_or_a_scheme_with_a_number() {
        for (text, shown, expected) in [
            ("25", "25", "25 starttls SMTP"),
            ("465", "465", "465 smtps SMTP"),
            ("imaps", "993", "993 smtps IMAP"),
            ("Submission", "587", "587 starttls SMTP"),
            ("managesieve", "4190", "4190 starttls ManageSieve"),
            ("2525", "2525", "2525 starttls SMTP"),
            ("imap:1143", "imap:1143", "1143 starttls IMAP"),
            ("POP3S:1995", "pop3s:1995", "1995 smtps POP3"),
            ("submissions:4650", "smtps:4650", "4650 smtps SMTP"),
            ("sieve:4191", "sieve:4191", "4191 starttls ManageSieve"),
        ] {
            let port: MailPort = text.parse().expect(text);
            assert_eq!(port.to_string(), shown, "{text}");
            assert_eq!(shown.parse(), Ok(port), "{text}");
            let protocol = port.first_protocol();
            let start = port.start.unwrap_or_else(|| protocol.start_on(port.port));
            let found = format!("{} {start} {protocol}", port.port);
            assert_eq!(found, expected, "{text}");
        }
        for text in [
            "", "0", "65536", "http", "http:80", "imap:", "imap:x", ":25",
        ] {
            assert!(text.parse::<MailPort>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_has_each_port_once_and_is_bounded() {
        let list: MailPorts = "25,imaps,imap:1143".parse().expect("a list");
        let numbers: Vec<u16> = list.list().iter().map(|port| port.port).collect();
        assert_eq!(numbers, [25, 993, 1143]);
        assert!(list.are_named() && !MailPorts::All.are_named());
        for text in ["", "25,", "25,25", "imaps,993", "imap:993,993"] {
            assert!(text.parse::<MailPorts>().is_err(), "{text}");
        }
        let many = |count: u16| {
            let ports: Vec<String> = (1..=count).map(|port| port.to_string()).collect();
            ports.join(",").parse::<MailPorts>()
        };
        assert!(many(32).is_ok());
        assert_eq!(many(33), Err(TargetError::ManyPorts(32)));
    }
}
