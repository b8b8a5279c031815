//! Errors in a target or a host.

/// Why a text is not a target. The messages say what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The host is missing.
    #[error("the host name is empty")]
    EmptyHost,
    /// An unknown scheme.
    #[error(
        "unknown scheme \"{0}://\": use smtp:// (STARTTLS) or smtps:// (implicit TLS); imap://, imaps://, pop3://, pop3s://, sieve://, lmtp:// and lmtp+unix:PATH are known, too"
    )]
    Scheme(String),
    /// Text after the authority of a URL.
    #[error("unexpected \"{0}\" after the host: write smtp://HOST:PORT")]
    Path(String),
    /// Not the path of a Unix socket.
    #[error("\"{0}\" is not a Unix socket: {1}")]
    Socket(String, &'static str),
    /// Neither a number from 1 to 65535 nor the name of a service.
    #[error(
        "\"{0}\" is not a port: write a number from 1 to 65535, or the name of a service, such as submission or imaps"
    )]
    Port(String),
    /// A list of ports has a port twice.
    #[error("port {0} is named twice")]
    PortTwice(u16),
    /// A list of ports is too long.
    #[error("more than {0} ports")]
    ManyPorts(usize),
    /// An unmatched bracket, or brackets around text that is not an IPv6 address.
    #[error("\"{0}\" is not an IPv6 address in brackets: write [2001:db8::25]:25")]
    Brackets(String),
    /// An IPv6 zone.
    #[error("\"{0}\" has a zone: link-local addresses are not supported")]
    Zone(String),
    /// A name that ends in a number but is not an IPv4 address; resolvers guess what it means.
    #[error("\"{0}\" is neither a host name nor an IPv4 address")]
    Numeric(String),
    /// A character that host names do not have, a label over 63 or a name over 253 octets.
    #[error("\"{0}\" is not a host name: {1}")]
    Name(String, &'static str),
    /// An IP address where a domain is meant.
    #[error("\"{0}\" is an address, and mx: is for the name of a domain: write mx:example.org")]
    NoDomain(String),
    /// A mail address where a domain is meant; its domain.
    #[error("mx: is for the name of a domain, not for a mail address: write mx:{0}")]
    Address(String),
}
