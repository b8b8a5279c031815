//! The mail protocols: their URL schemes and their ports.

use super::start::Start;
use std::fmt;

/// A mail protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// SMTP, between servers and for submission (RFC 5321, RFC 6409).
    #[default]
    Smtp,
    /// IMAP (RFC 9051).
    Imap,
    /// POP3 (RFC 1939).
    Pop3,
    /// ManageSieve (RFC 5804).
    Sieve,
    /// LMTP, which delivers to mailboxes (RFC 2033).
    Lmtp,
}

/// How a protocol starts TLS: one URL scheme and its ports.
struct Row {
    protocol: Protocol,
    start: Start,
    /// The URL scheme; also the name of the service that has the port.
    scheme: &'static str,
    /// The port if the user names none.
    port: u16,
}

/// A row of the table.
const fn row(protocol: Protocol, start: Start, scheme: &'static str, port: u16) -> Row {
    Row {
        protocol,
        start,
        scheme,
        port,
    }
}

/// Other names of ports (IANA's registry of services): they are read, and not shown.
const SERVICES: &[(&str, Protocol, u16, Start)] = &[
    // RFC 6409 §3.1.
    ("submission", Protocol::Smtp, 587, Start::Starttls),
    // RFC 8314 §7.3.
    ("submissions", Protocol::Smtp, 465, Start::Implicit),
    // RFC 5804 §1.8 registers "sieve"; its servers are known by this name.
    ("managesieve", Protocol::Sieve, 4190, Start::Starttls),
];

/// One line for each way in which a protocol starts TLS.
const ROWS: &[Row] = &[
    // RFC 5321 §4.5.4.2; RFC 3207.
    row(Protocol::Smtp, Start::Starttls, "smtp", 25),
    // RFC 8314 §7.3.
    row(Protocol::Smtp, Start::Implicit, "smtps", 465),
    // RFC 9051 §11.1; RFC 8314 §7.2.
    row(Protocol::Imap, Start::Starttls, "imap", 143),
    row(Protocol::Imap, Start::Implicit, "imaps", 993),
    // RFC 2595 §4; RFC 8314 §7.1.
    row(Protocol::Pop3, Start::Starttls, "pop3", 110),
    row(Protocol::Pop3, Start::Implicit, "pop3s", 995),
    // RFC 5804 §1.8; no port for implicit TLS is registered.
    row(Protocol::Sieve, Start::Starttls, "sieve", 4190),
    // RFC 2033 §5: not on port 25. Cyrus and Dovecot listen on 24, "any private mail system".
    row(Protocol::Lmtp, Start::Starttls, "lmtp", 24),
];

impl Protocol {
    /// The name in reports and messages for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Sieve => "sieve",
            Self::Lmtp => "lmtp",
        }
    }

    /// Looks up the scheme of a URL, in any letter case: how TLS starts, and the port if the scheme
    /// is the name of another one than the default.
    pub fn of_scheme(scheme: &str) -> Option<(Self, Start, Option<u16>)> {
        let mut rows = ROWS.iter();
        if let Some(row) = rows.find(|row| row.scheme.eq_ignore_ascii_case(scheme)) {
            return Some((row.protocol, row.start, None));
        }
        let (_, protocol, port, start) = service(scheme)?;
        Some((*protocol, *start, Some(*port)))
    }

    /// The port that a service has, by its name in any letter case.
    pub fn port_of_service(name: &str) -> Option<u16> {
        let mut rows = ROWS.iter();
        let row = rows.find(|row| row.scheme.eq_ignore_ascii_case(name));
        row.map(|row| row.port).or_else(|| Some(service(name)?.2))
    }

    /// The protocol that a port is registered for, or known for; `None`: any may be spoken there.
    pub fn on_port(port: u16) -> Option<Self> {
        let rows = ROWS.iter().map(|row| (row.port, row.protocol));
        let services = SERVICES
            .iter()
            .map(|(_, protocol, port, _)| (*port, *protocol));
        let mut all = rows.chain(services);
        all.find_map(|(known, protocol)| (known == port).then_some(protocol))
    }

    /// The scheme of a URL that says the protocol and how TLS starts; `None`: it has no such way.
    pub fn scheme(self, start: Start) -> Option<&'static str> {
        let row = self.rows().find(|row| row.start == start);
        row.map(|row| row.scheme)
    }

    /// The port if the user names none.
    pub fn default_port(self, start: Start) -> u16 {
        let row = self.rows().find(|row| row.start == start);
        row.or(self.rows().next()).map_or(0, |row| row.port)
    }

    /// Its usual ports, for advice.
    pub fn ports(self) -> &'static str {
        match self {
            Self::Smtp => "25 relay, 587 submission, 465 implicit TLS",
            Self::Imap => "143 STARTTLS, 993 implicit TLS",
            Self::Pop3 => "110 STARTTLS, 995 implicit TLS",
            Self::Sieve => "4190 is ManageSieve's",
            Self::Lmtp => "LMTP has none of its own, 24 is usual",
        }
    }

    /// The name of a way to start TLS in reports for programs. That of SMTP is older than the other
    /// protocols.
    pub fn mode(self, start: Start) -> &'static str {
        match (self, start) {
            (Self::Smtp, start) => start.as_str(),
            (_, Start::Starttls) => "starttls",
            (_, Start::Implicit) => "implicit",
        }
    }

    /// How TLS starts on a port if nothing else is known: implicitly on the port for implicit TLS,
    /// by STARTTLS on all others.
    pub fn start_on(self, port: u16) -> Start {
        let is_implicit = self
            .rows()
            .any(|row| row.start == Start::Implicit && row.port == port);
        if is_implicit {
            Start::Implicit
        } else {
            Start::Starttls
        }
    }

    fn rows(self) -> impl Iterator<Item = &'static Row> {
        ROWS.iter().filter(move |row| row.protocol == self)
    }
}

/// The protocol's name, for people.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Sieve => "ManageSieve",
            Self::Lmtp => "LMTP",
        })
    }
}

fn service(name: &str) -> Option<&'static (&'static str, Protocol, u16, Start)> {
    let mut services = SERVICES.iter();
    services.find(|(known, ..)| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_ports_and_starts_agree() {
        for row in ROWS {
            let read = Protocol::of_scheme(&row.scheme.to_uppercase());
            assert_eq!(read, Some((row.protocol, row.start, None)));
            let port = row.protocol.default_port(row.start);
            assert_eq!(port, row.port);
            assert_eq!(row.protocol.start_on(port), row.start);
            assert_eq!(Protocol::on_port(port), Some(row.protocol));
            assert_eq!(row.protocol.scheme(row.start), Some(row.scheme));
        }
        for (name, protocol, port, start) in SERVICES {
            let read = Protocol::of_scheme(name);
            assert_eq!(read, Some((*protocol, *start, Some(*port))));
            assert_eq!(Protocol::port_of_service(name), Some(*port));
            assert_eq!(protocol.start_on(*port), *start);
            assert_eq!(Protocol::on_port(*port), Some(*protocol));
        }
        assert_eq!(Protocol::of_scheme("http"), None);
        assert_eq!(Protocol::port_of_service("http"), None);
        assert_eq!(Protocol::on_port(80), None);
        assert_eq!(Protocol::Smtp.start_on(587), Start::Starttls);
        // No port is registered for it: that of the protocol is the best guess.
        assert_eq!(Protocol::Sieve.default_port(Start::Implicit), 4190);
    }
}
