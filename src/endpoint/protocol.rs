//! The mail protocols: their URL schemes and their ports.

use super::start::Start;

/// A mail protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// SMTP, between servers and for submission (RFC 5321, RFC 6409).
    #[default]
    Smtp,
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

/// Other names of ports (IANA's registry of services): they are read, and not shown.
const SERVICES: &[(&str, u16, Start)] = &[
    // RFC 6409 §3.1.
    ("submission", 587, Start::Starttls),
    // RFC 8314 §7.3.
    ("submissions", 465, Start::Implicit),
];

/// One line for each way in which a protocol starts TLS.
const ROWS: &[Row] = &[
    // RFC 5321 §4.5.4.2; RFC 3207.
    Row {
        protocol: Protocol::Smtp,
        start: Start::Starttls,
        scheme: "smtp",
        port: 25,
    },
    // RFC 8314 §7.3.
    Row {
        protocol: Protocol::Smtp,
        start: Start::Implicit,
        scheme: "smtps",
        port: 465,
    },
];

impl Protocol {
    /// Looks up the scheme of a URL, in any letter case: how TLS starts, and the port if the scheme
    /// is the name of another one than the default.
    pub fn of_scheme(scheme: &str) -> Option<(Self, Start, Option<u16>)> {
        let mut rows = ROWS.iter();
        if let Some(row) = rows.find(|row| row.scheme.eq_ignore_ascii_case(scheme)) {
            return Some((row.protocol, row.start, None));
        }
        let (_, port, start) = service(scheme)?;
        Some((Self::Smtp, *start, Some(*port)))
    }

    /// The port that a service has, by its name in any letter case.
    pub fn port_of_service(name: &str) -> Option<u16> {
        let mut rows = ROWS.iter();
        let row = rows.find(|row| row.scheme.eq_ignore_ascii_case(name));
        row.map(|row| row.port).or_else(|| Some(service(name)?.1))
    }

    /// The port if the user names none.
    pub fn default_port(self, start: Start) -> u16 {
        let row = self.rows().find(|row| row.start == start);
        row.map_or(0, |row| row.port)
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

fn service(name: &str) -> Option<&'static (&'static str, u16, Start)> {
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
        }
        for (name, port, start) in SERVICES {
            let read = Protocol::of_scheme(name);
            assert_eq!(read, Some((Protocol::Smtp, *start, Some(*port))));
            assert_eq!(Protocol::port_of_service(name), Some(*port));
            assert_eq!(Protocol::Smtp.start_on(*port), *start);
        }
        assert_eq!(Protocol::of_scheme("http"), None);
        assert_eq!(Protocol::port_of_service("http"), None);
        assert_eq!(Protocol::Smtp.start_on(587), Start::Starttls);
    }
}
