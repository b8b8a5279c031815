//! What can be connected to: a host, a port, and how TLS starts there.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// How TLS starts on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// In the clear first, upgraded by the STARTTLS command (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314 §3).
    Implicit,
}

impl Start {
    /// The name that the command line, the reports and Mercurial use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Implicit => "smtps",
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A host as the user named it: also the reference identifier (RFC 9525 §2) unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name in A-labels, lower case, without the trailing dot.
    Name {
        /// The name.
        ascii: String,
        /// It was written with a trailing dot: no search list applies when it is looked up.
        absolute: bool,
    },
    /// An IP literal; matched against iPAddress SANs and never sent as SNI (RFC 6066 §3).
    Ip(IpAddr),
}

impl Host {
    /// The text to hand to the resolver.
    pub fn lookup_name(&self) -> String {
        match self {
            Self::Name { ascii, absolute } if *absolute => format!("{ascii}."),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { ascii, .. } => f.write_str(ascii),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub fn authority(host: &Host, port: u16) -> String {
    match host {
        Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

/// Why a text is not a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing where a host is due.
    #[error("the host name is empty")]
    EmptyHost,
    /// A scheme that is neither `smtp` nor `smtps`.
    #[error("unknown scheme \"{0}://\": use smtp:// (STARTTLS) or smtps:// (implicit TLS)")]
    Scheme(String),
    /// Something behind the authority of a URL.
    #[error("unexpected \"{0}\" after the host: write smtp://HOST:PORT")]
    Path(String),
    /// Not a number from 1 to 65535.
    #[error("\"{0}\" is not a port: it must be a number from 1 to 65535")]
    Port(String),
    /// A bracket without its other half, or with something else than an IPv6 address inside.
    #[error("\"{0}\" is not an IPv6 address in brackets: write [2001:db8::25]:25")]
    Brackets(String),
    /// An IPv6 zone.
    #[error("\"{0}\" has a zone: link-local addresses are not supported")]
    Zone(String),
    /// A name that ends in a number but is no IPv4 address; resolvers guess at these.
    #[error("\"{0}\" looks like an IPv4 address but is none")]
    Numeric(String),
    /// A character that host names do not have, a label over 63 or a name over 253 octets.
    #[error("\"{0}\" is not a host name: {1}")]
    Name(String, &'static str),
}

impl FromStr for Host {
    type Err = TargetError;

    /// Reads a DNS name (U-labels are converted as UTS #46 has it), an IPv4 or an IPv6 address,
    /// the latter with or without brackets.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        if text.is_empty() {
            return Err(TargetError::EmptyHost);
        }
        if let Some(rest) = text.strip_prefix('[') {
            let inner = rest
                .strip_suffix(']')
                .ok_or_else(|| TargetError::Brackets(text.into()))?;
            return ipv6(inner).ok_or_else(|| bracket_error(text, inner));
        }
        if let Some(host) = ipv6(text) {
            return Ok(host);
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Ip(ip.into()));
        }
        name(text)
    }
}

fn ipv6(text: &str) -> Option<Host> {
    text.parse::<Ipv6Addr>().ok().map(|ip| Host::Ip(ip.into()))
}

fn bracket_error(text: &str, inner: &str) -> TargetError {
    if inner.contains('%') {
        TargetError::Zone(text.into())
    } else {
        TargetError::Brackets(text.into())
    }
}

fn name(text: &str) -> Result<Host, TargetError> {
    use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
    let bad = |why| TargetError::Name(text.into(), why);
    let ascii = Uts46::new()
        .to_ascii(
            text.as_bytes(),
            AsciiDenyList::URL,
            Hyphens::Allow,
            DnsLength::VerifyAllowRootDot,
        )
        .map_err(|_| bad("names have letters, digits and hyphens, 63 to a label and 253 in all"))?;
    let absolute = ascii.ends_with('.');
    let ascii = ascii.trim_end_matches('.');
    // The underscore is no letter of host names (RFC 952), but live names have it.
    if !ascii
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
    {
        return Err(bad("only letters, digits, hyphens and dots are allowed"));
    }
    let labels_ok = ascii
        .split('.')
        .all(|label| !label.starts_with('-') && !label.ends_with('-'));
    if !labels_ok {
        return Err(bad("a label starts or ends with a hyphen"));
    }
    let last = ascii.rsplit('.').next().unwrap_or(ascii);
    if is_number(last) {
        return Err(TargetError::Numeric(text.into()));
    }
    Ok(Host::Name {
        ascii: ascii.to_owned(),
        absolute,
    })
}

/// A label that resolvers take for a part of an IPv4 address, be it decimal, octal or hexadecimal
/// (`inet_aton`): the resolver would look up another host than the one that is compared.
fn is_number(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit())
        || label
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A target as typed: `HOST`, `HOST:PORT`, `[v6]:PORT`, a bare IPv6 address, `smtp://…`, `smtps://…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// The host as it was written: the key of Mercurial's settings for it, byte for byte.
    pub written: String,
    /// The port, if one was given.
    pub port: Option<u16>,
    /// The mode that the scheme asks for, if there was one.
    pub tls: Option<Start>,
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (tls, rest) = split_scheme(text)?;
        let (host, port) = split_port(rest)?;
        Ok(Self {
            host: host.parse()?,
            written: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: port.map(parse_port).transpose()?,
            tls,
        })
    }
}

fn split_scheme(text: &str) -> Result<(Option<Start>, &str), TargetError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((None, text));
    };
    let tls = match scheme.to_ascii_lowercase().as_str() {
        "smtp" => Start::Starttls,
        "smtps" => Start::Implicit,
        _ => return Err(TargetError::Scheme(scheme.into())),
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if path.len() > 1 {
        return Err(TargetError::Path(path.into()));
    }
    Ok((Some(tls), authority))
}

/// Splits the port off. Two colons outside brackets are a bare IPv6 address, which has none.
fn split_port(text: &str) -> Result<(&str, Option<&str>), TargetError> {
    if text.starts_with('[') {
        let end = text
            .find(']')
            .ok_or_else(|| TargetError::Brackets(text.into()))?;
        let (host, rest) = text.split_at(end + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(TargetError::Brackets(text.into())),
        };
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => Ok((host, Some(port))),
        Some(_) if text.contains('%') => Err(TargetError::Zone(text.into())),
        _ => Ok((text, None)),
    }
}

/// Reads a port number: digits only, 1 to 65535.
pub fn parse_port(text: &str) -> Result<u16, TargetError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(TargetError::Port(text.into())),
    }
}

/// A target with everything settled that can be settled without the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host to look up.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// The mode that must be used; `None`: find out.
    pub tls: Option<Start>,
}

impl Endpoint {
    /// Fills in what the target leaves open. The scheme of a target is more particular than the
    /// mode that was `asked` for all targets, so it wins.
    pub fn from_target(target: Target, asked: Option<Start>) -> Self {
        let tls = target.tls.or(asked);
        let port = target.port.unwrap_or(match tls {
            Some(Start::Implicit) => 465,
            _ => 25,
        });
        Self {
            host: target.host,
            port,
            tls,
        }
    }

    /// The mode to begin with: what was asked for, else implicit TLS on 465 only (RFC 8314 §7.3).
    pub fn first_start(&self) -> Start {
        self.tls.unwrap_or(match self.port {
            465 => Start::Implicit,
            _ => Start::Starttls,
        })
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
        format!("{endpoint} {}", endpoint.first_start())
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
    fn a_trailing_dot_is_for_the_resolver_only() {
        let host: Host = "mail.example.org.".parse().expect("a host");
        assert_eq!(host.lookup_name(), "mail.example.org.");
        assert_eq!(host.to_string(), "mail.example.org");
    }

    #[test]
    fn the_scheme_wins_over_the_mode_for_all() {
        let target: Target = "smtp://a.example".parse().expect("a target");
        let endpoint = Endpoint::from_target(target, Some(Start::Implicit));
        assert_eq!((endpoint.port, endpoint.tls), (25, Some(Start::Starttls)));
        let target: Target = "a.example".parse().expect("a target");
        assert_eq!(
            Endpoint::from_target(target, Some(Start::Implicit)).port,
            465
        );
    }
}
