//! HTTP CONNECT (RFC 9110 §9.3.6): one request, and one answer up to its empty line.

use crate::endpoint::{Host, authority};
use std::fmt;

/// Maximum number of octets of an answer, interim answers included.
const MOST: usize = 16 * 1024;
/// Maximum number of fields of an answer.
const MOST_FIELDS: usize = 100;

/// The request for a connection to a server.
pub fn request(host: &Host, port: u16) -> String {
    let server = authority(host, port);
    format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n\r\n")
}

/// The answer, octet by octet: what comes after its empty line is the server's.
#[derive(Debug, Default)]
pub struct Answer {
    head: Vec<u8>,
    octets: usize,
}

/// Why there is no connection. Texts are the proxy's, and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The proxy says no: status code and reason.
    Status(u16, String),
    /// It does not speak HTTP; its first line.
    NotHttp(String),
    /// The answer does not end.
    TooLong,
}

impl Answer {
    /// Takes the next octet. Returns true once the connection stands.
    pub fn receive(&mut self, octet: u8) -> Result<bool, Refused> {
        self.octets += 1;
        if self.octets > MOST {
            return Err(Refused::TooLong);
        }
        self.head.push(octet);
        let is_line = octet == b'\n';
        if !b"HTTP/1.".starts_with(&self.head[..self.head.len().min(7)])
            && (is_line || self.head.len() > 64)
        {
            return Err(Refused::NotHttp(first_line(&self.head)));
        }
        if !is_line || !(self.head.ends_with(b"\n\r\n") || self.head.ends_with(b"\n\n")) {
            return Ok(false);
        }
        let (status, reason) = self.status()?;
        match status {
            // An interim answer; 101 would change the protocol.
            100 | 102..=199 => {
                self.head.clear();
                Ok(false)
            }
            200..=299 => Ok(true),
            _ => Err(Refused::Status(status, reason)),
        }
    }

    /// Whether nothing has come yet.
    pub fn is_empty(&self) -> bool {
        self.octets == 0
    }

    fn status(&self) -> Result<(u16, String), Refused> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        match response.parse(&self.head) {
            Ok(httparse::Status::Complete(_)) => {}
            _ => return Err(Refused::NotHttp(first_line(&self.head))),
        }
        let reason = response.reason.unwrap_or_default();
        let reason = reason.chars().take(100).collect();
        Ok((response.code.unwrap_or_default(), reason))
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(407, _) => {
                f.write_str("it asks for a login (407), which is not supported here")
            }
            Self::Status(code, reason) => write!(f, "it answers {code} {reason}"),
            Self::NotHttp(line) => write!(f, "it does not speak HTTP; it sent \"{line}\""),
            Self::TooLong => f.write_str("its answer does not end"),
        }
    }
}

/// The first line, for a message.
fn first_line(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an answer means, and how many octets of it were read.
    fn read(text: &[u8]) -> (Result<bool, Refused>, usize) {
        let mut answer = Answer::default();
        for (index, octet) in text.iter().enumerate() {
            match answer.receive(*octet) {
                Ok(false) => {}
                ended => return (ended, index + 1),
            }
        }
        (Ok(false), text.len())
    }

    #[test]
    fn a_request_names_the_server_twice() {
        let host: Host = "[2001:db8::25]".parse().expect("a host");
        assert_eq!(
            request(&host, 25),
            "CONNECT [2001:db8::25]:25 HTTP/1.1\r\nHost: [2001:db8::25]:25\r\n\r\n"
        );
    }

    #[test]
    fn what_comes_after_the_empty_line_is_the_servers() {
        for head in [
            &b"HTTP/1.1 200 Connection established\r\n\r\n"[..],
            b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nVia: x\r\n\r\n",
            b"HTTP/1.1 200\r\n\r\n",
            b"HTTP/1.1 204 x\n\n",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ] {
            let with_greeting = [head, b"220 mx ESMTP\r\n\r\n"].concat();
            let expected = (Ok(true), head.len());
            assert_eq!(read(&with_greeting), expected, "{head:?}");
        }
    }

    #[test]
    fn everything_else_is_refused_early() {
        let status = |code, reason: &str| Refused::Status(code, reason.to_owned());
        let not_http = |line: &str| Refused::NotHttp(line.to_owned());
        for (text, expected) in [
            (
                &b"HTTP/1.1 403 Forbidden\r\n\r\n"[..],
                status(403, "Forbidden"),
            ),
            (b"HTTP/1.1 407 Proxy\r\nA: b\r\n\r\n", status(407, "Proxy")),
            (b"HTTP/1.1 101 Switching\r\n\r\n", status(101, "Switching")),
            (b"220 mx ESMTP\r\n", not_http("220 mx ESMTP")),
            (b"HTTP/2 200\r\n", not_http("HTTP/2 200")),
            (b"\r\n", not_http("")),
            (b"HTTP/1.1 2x0 OK\r\n\r\n", not_http("HTTP/1.1 2x0 OK")),
        ] {
            assert_eq!(read(text).0, Err(expected), "{text:?}");
        }
        assert!(matches!(read(&[b'x'; 100]).0, Err(Refused::NotHttp(_))));
        let mut flood = b"HTTP/1.1 200 OK\r\n".to_vec();
        flood.extend(b"A: b\r\n".repeat(MOST));
        assert_eq!(read(&flood), (Err(Refused::TooLong), MOST + 1));
        let many = [
            &b"HTTP/1.1 200 OK\r\n"[..],
            &b"A: b\r\n".repeat(200),
            b"\r\n",
        ]
        .concat();
        assert!(matches!(read(&many).0, Err(Refused::NotHttp(_))));
    }
}
