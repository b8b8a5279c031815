//! The URL of a document (RFC 3986): a scheme, a host, a port, and what is asked for there.

use crate::endpoint::{Host, authority};
use std::fmt;
use std::str::FromStr;

/// Longest URL, as servers commonly have it for a line of a request.
const LONGEST: usize = 4096;

/// How the connection to a server begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A URL that can be fetched. It has neither a user nor a fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    /// The scheme.
    pub scheme: Scheme,
    /// The server.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// The path and the query, as they are sent (RFC 9112 §3.2.1).
    pub path: String,
}

/// Why a text is not a URL that can be fetched. It is untrusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Another scheme, as `ldap`.
    #[error("only http: is fetched, and not \"{0}:\"")]
    Scheme(String),
    /// It is longer than is sent.
    #[error("it is longer than {LONGEST} octets")]
    TooLong,
    /// Another breach of the rules.
    #[error("{0}")]
    Malformed(&'static str),
}

impl Url {
    /// The server, as the field `Host` has it (RFC 9110 §7.2).
    pub fn authority(&self) -> String {
        if self.port != self.scheme.port() {
            return authority(&self.host, self.port);
        }
        match &self.host {
            Host::Ip(ip) if ip.is_ipv6() => format!("[{ip}]"),
            host => host.to_string(),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_str();
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl FromStr for Url {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        if text.len() > LONGEST {
            return Err(BadUrl::TooLong);
        }
        // Anything else could end the line of the request, or is another URL to other readers.
        if !text.bytes().all(is_allowed) {
            return Err(BadUrl::Malformed(
                "it has characters that a URL cannot have",
            ));
        }
        let (scheme, rest) = scheme(text)?;
        let rest = rest
            .strip_prefix("//")
            .ok_or(BadUrl::Malformed("it names no server"))?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (server, rest) = rest.split_at(end);
        let (host, port) = server_of(server)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(scheme.port()),
            path: path(rest),
        })
    }
}

/// The characters of RFC 3986 §2, with those that browsers let pass in a query.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`')
}

fn scheme(text: &str) -> Result<(Scheme, &str), BadUrl> {
    let (scheme, rest) = text
        .split_once(':')
        .ok_or(BadUrl::Malformed("it has no scheme"))?;
    match scheme.to_ascii_lowercase() {
        known if known == "http" => Ok((Scheme::Http, rest)),
        known if known == "https" => Ok((Scheme::Https, rest)),
        other => Err(BadUrl::Scheme(other)),
    }
}

/// The host and the port, if one is named.
fn server_of(text: &str) -> Result<(Host, Option<u16>), BadUrl> {
    if text.contains('@') {
        return Err(BadUrl::Malformed("it has a user"));
    }
    let after_brackets = text.rfind(']').map_or(0, |at| at + 1);
    let colon = text[after_brackets..]
        .find(':')
        .map(|at| after_brackets + at);
    let (host, port) = match colon {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let host = host.parse();
    let host =
        host.map_err(|_| BadUrl::Malformed("its server is not a host name or an address"))?;
    if port.is_empty() {
        return Ok((host, None));
    }
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let number = port.parse().ok().filter(|port| is_number && *port != 0);
    let port = number.ok_or(BadUrl::Malformed("its port is not one"))?;
    Ok((host, Some(port)))
}

/// What is sent of the part after the server: a path is never empty, and a fragment is the client's own.
fn path(rest: &str) -> String {
    let rest = rest.split('#').next().unwrap_or_default();
    if rest.starts_with('/') {
        return rest.to_owned();
    }
    format!("/{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_url_is_read() {
        for (text, expected) in [
            (
                "http://crl.example.org/ca.crl",
                "http://crl.example.org/ca.crl",
            ),
            (
                "HTTP://CRL.example.org:80/a?b=c",
                "http://crl.example.org/a?b=c",
            ),
            ("http://crl.example.org", "http://crl.example.org/"),
            ("http://crl.example.org:/", "http://crl.example.org/"),
            ("http://crl.example.org?x", "http://crl.example.org/?x"),
            ("http://crl.example.org/a#b", "http://crl.example.org/a"),
            ("http://192.0.2.1:8080/a", "http://192.0.2.1:8080/a"),
            ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
            ("http://[2001:db8::1]:81/a", "http://[2001:db8::1]:81/a"),
            (
                "https://mta-sts.example.org:443/x",
                "https://mta-sts.example.org/x",
            ),
            (
                "http://crl.example.org/Root%20CA.crl",
                "http://crl.example.org/Root%20CA.crl",
            ),
        ] {
            let url: Url = text.parse().expect(text);
            assert_eq!(url.to_string(), expected, "{text}");
            assert_eq!(url.to_string().parse(), Ok(url), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_fetched_is_refused() {
        let scheme = |name: &str| BadUrl::Scheme(name.to_owned());
        for (text, expected) in [
            ("ldap:///CN=CA?certificateRevocationList", scheme("ldap")),
            ("file:///etc/passwd", scheme("file")),
            ("FTP://a.example/", scheme("ftp")),
        ] {
            assert_eq!(text.parse::<Url>(), Err(expected), "{text}");
        }
        for text in [
            "",
            "a.example/ca.crl",
            "http:",
            "http:/a.example/",
            "http:///ca.crl",
            "http://:80/",
            "http://user@a.example/",
            "http://a.example@b.example/",
            "http://a.example\\@b.example/",
            "http://a.example:0/",
            "http://a.example:65536/",
            "http://a.example:+80/",
            "http://a.example:8 0/",
            "http://a.example/\r\nHost: b.example",
            "http://a.example/ä",
            "http://[::1/",
            "http://::1/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
        ] {
            let refused = text.parse::<Url>();
            assert!(
                matches!(refused, Err(BadUrl::Malformed(_))),
                "{text}: {refused:?}"
            );
        }
        let long = format!("http://a.example/{}", "x".repeat(LONGEST));
        assert_eq!(long.parse::<Url>(), Err(BadUrl::TooLong));
    }
}
