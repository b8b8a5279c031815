//! A target as the user typed it.

use super::error::TargetError;
use super::host::Host;
use super::protocol::Protocol;
use super::start::Start;
use std::str::FromStr;

/// A target as typed: `HOST`, `HOST:PORT`, `HOST:SERVICE`, `[v6]:PORT`, a bare IPv6 address, a URL
/// with a scheme of [`Protocol`], such as `smtps://HOST`, or `lmtp+unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// The host as typed: byte for byte the key of Mercurial's settings for it.
    pub written: String,
    /// The port, if one was given.
    pub port: Option<u16>,
    /// How TLS starts according to the scheme, if one was given.
    pub start: Option<Start>,
    /// The protocol according to the scheme, if one was given.
    pub protocol: Option<Protocol>,
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        if let Some(path) = socket(text) {
            return Ok(Self {
                host: Host::socket(path)?,
                written: path.to_owned(),
                port: None,
                start: Some(Start::Starttls),
                protocol: Some(Protocol::Lmtp),
            });
        }
        let (scheme, rest) = split_scheme(text)?;
        let (host, port) = split_port(rest)?;
        let implied = scheme.and_then(|(.., port)| port);
        let port = port.map(port_or_service).transpose()?.or(implied);
        Ok(Self {
            host: host.parse()?,
            written: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port,
            start: scheme.map(|(_, start, _)| start),
            protocol: scheme.map(|(protocol, ..)| protocol),
        })
    }
}

/// The path in `lmtp+unix:PATH`, or in `lmtp+unix:///PATH`.
fn socket(text: &str) -> Option<&str> {
    const SCHEME: &str = "lmtp+unix:";
    let (scheme, path) = text.split_at_checked(SCHEME.len())?;
    let is_it = scheme.eq_ignore_ascii_case(SCHEME);
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        _ => path,
    };
    is_it.then_some(path)
}

/// What a scheme means: the protocol, how TLS starts, and the port if it is not the default.
type Scheme = (Protocol, Start, Option<u16>);

/// Splits off the scheme and an empty path.
fn split_scheme(text: &str) -> Result<(Option<Scheme>, &str), TargetError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((None, text.strip_suffix('/').unwrap_or(text)));
    };
    let meant = Protocol::of_scheme(scheme).ok_or_else(|| TargetError::Scheme(scheme.into()))?;
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if path.len() > 1 {
        return Err(TargetError::Path(path.into()));
    }
    Ok((Some(meant), authority))
}

/// Splits off the port. Two colons outside brackets mean a bare IPv6 address, without a port.
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

fn port_or_service(text: &str) -> Result<u16, TargetError> {
    match Protocol::port_of_service(text) {
        Some(port) => Ok(port),
        None => parse_port(text),
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
