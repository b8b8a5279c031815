//! Why a line is not an entry.

use crate::endpoint::TargetError;

/// The limit of a line's length; a longer line is an error.
pub(super) const MAX_LINE: usize = 4096;

/// Why a line is not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The target.
    #[error("{0}")]
    Target(#[from] TargetError),
    /// The line is too long.
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// A column without `=`.
    #[error(
        "\"{0}\" is not a column: use mail, ports=, servername=, pin=, cacerts=, crl=, label=, warning= or critical=, and quotes for blanks, as in label=\"old box\""
    )]
    Column(String),
    /// A quote that is not closed, or not at the end of a column.
    #[error("{0} has no closing quote before a blank or the end of the line")]
    Quote(String),
    /// A column that is not known.
    #[error(
        "unknown column \"{0}\": use mail, ports=, servername=, pin=, cacerts=, crl=, label=, warning= or critical="
    )]
    Unknown(String),
    /// Ports that cannot be looked at.
    #[error("ports: {0}")]
    Ports(TargetError),
    /// A column about one server, beside a domain.
    #[error(
        "the column \"{0}\" is for a server, and mx: names a domain, which has label=, cacerts=, crl=, warning= and critical="
    )]
    OfServer(String),
    /// Several ports of a target that names one.
    #[error("the target names a port, and the columns mail and ports= are about several")]
    PortAndPorts,
    /// A column that occurs twice.
    #[error("the column \"{0}\" is given twice")]
    Twice(String),
    /// A value that is not a pin.
    #[error("\"{0}\" is not a pin: write pin=sha256: and 64 hex digits (or sha512, sha1)")]
    Pin(String),
    /// A value that is not an amount of time left.
    #[error("{0}: {1}")]
    Least(String, String),
    /// Not a name.
    #[error("servername: {0}")]
    ServerName(TargetError),
}
