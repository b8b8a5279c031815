//! Errors in a target or a host.

/// Why a text is not a target. The messages say what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The host is missing.
    #[error("the host name is empty")]
    EmptyHost,
    /// A scheme that is neither `smtp` nor `smtps`.
    #[error("unknown scheme \"{0}://\": use smtp:// (STARTTLS) or smtps:// (implicit TLS)")]
    Scheme(String),
    /// Text after the authority of a URL.
    #[error("unexpected \"{0}\" after the host: write smtp://HOST:PORT")]
    Path(String),
    /// Not a number from 1 to 65535.
    #[error("\"{0}\" is not a port: it must be a number from 1 to 65535")]
    Port(String),
    /// An unmatched bracket, or brackets around text that is not an IPv6 address.
    #[error("\"{0}\" is not an IPv6 address in brackets: write [2001:db8::25]:25")]
    Brackets(String),
    /// An IPv6 zone.
    #[error("\"{0}\" has a zone: link-local addresses are not supported")]
    Zone(String),
    /// A name that ends in a number but is not an IPv4 address; resolvers guess what it means.
    #[error("\"{0}\" looks like an IPv4 address but is none")]
    Numeric(String),
    /// A character that host names do not have, a label over 63 or a name over 253 octets.
    #[error("\"{0}\" is not a host name: {1}")]
    Name(String, &'static str),
}
