//! A host: a DNS name, an IP address, or a socket of this machine.

use super::error::TargetError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host as the user named it. It is also the reference identifier (RFC 9525 §2), unless the user
/// gives another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name in A-labels, lower case, without the trailing dot.
    Name {
        /// The name.
        ascii: String,
        /// Whether it was written with a trailing dot, which excludes the resolver's search list.
        absolute: bool,
    },
    /// An IP literal; matched against iPAddress SANs and never sent as SNI (RFC 6066 §3).
    Ip(IpAddr),
    /// The path of a Unix socket, which has no name. It comes from a target alone, never from a host.
    Socket(String),
}

impl Host {
    /// The text to pass to the resolver.
    pub fn lookup_name(&self) -> String {
        match self {
            Self::Name { ascii, absolute } if *absolute => format!("{ascii}."),
            _ => self.to_string(),
        }
    }
}

/// Longest path of a Unix socket: one octet of 108 ends it (unix(7)).
const MOST_OF_PATH: usize = 107;

impl Host {
    /// The Unix socket with that path.
    pub(super) fn socket(path: &str) -> Result<Self, TargetError> {
        let bad = |why| Err(TargetError::Socket(path.into(), why));
        if path.is_empty() {
            return bad("write lmtp+unix:PATH");
        }
        if path.len() > MOST_OF_PATH {
            return bad("the path of a socket has at most 107 octets");
        }
        if path.contains(char::is_control) {
            return bad("the path has a control character");
        }
        Ok(Self::Socket(path.to_owned()))
    }

    /// Whether it is a Unix socket, which has neither name nor address.
    pub fn is_socket(&self) -> bool {
        matches!(self, Self::Socket(_))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { ascii, .. } => f.write_str(ascii),
            Self::Ip(ip) => ip.fmt(f),
            Self::Socket(path) => f.write_str(path),
        }
    }
}

/// `host:port`, with brackets around an IPv6 address; the path of a socket, which has no port.
pub fn authority(host: &Host, port: u16) -> String {
    match host {
        Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
        Host::Socket(path) => path.clone(),
        _ => format!("{host}:{port}"),
    }
}

impl FromStr for Host {
    type Err = TargetError;

    /// Reads a DNS name (U-labels are converted by UTS #46), an IPv4 address, or an IPv6 address
    /// with or without brackets.
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
    // RFC 952 does not allow the underscore in host names, but names in use contain it.
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

/// Whether resolvers take a label for part of an IPv4 address: a decimal, octal or hexadecimal
/// number (`inet_aton`). The resolver would then look up another host than the one that is
/// compared.
fn is_number(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit())
        || label
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}
