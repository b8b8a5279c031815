//! Attempts to connect, and why they failed.

use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One connection attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// The error; `None`: it connected.
    pub error: Option<ConnectError>,
}

impl Attempt {
    /// Whether it could not be made from the address that was asked for.
    pub fn is_without_source(&self) -> bool {
        matches!(self.error, Some(ConnectError::NotFrom(..)))
    }
}

/// Why an address could not be connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The probe ended before the attempt did.
    Pending,
    /// Another address of the name answered first.
    Abandoned,
    /// There was no answer within this time.
    Timeout(Duration),
    /// The system's error: its kind and its text.
    Io(ErrorKind, String),
    /// It cannot come from this address, with the system's text.
    NotFrom(IpAddr, String),
}

impl ConnectError {
    /// Whether no route leads to the peer, or to its network, as a device on the way says.
    pub fn is_unroutable(&self) -> bool {
        let kinds = [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable];
        matches!(self, Self::Io(kind, _) if kinds.contains(kind))
    }

    /// Whether the peer refused the connection.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Io(ErrorKind::ConnectionRefused, _))
    }
}

impl From<std::io::Error> for ConnectError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind(), system_text(&error))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("no answer yet when the probe ended"),
            Self::Abandoned => f.write_str("abandoned: another address answered first"),
            Self::Timeout(after) => write!(f, "no answer within {}", seconds(*after)),
            Self::Io(_, text) => f.write_str(text),
            Self::NotFrom(from, text) => write!(f, "not from {from}: {text}"),
        }
    }
}

/// The system's text, without the number that Rust appends.
pub fn system_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Formats seconds, rounded: the rest of a deadline is microseconds short.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 100.0).round() / 100.0)
}
